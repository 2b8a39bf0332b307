"""JSON for programs: start a count, ask for its result."""

from typing import Any

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue

from models import Result, Status
from views import json_body
from views.errors import Problem, unknown_count
from views.paging import PagedRanking, paged
from views.ready_made import ReadyMade
from views.standing import about, pending_document
from views.unchanging import kept

api = Blueprint("api", __name__)


@api.post("/start")
def start() -> ResponseReturnValue:
    """Accept ``{"url": ...}`` for counting; answer with the job key as plain text.

    ``"fresh": true`` counts again what was counted a moment ago. ``"callback_url"`` is told of the
    outcome, signed with ``"callback_secret"``. A header ``Idempotency-Key`` makes sure that what is
    sent again, for want of an answer, is counted once.
    """
    return Response(json_body.asked().submit(), mimetype="text/plain")


@api.get("/results/<job_key>")
def results(job_key: str) -> ResponseReturnValue:
    """The top words of a finished count as ``[[word, count], ...]``.

    202 while it is pending, 422 if it failed, 404 if there is none with this key.
    """
    wanted = PagedRanking.asked()
    counted = wanted.found(job_key)
    if counted is None:
        raise unknown_count()
    if Status(counted.status).is_pending:
        return _pending(counted)
    if isinstance(counted, Result) and counted.status == Status.FAILED:
        raise failure_of(counted)
    return kept(counted, lambda: paged(wanted, counted, lambda rows: rows))


def failure_of(result: Result) -> Problem:
    """Why a count has failed."""
    answered: dict[str, Any] = {}
    if result.http_status:
        answered["http_status"] = result.http_status
    return Problem(
        422,
        result.error_code or "crashed",
        result.error_detail or "",
        **answered,
        **about(result),
    )


def _pending(result: Result | ReadyMade) -> ResponseReturnValue:
    response = jsonify(pending_document(result))
    response.status_code = 202
    response.headers["Retry-After"] = "1"
    response.headers["Cache-Control"] = "no-store"
    return response
