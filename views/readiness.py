"""Whether the service can do its work: what it needs, and how each of them is.

Nothing here tells an address, a name or a version of a server: anybody may ask.
"""

import logging
from dataclasses import dataclass

from flask import Flask
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import ProgrammingError, SQLAlchemyError

from storage import schema
from storage.faults import reason
from views.asking import Question
from workers import presence

logger = logging.getLogger(__name__)

_NO_POSTGRES = "Postgres does not answer."
_NO_REDIS = "Redis does not answer."
NO_WORKER = "No worker says that it is there: what is submitted waits."


@dataclass(frozen=True)
class Check:
    """How one thing is.

    :ivar detail: the same in a sentence.
    """

    ok: bool
    detail: str


Checks = dict[str, Check]


class Readiness:
    """Asks all that an application needs, at the same time."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._redis: Redis = app.extensions["redis"]
        self._of_postgres = Question(self._ask_postgres)
        self._of_redis = Question(self._ask_redis)

    def checks(self) -> Checks:
        """How each of them is, within two seconds."""
        postgres, redis = self._of_postgres.begin(), self._of_redis.begin()
        return {
            **(postgres.answer() or _postgres_away()),
            **(redis.answer() or _redis_away()),
        }

    def _ask_postgres(self) -> Checks:
        with self._app.app_context():
            try:
                seen = schema.seen()
            except ProgrammingError:  # it has no such table
                seen = ""
            except SQLAlchemyError as error:
                logger.warning("not ready, for Postgres does not answer: %s", reason(error))
                return _postgres_away()
        return {"postgres": Check(True, "Postgres answers."), "migrations": _migrations(seen)}

    def _ask_redis(self) -> Checks:
        try:
            alive = presence.alive(self._redis)
        except RedisError as error:
            logger.warning("not ready, for Redis does not answer: %s", error)
            return _redis_away()
        said = f"{alive} {'worker is' if alive == 1 else 'workers are'} alive."
        worker = Check(True, said) if alive else Check(False, NO_WORKER)
        return {"redis": Check(True, "Redis answers."), "worker": worker}


def _migrations(seen: str) -> Check:
    """A database that is ahead is as good: while a release is under way, the web of the release
    before goes on, and migrations are made so that it can.
    """
    needed = schema.needed()
    if seen >= needed:
        return Check(True, f"The database has seen migration {seen}.")
    has = f"has seen migration {seen}" if seen else "has no tables"
    return Check(False, f"The database {has}, and needs {needed}. Run: python manage.py db upgrade")


def _postgres_away() -> Checks:
    unknown = "Nobody knows, for Postgres does not answer."
    return {"postgres": Check(False, _NO_POSTGRES), "migrations": Check(False, unknown)}


def _redis_away() -> Checks:
    unknown = "Nobody knows, for Redis does not answer."
    return {"redis": Check(False, _NO_REDIS), "worker": Check(False, unknown)}
