"""The least that a request to Flask can cost: one route, which answers with rows that it has."""

import json
import os

from flask import Flask, jsonify
from flask.typing import ResponseReturnValue

#: The variable with these rows, in JSON.
ROWS = "BARE_ROWS"


def create_app() -> Flask:
    """The application."""
    app = Flask(__name__)
    rows = json.loads(os.environ[ROWS])

    @app.get("/results/<_key>")
    def results(_key: str) -> ResponseReturnValue:
        return jsonify(rows)

    return app
