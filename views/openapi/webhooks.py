"""What is sent to a `callback_url` when its count has ended."""

from typing import Any

from views.openapi import examples
from views.openapi.bricks import TEXT, Json, body, operation, said, schema, sent
from views.openapi.parameters import header

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
            "Sent until it was heard: after 5 seconds, 30 seconds, 2 minutes, 10 minutes, an hour"
            " and 6 hours. It may come twice, with the same `delivery_id`. Redirects are not"
            " followed."
        ),
        parameters=[
            header(
                "X-Wordcount-Signature",
                said("`sha256=` and 64 hexadecimal digits.", TEXT),
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
            "default": {"description": "It is sent again later."},
        },
    )
