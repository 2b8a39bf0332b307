"""The form, with what was counted lately below it; and the page about the program."""

from flask import (
    Blueprint,
    Response,
    current_app,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_limiter import RateLimitExceeded

import submissions
from models import db
from storage.faults import DATABASE_AWAY, reason
from storage.lists import MOST_LINES, lines_of
from views.errors import NOT_NOW, Problem, http_error, problem_of, wants_page
from views.forms import EXPIRED, UrlForm
from views.history import Visited, visited
from views.visitor import forget, recent, remember, visitor
from wordcount.errors import ListError, UrlError
from wordcount.version import VERSION

pages = Blueprint("pages", __name__)


@pages.get("/")
def form() -> ResponseReturnValue:
    """The form; ``?url=`` fills it in, ``?many=1`` makes room for several addresses.

    Programs that want JSON are told that the service runs.
    """
    if request.accept_mimetypes.best == "application/json":
        response = _running()
    else:
        visitor()  # has a name from now on: two submissions at once are of one visitor
        response = make_response(_form(UrlForm(url=request.args.get("url", ""))))
    response.vary.add("Accept")
    return response


def _running() -> Response:
    response = jsonify(
        name="Wordcount",
        status="running",
        version=VERSION,
        docs=url_for("description.docs", _external=True),
        openapi=url_for("description.openapi", _external=True),
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@pages.post("/")
def submit() -> ResponseReturnValue:
    """Accept what was typed and go to the page of its count, or of its list of counts; or show
    the form again and say why not.
    """
    typed = UrlForm(request.form)  # not the files, which a form can name "url", too
    if not typed.validate_on_submit():
        return _form(typed, EXPIRED), 400
    text = typed.url.data or ""
    try:
        if _is_list(text):
            key = submissions.submit_list(text, owner=visitor())
            remember("lists", key)
            return redirect(url_for("lists.show", list_key=key), 303)
        fresh = typed.fresh.data == "true"
        key = submissions.submit(text, fresh=fresh, owner=visitor())
    except (UrlError, ListError) as refused:
        return _form(typed, refused.detail), 400
    except NOT_NOW as error:
        return _refused(problem_of(error))
    remember("counts", key)
    return redirect(url_for("counts.show", job_key=key), 303)


@pages.post("/forget")
def forget_recent() -> ResponseReturnValue:
    """Clear what this browser session has counted; the counts themselves stay."""
    if not UrlForm().validate_on_submit():
        raise Problem(400, "form_expired", EXPIRED)
    forget()
    return redirect(url_for("pages.form"), 303)


@pages.errorhandler(RateLimitExceeded)
def too_often(error: RateLimitExceeded) -> ResponseReturnValue:
    """429 for a client that submits too often."""
    return _refused(problem_of(error)) if wants_page() else http_error(error)


@pages.get("/about")
def about() -> ResponseReturnValue:
    """For the owners of sites that were fetched: who was it, and how to keep it away."""
    return render_template("about.html", rate=current_app.config["HOST_RATE_LIMIT"])


def _form(typed: UrlForm, error: str | None = None) -> str:
    """The form, with what was typed.

    :param error: why it was not accepted.
    """
    return render_template(
        "index.html",
        form=typed,
        error=error,
        many=request.values.get("many") == "1" or _is_list(typed.url.data or ""),
        most_lines=MOST_LINES,
        visited=_visited(),
    )


def _refused(problem: Problem) -> ResponseReturnValue:
    page = _form(UrlForm(request.form), problem.description)
    return page, problem.status, problem.headers


def _visited() -> list[Visited]:
    """What was counted lately; nothing while Postgres is away, for the form does without it."""
    try:
        return visited(recent())
    except DATABASE_AWAY as error:
        current_app.logger.warning("recent counts cannot be shown: %s", reason(error))
        db.session.rollback()
        return []


def _is_list(text: str) -> bool:
    return len(lines_of(text)) > 1
