"""Errors as people want them, a page, and as programs do: problem+json with a stable code.

The format is that of RFC 9457.
"""

import json
from collections.abc import Mapping

from flask import Response, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_limiter import RateLimitExceeded
from werkzeug.exceptions import HTTPException, MethodNotAllowed, SecurityError

from storage.faults import DATABASE_AWAY, reason
from submissions import QueueFullError
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

UNKNOWN_COUNT = "There is no count with this key."
#: Where waiting alone does not help.
TOO_MANY_AT_ONCE = (
    "The list has more pages than one client may submit. Please try again in {seconds}, with at"
    " most {lines}."
)
#: What is over soon: a page that says so keeps what was typed.
NOT_NOW = (QueueFullError, *DATABASE_AWAY)
QUEUE_FULL = "Too many pages are waiting to be counted just now. Please try again in a moment."

#: What stands above an error in place of what HTTP calls it.
_HEADINGS = {"index_not_ready": "Not known yet"}
#: Pages whose errors look like them: what is shown in a frame may have no script.
_TEMPLATES = {"take.embed": "embed_error.html"}


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


def unknown_count() -> Problem:
    """What is told to programs that ask about a count that there is not."""
    return Problem(404, "unknown_key", UNKNOWN_COUNT)


def http_error(error: Exception) -> ResponseReturnValue:
    """The answer for any error: a page for browsers, problem+json for programs."""
    problem = problem_of(error)
    headers = dict(problem.headers)
    # A page has links, and none can be made under a name that is not this site's.
    if wants_page() and not isinstance(error, SecurityError):
        template = _TEMPLATES.get(request.endpoint or "", "error.html")
        if comes_back := "Retry-After" in headers and request.method == "GET":
            headers["Refresh"] = headers["Retry-After"]  # browsers then do so by themselves
        body = render_template(
            template,
            heading=_HEADINGS.get(str(problem.document["code"]), problem.document["title"]),
            comes_back=comes_back,
            # Of a count that there is.
            job_key=(request.view_args or {}).get("job_key") if problem.status == 409 else None,
            **problem.document,
        )
        mimetype = "text/html"
    else:
        body = json.dumps(problem.document, ensure_ascii=False)
        mimetype = "application/problem+json"
    return Response(body, problem.status, headers, mimetype=mimetype)


def problem_of(error: Exception) -> Problem:
    """An error as it is told to the client: what it is among those of HTTP, and in our words."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, InputError):
        return Problem(400, error.code, error.detail)
    if isinstance(error, QueueFullError):
        return Problem(503, "queue_full", QUEUE_FULL, headers={"Retry-After": "30"})
    if isinstance(error, HTTPException):
        return _problem_of_http(error)
    if not isinstance(error, DATABASE_AWAY):
        raise error
    current_app.logger.error("the database cannot be reached: %s", reason(error))
    return Problem(503, "database_unavailable", SENTENCES[503], headers={"Retry-After": "5"})


def _problem_of_http(error: HTTPException) -> Problem:
    """An error that Flask or an extension raised."""
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
    """The first parts of the API's addresses; also right where no route of it was matched (405).

    The names of its blueprints begin with "api".
    """
    return {
        rule.rule.split("/")[1]
        for rule in current_app.url_map.iter_rules()
        if "." in rule.endpoint and rule.endpoint.startswith("api")
    }
