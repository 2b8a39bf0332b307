"""What became of the callbacks of a count, for whoever has its key."""

from typing import Any

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from callbacks import rows
from callbacks.rows import Callback
from models import Result, Status
from views.errors import unknown_count

callback_states = Blueprint("api_callbacks", __name__)


@callback_states.get("/results/<job_key>/callbacks")
def of_count(job_key: str) -> ResponseReturnValue:
    """The callbacks of a count, the newest first; 404 if there is no count with this key.

    Nothing of their URLs, not even the host: several people may share a count, and so its key, and
    whom one of them wants to be told is no business of the others.
    """
    result = Result.by_key(job_key)
    if result is None:
        raise unknown_count()
    has_ended = not Status(result.status).is_pending
    response = jsonify([_state(found, has_ended=has_ended) for found in rows.of(result)])
    response.headers["Cache-Control"] = "no-store"
    return response


def _state(callback: Callback, *, has_ended: bool) -> dict[str, Any]:
    is_to_come = has_ended and callback.state == "waiting"
    return {
        "delivery_id": str(callback.delivery_id),
        "state": callback.state,
        "attempts": callback.attempts,
        "last_status": callback.last_status,
        "last_error": callback.last_error,
        "next_at": callback.due_at.isoformat() if is_to_come else None,
    }
