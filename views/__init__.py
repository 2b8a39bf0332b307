"""What the web answers: a route parses, makes one call, picks a status."""

from flask import Flask, Response

from views.api import api
from views.limits import limiter
from views.pages import pages

# Everything comes from this site; nothing is inline. Bootstrap's style sheet draws its icons from
# data: URLs.
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)


def register(app: Flask) -> None:
    """Give an application its pages and its API."""
    app.register_blueprint(pages)
    app.register_blueprint(api)
    limiter.init_app(app)
    app.after_request(_protect)


def _protect(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    return response
