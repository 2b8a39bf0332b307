"""Two counts side by side, and how to get there from one."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import submissions
from models import Result
from submissions import QueueFullError
from views.citation import citation_of_pair, source_in_one_line
from views.comparison import Comparison, PairView
from views.contrast_charts import wings
from views.counts import pending_page
from views.downloads import facts_of
from views.drawings import FORMAT, chart_addresses, chart_file, nothing_to_draw
from views.errors import Problem, problem_of
from views.files import ENDING, ENDINGS, Table, download, file_name, table_file
from views.finished import count_of, finished_count
from views.forms import EXPIRED, UrlForm
from views.history import visited
from views.pairs import Pair
from views.selection import FIRST_ROWS
from views.url_changes import MOST_TOLD
from views.url_history import other_counts
from views.visitor import recent, remember, visitor
from wordcount.errors import UrlError
from wordcount.keyness import Counted

compare = Blueprint("compare", __name__)

#: The columns of the file.
COLUMNS = (
    "word",
    "a_count",
    "b_count",
    "a_per_thousand",
    "b_per_thousand",
    "log_likelihood",
    "log_ratio",
    "stop_word",
)
#: Other counts of a page that can be chosen at once.
MOST_CHOICES = 10


@compare.get("/compare")
def show() -> ResponseReturnValue:
    """Two counts, ``a`` and ``b``; without ``b``, with what ``a`` can be compared."""
    a = count_of(_key("a"))
    if "b" not in request.args:
        return _choices(a, UrlForm())
    pair, view = Pair(a, count_of(_key("b"))), PairView.asked()
    if pair.pending:
        return pending_page(pair.pending, form=UrlForm(), leads_to="comparison")
    if pair.failed:
        return render_template("compare_failed.html", pair=pair)
    return _page(pair, view)


@compare.post("/compare")
def start() -> ResponseReturnValue:
    """Submit an address, and compare ``a`` with its count."""
    a = count_of(_key("a"))
    typed = UrlForm(request.form)
    if not typed.validate_on_submit():
        return _choices(a, typed, EXPIRED), 400
    fresh = typed.fresh.data == "true"
    try:
        key = submissions.submit(typed.url.data or "", fresh=fresh, owner=visitor())
    except UrlError as refused:
        return _choices(a, typed, refused.detail), 400
    except QueueFullError as error:
        problem = problem_of(error)
        return _choices(a, typed, problem.description), problem.status, problem.headers
    remember("counts", key)
    return redirect(url_for("compare.show", a=_key("a"), b=key), 303)


@compare.get(f"/compare.{ENDING}")
@download
def show_file(ending: str) -> Response:
    """The words of both counts to take along, or those of one kind; stop words too."""
    pair, view = Pair(finished_count(_key("a")), finished_count(_key("b"))), PairView.asked()
    name = f"{file_name(pair.a, 'compared')}-{str(pair.b.job_key)[:8]}"
    with Comparison(pair, view).in_turn():
        return table_file(_table(pair, view), ending, name)


@compare.get(f"/compare/chart.{FORMAT}")
@download
def chart(ending: str) -> Response:
    """The chart of a comparison."""
    pair, view = Pair(finished_count(_key("a")), finished_count(_key("b"))), PairView.asked()
    comparison = Comparison(pair, view)
    with comparison.in_turn():
        drawn = wings(comparison.drawn)
        if not drawn.bars:
            raise nothing_to_draw()
        return chart_file(
            "charts/wings.svg",
            ending,
            file_name(pair.a, "compared"),
            below=[
                "Times in a thousand words of A (to the left) and of B (to the right)",
                f"A: {source_in_one_line(pair.a)}",
                f"B: {source_in_one_line(pair.b)}",
            ],
            chart=drawn,
        )


def _key(name: str) -> str:
    """One of the two keys.

    :raises views.errors.Problem: if it is missing.
    """
    key = request.args.get(name, "")
    if not key:
        raise Problem(400, "bad_parameter", f'"{name}" must be the key of a count.')
    return key


def _page(pair: Pair, view: PairView) -> str:
    comparison = Comparison(pair, view)
    keys: dict[str, Any] = {"a": pair.a.job_key, "b": pair.b.job_key}
    permalink = url_for("compare.show", **keys, **view.address(), _external=True)
    with comparison.in_turn():
        chart = wings(comparison.drawn)
        return render_template(
            "compare.html",
            pair=pair,
            view=view,
            keys=keys,
            comparison=comparison,
            fewest=FIRST_ROWS,
            most_told=MOST_TOLD,
            chart=chart,
            permalink=permalink,
            files={
                ending: url_for("compare.show_file", ending=ending, **keys, **view.of_files)
                for ending in ENDINGS
            },
            charts=chart_addresses("compare.chart", **keys, **view.address())
            if chart.bars
            else None,
            citation=citation_of_pair(pair.a, pair.b, permalink),
            form=UrlForm(),
        )


def _choices(a: Result, typed: UrlForm, error: str | None = None) -> str:
    """What a count can be compared with.

    :param error: why an address was not accepted.
    """
    key = str(a.job_key)
    others = other_counts(a, MOST_CHOICES)
    known = {key, *(str(other.job_key) for other in others)}
    lately = [visit for visit in recent() if visit.kind == "counts" and visit.key not in known]
    return render_template(
        "compare_with.html",
        result=a,
        form=typed,
        error=error,
        others=others,
        visited=visited(lately),
    )


def _table(pair: Pair, view: PairView) -> Table:
    """The words of two counts of the kind that a view shows, and which of them are stop words."""
    every = Comparison(pair, replace(view, stopwords="keep"))
    a, b = every.keyness.left, every.keyness.right
    kept = Comparison(pair, replace(view, stopwords="drop")).keyness
    keys = _keys_of(a, kept.left) | _keys_of(b, kept.right)
    stop_words = {
        shown for side in (a, b) for shown in side.shown(side.times.keys() - keys).values()
    }
    rows = ((*word, word.word in stop_words) for word in every.all_rows)
    facts = {"a": facts_of(pair.a, view.of), "b": facts_of(pair.b, view.of)}
    return Table("words", COLUMNS, rows, facts)


def _keys_of(every: Counted, kept: Counted) -> set[str]:
    """What the words that are kept of a count have in common with those they are one with."""
    forms = zip(every.counts, every.keys, strict=True)
    return {key for form, key in forms if form in kept.counts}
