"""The web application, put together: extensions, blueprints, and which error is which status."""

from flask import Flask
from flask_bootstrap import Bootstrap5
from werkzeug.exceptions import HTTPException

import views
from base_app import create_base_app
from config import Config
from storage.faults import DATABASE_AWAY
from submissions import QueueFullError
from views import errors
from wordcount.errors import InputError

#: What `views.errors` makes answers of: 400; 503; 503; and the status that it names.
ERRORS = (InputError, *DATABASE_AWAY, QueueFullError, HTTPException)


def create_app(settings: Config | None = None) -> Flask:
    """The application.

    :param settings: read from the environment by default.
    :raises config.ConfigError: if the environment lacks a setting, or one makes no sense.
    """
    app = create_base_app(settings)
    Bootstrap5(app)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # words of every script, readable
    app.json.sort_keys = False  # type: ignore[attr-defined]  # what matters first
    views.register(app)
    for error in ERRORS:
        app.register_error_handler(error, errors.http_error)
    return app
