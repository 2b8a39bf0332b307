"""What tests share."""

import socket
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import flask_migrate
from flask import Flask
from flask_migrate import Migrate
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from models import db

PROJECT = Path(__file__).parent.parent
#: A job key that was given to nobody.
NOBODYS_KEY = uuid.UUID("6f1c1c5e-6f0d-4d54-8a5b-1d0f5a3c9b7e")
# To cut tables off takes Postgres ten times as long as to remove the few rows of most tests; but it
# also makes tables small again. Those who still write are waited for in both cases.
_EMPTY = """
DO $$
DECLARE
    tables text[] := '{callbacks, submitted_once, list_lines, lists, results}';
    one text;
BEGIN
    EXECUTE format('LOCK %s IN EXCLUSIVE MODE', array_to_string(tables, ','));
    IF (SELECT sum(pg_total_relation_size(name::regclass)) FROM unnest(tables) AS name) > 2e6 THEN
        EXECUTE format('TRUNCATE %s RESTART IDENTITY', array_to_string(tables, ','));
        RETURN;
    END IF;
    FOREACH one IN ARRAY tables LOOP
        EXECUTE format('DELETE FROM %I', one);
    END LOOP;
    PERFORM setval(sequencename::regclass, 1, false) FROM pg_sequences WHERE last_value IS NOT NULL;
END $$"""
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


def empty_database() -> None:
    """Remove whatever is stored.

    Courier and reader of a worker may look meanwhile, at tables in another order; of two who then
    wait for each other, Postgres sends one away.
    """
    for tries_left in reversed(range(5)):
        try:
            db.session.execute(text(_EMPTY))
            db.session.commit()
        except OperationalError:
            db.session.rollback()
            if not tries_left:
                raise
        else:
            return


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


def json_of(answer: TestResponse) -> Any:
    """What an answer says, which is JSON."""
    assert answer.is_json, answer.text
    return answer.json


def free_port() -> int:
    """A TCP port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
