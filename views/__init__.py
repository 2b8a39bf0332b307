"""What the web answers: a route parses, makes one call, picks a status."""

from flask import Flask, Response, request

from views.api import api
from views.assets import serve_assets
from views.callback_states import callback_states
from views.collocations import collocations
from views.compare import compare
from views.counts import counts
from views.description import description
from views.evidence import evidence
from views.limits import limit_submissions
from views.lists import lists
from views.live import allow_streams
from views.operators import answer_operators
from views.other_sites import allow_other_sites, refuse_other_sites
from views.pages import pages
from views.phrases import several_words
from views.prodcons import prodcons
from views.proxies import trust_proxies
from views.pubsub import pubsub
from views.rules import rules
from views.take import FRAME_POLICY, take
from views.template_api import template_api
from views.url_history import url_history
from views.visitor import Sessions
from views.where import where

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


def register(app: Flask) -> None:
    """Give an application its pages and its API."""
    trust_proxies(app)
    app.session_interface = Sessions()
    serve_assets(app)
    app.register_blueprint(pages)
    app.register_blueprint(counts)
    app.register_blueprint(several_words)
    app.register_blueprint(collocations)
    app.register_blueprint(where)
    app.register_blueprint(take)
    app.register_blueprint(evidence)
    app.register_blueprint(compare)
    app.register_blueprint(url_history)
    app.register_blueprint(lists)
    app.register_blueprint(api)
    app.register_blueprint(template_api)
    app.register_blueprint(callback_states)
    app.register_blueprint(prodcons)
    app.register_blueprint(rules)
    app.register_blueprint(description)
    answer_operators(app)
    allow_streams(app)
    app.register_blueprint(pubsub)
    limit_submissions(
        app,
        "pages.submit",
        "counts.paste",
        "compare.start",
        "api.start",
        "api_of_template.enqueue",
        alone={"prodcons.push": "PRODCONS_RATE_LIMIT"},
    )
    allow_other_sites(app)
    refuse_other_sites(app, "api.start", "api_of_template.enqueue", "prodcons.push")
    app.after_request(_protect)


def _protect(response: Response) -> Response:
    endpoint = request.endpoint
    is_sample = endpoint == "static" and response.mimetype == "text/html"
    is_frame = endpoint == "take.embed"  # or why there is nothing to be shown in it
    policy = SAMPLE_POLICY if is_sample else FRAME_POLICY if is_frame else CONTENT_SECURITY_POLICY
    response.headers.setdefault("Content-Security-Policy", policy)
    # Nobody else sets these, so there is nothing to look for.
    response.headers.add("X-Content-Type-Options", "nosniff")
    response.headers.add("Referrer-Policy", "same-origin")
    return response
