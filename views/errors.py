"""Errors as people want them, a page, and as programs do: problem+json with a stable code.

The format is that of RFC 9457.
"""

import json
from collections.abc import Mapping

from flask import Response, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_limiter import RateLimitExceeded
from werkzeug.exceptions import HTTPException, MethodNotAllowed, SecurityError

from models import reason
from views.limits import most_lines, seconds_to_wait
from wordcount.errors import InputError, in_seconds

# Sentences for the statuses that a visitor can meet; others get werkzeug's.
SENTENCES = {
    404: "There is nothing at this address.",
    405: "This address does not answer {method} requests.",
    413: "What was sent is too large: {most} at most.",
    429: "You have submitted many pages in a short time. Please try again in {seconds}.",
    500: "Something went wrong on our side. It has been logged.",
    503: "The database cannot be reached just now. Please try again in a moment.",
}

#: Where waiting alone does not help.
TOO_MANY_AT_ONCE = (
    "The list has more pages than one client may submit. Please try again in {seconds}, with at"
    " most {lines}."
)
QUEUE_FULL = "Too many pages are waiting to be counted just now. Please try again in a moment."


class Problem(HTTPException):
    """A request that cannot be answered, as it is told to the client.

    :param status: the HTTP status.
    :param code: stable, for programs; it never changes its meaning.
    :param detail: a sentence for people.
    :param headers: of the answer.
    :param extra: further members of the problem document.
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        **extra: object,
    ) -> None:
        super().__init__(detail)
        self.code = self.status = status
        self.headers = headers or {}
        # "type" is left out: it is then about:blank, and "title" the status's own phrase. That
        # comes from werkzeug, which is pinned: Python's own changes between versions.
        self.document = {
            "title": self.name,
            "status": status,
            "detail": detail,
            "code": code,
            **extra,
        }


def input_error(error: InputError) -> ResponseReturnValue:
    """400 for an address, a text or a list that cannot be counted."""
    return http_error(Problem(400, error.code, error.detail))


def queue_full() -> Problem:
    """503 while too many counts wait: nothing was accepted, but soon something may be."""
    return Problem(503, "queue_full", QUEUE_FULL, headers={"Retry-After": "30"})


def database_away(error: Exception) -> ResponseReturnValue:
    """503 while Postgres cannot be reached: it will be back, and so may the client."""
    return http_error(no_database(error))


def no_database(error: Exception) -> Problem:
    """The same, for a page that keeps what was typed."""
    current_app.logger.error("the database cannot be reached: %s", reason(error))
    return Problem(503, "database_unavailable", SENTENCES[503], headers={"Retry-After": "5"})


def http_error(error: HTTPException) -> ResponseReturnValue:
    """The answer for any HTTP error: a page for browsers, problem+json for programs."""
    problem = error if isinstance(error, Problem) else problem_of(error)
    headers = dict(problem.headers)
    # A page has links, and none can be made under a name that is not this site's.
    if wants_page() and not isinstance(error, SecurityError):
        body, mimetype = render_template("error.html", **problem.document), "text/html"
        if "Retry-After" in headers and request.method == "GET":
            headers["Refresh"] = headers["Retry-After"]  # browsers then do so by themselves
    else:
        body = json.dumps(problem.document, ensure_ascii=False)
        mimetype = "application/problem+json"
    return Response(body, problem.status, headers, mimetype=mimetype)


def problem_of(error: HTTPException) -> Problem:
    """An error that Flask or an extension raised, in our words."""
    status = error.code or 500
    waiting = seconds_to_wait() if isinstance(error, RateLimitExceeded) else 0
    if status in SENTENCES:
        detail = SENTENCES[status].format(
            method=request.method,
            seconds=in_seconds(waiting),
            most=f"{(request.max_content_length or 0) // 1024:,} KB",
        )
    else:
        detail = str(error.description)
    headers = {}
    match error:
        case SecurityError():
            detail = f"This site does not go by the name {request.headers.get('Host', '')!r}."
        case MethodNotAllowed(valid_methods=methods):
            headers["Allow"] = ", ".join(sorted(methods or []))
        case RateLimitExceeded():
            headers["Retry-After"] = str(waiting)
            if lines := most_lines():
                detail = TOO_MANY_AT_ONCE.format(lines=lines, seconds=in_seconds(waiting))
    return Problem(status, error.name.lower().replace(" ", "_"), detail, headers=headers)


def wants_page() -> bool:
    """Whether it is a browser that shows pages; the API's own addresses always answer programs."""
    first_part = request.path.split("/")[1]
    if first_part in _api_paths():
        return False
    return request.accept_mimetypes.best_match(["application/json", "text/html"]) == "text/html"


def _api_paths() -> set[str]:
    """The first parts of the API's addresses; also right where no route of it was matched (405)."""
    return {
        rule.rule.split("/")[1]
        for rule in current_app.url_map.iter_rules()
        if rule.endpoint.startswith("api.")
    }
