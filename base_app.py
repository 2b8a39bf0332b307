"""What web, workers and command line have in common: settings, database, Redis, and the channel."""

import os
from collections.abc import Callable
from typing import Any

from flask import Flask

from config import Config, settings_from
from environment.patience import REDIS_PATIENCE, few_connections
from events.channel import Events
from logs import sentry
from models import db
from storage import connections


class Application(Flask):
    """Flask's; but none of our functions are coroutines, and so none is asked whether it is one,
    which Flask does a dozen times for each answer.
    """

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function as it is."""
        return func


def create_base_app(
    settings: Config | None = None, *, longest_statement: float | None = None
) -> Flask:
    """An application that answers nobody; workers and commands need no more, and start sooner.

    :param settings: read from the environment by default.
    :param longest_statement: of a worker: after how many seconds the database ends what it was
        asked for.
    :raises config.ConfigError: if the environment lacks a setting, or one makes no sense.
    """
    app = Application("app")  # where templates are, and the name of its logger
    settings = settings or settings_from(os.environ)
    sentry.begin(settings)
    app.config.from_object(settings)
    if longest_statement is not None:
        options = app.config["SQLALCHEMY_ENGINE_OPTIONS"]
        milliseconds = round(longest_statement * 1000)
        options["connect_args"]["options"] += f" -c statement_timeout={milliseconds}"
        # Each thread that has a page may want a connection at the same moment, and those that tell
        # of outcomes or renew leases must not wait for them.
        options["max_overflow"] = app.config["FETCH_CONCURRENCY"] + 20
    app.config["SQLALCHEMY_BINDS"] = {
        connections.SHORT_READS: connections.for_short_reads(
            app.config["DATABASE_URL"], app.config["SQLALCHEMY_ENGINE_OPTIONS"]
        )
    }
    db.init_app(app)
    with app.app_context():
        connections.lend_alive(db.engine)
    app.extensions["redis"] = few_connections(app.config["REDIS_URL"], **REDIS_PATIENCE)
    app.extensions["events"] = Events(app.config["REDIS_URL"])
    return app
