"""What protects visitors in their browsers, and what they send on its way.

The headers are those of OWASP's "HTTP Security Response Headers" that do something for a site like
this one. HTTPS: RFC 6797.
"""

from flask import Flask, Response, redirect, request
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response as WerkzeugResponse

from views.errors import Problem
from views.operators import INSIDE
from views.take import FRAME_POLICY

# Everything comes from this site; nothing is inline. Bootstrap's style sheet draws the signs in its
# fields and buttons from data: URLs.
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)

# The sample page hides a paragraph by an attribute of its own, `display: none`. Were that
# forbidden, readers would see what is rightly not counted. Beyond that it needs nothing.
SAMPLE_POLICY = (
    "default-src 'none'; style-src 'unsafe-hashes' "
    "'sha256-ZdHxw9eWtnxUb3mk6tBS+gIiVUPE3pGM470keHPDFlE='; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

#: The same for all answers. Cross-Origin-Resource-Policy is missing on purpose: charts and tables
#: are there to be shown on other sites.
_HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    # What a page of this site never asks a browser for. (Its one button that copies may.)
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)

#: For how long browsers ask by HTTPS only, in seconds, once they were here. Of this host alone:
#: what its subdomains do is not ours to say.
HSTS_SECONDS = 365 * 24 * 60 * 60
HTTPS_REQUIRED = (
    "This site answers by https:// only. What was sent came by http://, readable for all on its"
    " way; it was not used."
)


def protect(app: Flask) -> None:
    """Put these headers into each answer of an application; in production, answer by HTTPS only."""
    if app.config["HTTPS_ONLY"]:
        app.before_request(_by_https_only)
        app.after_request(_from_now_on)
    app.after_request(_protect)


def _by_https_only() -> WerkzeugResponse | None:
    """Lead who only reads to HTTPS. Who has sent something must hear that it was readable."""
    # What is asked from inside is asked past the proxy that speaks HTTPS.
    if request.is_secure or request.path in INSIDE:
        return None
    if not request.host:
        raise BadRequest("The header Host names none.")
    # A proxy that speaks HTTPS, and is not believed: we would lead visitors in a circle.
    is_circle = "https" in request.headers.get("X-Forwarded-Proto", "").lower()
    if request.method not in {"GET", "HEAD"} or is_circle:
        raise Problem(403, "https_required", HTTPS_REQUIRED)
    return redirect(request.url.replace("http://", "https://", 1), 308)


def _from_now_on(response: Response) -> Response:
    if request.is_secure:  # said by HTTP it means nothing (RFC 6797, section 7.2)
        response.headers.add("Strict-Transport-Security", f"max-age={HSTS_SECONDS}")
    return response


def _protect(response: Response) -> Response:
    endpoint = request.endpoint
    is_sample = endpoint == "static" and response.mimetype == "text/html"
    is_frame = endpoint == "take.embed"  # or why there is nothing to be shown in it
    policy = SAMPLE_POLICY if is_sample else FRAME_POLICY if is_frame else CONTENT_SECURITY_POLICY
    response.headers.setdefault("Content-Security-Policy", policy)
    # Nobody else sets these, so there is nothing to look for.
    for name, value in _HEADERS:
        response.headers.add(name, value)
    return response
