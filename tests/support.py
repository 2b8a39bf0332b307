"""What tests share."""

import socket
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import flask_migrate
from flask import Flask
from flask_migrate import Migrate
from sqlalchemy import event

from models import db

PROJECT = Path(__file__).parent.parent
#: A job key that was given to nobody.
NOBODYS_KEY = uuid.UUID("6f1c1c5e-6f0d-4d54-8a5b-1d0f5a3c9b7e")
#: Removes whatever is stored; in the order in which couriers lock tables, so that neither waits for
#: the other for ever.
EMPTY_ALL = "TRUNCATE callbacks, submitted_once, list_lines, lists, results RESTART IDENTITY"
Found = TypeVar("Found")


def wait_for(what: str, look: Callable[[], Found | None], seconds: float = 20) -> Found:
    """The first thing that ``look`` finds; a failure that says what was missing, if it is late."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.02)
    raise AssertionError(f"no {what} within {seconds} s")


def migrate(app: Flask) -> None:
    """Make the tables of an application."""
    Migrate(app, db)
    with app.app_context():
        flask_migrate.upgrade(str(PROJECT / "migrations"))


@contextmanager
def statements() -> Iterator[list[str]]:
    """What is asked of the database meanwhile."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def free_port() -> int:
    """A TCP port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
