"""The same counts for clients of a well-known template of RQ and Flask: enqueue, check, get.

They know three addresses, RQ's own words for the states of a job, and that an answer 404 has a
member ``error``.
"""

from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from models import Result, Status, db
from storage.connections import only_read
from views import json_body
from views.api import failure_of
from views.errors import Problem
from views.logged import is_about
from views.paging import PagedRanking, paged
from views.pending import pending
from views.ready_made import ReadyMade
from views.unchanging import kept
from wordcount import Ranked

template_api = Blueprint("api_of_template", __name__)

#: What RQ calls a job that is running; the other states are called alike.
_STARTED = "started"
NO_JOB_ID = '"job_id" is missing: send what /enqueue answered.'


@template_api.post("/enqueue")
def enqueue() -> ResponseReturnValue:
    """Accept what ``POST /start`` accepts."""
    return jsonify({"job_id": json_body.asked().submit()})


@template_api.get("/check_status")
def check_status() -> ResponseReturnValue:
    """Where a count stands."""
    job_id = _job_id()
    only_read(db.session())
    result = Result.by_key(job_id)
    if result is None:
        raise _unknown(job_id)
    response = jsonify({"job_id": str(result.job_key), "job_status": _status_of(result)})
    response.headers["Cache-Control"] = "no-store"
    return response


@template_api.get("/get_result")
def get_result() -> ResponseReturnValue:
    """What came out, ranked as ``GET /results`` does; 404 while nothing has."""
    wanted = PagedRanking.asked()
    result = wanted.found(job_id := _job_id())
    if result is None:
        raise _unknown(job_id)
    if isinstance(result, Result) and result.status == Status.FAILED:
        failure = failure_of(result)
        failure.document |= {"error": failure.document["detail"], "job_id": str(result.job_key)}
        raise failure
    if result.status != Status.FINISHED:
        status = _status_of(result)
        sentence = f"There is no result yet: the job is {status}. Ask again in a moment."
        raise Problem(404, "result_not_ready", sentence, error=_error(sentence), job_status=status)

    def document(rows: list[Ranked]) -> dict[str, Any]:
        return {
            "job_id": str(result.job_key),
            "job_enqueued_at": result.submitted_at.isoformat(),
            "job_started_at": result.started_at and result.started_at.isoformat(),
            "input": {"url": result.url},
            "result": rows,
        }

    return kept(result, lambda: paged(wanted, result, document))


def _job_id() -> str:
    """What ``?job_id=`` names.

    :raises views.errors.Problem: if it is missing.
    """
    job_id = request.args.get("job_id")
    if not job_id:
        raise Problem(400, "bad_parameter", NO_JOB_ID)
    is_about(job_id)
    return job_id


def _unknown(job_id: str) -> Problem:
    sentence = f"There is no job with the id {job_id[:40]!r}."
    return Problem(404, "unknown_key", sentence, error=_error(sentence))


def _status_of(result: Result | ReadyMade) -> str:
    if pending(result.job_key).is_waiting:
        return Status.QUEUED
    return _STARTED if result.status == Status.RUNNING else result.status


def _error(sentence: str) -> str:
    return f"404 Not Found: {sentence}"
