"""What the web answers: a route parses, makes one call, picks a status."""

from flask import Flask

from views.admin import show_queue
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
from views.logged import log_keys
from views.operators import answer_operators
from views.other_sites import allow_other_sites, refuse_other_sites
from views.pages import pages
from views.phrases import several_words
from views.prodcons import prodcons
from views.protection import protect
from views.proxies import trust_proxies
from views.pubsub import pubsub
from views.rules import rules
from views.take import take
from views.template_api import template_api
from views.url_history import url_history
from views.visitor import Sessions
from views.where import where


def register(app: Flask) -> None:
    """Give an application its pages and its API."""
    trust_proxies(app)
    log_keys(app)
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
    protect(app)
    show_queue(app)
