"""Who works on which count: every step of a count, from accepted to its outcome.

Each step is one UPDATE that says which state it expects, and commits. So a step happens once or
not at all, whoever else tries the same at the same moment, and whatever dies in between. All times
are the database's own, so that machines whose clocks differ agree on a lease.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, Update, and_, case, func, or_, select, update
from sqlalchemy import text as sql

from models import Result, Status, Step, as_key, db
from wordcount.errors import SENTENCES

#: A count on which workers have died this often is given up: it is the page that kills them.
MAX_CRASHES = 5
#: How long a worker is believed to be alive after its last word, in seconds.
LEASE_SECONDS = 15
#: How long a report of progress may keep a job waiting, in milliseconds.
REPORT_MILLISECONDS = 300
#: How long whoever queues a count has to ring the bell, before rescuers look after it, in seconds.
RING_SECONDS = 10


@dataclass(frozen=True)
class Count:
    """A count as it was left by a step, with what others may be told of it."""

    job_key: str
    url: str
    attempt: int
    status: Status


class Claim(Count):
    """The right to work on a count, until the lease ends; `attempt` fences off older claims."""


def accept(url: str) -> Count:
    """Store a new count, and commit. From here on it will end as finished or failed."""
    result = Result(url=url, status=Status.QUEUED, attempt=0, due_at=_in_seconds(RING_SECONDS))
    db.session.add(result)
    db.session.flush()
    count = Count(str(result.job_key), url, 0, Status.QUEUED)
    db.session.commit()
    return count


def claim(job_key: str, *, worker: str) -> Claim | None:
    """Begin work on a count, and commit.

    A worker does one thing at a time. So if it holds this count already, then it claimed it, but
    did not hear that it had; it begins afresh.

    :returns: None if there is nothing to do: it is done, or another worker has it.
    """
    changed = _changed(
        update(Result)
        .where(Result.job_key == as_key(job_key), or_(_queued(), _held_by(worker)))
        .values(
            status=Status.RUNNING,
            attempt=Result.attempt + 1,
            worker=worker,
            started_at=func.now(),
            lease_until=_in_seconds(LEASE_SECONDS),
            step=Step.FETCHING,
            bytes=None,
        )
    )
    return _claim(changed[0]) if changed else None


def claim_of(job_key: str, *, worker: str) -> Claim | None:
    """The claim that a worker holds on a running count; None if it is not its any more."""
    row = db.session.execute(
        select(Result).where(Result.job_key == as_key(job_key), _held_by(worker))
    ).scalar_one_or_none()
    return Claim(job_key, row.url, row.attempt, Status.RUNNING) if row else None


def renew(worker: str, *, longest: float) -> None:
    """Say that a worker is alive, and commit: what it works on stays its own a little longer.

    :param longest: but not what it began longer ago than this, in seconds.
    """
    _changed(
        update(Result)
        .where(_held_by(worker), Result.started_at > _in_seconds(-longest))
        .values(lease_until=_in_seconds(LEASE_SECONDS))
    )


def report(claim: Claim, step: Step, **columns: Any) -> None:
    """Say how far a claim is, and commit; nothing happens if a newer claim has taken over.

    :raises sqlalchemy.exc.OperationalError: if that takes long: it is not worth waiting for.
    """
    # Nor for the disk.
    db.session.execute(sql("SET LOCAL synchronous_commit TO off"))
    db.session.execute(sql(f"SET LOCAL statement_timeout TO {REPORT_MILLISECONDS}"))
    _changed(update(Result).where(_is_valid(claim)).values(step=step, **columns))


def finish(claim: Claim, **columns: Any) -> bool:
    """Store the outcome of a claim, and commit.

    :returns: False if a newer claim has taken over; then nothing is stored. What this claim has
        stored already, without hearing that it had, stays.
    """
    return _end(claim, Status.FINISHED, columns)


def fail(claim: Claim, code: str, detail: str, **columns: Any) -> bool:
    """Store why a claim came to nothing, and commit; False as for :func:`finish`."""
    return _end(claim, Status.FAILED, {"error_code": code, "error_detail": detail, **columns})


def hand_back(job_key: str, *, worker: str) -> Count | None:
    """Queue a count again that a worker took and, through no fault of the page, will not finish.

    :returns: the count, to be enqueued; None if it is done, or another worker has it.
    """
    changed = _changed(
        update(Result)
        # Queued still, if the worker had not come to claim it.
        .where(Result.job_key == as_key(job_key), or_(_queued(), _held_by(worker)))
        .values(_queue_again(due_in=timedelta(seconds=RING_SECONDS)))
    )
    return changed[0] if changed else None


def crash(job_key: str, *, worker: str) -> Count | None:
    """Put down that a process died on a count, and commit: queued for later, or failed.

    :returns: None if it is done, or another worker has it.
    """
    changed = _changed(
        update(Result)
        .where(Result.job_key == as_key(job_key), or_(_queued(), _held_by(worker)))
        .values(_crashed())
    )
    return changed[0] if changed else None


def take_back(limit: int) -> list[Count]:
    """Take counts from workers that have not been heard of for too long, and commit.

    :returns: those, as queued for later or failed. What another rescuer looks at is skipped.
    """
    out_of_lease = and_(Result.status == Status.RUNNING, Result.lease_until < func.now())
    chosen = select(Result.id).where(out_of_lease).order_by(Result.lease_until).limit(limit)
    return _changed(update(Result).where(_free_ones(chosen)).values(_crashed()))


def overdue(limit: int) -> list[str]:
    """The keys of queued counts for which the bell was to be rung by now, the oldest first."""
    keys = db.session.scalars(
        select(Result.job_key).where(_is_due()).order_by(Result.id).limit(limit)
    )
    found = [str(key) for key in keys]
    db.session.commit()
    return found


def ring_again(job_keys: Collection[str]) -> list[Count]:
    """Take it upon oneself to ring the bell for overdue counts, and commit.

    :returns: those to ring for. What another rescuer has taken upon itself is not among them.
    """
    keys = [key for key in map(as_key, job_keys) if key]
    chosen = select(Result.id).where(Result.job_key.in_(keys), _is_due())
    return _changed(
        update(Result).where(_free_ones(chosen)).values(due_at=_in_seconds(RING_SECONDS))
    )


def _end(claim: Claim, status: Status, columns: dict[str, Any]) -> bool:
    ending = update(Result).where(_is_valid(claim))
    values = {"status": status, "finished_at": func.now(), "lease_until": None, "step": None}
    if _changed(ending.values(**values, **columns)):
        return True
    done = select(Result.id).where(
        Result.job_key == as_key(claim.job_key),
        Result.status == status,
        Result.attempt == claim.attempt,
    )
    is_done = db.session.scalar(done) is not None
    db.session.commit()
    return is_done


def _crashed() -> dict[str, Any]:
    """The values of a count on which a process died."""
    crashes = Result.crashes + 1
    is_last = crashes >= MAX_CRASHES
    pause = func.power(2, crashes) * timedelta(seconds=1)  # 2, 4, 8, 16 seconds
    return {
        **_queue_again(due_in=pause),
        "crashes": crashes,
        "status": case((is_last, Status.FAILED), else_=Status.QUEUED),
        "finished_at": case((is_last, func.now())),
        "error_code": case((is_last, "crashed")),
        "error_detail": case((is_last, SENTENCES["crashed"])),
    }


def _queue_again(due_in: Any) -> dict[str, Any]:
    return {
        "status": Status.QUEUED,
        "due_at": func.clock_timestamp() + due_in,
        "lease_until": None,
        "step": None,
        "bytes": None,
    }


def _queued() -> ColumnElement[bool]:
    return Result.status == Status.QUEUED


def _held_by(worker: str) -> ColumnElement[bool]:
    return and_(Result.status == Status.RUNNING, Result.worker == worker)


def _is_valid(claim: Claim) -> ColumnElement[bool]:
    return and_(
        Result.job_key == as_key(claim.job_key),
        Result.status == Status.RUNNING,
        Result.attempt == claim.attempt,
    )


def _is_due() -> ColumnElement[bool]:
    return and_(_queued(), Result.due_at < func.now())


def _free_ones(chosen: Select[int]) -> ColumnElement[bool]:
    """Of some rows, those that nobody else is at."""
    return Result.id.in_(chosen.with_for_update(skip_locked=True))


def _in_seconds(seconds: float) -> ColumnElement[Any]:
    # Not now(), which is when the transaction began: a row may have been waited for.
    return func.clock_timestamp() + timedelta(seconds=seconds)


def _claim(count: Count) -> Claim:
    return Claim(count.job_key, count.url, count.attempt, count.status)


def _changed(statement: Update) -> list[Count]:
    """Execute, commit, and say which counts were changed."""
    rows = db.session.execute(
        statement.returning(Result.job_key, Result.url, Result.attempt, Result.status),
        execution_options={"synchronize_session": False},
    ).all()
    db.session.commit()
    return [Count(str(row.job_key), row.url, row.attempt, Status(row.status)) for row in rows]
