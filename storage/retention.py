"""How long results are kept: what ended too long ago is removed, when the operator says so.

But for those of which somebody is still to be told: word of an outcome needs the result. A
callback is given up in the end (:mod:`callbacks.steps`), and so they go with a later purge.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, Delete, delete, exists, func, select
from sqlalchemy.engine import CursorResult

from callbacks import rows
from models import Result, Status, db
from storage.lists import ListLine, PageList

#: How many results are removed in one transaction, so that none is long.
BATCH = 1000
#: The same of lists, each of which has many lines.
LISTS_AT_ONCE = 100


def purge(days: float) -> Iterator[int]:
    """Remove the results that ended longer ago than that, in database time, and then the lists of
    that age of which nothing is left.

    What is still under way stays, and what somebody is still to be told of. Several may do this at
    once: they pass over each other's rows.

    :returns: how many results were removed, after each batch of them, which is then gone for good.
    """
    before = func.now() - timedelta(days=days)
    # Its rows are locked once, and so no more than a batch, however the deletion is planned.
    old = (
        select(Result.id)
        .where(
            Result.status.in_([Status.FINISHED, Status.FAILED]),
            Result.finished_at < before,
            ~rows.is_awaited(),
        )
        .order_by(Result.finished_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
        .cte("old")
    )
    yield from _removed(delete(Result).where(Result.id.in_(select(old.c.id))), BATCH)
    _remove_lists(before)


def _remove_lists(before: ColumnElement[Any]) -> None:
    # Only those whose lines have all lost their result: no other purge touches these lines.
    has_result = exists().where(ListLine.list_id == PageList.id, ListLine.result_id.is_not(None))
    old = (
        select(PageList.id)
        .where(PageList.submitted_at < before, ~has_result)
        .limit(LISTS_AT_ONCE)
        .with_for_update(skip_locked=True)
        .cte("old")
    )
    for _ in _removed(delete(PageList).where(PageList.id.in_(select(old.c.id))), LISTS_AT_ONCE):
        pass


def _removed(statement: Delete, batch: int) -> Iterator[int]:
    """How many rows each batch has removed; the last one is not full."""
    removed = batch
    while removed == batch:
        done = db.session.execute(statement, execution_options={"synchronize_session": False})
        removed = cast("CursorResult[Any]", done).rowcount
        db.session.commit()
        yield removed
