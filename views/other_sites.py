"""What pages of other sites may do: nothing, but for the sites that the operator names.

A browser sends along who asks, and lets no page write that itself. Programs send nothing of it.
"""

import re
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, request
from flask_cors import CORS

from views.errors import Problem

#: The addresses that programs ask. No page of people is among them: nobody's browser session is to
#: be had from another site, and no cookie goes along.
_FOR_PROGRAMS = re.compile(
    r"/|/start|/enqueue|/check_status|/get_result|/results/[^/]+(/callbacks)?|/pubsub|/prodcons"
    r"|/counts/[^/]+/events|/api/openapi\.json|/.+\.(json|csv|tsv|svg|png)"
)
#: What a page may read of an answer besides the few headers that it always may.
_READABLE = ["Content-Disposition", "ETag", "Link", "Location", "Retry-After", "X-Total-Count"]
_SENT = ["Content-Type", "Idempotency-Key", "If-None-Match", "Last-Event-ID"]


def allow_other_sites(app: Flask) -> None:
    """Let pages of the sites in `CORS_ORIGINS` ask what programs ask; by default of none."""
    origins = app.config["CORS_ORIGINS"]
    if origins:
        CORS(
            app,
            resources={rf"^({_FOR_PROGRAMS.pattern})$": {}},
            origins="*" if "*" in origins else list(origins),
            allow_headers=_SENT,
            expose_headers=_READABLE,
            max_age=3600,
        )
        app.after_request(_vary)


def _vary(response: Response) -> Response:
    """Keep apart what one site may read and another may not; of one site Flask-Cors does not."""
    if _FOR_PROGRAMS.fullmatch(request.path):
        response.vary.add("Origin")
    return response


def refuse_other_sites() -> None:
    """Refuse what a page of another site submits; its visitor would not know of it.

    :raises views.errors.Problem: if it is one that the operator has not named.
    """
    origin = request.headers.get("Origin", "")
    allowed = current_app.config["CORS_ORIGINS"]
    if origin and ("*" in allowed or origin in allowed):
        return
    sent_from = request.headers.get("Sec-Fetch-Site")
    # Browsers of before 2023 send only the origin.
    is_other = origin not in {"", request.host_url.rstrip("/")} and not _is_here(origin)
    # "same-site" is another port, or a neighbour of our name, which others may own.
    if sent_from in {"cross-site", "same-site"} or (sent_from is None and is_other):
        raise Problem(403, "cross_site", "Pages of other sites may not start counts.")


def _is_here(origin: str) -> bool:
    """Whether an origin is this site, by its name; a proxy may speak HTTPS before us."""
    return urlsplit(origin).netloc == request.host
