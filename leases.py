"""Who works on which count: every step of a count, from queued to its outcome.

Each step is one UPDATE that says which state it expects, and commits. So a step happens once or
not at all, whoever else tries the same at the same moment, and whatever dies in between. All times
are the database's own, so that machines whose clocks differ agree on a lease.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, Update, and_, func, or_, select, update
from sqlalchemy.engine import CursorResult

from models import Result, Status, as_key, db

#: A count is not begun more often than this.
MAX_ATTEMPTS = 5


@dataclass(frozen=True)
class Claim:
    """The right to work on one count until the lease ends; `attempt` fences off older claims."""

    job_key: str
    url: str
    attempt: int


def claim(job_key: str, *, worker: str, lease_seconds: float) -> Claim | None:
    """Begin work on a count, and commit.

    :returns: None if there is nothing to do: it is done, or another worker holds its lease.
    """
    row = db.session.execute(
        update(Result)
        .where(
            Result.job_key == as_key(job_key),
            or_(Result.status == Status.QUEUED, _out_of_lease()),
            Result.attempt < MAX_ATTEMPTS,
        )
        .values(
            status=Status.RUNNING,
            attempt=Result.attempt + 1,
            worker=worker,
            started_at=func.now(),
            lease_until=func.now() + timedelta(seconds=lease_seconds),
        )
        .returning(Result.url, Result.attempt)
    ).one_or_none()
    db.session.commit()
    return Claim(job_key, row.url, row.attempt) if row else None


def claim_of(job_key: str, *, worker: str) -> Claim | None:
    """The claim that a worker holds on a running count; None if it is not its any more."""
    row = db.session.execute(
        select(Result.url, Result.attempt).where(
            Result.job_key == as_key(job_key),
            Result.status == Status.RUNNING,
            Result.worker == worker,
        )
    ).one_or_none()
    return Claim(job_key, row.url, row.attempt) if row else None


def finish(claim: Claim, **columns: Any) -> bool:
    """Store the outcome of a claim, and commit.

    :returns: False if a newer claim has taken over; then nothing is stored.
    """
    return _end(claim, status=Status.FINISHED, finished_at=func.now(), **columns)


def fail(claim: Claim, code: str, detail: str, **columns: Any) -> bool:
    """Store why a claim came to nothing, and commit; False as for :func:`finish`."""
    return _end(
        claim,
        status=Status.FAILED,
        finished_at=func.now(),
        error_code=code,
        error_detail=detail,
        **columns,
    )


def release(job_key: str, *, worker: str) -> bool:
    """Queue a count again that a worker had taken from the queue and will not finish, and commit.

    :returns: whether it is to be enqueued: not if it is done, or another worker has claimed it.
    """
    return _changed_one(
        update(Result)
        .where(
            Result.job_key == as_key(job_key),
            # Queued still, if the worker had not come to claim it.
            or_(
                Result.status == Status.QUEUED,
                and_(Result.status == Status.RUNNING, Result.worker == worker),
            ),
        )
        .values(status=Status.QUEUED, lease_until=None)
    )


def release_overdue(*, waiting: Collection[str], queued_for: float, limit: int) -> list[str]:
    """Queue counts again whose worker is gone, and commit.

    :param waiting: keys that Redis has in its queue; they need no help.
    :param queued_for: a row that is younger, in seconds, is only just being enqueued.
    :returns: the keys to enqueue: those, and the queued ones that Redis does not know of.
        Rows that another rescuer is looking at are skipped.
    """
    lost = and_(
        Result.status == Status.QUEUED,
        Result.submitted_at < func.now() - timedelta(seconds=queued_for),
    )
    keys = list(
        db.session.execute(
            select(Result.job_key)
            .where(
                or_(lost, _out_of_lease()),
                Result.attempt < MAX_ATTEMPTS,
                Result.job_key.not_in(filter(None, map(as_key, waiting))),
            )
            .order_by(Result.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).scalars()
    )
    db.session.execute(
        update(Result)
        .where(Result.job_key.in_(keys))
        .values(status=Status.QUEUED, lease_until=None)
    )
    db.session.commit()
    return [str(key) for key in keys]


def abandon(*, code: str, detail: str) -> list[str]:
    """Fail the counts that were begun too often and still have no outcome, and commit.

    :returns: their keys.
    """
    keys = db.session.execute(
        update(Result)
        .where(
            or_(Result.status == Status.QUEUED, _out_of_lease()),
            Result.attempt >= MAX_ATTEMPTS,
        )
        .values(
            status=Status.FAILED,
            finished_at=func.now(),
            lease_until=None,
            error_code=code,
            error_detail=detail,
        )
        .returning(Result.job_key)
    ).scalars()
    failed = [str(key) for key in keys]
    db.session.commit()
    return failed


def _end(claim: Claim, **columns: Any) -> bool:
    return _changed_one(
        update(Result)
        .where(
            Result.job_key == as_key(claim.job_key),
            Result.status == Status.RUNNING,
            Result.attempt == claim.attempt,
        )
        .values(lease_until=None, **columns)
    )


def _out_of_lease() -> ColumnElement[bool]:
    """Somebody claimed it, and must be dead by now."""
    return and_(Result.status == Status.RUNNING, Result.lease_until < func.now())


def _changed_one(statement: Update) -> bool:
    changed = cast("CursorResult[Any]", db.session.execute(statement))
    db.session.commit()
    return changed.rowcount == 1
