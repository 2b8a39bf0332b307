"""The page of a list: how many are done, how each line stands, and all of them as one file."""

from collections.abc import Iterator, Sequence
from typing import IO, Any

from flask import Blueprint, Flask, Response, current_app, render_template
from flask.typing import ResponseReturnValue

from models import Result, Status
from storage.lists import ListRow, PageList
from views.downloads import COLUMNS, all_words
from views.errors import Problem
from views.files import (
    Table,
    attachment,
    blocks_of,
    csv_writer,
    download,
    table_file,
    written,
)
from views.rankings import in_turn_of_a_list
from views.selection import Selection
from views.standing import standing_of
from views.texts import wait_until_prepared
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
@download
def as_csv(list_key: str) -> Response:
    """All words of all pages of a list. A page without words is one row, which says why."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    body = _word_blocks(app, _list(list_key).rows(), Selection.asked())
    return attachment(body, "words-of-a-list.csv", "text/csv")


@lists.get("/lists/<list_key>/pages.csv")
@download
def pages_as_csv(list_key: str) -> Response:
    """The pages of a list, one row for each."""
    columns = (*_ABOUT, "total_words", "distinct_words")
    rows = _list(list_key).rows()
    cells = [(*_about(row), row.total_words, row.distinct_words) for row in rows]
    return table_file(Table("pages", columns, cells), "csv", "pages-of-a-list")


def _list(list_key: str) -> PageList:
    page_list = PageList.by_key(list_key)
    if page_list is None:
        raise Problem(404, "unknown_key", "There is no list at this address.")
    return page_list


def _advice(rows: Sequence[ListRow]) -> str | None:
    """Why nothing moves, if so. A line that waits is asked about before one that is being counted:
    for it, the queue moves with every count.
    """
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


def _word_blocks(app: Flask, rows: Sequence[ListRow], selection: Selection) -> Iterator[bytes]:
    """The file, page by page: nothing of the database is held while somebody reads.

    The answer has begun by then, so each page is looked at in a context of its own.
    """
    yield from blocks_of(written(csv_writer([(*_ABOUT, *COLUMNS)], mark=True)))
    for row in rows:
        with app.app_context():
            page = _words_of(row, selection)
        yield from blocks_of(page)


def _words_of(row: ListRow, selection: Selection) -> IO[bytes]:
    """The rows of one page: its words, or one row without."""
    result = Result.by_key(row.job_key or "") if row.state == Status.FINISHED else None
    none = (None,) * len(COLUMNS)
    if result is None or not result.total_words:
        return written(csv_writer([(*_about(row), *none)]))
    is_main = selection.of == "main"
    if is_main:
        wait_until_prepared(result)
    try:
        with in_turn_of_a_list(result, main=is_main):
            words = all_words(result, selection)
            return written(csv_writer((*_about(row), *word) for word in words))
    except Problem as refused:  # too many words, or too many who ask
        return written(csv_writer([(*_about(row, refused.description), *none)]))
