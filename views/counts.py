"""The page of one count: how far it is, what came out, or why nothing did."""

from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_limiter import RateLimitExceeded

import submissions
from models import Result, Status, db
from views import charts
from views.downloads import words_table
from views.drawings import chart_addresses
from views.errors import NOT_NOW, Problem, http_error, problem_of, wants_page
from views.files import ENDING, download, file_name, table_file
from views.finished import count_of, finished_count, view_page
from views.forms import EXPIRED, PasteForm, UrlForm
from views.rankings import in_turn
from views.selection import FIRST_ROWS, MORE_ROWS, MOST_ROWS, Selection
from views.standing import standing_of
from views.unchanging import unchanging
from views.visitor import remember, visitor
from views.words import Words
from wordcount.errors import TextError

counts = Blueprint("counts", __name__)


@counts.get("/counts/<job_key>")
def show(job_key: str) -> ResponseReturnValue:
    """The page of a count."""
    return _page(count_of(job_key))


@counts.post("/counts/<job_key>/cancel")
def cancel(job_key: str) -> ResponseReturnValue:
    """End a count that this visitor has submitted; nothing happens if it is done already."""
    if not UrlForm().validate_on_submit():
        raise Problem(400, "form_expired", EXPIRED)
    result = count_of(job_key)
    if not submissions.cancel(job_key, owner=visitor()):
        db.session.refresh(result)
        if Status(result.status).is_pending:
            return _page(result, "Somebody else waits for this count, too; so it goes on."), 409
    return redirect(url_for("counts.show", job_key=job_key), 303)


@counts.post("/counts/<job_key>/text")
def paste(job_key: str) -> ResponseReturnValue:
    """Count a text that was pasted in place of this page."""
    try:
        result = count_of(job_key)
        form = PasteForm(request.form)
        if not form.validate_on_submit():
            return _page(result, EXPIRED), 400
        key = submissions.submit_text(form.text.data or "", result.url, owner=visitor())
    except TextError as refused:
        return _page(result, refused.detail), 400
    except NOT_NOW as error:
        return _refused(job_key, problem_of(error))
    remember("counts", key)
    return redirect(url_for("counts.show", job_key=key), 303)


@counts.get("/counts/<job_key>/cancel")
@counts.get("/counts/<job_key>/text")
def back(job_key: str) -> ResponseReturnValue:
    """The page of the count, for who loads again what has answered to a form."""
    return redirect(url_for("counts.show", job_key=job_key), 303)


@counts.errorhandler(RateLimitExceeded)
def too_often(error: RateLimitExceeded) -> ResponseReturnValue:
    """429 for a client that submits too often."""
    if not wants_page():
        return http_error(error)
    return _refused((request.view_args or {})["job_key"], problem_of(error))


@counts.get(f"/counts/<job_key>.{ENDING}")
@unchanging
@download
def show_file(job_key: str, ending: str) -> Response:
    """All words to take along."""
    result, selection = finished_count(job_key), Selection.asked()
    with in_turn(result, main=selection.of == "main"):
        return table_file(words_table(result, selection), ending, file_name(result))


def _page(result: Result, refused: str | None = None) -> str:
    """The page of a count.

    :param refused: why what was asked of it, mostly to count a text, was not done.
    """
    status = Status(result.status)
    shown: dict[str, Any] = {"form": _form_of(result), "refused": refused}
    if status.is_pending:
        return pending_page(result, **shown)
    if status == Status.FAILED:
        return render_template("failed.html", result=result, **shown)
    words = Words(result, Selection.asked())
    selection, key = words.selection, result.job_key
    with words.in_turn():
        chart = charts.of_words(words)
        address = {"job_key": key, **selection.address()}
        return view_page(
            "words.html",
            result,
            "counts.show",
            address=selection.address(),
            files=words.grouping,
            charts=None if chart.is_empty else chart_addresses("take.chart", **address),
            selection=selection,
            words=words,
            more=min(selection.top + MORE_ROWS, MOST_ROWS),
            most=min(words.found_count, MOST_ROWS),
            fewest=FIRST_ROWS,
            chart=chart,
            **shown,
        )


def pending_page(result: Result, **shown: Any) -> str:
    """The page of a count that has no outcome yet, which waits and is then what it leads to.

    :param shown: the ``form`` with its token, and ``leads_to``: what its address will show.
    """
    return render_template(
        "pending.html",
        result=result,
        standing=standing_of(result),
        may_cancel=result.owner is not None and result.owner == visitor(),
        **shown,
    )


def _form_of(result: Result) -> PasteForm:
    """The box for a text, with what was typed, or with the text that could not be counted."""
    if result.pasted and result.status == Status.FAILED and not request.form:
        return PasteForm(text=result.text)
    return PasteForm(request.form)


def _refused(job_key: str, problem: Problem) -> ResponseReturnValue:
    """A page that keeps the text that was pasted. It does without the database."""
    page = render_template(
        "kept.html",
        result={"job_key": job_key},
        form=PasteForm(request.form),
        refused=problem.description,
    )
    return page, problem.status, problem.headers
