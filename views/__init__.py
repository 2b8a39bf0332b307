"""What the web answers: a route parses, makes one call, picks a status."""

from flask import Flask, Response

from views.api import api
from views.assets import serve_assets
from views.limits import limit_submissions
from views.live import allow_streams
from views.pages import pages
from views.proxies import trust_proxies
from views.rules import rules

# Everything comes from this site; nothing is inline. Bootstrap's style sheet draws its icons from
# data: URLs.
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)


def register(app: Flask) -> None:
    """Give an application its pages and its API."""
    trust_proxies(app)
    serve_assets(app)
    app.register_blueprint(pages)
    app.register_blueprint(api)
    app.register_blueprint(rules)
    allow_streams(app)
    limit_submissions(app, "pages.submit", "api.start")
    app.after_request(_protect)


def _protect(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    return response
