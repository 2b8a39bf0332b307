"""HTML for people: the form, and the page of one count."""

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_limiter import RateLimitExceeded
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField

import submissions
from models import Result, Status
from views.errors import Problem, http_error, problem_of, queue_full, wants_page
from views.rankings import Ranking
from views.standing import standing_of
from wordcount.errors import UrlError

pages = Blueprint("pages", __name__)

#: Words on the page of a count.
SHOWN_WORDS = 10


class UrlForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """The one field for people; a token keeps other sites from submitting it."""

    url = StringField("Address of a page")
    #: "true" counts again what was counted a moment ago.
    fresh = HiddenField()


@pages.get("/")
def form() -> ResponseReturnValue:
    """The form; ``?url=`` fills it in."""
    return render_template("index.html", form=UrlForm(url=request.args.get("url", "")))


@pages.post("/")
def submit() -> ResponseReturnValue:
    """Accept the URL and go to the page of its count, or show the form again and say why not."""
    url_form = UrlForm(request.form)  # not the files, which a form can name "url", too
    if not url_form.validate_on_submit():
        error = "The form needs a cookie of this site. Allow it, and submit the form once more."
        return render_template("index.html", form=url_form, error=error), 400
    try:
        fresh = url_form.fresh.data == "true"
        job_key = submissions.submit(url_form.url.data or "", fresh=fresh)
    except UrlError as refused:
        return render_template("index.html", form=url_form, error=refused.detail), 400
    except submissions.QueueFullError:
        return _refused(queue_full())
    return redirect(url_for("pages.count", job_key=job_key), 303)


@pages.errorhandler(RateLimitExceeded)
def too_often(error: RateLimitExceeded) -> ResponseReturnValue:
    """429 for a client that submits too often."""
    return _refused(problem_of(error)) if wants_page() else http_error(error)


def _refused(problem: Problem) -> ResponseReturnValue:
    """The form, with what was typed, and why it was not accepted."""
    page = render_template("index.html", form=UrlForm(request.form), error=problem.description)
    return page, problem.code or 500, problem.headers


@pages.get("/about")
def about() -> ResponseReturnValue:
    """For the owners of sites that were fetched: who was it, and how to keep it away."""
    return render_template("about.html", rate=current_app.config["HOST_RATE_LIMIT"])


@pages.get("/counts/<job_key>")
def count(job_key: str) -> ResponseReturnValue:
    """The page of one count: how far it is, what came out, or why nothing did."""
    result = Result.by_key(job_key)
    if result is None:
        raise Problem(404, "unknown_key", "There is no count at this address.")
    status = Status(result.status)
    words = Ranking(top=SHOWN_WORDS).of(result) if status == Status.FINISHED else []
    standing = standing_of(result) if status.is_pending else None
    token = UrlForm().csrf_token.current_token if status == Status.FINISHED else None
    return render_template(
        "count.html", result=result, status=status, words=words, standing=standing, token=token
    )
