"""What is sent to a `callback_url` when its count has ended."""

from collections.abc import Sequence
from typing import Any

from callbacks.steps import PAUSES, REFUSED_PAUSES
from views.openapi import examples
from views.openapi.bricks import TEXT, Json, body, operation, schema, sent
from views.openapi.parameters import header
from wordcount.errors import in_seconds

WEBHOOKS = "Webhooks"
_OUTCOME: dict[str, Any] = {
    "delivery_id": examples.DELIVERY,
    "submitted_at": examples.SUBMITTED,
    "finished_at": examples.COUNTED,
    "sent_at": "2026-11-21T09:30:02+00:00",
}
_FINISHED = {
    "event": "finished",
    "job_key": examples.FINISHED,
    "url": examples.SAMPLE,
    "status": "finished",
    **_OUTCOME,
    "total_words": examples.FACTS["total_words"],
    "distinct_words": examples.FACTS["distinct_words"],
    "language": examples.FACTS["language"],
    "title": examples.FACTS["title"],
    "result": examples.TOP_TEN,
}
_FAILED = {
    "event": "failed",
    "job_key": examples.FAILED,
    "url": examples.FAILED_URL,
    "status": "failed",
    **_OUTCOME,
    "code": examples.FAILURE["code"],
    "detail": examples.FAILURE["detail"],
}


def webhooks() -> Json:
    """By name."""
    return {
        "finished": {"post": _told("countFinished", "A count is finished", "Finished", _FINISHED)},
        "failed": {"post": _told("countFailed", "A count has failed", "Failed", _FAILED)},
    }


def _told(name: str, summary: str, of: str, example: dict[str, Any]) -> Json:
    return operation(
        name,
        WEBHOOKS,
        summary,
        description=(
            f"Sent until it was heard: again after {_spoken(PAUSES)}, and then no more; if it is"
            f" refused, after {_spoken(REFUSED_PAUSES)} only. It may come twice, with the same"
            " `delivery_id`. Redirects are not followed. Check the signature before you believe"
            " anything."
        ),
        parameters=[
            header(
                "X-Wordcount-Signature",
                {"type": "string", "pattern": "^sha256=[0-9a-f]{64}$"},
                "HMAC-SHA256 of the body as it was sent, keyed with the `callback_secret`. Compare"
                " it in constant time.",
            ),
            header("X-Wordcount-Delivery", schema("Key"), "The `delivery_id`."),
            header("X-Wordcount-Event", TEXT, "The `event`."),
        ],
        requestBody=sent(body("application/json", schema(of), example)),
        answers={
            "2XX": {"description": "Heard: it is not sent again."},
            "410": {"description": "Not wanted: it is not sent again."},
            "4XX": {
                "description": "Refused: the third attempt is the last. But 408, 425 and 429 are"
                " like any other answer."
            },
            "default": {"description": "It is sent again later."},
        },
    )


def _spoken(pauses: Sequence[int]) -> str:
    """``5 seconds, 2 minutes and 1 hour``."""
    named = [_time(seconds) for seconds in pauses]
    return f"{', '.join(named[:-1])} and {named[-1]}"


def _time(seconds: int) -> str:
    for unit, of_seconds in (("hour", 3600), ("minute", 60)):
        if seconds % of_seconds == 0:
            number = seconds // of_seconds
            return f"{number} {unit}{'' if number == 1 else 's'}"
    return in_seconds(seconds)
