"""Errors as people want them, a page, and as programs do: problem+json with a stable code.

The format is that of RFC 9457.
"""

import json

from flask import Response, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_limiter import RateLimitExceeded
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, SecurityError

from views.limits import seconds_to_wait
from wordcount.errors import UrlError

# Sentences for the statuses that a visitor can meet; others get werkzeug's.
SENTENCES = {
    404: "There is nothing at this address.",
    405: "This address does not answer {method} requests.",
    413: "The request is too large.",
    429: "You have submitted many pages in a short time. Please wait a moment.",
    500: "Something went wrong on our side. It has been logged.",
    503: "The database cannot be reached just now. Please try again in a moment.",
}


class Problem(HTTPException):
    """A request that cannot be answered, with a code of its own.

    :param status: the HTTP status.
    :param code: stable, for programs; it never changes its meaning.
    :param detail: a sentence for people.
    :param extra: further members of the problem document.
    """

    def __init__(self, status: int, code: str, detail: str, **extra: object) -> None:
        super().__init__(detail)
        self.code = status
        self.problem_code = code
        self.extra = extra


def url_error(error: UrlError) -> ResponseReturnValue:
    """400 for an address that cannot be counted."""
    return http_error(Problem(400, error.code, error.detail))


def database_away(error: OperationalError) -> ResponseReturnValue:
    """503 while Postgres cannot be reached: it will be back, and so may the client."""
    current_app.logger.error("the database cannot be reached: %s", error.orig)
    response = current_app.make_response(
        http_error(Problem(503, "database_unavailable", SENTENCES[503]))
    )
    response.headers["Retry-After"] = "5"
    return response


def http_error(error: HTTPException) -> ResponseReturnValue:
    """The answer for any HTTP error: a page for browsers, problem+json for programs."""
    status = error.code or 500
    title = error.name  # and not Python's own word for it, which changes between versions
    if isinstance(error, Problem):
        code, extra = error.problem_code, error.extra
    else:
        code, extra = title.lower().replace(" ", "_"), {}
    detail = str(error.description or title)
    if not isinstance(error, Problem) and status in SENTENCES:
        detail = SENTENCES[status].format(method=request.method)
    if isinstance(error, SecurityError):
        detail = f"This site does not go by the name {request.headers.get('Host', '')!r}."
    # A page has links, and there are none under a name that is not ours.
    if _wants_page() and not isinstance(error, SecurityError):
        body = render_template("error.html", status=status, title=title, detail=detail)
        response = Response(body, status, mimetype="text/html")
    else:
        # "type" is left out: it is then about:blank, and "title" the status's own phrase.
        problem = {"title": title, "status": status, "detail": detail, "code": code, **extra}
        response = Response(
            json.dumps(problem, ensure_ascii=False), status, mimetype="application/problem+json"
        )
    if isinstance(error, RateLimitExceeded):
        response.headers["Retry-After"] = str(seconds_to_wait())
    for name, value in error.get_headers():
        if name.lower() == "allow":
            response.headers[name] = value
    return response


def _wants_page() -> bool:
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
