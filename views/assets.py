"""Style sheets, scripts and pictures: under an address that changes with them, and compressed."""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, request
from flask_compress import Compress
from werkzeug.security import safe_join

#: What is sent compressed to those who take it. No pages: they have a secret, the form's token, and
#: beside it what a stranger has put into their address; from the length of both, compressed
#: together, the secret can be guessed bit by bit (BREACH). And no streams of events, which would be
#: held back until there is enough to compress.
_COMPRESSED = ["text/css", "text/javascript", "image/svg+xml", "application/json", "text/csv"]
#: The name of a version's parameter.
_VERSION = "v"
_FOR_A_YEAR = "public, max-age=31536000, immutable"


def serve_assets(app: Flask) -> None:
    """Let browsers keep the files of an application for as long as they stay the same."""
    app.config["COMPRESS_MIMETYPES"] = _COMPRESSED
    Compress(app)
    app.url_defaults(_add_version)
    app.after_request(_finish)  # of such functions the last one is called first


def _add_version(endpoint: str, values: dict[str, Any]) -> None:
    if version := _version(endpoint, values.get("filename")):
        values.setdefault(_VERSION, version)


def _finish(response: Response) -> Response:
    if not _is_of_files(request.endpoint or ""):
        return response
    if response.status_code == 200:
        # Not as a stream: Flask-Compress leaves the file behind one open, and has no gzip for it.
        response.direct_passthrough = False
        response.make_sequence()
    # Only under the version that the file has now: others may be of an older or newer web. Without,
    # it is asked for each time, and mostly answered 304.
    asked, filename = request.args.get(_VERSION), (request.view_args or {}).get("filename")
    if response.status_code < 400 and asked and asked == _version(request.endpoint or "", filename):
        response.headers["Cache-Control"] = _FOR_A_YEAR
    return response


def _is_of_files(endpoint: str) -> bool:
    """Ours and Bootstrap's."""
    return endpoint.rpartition(".")[2] == "static"


def _version(endpoint: str, filename: str | None) -> str | None:
    """Of a file that pages use; None for anything else.

    Not of pages among the files: they are not used by pages but visited, under one address.
    """
    if not _is_of_files(endpoint) or not filename or filename.endswith(".html"):
        return None
    blueprint = endpoint.rpartition(".")[0]
    owner = current_app.blueprints[blueprint] if blueprint else current_app
    path = safe_join(owner.static_folder or "", filename)
    if path is None or not Path(path).is_file():
        return None
    state = Path(path).stat()
    return _hash(path, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=256)
def _hash(path: str, _changed: int, _size: int) -> str:
    """Of what is in a file; it is read once for each of its states."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]
