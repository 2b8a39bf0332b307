"""Who works on which count: every step of a count, from accepted to its outcome.

Each step is one UPDATE that says which state it expects, and commits. So a step happens once or
not at all, whoever else tries the same at the same moment, and whatever dies in between. All times
are the database's own, so that machines whose clocks differ agree on a lease.
"""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    and_,
    bindparam,
    case,
    func,
    insert,
    or_,
    select,
    true,
    update,
)
from sqlalchemy import text as sql

from models import Result, Status, Step, as_key, db
from storage import states
from storage.states import Claim, Count, row
from wordcount.errors import SENTENCES

_RESULTS = Result.__table__

#: How long a worker is believed to be alive after its last word, in seconds.
LEASE_SECONDS = 15
#: How long whoever queues a count has to ring the bell, before rescuers look after it, in seconds.
RING_SECONDS = 10


# The steps that every count takes, made once: to make a statement takes half as long as to execute
# it. (What comes of it stands in their parameters.)
_ACCEPT = (
    insert(_RESULTS)
    .values(due_at=states.in_seconds(RING_SECONDS))
    .returning(row.id, row.job_key, row.url, row.attempt, row.status, row.pasted)
)
_CLAIMANT: BindParameter[str] = bindparam("claimant")
_CLAIM = (
    update(_RESULTS)
    .where(row.job_key == bindparam("asked"), or_(states.queued(), states.held_by(_CLAIMANT)))
    .values(
        status=Status.RUNNING,
        attempt=row.attempt + 1,
        worker=_CLAIMANT,
        started_at=func.now(),
        lease_until=states.in_seconds(LEASE_SECONDS),
        step=case((row.pasted, Step.COUNTING), else_=Step.FETCHING),
        bytes=None,
        moved_at=states.now(),
    )
)
_END = update(_RESULTS).where(states.is_valid_claim()).values(states.ended())


def accept(
    urls: Collection[str], *, owner: str | None = None, text: str | None = None
) -> list[Result]:
    """Store a new count of each URL. Once the caller commits, it will end as finished or failed.

    What is returned has what others may be told, and belongs to no session.

    :param owner: the visitor who may cancel it.
    :param text: what a person pasted in place of the page.
    """
    new = {
        "status": Status.QUEUED,
        "attempt": 0,
        "owner": owner,
        "pasted": text is not None,
        "text": text,
    }
    rows = db.session.execute(_ACCEPT, [{"url": url, **new} for url in urls])
    return [Result(**stored) for stored in rows.mappings()]


def share(results: Collection[Result]) -> None:
    """Let nobody cancel these counts: others wait for them, too."""
    ids = [result.id for result in results]
    db.session.execute(
        update(_RESULTS).where(row.id.in_(ids), states.is_pending()).values(owner=None)
    )


def cancel(job_key: str, *, owner: str) -> Count | None:
    """End a count that its owner no longer wants, and commit.

    :returns: None if it has ended, is not theirs alone, or does not exist.
    """
    changed = states.changed(
        update(_RESULTS)
        .where(row.job_key == as_key(job_key), states.is_pending(), row.owner == owner)
        .values(
            **states.ended(),
            status=Status.FAILED,
            error_code="cancelled",
            error_detail=SENTENCES["cancelled"],
        )
    )
    return changed[0] if changed else None


def claim(job_key: str, *, worker: str) -> Claim | None:
    """Begin work on a count, and commit.

    A worker works on a count once at a time. So if it holds this one already, then it claimed it,
    but did not hear that it had; it begins afresh.

    :returns: None if there is nothing to do: it is done, or another worker has it.
    """
    changed = states.changed(_CLAIM, {"asked": as_key(job_key), "claimant": worker})
    return _claim(changed[0]) if changed else None


def claim_of(job_key: str, *, worker: str, attempt: int | None = None) -> Claim | None:
    """The claim that a worker holds on a running count; None if it holds it no more.

    :param attempt: that of the claim; None for any.
    """
    found = db.session.execute(
        select(row.url, row.attempt, row.pasted).where(
            row.job_key == as_key(job_key), states.held_by(worker), _is_attempt(attempt)
        )
    ).one_or_none()
    return Claim(job_key, found.url, found.attempt, Status.RUNNING, found.pasted) if found else None


