"""A Postgres and a Redis that are there for one measurement, and the tables in them."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import flask_migrate
from flask import Flask
from flask_migrate import Migrate

from dev.services import local_postgres, local_redis
from models import db

_MIGRATIONS = Path(__file__).parent.parent / "migrations"


@contextmanager
def servers() -> Iterator[dict[str, str]]:
    """The environment of an application on servers of its own, which are empty."""
    with ExitStack() as started:
        folder = Path(started.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        yield {
            "APP_SETTINGS": "config.TestingConfig",
            "DATABASE_URL": started.enter_context(local_postgres(folder / "postgres")),
            "REDIS_URL": started.enter_context(local_redis(folder / "redis")),
        }


def migrate(app: Flask) -> None:
    """Make the tables of an application; to be called in its context."""
    Migrate(app, db)
    flask_migrate.upgrade(str(_MIGRATIONS))
