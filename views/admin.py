"""RQ's dashboard under `/admin/rq`: the queue in a browser, for who knows `ADMIN_PASSWORD`.

The dashboard is a library's, and believes whoever asks it. What it may do, and who may ask, is said
here; its pages have scripts within them, so they have a policy of their own.
"""

import hashlib
import hmac
import re
import secrets
from base64 import b64encode
from pathlib import Path

from flask import Flask, Response, current_app, request, url_for
from limits import RateLimitItemPerMinute
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter
from redis.exceptions import RedisError

from jobs import QUEUE
from views.errors import Problem
from views.limits import client_of
from views.other_sites import is_of_another_site

#: Where it is; nobody but its own pages leads there.
PREFIX = "/admin/rq"
#: The name that goes with the password, for browsers ask for one.
USER = "admin"
#: How many wrong passwords one client may send in a minute.
MOST_ATTEMPTS = 10
_BLUEPRINT = "rq_dashboard"
_ATTEMPTS = "wrong passwords"
#: What its one script within each page begins with; a library's, and so the same in each release.
_SCRIPT = '<script type="text/javascript">'
_STYLE = re.compile(r'style="([^"]*)"')
#: It draws rows by templates that a browser has to compile, and its style sheet has signs in it.
_POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-hashes' {styles}; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def show_queue(app: Flask) -> None:
    """Give an application the dashboard, if it has a password; otherwise there is nothing.

    To be called after what leads to HTTPS (:mod:`views.protection`): a password must not be asked
    for before.
    """
    if not app.config["ADMIN_PASSWORD"]:
        return
    _make_ready(app)

    @app.before_request
    def guard() -> None:
        if request.blueprint == _BLUEPRINT:
            _guard()

    @app.after_request
    def protect(response: Response) -> Response:
        return _protected(response) if request.blueprint == _BLUEPRINT else response


def _make_ready(app: Flask) -> None:
    """Load the library, and have it ask the Redis of the application."""
    from rq import serializers
    from rq_dashboard import blueprint, web

    # Whoever can write to Redis could have pickles run any code here: nothing is unpickled.
    serializers.PickleSerializer = serializers.JSONSerializer  # type: ignore[assignment]
    web.config.serializer = serializers.JSONSerializer
    # Instead of a connection for each request, without an end to its patience.
    web.from_url = lambda *_arguments, **_options: (None, app.extensions["redis"])
    app.config["RQ_DASHBOARD_REDIS_URL"] = ("Redis",)  # what it shows of the address
    web.setup_rq_connection(app)
    app.register_blueprint(blueprint, url_prefix=PREFIX)
    storage = storage_from_string(
        app.config["RATELIMIT_STORAGE_URI"], **app.config["RATELIMIT_STORAGE_OPTIONS"]
    )
    app.extensions[_ATTEMPTS] = FixedWindowRateLimiter(storage)
    found = Path(str(blueprint.root_path), "templates").rglob("*.html")
    styles = sorted({style for page in found for style in _STYLE.findall(page.read_text("utf-8"))})
    app.extensions[_BLUEPRINT] = " ".join(f"'sha256-{_hash(style)}'" for style in styles)


def _hash(text: str) -> str:
    return b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _guard() -> None:
    """Let nobody by who has not the password, nor what the dashboard would do for others."""
    try:
        _let_in(current_app.config["ADMIN_PASSWORD"])
    except RedisError:
        # Without it, nobody knows how often a client has tried; nor is there anything to be seen.
        headers = {"Retry-After": "5"}
        raise Problem(
            503, "redis_unavailable", "Redis cannot be reached just now.", headers=headers
        ) from None
    named = request.view_args or {}
    if named.get("queue_name") not in {None, QUEUE} or named.get("instance_number"):
        raise Problem(404, "not_found", "There is nothing at this address.")
    only_reads = request.method in {"GET", "HEAD", "OPTIONS"}
    if only_reads and request.endpoint == f"{_BLUEPRINT}.requeue_all":  # which acts on a GET, too
        raise Problem(405, "method_not_allowed", "This address answers POST requests only.")
    if not only_reads and is_of_another_site():
        raise Problem(403, "cross_site", "Pages of other sites may not change the queue.")


def _let_in(right: str) -> None:
    """Refuse who has not the password, and who has tried too many others.

    :raises RedisError: if it is not known how many.
    """
    attempts: FixedWindowRateLimiter = current_app.extensions[_ATTEMPTS]
    allowed, client = RateLimitItemPerMinute(MOST_ATTEMPTS), client_of(request.remote_addr)
    if not attempts.test(allowed, "admin", client):
        raise Problem(
            429,
            "too_many_passwords",
            "Too many wrong passwords were sent. Please try again in a minute.",
            headers={"Retry-After": "60"},
        )
    given = request.authorization
    if given is not None and given.type == "basic":
        name, password = given.username or "", given.password or ""
        is_right = hmac.compare_digest(f"{name}:{password}".encode(), f"{USER}:{right}".encode())
        if is_right:
            return
        attempts.hit(allowed, "admin", client)
        current_app.logger.warning("somebody has sent a wrong password to %s", PREFIX)
    raise Problem(
        401,
        "password_needed",
        "This page asks for a password.",
        headers={"WWW-Authenticate": 'Basic realm="Wordcount", charset="UTF-8"'},
    )


def _protected(response: Response) -> Response:
    """Let the scripts of its pages run, and no others; let nobody keep or frame them."""
    if response.mimetype == "text/html" and response.status_code == 200:
        nonce = secrets.token_urlsafe(16)
        page = response.get_data(as_text=True)
        page = page.replace(_SCRIPT, f'{_SCRIPT[:-1]} nonce="{nonce}">')
        icon = url_for("static", filename="favicon.ico")  # of which it believes that we have it
        response.set_data(page.replace(icon, url_for("static", filename="icon.svg")))
        styles = current_app.extensions[_BLUEPRINT]
        policy = _POLICY.format(nonce=nonce, styles=styles)
        response.headers["Content-Security-Policy"] = policy
    response.headers["Cache-Control"] = "no-store"
    return response
