"""Answers that stay the same for ever: what was counted once is never counted otherwise.

Clients may keep them without asking again; who asks again all the same, and says what he has, is
told that it is still so (RFC 9110, sections 8.8.3 and 13.1.2).
"""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import Response, request

from models import Result, Status
from views.texts import is_being_prepared
from wordcount.version import VERSION

#: By the client alone: who stands between may not keep what only holders of the key may see.
FOR_EVER = "private, max-age=31536000, immutable"

P = ParamSpec("P")


def unchanging(view: Callable[P, Response]) -> Callable[P, Response]:
    """A view of the finished count whose key is in its route. Its other answers may change."""

    @wraps(view)
    def answer(*args: P.args, **kwargs: P.kwargs) -> Response:
        result = Result.by_key((request.view_args or {})["job_key"])
        return view(*args, **kwargs) if result is None else kept(result, view, *args, **kwargs)

    return answer


def kept(
    result: Result, make: Callable[P, Response], *args: P.args, **kwargs: P.kwargs
) -> Response:
    """An answer about a count, which is not even made for who has it already."""
    if not _is_settled(result):
        return make(*args, **kwargs)
    tag = _tag()
    if request.if_none_match.contains_weak(tag):
        response = Response(status=304)
    else:
        response = make(*args, **kwargs)
    # Weak: compressed or not, it says the same.
    response.set_etag(tag, weak=True)
    response.headers["Cache-Control"] = FOR_EVER
    return response


def _is_settled(result: Result) -> bool:
    """Whether all is stored that will ever be known of a count."""
    return result.status == Status.FINISHED and not is_being_prepared(result)


def _tag() -> str:
    """Another address is another answer; so may be that of another release."""
    return hashlib.sha256(f"{VERSION} {request.full_path}".encode()).hexdigest()[:24]
