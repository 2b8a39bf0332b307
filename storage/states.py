"""The states of a count in the words of SQL: how its rows are found, and what leads them on.

The steps themselves are in :mod:`storage.leases`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    BindParameter,
    Column,
    ColumnElement,
    Update,
    and_,
    bindparam,
    case,
    func,
    or_,
)
from sqlalchemy import text as sql
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from models import Result, Status, as_key, db
from wordcount.errors import SENTENCES

#: The columns of the table. Asked by its entity, the ORM would do more than the database does.
row: ReadOnlyColumnCollection[str, Column[Any]] = Result.__table__.c

#: A count on which workers have died this often is given up: it is the page that kills them.
MAX_CRASHES = 5
#: How long what is not worth waiting for may take, in milliseconds.
QUICK_MILLISECONDS = 300


@dataclass(frozen=True)
class Count:
    """A count as it was left by a step, with what others may be told of it."""

    job_key: str
    url: str
    attempt: int
    status: Status
    pasted: bool = False


class Claim(Count):
    """The right to work on a count, until the lease ends; `attempt` fences off older claims."""


def queued() -> ColumnElement[bool]:
    """It waits for a worker."""
    return row.status == Status.QUEUED


def is_pending() -> ColumnElement[bool]:
    """It has no outcome yet."""
    return or_(queued(), row.status == Status.RUNNING)


def held_by(worker: str | BindParameter[str]) -> ColumnElement[bool]:
    """A worker has claimed it, and nobody else since."""
    return and_(row.status == Status.RUNNING, row.worker == worker)


def is_valid(claim: Claim) -> ColumnElement[bool]:
    """It is the count of a claim, which nobody has fenced off."""
    return _is_running(as_key(claim.job_key), claim.attempt)


def is_valid_claim() -> ColumnElement[bool]:
    """The same, of the claim whose :func:`terms` the statement is given."""
    return _is_running(bindparam("of_key"), bindparam("of_attempt"))


def terms(claim: Claim) -> dict[str, Any]:
    """What :func:`is_valid_claim` has to be given."""
    return {"of_key": as_key(claim.job_key), "of_attempt": claim.attempt}


def _is_running(key: Any, attempt: Any) -> ColumnElement[bool]:
    return and_(row.job_key == key, row.status == Status.RUNNING, row.attempt == attempt)


def ended() -> dict[str, Any]:
    """The values of a count that has an outcome, but for its status."""
    return {
        "finished_at": func.now(),
        "lease_until": None,
        "step": None,
        "moved_at": now(),
    }


def crashed() -> dict[str, Any]:
    """The values of a count on which a process died."""
    crashes = row.crashes + 1
    is_last = crashes >= MAX_CRASHES
    pause = func.power(2, crashes) * timedelta(seconds=1)  # 2, 4, 8, 16 seconds
    return {
        **queue_again(due_in=pause),
        "crashes": crashes,
        "status": case((is_last, Status.FAILED), else_=Status.QUEUED),
        "finished_at": case((is_last, func.now())),
        "error_code": case((is_last, "crashed")),
        "error_detail": case((is_last, SENTENCES["crashed"])),
    }


def queue_again(due_in: Any) -> dict[str, Any]:
    """The values of a count that waits for another worker.

    :param due_in: when a rescuer is to look after it.
    """
    return {
        "status": Status.QUEUED,
        "due_at": now() + due_in,
        "lease_until": None,
        "step": None,
        "bytes": None,
        "moved_at": now(),
    }


def now() -> ColumnElement[Any]:
    """The database's clock. SQL's now() is when the transaction began: a row may have been waited
    for.
    """
    return func.clock_timestamp()


def in_seconds(seconds: float) -> ColumnElement[Any]:
    """So long from now on."""
    return now() + timedelta(seconds=seconds)


def be_quick() -> None:
    """Have the database give up soon on what is asked in this transaction."""
    db.session.execute(sql(f"SET LOCAL statement_timeout TO {QUICK_MILLISECONDS}"))


def changed(statement: Update, parameters: Mapping[str, object] | None = None) -> list[Count]:
    """Execute, commit, and say which counts were changed."""
    told = statement.returning(row.job_key, row.url, row.attempt, row.status, row.pasted)
    rows = db.session.execute(told, parameters).all()
    db.session.commit()
    return [count_of(changed) for changed in rows]


def count_of(result: Any) -> Count:
    """What a row of the table says of its count."""
    return Count(
        str(result.job_key), result.url, result.attempt, Status(result.status), result.pasted
    )
