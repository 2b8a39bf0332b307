"""Answers that stay the same for ever: what was counted once is never counted otherwise.

Who asks again, and says what he has, is told that it is still so (RFC 9110, sections 8.8.3 and
13.1.2), before anything is read or ranked. Results need not even be asked for again; files and
charts need, for another release may write or draw them otherwise.
"""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import Response, request

from models import Result, Status
from views.ready_made import ReadyMade
from views.texts import is_being_prepared, wait_until_prepared
from wordcount.version import VERSION

#: By the client alone: who stands between may not keep what only holders of the key may see.
FOR_EVER = "private, max-age=31536000, immutable"
ASK_AGAIN = "private, no-cache"

P = ParamSpec("P")


def unchanging(view: Callable[P, Response]) -> Callable[P, Response]:
    """A view of the finished count whose key is in its route. Its other answers may change."""

    @wraps(view)
    def answer(*args: P.args, **kwargs: P.kwargs) -> Response:
        result = Result.by_key((request.view_args or {})["job_key"])
        if result is None:
            return view(*args, **kwargs)
        wait_until_prepared(result)
        is_settled = result.status == Status.FINISHED and not is_being_prepared(result)
        return _validated(is_settled, ASK_AGAIN, lambda: view(*args, **kwargs))

    return answer


def kept(counted: Result | ReadyMade, make: Callable[[], Response]) -> Response:
    """Rows of a result, which a client may keep without ever asking again."""
    return _validated(counted.status == Status.FINISHED, FOR_EVER, make)


def _validated(is_settled: bool, how_long: str, make: Callable[[], Response]) -> Response:
    """An answer about a count, which is not even made for who has it already."""
    if not is_settled:
        return make()
    tag = _tag()
    # Not for "*", which anybody may send: nobody has what cannot be answered.
    if tag in request.if_none_match.as_set(include_weak=True):
        response = Response(status=304)
    else:
        response = make()
    # Weak: compressed or not, it says the same.
    response.set_etag(tag, weak=True)
    response.headers["Cache-Control"] = how_long
    return response


def _tag() -> str:
    """Another address is another answer; so may be that of another release."""
    return hashlib.sha256(f"{VERSION} {request.full_path}".encode()).hexdigest()[:24]