def pasted_text(claim: Claim) -> str:
    """What a person pasted in place of the page."""
    text = db.session.scalar(select(row.text).where(row.job_key == as_key(claim.job_key)))
    db.session.commit()
    return text or ""


def is_ours(claim: Claim) -> bool:
    """Whether a claim still holds.

    :raises sqlalchemy.exc.OperationalError: if that takes long, as for :func:`report`.
    """
    states.be_quick()
    found = db.session.scalar(select(row.id).where(states.is_valid(claim)))
    db.session.commit()
    return found is not None


def report(claim: Claim, step: Step, **columns: Any) -> bool:
    """Say how far a claim is, and commit.

    :returns: False if the count was cancelled, or a newer claim has taken over: nothing is stored.
    :raises sqlalchemy.exc.OperationalError: if that takes long: it is not worth waiting for.
    """
    states.be_quick()
    # Nor for the disk.
    db.session.execute(sql("SET LOCAL synchronous_commit TO off"))
    reported = update(_RESULTS).where(states.is_valid(claim))
    return bool(states.changed(reported.values(step=step, moved_at=states.now(), **columns)))


def finish(claim: Claim, **columns: Any) -> bool:
    """Store the outcome of a claim, and commit.

    :returns: False if a newer claim has taken over; then nothing is stored. What this claim has
        stored already, without hearing that it had, stays.
    """
    return _end(claim, Status.FINISHED, columns)


def supplement(claim: Claim, **columns: Any) -> None:
    """Store more of what was finished by this claim, and commit."""
    is_ours = (row.job_key == as_key(claim.job_key), row.attempt == claim.attempt)
    is_finished = row.status == Status.FINISHED
    if columns:
        states.changed(update(_RESULTS).where(*is_ours, is_finished).values(columns))


def fail(claim: Claim, code: str, detail: str, **columns: Any) -> bool:
    """Store why a claim came to nothing, and commit; False as for :func:`finish`."""
    return _end(claim, Status.FAILED, {"error_code": code, "error_detail": detail, **columns})


def hand_back(job_key: str, *, worker: str, attempt: int | None = None) -> Count | None:
    """Queue a count again that a worker took and, through no fault of the page, will not finish.

    :returns: the count, to be enqueued; None if it is done, or another worker has it.
    """
    changed = states.changed(
        update(_RESULTS)
        # Queued still, if the worker had not come to claim it.
        .where(row.job_key == as_key(job_key), _is_free_or_held(worker, attempt))
        .values(states.queue_again(due_in=timedelta(seconds=RING_SECONDS)))
    )
    return changed[0] if changed else None


def crash(job_key: str, *, worker: str, attempt: int | None = None) -> Count | None:
    """Put down that a process died on a count, and commit: queued for later, or failed.

    :returns: None if it is done, or another worker has it.
    """
    changed = states.changed(
        update(_RESULTS)
        .where(row.job_key == as_key(job_key), _is_free_or_held(worker, attempt))
        .values(states.crashed())
    )
    return changed[0] if changed else None


def _end(claim: Claim, status: Status, columns: dict[str, Any]) -> bool:
    if states.changed(_END, {**states.terms(claim), "status": status, **columns}):
        return True
    done = select(row.id).where(
        row.job_key == as_key(claim.job_key),
        row.status == status,
        row.attempt == claim.attempt,
        # It may have been cancelled as well.
        row.error_code.is_not_distinct_from(columns.get("error_code")),
    )
    is_done = db.session.scalar(done) is not None
    db.session.commit()
    return is_done


def _is_free_or_held(worker: str, attempt: int | None) -> ColumnElement[bool]:
    """It is queued, or held by a worker: by this claim of its, for it may have made another."""
    return or_(states.queued(), and_(states.held_by(worker), _is_attempt(attempt)))


def _is_attempt(attempt: int | None) -> ColumnElement[bool]:
    return true() if attempt is None else row.attempt == attempt


def _claim(count: Count) -> Claim:
    return Claim(count.job_key, count.url, count.attempt, count.status, count.pasted)
