"""JSON for programs: start a count, ask for its result."""

import json
from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

import submissions
from models import Result, Status
from views.errors import Problem
from views.parameters import choice, number
from views.rankings import Ranking
from views.standing import about, pending_document
from wordcount.counts import LONGEST_SHOWN

api = Blueprint("api", __name__)

#: Rows of a result unless `top` says otherwise.
DEFAULT_TOP = 10


@api.post("/start")
def start() -> ResponseReturnValue:
    """Accept ``{"url": ...}`` for counting; answer with the job key as plain text.

    ``"fresh": true`` counts again what was counted a moment ago.
    """
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        raise Problem(403, "cross_site", "Pages of other sites may not start counts.")
    body = _json_object()
    url, fresh = body.get("url"), body.get("fresh", False)
    if not isinstance(url, str | None):
        raise Problem(400, "bad_parameter", '"url" must be a string.')
    if not isinstance(fresh, bool):
        raise Problem(400, "bad_parameter", '"fresh" must be true or false.')
    return Response(submissions.submit(url or "", fresh=fresh), mimetype="text/plain")


@api.get("/results/<job_key>")
def results(job_key: str) -> ResponseReturnValue:
    """The top words of a finished count as ``[[word, count], ...]``.

    202 while it is pending, 422 if it failed, 404 if there is none with this key.
    """
    wanted = _wanted_ranking()
    result = Result.by_key(job_key)
    if result is None:
        raise Problem(404, "unknown_key", "There is no count with this key.")
    if Status(result.status).is_pending:
        return _pending(result)
    if result.status == Status.FAILED:
        answered: dict[str, Any] = {}
        if result.http_status:
            answered["http_status"] = result.http_status
        raise Problem(
            422,
            result.error_code or "crashed",
            result.error_detail or "",
            **answered,
            **about(result),
        )
    return jsonify(wanted.of(result))


def _json_object() -> dict[str, Any]:
    """The body; whatever its Content-Type says, for many a client sends JSON without saying so."""
    try:
        body = json.loads(request.get_data())
    except (ValueError, RecursionError):  # the latter for [[[[[...
        body = None
    if not isinstance(body, dict):
        raise Problem(
            400, "bad_json", 'Send a JSON object such as {"url": "https://example.com/"}.'
        )
    return body


def _pending(result: Result) -> ResponseReturnValue:
    response = jsonify(pending_document(result))
    response.status_code = 202
    response.headers["Retry-After"] = "1"
    response.headers["Cache-Control"] = "no-store"
    return response


def _wanted_ranking() -> Ranking:
    return Ranking(
        top=number("top", otherwise=DEFAULT_TOP),
        main=choice("of", "page", "main") == "main",
        stop_words=choice("stopwords", "drop", "keep") == "keep",
        fold_case=choice("case", "fold", "keep") == "fold",
        together=choice("forms", "apart", "together") == "together",
        shortest=number("min", otherwise=1, high=LONGEST_SHOWN),
    )
