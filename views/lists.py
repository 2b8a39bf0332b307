"""The page of a list: how many are done, how each line stands, and all of them as one file."""

from collections.abc import Iterator, Sequence
from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from lists import ListRow, PageList
from models import Result, Status, db
from views.downloads import COLUMNS, all_words, csv_file
from views.errors import Problem
from views.selection import Selection
from views.standing import standing_of
from views.verdict import warnings_of

lists = Blueprint("lists", __name__)

#: The states of a line, for people.
STATES = {
    Status.QUEUED: "waiting",
    Status.RUNNING: "being counted",
    Status.FINISHED: "counted",
    Status.FAILED: "not counted",
    "refused": "no address",
    "removed": "removed since",
}
_ABOUT = ("number", "url", "final_url", "title", "language", "state", "message")


@lists.get("/lists/<list_key>")
def show(list_key: str) -> ResponseReturnValue:
    """The page of a list."""
    page_list = _list(list_key)
    rows = page_list.rows()
    pending = sum(row.is_pending for row in rows)
    return render_template(
        "list.html",
        page_list=page_list,
        rows=rows,
        pending=pending,
        done=len(rows) - pending,
        finished=sum(row.state == Status.FINISHED for row in rows),
        total=sum(row.total_words or 0 for row in rows),
        states=STATES,
        warnings={row.number: _warnings(row) for row in rows},
        advice=_advice(rows),
    )


@lists.get("/lists/<list_key>.csv")
def as_csv(list_key: str) -> ResponseReturnValue:
    """All words of all pages of a list. A page without words is one row, which says why."""
    cells = _word_rows(_list(list_key).rows(), Selection.asked())
    return csv_file("words-of-a-list", (*_ABOUT, *COLUMNS), cells)


@lists.get("/lists/<list_key>/pages.csv")
def pages_as_csv(list_key: str) -> ResponseReturnValue:
    """The pages of a list, one row for each."""
    columns = (*_ABOUT, "total_words", "distinct_words")
    rows = _list(list_key).rows()
    cells = [(*_about(row), row.total_words, row.distinct_words) for row in rows]
    return csv_file("pages-of-a-list", columns, cells)


def _list(list_key: str) -> PageList:
    page_list = PageList.by_key(list_key)
    if page_list is None:
        raise Problem(404, "unknown_key", "There is no list at this address.")
    return page_list


def _advice(rows: Sequence[ListRow]) -> str | None:
    """Why nothing moves, if so: of a line that waits, for the queue is behind all of them."""
    pending = sorted(filter(lambda row: row.is_pending, rows), key=lambda row: row.state)
    result = Result.by_key(pending[0].job_key or "") if pending else None
    if result is None or not Status(result.status).is_pending:
        return None
    return standing_of(result).advice


def _warnings(row: ListRow) -> list[str]:
    return warnings_of(row) if row.state == Status.FINISHED else []


def _about(row: ListRow, message: str | None = None) -> tuple[Any, ...]:
    return (
        row.number,
        row.url or row.typed,
        row.final_url,
        row.title,
        row.language,
        row.state,
        message or row.error_detail or " ".join(_warnings(row)),
    )


def _word_rows(rows: Sequence[ListRow], selection: Selection) -> Iterator[tuple[Any, ...]]:
    none = (None,) * len(COLUMNS)
    for row in rows:
        result = Result.by_key(row.job_key or "") if row.state == Status.FINISHED else None
        if result is None:
            yield *_about(row), *none
            continue
        try:
            words = list(all_words(result, selection))
        except Problem as refused:  # too many
            yield *_about(row, refused.description), *none
            continue
        yield from ((*_about(row), *word) for word in words)
        if not words:
            yield *_about(row), *none
        db.session.remove()  # a page at a time: each may be large
