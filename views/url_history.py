"""All counts of a URL: how many words it had when, and what has changed between them.

Whoever knows the URL of a page finds its counts. A text that was pasted is not among them: only
who has its key may see it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, select
from sqlalchemy.orm import load_only

from models import Result, Status, db
from views.citation import citation_of_history
from views.contrast_charts import Moment, course
from views.drawings import FORMAT, chart_addresses, chart_file
from views.errors import Problem
from views.files import ENDING, ENDINGS, Table, download, file_name, table_file
from views.forms import UrlForm
from views.turns import turn
from views.url_changes import MOST_IN_JSON, MOST_TOLD, changes_of, take_long, told
from views.verdict import Verdict
from wordcount.counts import shortened
from wordcount.errors import UrlError
from wordcount.keyness import Change
from wordcount.url import read_url

url_history = Blueprint("url_history", __name__)

#: Counts that a page shows at once, and those that a file has: the newest.
MOST_SHOWN = 50
MOST_IN_FILE = 10_000
#: The characters of a URL in the line below a chart.
_LONGEST_IN_SOURCE = 80
#: The columns of the file.
COLUMNS = tuple(
    "job_key submitted_at counted_at state total_words distinct_words main_words language "
    "rule_version error_code changed_words changes".split()
)


@dataclass(frozen=True)
class Line:
    """One count of a URL.

    :ivar before: the finished count before it, if it is finished and there is one.
    :ivar changes: since then; None where nobody has looked.
    """

    result: Result
    before: Result | None = None
    changes: Sequence[Change] | None = None

    @property
    def told(self) -> Sequence[Change]:
        """The largest changes."""
        return (self.changes or ())[:MOST_TOLD]


@url_history.get("/history")
def show() -> ResponseReturnValue:
    """The counts of ``url``; those older than ``before``, if that is the key of one of them."""
    typed = request.args.get("url", "")
    if not typed:
        return _form("")
    try:
        url = read_url(typed)
    except UrlError as refused:
        return _form(typed, refused.detail), 400
    before = _count_before(url)
    found = _counts(url, before, MOST_SHOWN + 1)
    rest = found[MOST_SHOWN:]
    lines = _lines(url, found[:MOST_SHOWN])
    finished = [line.result for line in lines if line.result.status == Status.FINISHED]
    address: dict[str, Any] = {"url": url} | ({"before": before.job_key} if before else {})
    permalink = url_for("url_history.show", **address, _external=True)
    return render_template(
        "history.html",
        url=url,
        lines=lines,
        newest=before is None,
        older=found[MOST_SHOWN - 1].job_key if rest else None,
        title=next((Verdict(result).title for result in finished if result.title), None),
        chart=course([_moment(result) for result in finished]),
        permalink=permalink,
        citation=citation_of_history(url, finished, permalink) if finished else None,
        files={
            ending: url_for("url_history.show_file", ending=ending, url=url) for ending in ENDINGS
        },
        charts=chart_addresses("url_history.chart", **address) if len(finished) > 1 else None,
        form=UrlForm(),
    )


@url_history.get(f"/history.{ENDING}")
@download
def show_file(ending: str) -> Response:
    """The counts of ``url`` to take along."""
    url = read_url(request.args.get("url", ""))
    found = _counts(url, None, MOST_IN_FILE)
    name = file_name(found[0], "history") if found else "history"
    return table_file(
        Table("counts", COLUMNS, _cells(_lines(url, found), ending), {"url": url}), ending, name
    )


@url_history.get(f"/history/chart.{FORMAT}")
@download
def chart(ending: str) -> Response:
    """The words of ``url`` over time, of the counts that its page shows."""
    url = read_url(request.args.get("url", ""))
    found = _counts(url, _count_before(url), MOST_SHOWN)
    finished = [result for result in found if result.status == Status.FINISHED]
    if not finished:
        raise Problem(404, "unknown_url", "This address has no finished count to draw.")
    return chart_file(
        "charts/course.svg",
        ending,
        file_name(finished[0], "history"),
        below=[
            f"Words of each count, {_day(finished[-1])} to {_day(finished[0])}",
            shortened(url, _LONGEST_IN_SOURCE),
        ],
        chart=course([_moment(result) for result in finished]),
    )


def _day(result: Result) -> str:
    return (result.finished_at or result.submitted_at).strftime("%-d %B %Y")


def other_counts(result: Result, most: int) -> list[Result]:
    """Other counts of the URL of one that may be compared with it, the newest first.

    :param most: how many.
    """
    counts = _of(result.url).where(Result.id != result.id, Result.status != Status.FAILED)
    return list(db.session.scalars(counts.limit(most)))


def _of(url: str) -> Select[tuple[Result]]:
    """The counts of a URL, the newest first, without what is large of them."""
    return (
        select(Result)
        .where(Result.is_of(url))
        .order_by(Result.id.desc())
        .options(
            load_only(
                Result.job_key,
                Result.url,
                Result.final_url,
                Result.status,
                Result.pasted,
                Result.submitted_at,
                Result.finished_at,
                Result.title,
                Result.language,
                Result.total_words,
                Result.distinct_words,
                Result.main_words,
                Result.rule_version,
                Result.error_code,
                Result.error_detail,
                Result.bytes,
                Result.sizes,
            )
        )
    )


def _counts(url: str, before: Result | None, most: int) -> list[Result]:
    counts = _of(url).where(Result.id < before.id) if before else _of(url)
    return list(db.session.scalars(counts.limit(most)))


def _count_before(url: str) -> Result | None:
    """The count behind which the page begins, if it does not begin with the newest.

    :raises views.errors.Problem: if that is none of this URL.
    """
    key = request.args.get("before")
    if key is None:
        return None
    found = Result.by_key(key)
    if found is None or found.url != url:
        raise Problem(404, "unknown_key", "There is no count of this page with this key.")
    return found


def _lines(url: str, counts: Sequence[Result]) -> list[Line]:
    """Each with what has changed in it; the last one's neighbour may be behind them."""
    finished = [result for result in counts if result.status == Status.FINISHED]
    if finished:
        behind = _of(url).where(Result.id < counts[-1].id, Result.status == Status.FINISHED)
        finished += db.session.scalars(behind.limit(1))
    with turn(is_large=take_long(finished)):
        changed = changes_of(finished)
    known = {
        newer.id: Line(newer, older, changes)
        for newer, older, changes in zip(finished, finished[1:], changed, strict=False)
    }
    return [known.get(result.id) or Line(result) for result in counts]


def _cells(lines: Sequence[Line], ending: str) -> Iterator[tuple[Any, ...]]:
    """The rows of :data:`COLUMNS`. Programs get changes as ``[word, difference]``."""
    for line in lines:
        changes: object = None
        if line.changes is not None and ending == "json":
            changes = line.changes[:MOST_IN_JSON]
        elif line.changes is not None:
            changes = ", ".join(map(told, line.told))
        result = line.result
        yield (
            str(result.job_key),
            result.submitted_at.isoformat(),
            result.finished_at and result.finished_at.isoformat(),
            result.status,
            result.total_words,
            result.distinct_words,
            result.main_words,
            result.language,
            result.rule_version,
            result.error_code,
            None if line.changes is None else len(line.changes),
            changes,
        )


def _moment(result: Result) -> Moment:
    return Moment(result.finished_at or result.submitted_at, result.total_words or 0)


def _form(typed: str, error: str | None = None) -> str:
    """Where the address of a page is typed.

    :param error: why it was not read.
    """
    return render_template("history_form.html", typed=typed, error=error)
