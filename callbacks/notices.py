"""What a receiver is told of a count, and the signature by which it knows who says so.

`docs/CALLBACKS.md` describes it for those who write receivers: members are added, none is changed.
"""

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from callbacks.steps import Taken
from models import Result, Status, ranking_name
from wordcount.counts import shortened

#: Rows of the ranking, as `GET /results/<job_key>` has them by default.
_TOP = 10
#: A title can be as long as a page; so much of it is sent, in characters.
_LONGEST_TITLE = 300


@dataclass(frozen=True)
class Notice:
    """One request to a receiver."""

    body: bytes
    headers: dict[str, str]


def notice_of(taken: Taken, result: Result, *, sent_at: datetime, site_url: str) -> Notice:
    """The request that tells of the outcome of a count.

    :param site_url: where this service is reached; "" if nobody knows.
    """
    document: dict[str, Any] = {
        "event": result.status,
        "delivery_id": str(taken.delivery_id),
        "job_key": str(result.job_key),
        "url": result.url,
        "status": result.status,
        "submitted_at": result.submitted_at.isoformat(),
        "finished_at": result.finished_at and result.finished_at.isoformat(),
        "sent_at": sent_at.isoformat(),
        **(_words(result) if result.status == Status.FINISHED else _failure(result)),
    }
    if site_url and result.status == Status.FINISHED:
        document["results_url"] = f"{site_url.rstrip('/')}/results/{result.job_key}"
    body = json.dumps(document, ensure_ascii=False).encode()
    headers = {
        "Content-Type": "application/json",
        "X-Wordcount-Event": str(result.status),
        "X-Wordcount-Delivery": str(taken.delivery_id),
        "X-Wordcount-Signature": signature(body, taken.secret),
    }
    return Notice(body, headers)


def signature(body: bytes, secret: str) -> str:
    """What proves that a body comes from somebody who knows the secret."""
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"


def _words(result: Result) -> dict[str, Any]:
    rows = (result.tops or {}).get(ranking_name(stop_words=False, fold_case=True), [])
    return {
        "total_words": result.total_words,
        "distinct_words": result.distinct_words,
        "language": result.language,
        "title": result.title and shortened(result.title, _LONGEST_TITLE),
        "result": rows[:_TOP],
    }


def _failure(result: Result) -> dict[str, Any]:
    answered = {"http_status": result.http_status} if result.http_status else {}
    return {"code": result.error_code, "detail": result.error_detail, **answered}
