"""What pages of other sites may do: nothing, but for the sites that the operator names.

A browser sends along who asks, and lets no page write that itself. Programs send nothing of it.
"""

import re
from collections.abc import Collection

from flask import Flask, Response, request
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
CROSS_SITE = "Pages of other sites may not start counts."


def allow_other_sites(app: Flask) -> None:
    """Let pages of the sites in `CORS_ORIGINS` ask what programs ask; by default of none."""
    origins = app.config["CORS_ORIGINS"]
    if origins:
        # As patterns that match nothing else: what has a bracket, Flask-Cors takes for one anyway.
        exactly = [re.compile(rf"{re.escape(origin)}\Z") for origin in origins]
        CORS(
            app,
            resources={rf"^({_FOR_PROGRAMS.pattern})$": {}},
            origins="*" if "*" in origins else exactly,
            allow_headers=_SENT,
            expose_headers=_READABLE,
            max_age=3600,
            always_send=False,  # who is no page need not know which sites are friends
        )
        app.after_request(_vary)


def _vary(response: Response) -> Response:
    """Keep apart what one site may read and another may not, also in what is sent to nobody."""
    if _FOR_PROGRAMS.fullmatch(request.path):
        response.vary.add("Origin")
    return response


def refuse_other_sites(app: Flask, *endpoints: str) -> None:
    """Refuse what a page of another site submits there; its visitor would not know of it.

    Before anything else: it is not to use up the visitor's allowance either.
    """

    @app.before_request
    def refuse() -> None:
        if request.endpoint not in endpoints or request.method != "POST":
            return
        if is_of_another_site(friends=app.config["CORS_ORIGINS"]):
            raise Problem(403, "cross_site", CROSS_SITE)


def is_of_another_site(*, friends: Collection[str] = ()) -> bool:
    """Whether a page has sent the request that is neither ours nor of a friend.

    :param friends: their origins; "*" for all. They may start counts, and nothing else.
    """
    origin = request.headers.get("Origin", "")
    if origin and ("*" in friends or origin in friends):
        return False
    sent_from = request.headers.get("Sec-Fetch-Site")
    if sent_from is None:  # browsers of before 2023 send only the origin
        # A proxy may speak HTTPS before us.
        return bool(origin) and origin.partition("://")[2] != request.host
    # "same-site" is another port, or a neighbour of our name, which others may own.
    return sent_from in {"cross-site", "same-site"}
