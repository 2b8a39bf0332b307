"""The web application, put together: extensions, blueprints, and which error is which status."""

import os
from collections.abc import Callable
from typing import Any

from flask import Flask
from flask.typing import ResponseReturnValue
from flask_bootstrap import Bootstrap5
from redis import Redis
from werkzeug.exceptions import HTTPException

import views
from config import REDIS_PATIENCE, Config, settings_from
from events import Events
from models import DATABASE_AWAY, db
from submissions import QueueFullError
from views import errors
from wordcount.errors import InputError

ERRORS: dict[type[Exception], Callable[[Any], ResponseReturnValue]] = {
    InputError: errors.input_error,  # 400
    **dict.fromkeys(DATABASE_AWAY, errors.database_away),  # 503
    QueueFullError: lambda _: errors.http_error(errors.queue_full()),  # 503
    HTTPException: errors.http_error,  # the status it names
}


def create_app(settings: Config | None = None) -> Flask:
    """The application.

    :param settings: read from the environment by default.
    :raises config.ConfigError: if the environment lacks a setting, or one makes no sense.
    """
    app = Flask(__name__)
    app.config.from_object(settings or settings_from(os.environ))
    db.init_app(app)
    Bootstrap5(app)
    app.extensions["redis"] = Redis.from_url(app.config["REDIS_URL"], **REDIS_PATIENCE)
    app.extensions["events"] = Events(app.config["REDIS_URL"])
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # words of every script, readable
    app.json.sort_keys = False  # type: ignore[attr-defined]  # what matters first
    views.register(app)
    for error, to_response in ERRORS.items():
        app.register_error_handler(error, to_response)
    return app
