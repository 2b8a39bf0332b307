"""What is answered: what was asked for, or a problem with one of a few codes."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import current_app
from werkzeug.http import HTTP_STATUS_CODES

from views.errors import QUEUE_FULL, UNKNOWN_COUNT
from views.errors import SENTENCES as OF_STATUSES
from views.openapi.bricks import HOW_MANY, TEXT, Json, body, said, schema
from views.openapi.examples import FAILURE
from views.other_sites import CROSS_SITE
from wordcount.errors import SENTENCES

PROBLEM = "application/problem+json"
#: What a URL may be refused with at once, and a callback beside it.
URL_CODES = tuple(code for code in SENTENCES if code.startswith("url_"))
CALLBACK_CODES = tuple(code for code in SENTENCES if code.startswith("callback_"))
_OF_INPUT = (*URL_CODES, *CALLBACK_CODES)
_OF_OTHER_INPUT = ("text_", "list_", "item_")
#: Why a count may fail.
FAILURES = tuple(
    code for code in SENTENCES if code not in _OF_INPUT and not code.startswith(_OF_OTHER_INPUT)
)
_NONSENSE = '"top" must be a whole number from 1 on.'
#: The codes for a host name that is not this site's, and for an address that there is not.
_BAD_REQUEST, _NOT_FOUND = "bad_request", "not_found"

#: For what is answered about a finished count: it never changes.
KEPT = {
    "ETag": {"description": "Of this answer, which stays.", "schema": TEXT},
    "Cache-Control": {
        "description": "A result may be kept for a year; a file is asked about by its `ETag`.",
        "schema": TEXT,
    },
}

RETRY_AFTER = {"Retry-After": {"description": "Seconds to wait.", "schema": HOW_MANY}}


def answer(what: str, content: Json | None = None, headers: Json | None = None) -> Json:
    """Any answer."""
    described: Json = {"description": what}
    if headers:
        described["headers"] = headers
    if content:
        described["content"] = content
    return described


#: 304.
UNCHANGED = {"304": answer("You have this answer already: `If-None-Match` names it.", None, KEPT)}


def problem(
    status: int,
    what: str,
    *codes: str,
    sentence: str = "",
    headers: Json | None = None,
    members: Mapping[str, Any] | None = None,
) -> dict[str, Json]:
    """An answer that says why not, by its status.

    :param what: it means.
    :param codes: all that there may be; the first one is the example's.
    :param sentence: the example's, if it is not the one of that code.
    :param members: further ones of the example.
    """
    example = {
        "title": HTTP_STATUS_CODES[status],
        "status": status,
        "detail": sentence or SENTENCES[codes[0]],
        "code": codes[0],
        **(members or {}),
    }
    content = body(PROBLEM, _problem_with(status, codes), example)
    return {str(status): answer(what, content, headers)}


def failed() -> dict[str, Json]:
    """422 for a count that has failed."""
    of = {"allOf": [schema("Failure"), _problem_with(422, FAILURES)]}
    what = "The page could not be counted; to ask again does not change that."
    return {"422": answer(what, body(PROBLEM, of, FAILURE))}


def _problem_with(status: int, codes: Iterable[str]) -> Json:
    return {
        "allOf": [
            schema("Problem"),
            {"properties": {"status": {"const": status}, "code": {"enum": [*codes]}}},
        ]
    }


def nonsense(*codes: str, sentence: str = _NONSENSE) -> dict[str, Json]:
    """400 for parameters: `bad_parameter`, and these."""
    what = "A parameter makes no sense; the sentence names it."
    return problem(400, what, "bad_parameter", *codes, _BAD_REQUEST, sentence=sentence)


def refused(*codes: str, what: str = "What was sent cannot be counted.") -> dict[str, Json]:
    """400 for what is sent; the first code is that of a URL."""
    return problem(
        400,
        what,
        "url_scheme",
        *sorted({*URL_CODES, *codes} - {"url_scheme"}),
        _BAD_REQUEST,
        sentence=SENTENCES["url_scheme"].format(scheme="ftp"),
    )


def unknown(
    *codes: str,
    what: str = UNKNOWN_COUNT,
    sentence: str = UNKNOWN_COUNT,
    members: Mapping[str, Any] | None = None,
) -> dict[str, Json]:
    """404: by its key, or for one of these codes."""
    codes = ("unknown_key", *codes, _NOT_FOUND)
    return problem(404, what, *codes, sentence=sentence, members=members)


def misdirected() -> dict[str, Json]:
    """400 where nothing else may be wrong."""
    return problem(
        400,
        "The request goes to a name that is not this site's.",
        _BAD_REQUEST,
        sentence="This site does not go by the name 'example.org'.",
    )


def wordless(*codes: str) -> dict[str, Json]:
    """409: the count has no words, or not those that were asked for."""
    what = (
        "The count is not finished, or what was asked for is not known of it. With the code"
        " `index_not_ready` it will be; `Retry-After` then says when to ask again."
        if "index_not_ready" in codes
        else "A count is not finished, or what was asked for is not known of it."
    )
    sentence = "This count has no words to show: it is queued."
    return problem(409, what, "not_finished", *codes, sentence=sentence)


def not_now(*codes: str, sentence: str = "") -> dict[str, Json]:
    """503: `database_unavailable`, or for one of these codes."""
    return problem(
        503,
        "Not just now: ask again after `Retry-After` seconds.",
        "database_unavailable",
        *codes,
        sentence=sentence or OF_STATUSES[503],
        headers=RETRY_AFTER,
    )


def broken() -> dict[str, Json]:
    """500."""
    return problem(
        500,
        "A defect of the service, which has been logged.",
        "internal_server_error",
        sentence=OF_STATUSES[500],
    )


def too_large() -> dict[str, Json]:
    """413."""
    most = f"{current_app.config['MAX_CONTENT_LENGTH'] // 1024:,} KB"
    return problem(
        413,
        f"The body is larger than {most}.",
        "request_entity_too_large",
        sentence=OF_STATUSES[413].format(most=most),
    )


def forbidden() -> dict[str, Json]:
    """403 for what is sent."""
    return problem(
        403,
        "A page of another site has sent it, in somebody's browser; or it came by HTTP to a server"
        " that answers by HTTPS only.",
        "cross_site",
        "https_required",
        sentence=CROSS_SITE,
    )


def too_often() -> dict[str, Json]:
    """429."""
    return problem(
        429,
        "The client has submitted too often, refused submissions included.",
        "too_many_requests",
        sentence=OF_STATUSES[429].format(seconds="20 seconds"),
        headers=RETRY_AFTER,
    )


def what_submissions_get(*codes: str) -> dict[str, Json]:
    """All that may befall who submits a page, but for its success.

    :param codes: of 400, beside those of a URL.
    """
    return {
        **refused(*codes),
        **forbidden(),
        **too_large(),
        **too_often(),
        **broken(),
        **problem(
            503,
            "Not just now: ask again after `Retry-After` seconds.",
            "queue_full",
            "database_unavailable",
            sentence=QUEUE_FULL,
            headers=RETRY_AFTER,
        ),
    }


def page(what: str) -> Json:
    """HTML, for browsers."""
    return body("text/html", said(what, TEXT))
