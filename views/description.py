"""What programs can ask: described for programs, and the same as a page."""

import hashlib
import json
from typing import NamedTuple

from flask import Blueprint, Response, current_app, render_template, request
from flask.typing import ResponseReturnValue

from views.openapi import reading
from views.openapi.document import ADDRESS, document

description = Blueprint("description", __name__)


class _Written(NamedTuple):
    """The description as it is sent, and its tag."""

    body: bytes
    tag: str


@description.get(ADDRESS)
def openapi() -> Response:
    """The description, which changes with the release and its settings only."""
    written = _written()
    response = Response(written.body, mimetype="application/json")
    response.set_etag(written.tag, weak=True)  # compressed or not, it says the same
    response.headers["Cache-Control"] = "no-cache"  # to be asked for again, and mostly answered 304
    response.make_conditional(request)
    return response


@description.get("/api/docs")
def docs() -> ResponseReturnValue:
    """The same for people."""
    described = document()
    return render_template(
        "api_docs.html",
        about=reading.paragraphs(described["info"]["description"]),
        version=described["info"]["version"],
        sections=reading.sections(described, request.host_url),
        things=reading.things(described),
    )


def _written() -> _Written:
    written: _Written | None = current_app.extensions.get("openapi_written")
    if written is None:
        body = json.dumps(document(), ensure_ascii=False).encode()
        written = _Written(body, hashlib.sha256(body).hexdigest()[:24])
        current_app.extensions["openapi_written"] = written
    return written
