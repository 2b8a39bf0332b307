"""The whole description: OpenAPI 3.1, https://spec.openapis.org/oas/v3.1.1.html"""

from flask import current_app

from views.openapi import (
    counting,
    files,
    following,
    operators,
    parameters,
    several,
    template,
    webhooks,
)
from views.openapi.answers import answer, broken, misdirected
from views.openapi.bricks import Json, body, operation, schema
from views.openapi.schemas import SCHEMAS
from wordcount.version import VERSION

#: Where the description itself is.
ADDRESS = "/api/openapi.json"

_ABOUT = """Wordcount counts the words that readers of a page see, and ranks them.

Submit a page with `POST /start`, keep the key, and ask `GET /results/{job_key}` for its words; or
follow it with `GET /counts/{job_key}/events`, or be told by a webhook. Who knows the key of a count
can see what was counted; nobody needs a password.

Every error is `application/problem+json` (RFC 9457): a sentence for people in `detail`, and a
stable `code` for programs. A browser that asks for HTML gets a page in its place. With 429 and 503
comes `Retry-After`. An address that does not know a method answers 405 with the methods in `Allow`;
whatever answers GET answers HEAD and OPTIONS.

Pages of other sites may ask from a browser where the operator names them (`CORS_ORIGINS`)."""

_TAGS = {
    counting.COUNTING: "Submit a page, and get its words.",
    template.TEMPLATE: "The same in the words of a well-known template of Flask and RQ.",
    following.EVENTS: "What happens, as it happens: server-sent events.",
    webhooks.WEBHOOKS: "What is sent to a `callback_url`.",
    following.INBOX: "Pages that other programs put there to be counted.",
    files.TABLES: "Of a finished count, as CSV, TSV or JSON; each whole.",
    files.CHARTS: "As SVG or PNG.",
    several.SEVERAL: "Two counts, all counts of a URL, a list of pages.",
    counting.SERVICE: "The service itself.",
    operators.OPERATORS: "For those who run the service: whether all is well, and figures.",
}


def document() -> Json:
    """The description of this application, whose settings it names."""
    cached: Json | None = current_app.extensions.get("openapi")
    if cached is None:
        cached = current_app.extensions["openapi"] = _document()
    return cached


def _document() -> Json:
    return {
        "openapi": "3.1.1",
        "info": {
            "title": "Wordcount",
            "version": VERSION,
            "summary": "Counts the words that readers of a page see.",
            "description": _ABOUT,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": name, "description": about} for name, about in _TAGS.items()],
        "paths": {
            **counting.paths(),
            **template.paths(),
            **following.paths(),
            **files.paths(),
            **several.paths(),
            **operators.paths(),
            ADDRESS: {"get": _description()},
        },
        "webhooks": webhooks.webhooks(),
        "components": {"schemas": {**SCHEMAS, **operators.SCHEMAS}},
    }


def _description() -> Json:
    return operation(
        "description",
        counting.SERVICE,
        "Get this description",
        description="OpenAPI 3.1. `/api/docs` is the same as a page.",
        parameters=[parameters.IF_NONE_MATCH],
        answers={
            "200": answer("The description.", body("application/json", schema("Description"))),
            "304": answer("You have it already."),
            **misdirected(),
            **broken(),
        },
    )
