"""Each step of a callback, from due to told or given up.

Who takes them is :mod:`callbacks.courier`; each is one UPDATE, in database time, as those of a
count are in :mod:`storage.leases`. Whatever becomes of a courier, what it has taken is due again a
minute later, should nobody say what became of it; so a receiver may hear twice. Each callback comes
to an end: it is delivered or given up. Until then its count is kept.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import case, func, null, select, update

from callbacks.rows import Callback
from models import Result, db
from storage import states

#: How long a courier has for what it took, in seconds, at least. It needs much less; see
#: :mod:`callbacks.deliver`.
LEASE_SECONDS = 60
#: How long to wait after each attempt that failed, in seconds; after one more it is given up.
PAUSES = (5, 30, 2 * 60, 10 * 60, 60 * 60, 6 * 60 * 60)
#: The same after a clear answer that it is not wanted like this.
REFUSED_PAUSES = PAUSES[:2]
#: What is no such answer, although it looks like one: too slow, too early, too many.
_LATER = {408, 425, 429}
#: How many attempts are made, also if nobody can say what came of them: it may be what is sent that
#: kills couriers.
MOST_ATTEMPTS = len(PAUSES) + 1
#: How long what was put off again and again is not given up, in seconds, from when it could first
#: be sent.
LONGEST_DELAY = 24 * 60 * 60
#: How many of one host are taken at a time, so that a slow one does not hold up the others.
MOST_OF_A_HOST = 2


@dataclass(frozen=True)
class Taken:
    """A callback that is to be sent now, by whoever took it.

    :param job_key: of its count, for the log.
    :param attempts: with this one; fences off whoever took it before. If it is more than
        :data:`MOST_ATTEMPTS`, nobody has put down what came of the last one: it is to be given up.
    """

    id: int
    result_id: int
    delivery_id: uuid.UUID
    url: str = field(repr=False)  # it may hold a token, and a repr may be logged
    host: str
    secret: str = field(repr=False)
    attempts: int
    job_key: uuid.UUID | None = None


def take(limit: int, *, retries: int, busy: Collection[str] = ()) -> list[Taken]:
    """Take some that are due and whose count has ended, and commit: first those that were never
    attempted, and of each kind the longest due.

    :param retries: how many of them may have been attempted before.
    :param busy: hosts to which something is being sent already; theirs are left.
    """
    due = (Callback.state == "waiting", Callback.due_at <= func.now())
    is_retry = Callback.attempts > 0
    turn = func.row_number().over(partition_by=Callback.host, order_by=(is_retry, Callback.due_at))
    ready = (
        select(Callback.id, Callback.due_at, is_retry.label("is_retry"), turn.label("turn"))
        .join(Result, Result.id == Callback.result_id)
        .where(*due, ~states.is_pending(), Callback.host.not_in(busy))
        .subquery()
    )
    of_its_kind = func.row_number().over(partition_by=ready.c.is_retry, order_by=ready.c.due_at)
    fair = (
        select(ready, of_its_kind.label("place")).where(ready.c.turn <= MOST_OF_A_HOST).subquery()
    )
    chosen = (
        select(fair.c.id)
        .where(~fair.c.is_retry | (fair.c.place <= retries))
        .order_by(fair.c.is_retry, fair.c.due_at)
        .limit(limit)
    )
    # What another courier takes at this moment is passed over, and what it has taken is not due.
    free = select(Callback.id).where(Callback.id.in_(chosen), *due)
    locked = free.with_for_update(skip_locked=True).cte("free")
    # Each at another time: what dies with one that kills couriers is not taken with it again.
    lease_end = states.in_seconds(LEASE_SECONDS) + func.random() * timedelta(seconds=LEASE_SECONDS)
    key_of_count = (
        select(Result.job_key)
        .where(Result.id == Callback.result_id)
        .correlate(Callback)
        .scalar_subquery()
    )
    rows = db.session.execute(
        update(Callback)
        .where(Callback.id.in_(select(locked.c.id)))
        .values(attempts=Callback.attempts + 1, due_at=lease_end)
        .returning(
            Callback.id,
            Callback.result_id,
            Callback.delivery_id,
            Callback.url,
            Callback.host,
            Callback.secret,
            Callback.attempts,
            key_of_count.label("job_key"),
        ),
        execution_options={"synchronize_session": False},
    ).all()
    db.session.commit()
    return [Taken(**row._mapping) for row in rows]


def delivered(taken: Taken, status: int) -> None:
    """Put down that its receiver has heard of it, and commit."""
    _end(taken, state="delivered", secret=None, last_status=status, last_error=None)


def failed(taken: Taken, error: str, status: int | None = None) -> int | None:
    """Put down that an attempt failed, and commit.

    :returns: in how many seconds there is another one; None if it is given up.
    """
    is_refused = status is not None and 400 <= status < 500 and status not in _LATER
    pauses = REFUSED_PAUSES if is_refused else PAUSES
    if taken.attempts > len(pauses):
        give_up(taken, error, status)
        return None
    pause = pauses[taken.attempts - 1]
    _end(taken, due_at=states.in_seconds(pause), last_status=status, last_error=error)
    return pause


def give_up(taken: Taken, error: str, status: int | None = None) -> None:
    """Put down that there is no use in trying again, and commit."""
    made = func.least(Callback.attempts, MOST_ATTEMPTS)
    ended = {"state": "given_up", "secret": None, "attempts": made}
    _end(taken, **ended, last_status=status, last_error=error)


def postpone(taken: Taken, error: str, seconds: float) -> bool:
    """Put down that there was no attempt, through no fault of the receiver, and commit.

    :returns: whether it is given up, for this has gone on for too long.
    """
    ended = select(Result.finished_at).where(Result.id == Callback.result_id).scalar_subquery()
    # Who shares a count may have asked for word long after its outcome.
    sendable = func.greatest(Callback.submitted_at, ended)
    is_late = states.now() > sendable + timedelta(seconds=LONGEST_DELAY)
    state = _end(
        taken,
        state=case((is_late, "given_up"), else_=Callback.state),
        secret=case((is_late, null()), else_=Callback.secret),
        attempts=Callback.attempts - 1,
        due_at=states.in_seconds(seconds),
        last_error=error,
    )
    return state == "given_up"


def _end(taken: Taken, **columns: Any) -> str | None:
    """End an attempt, unless somebody else has begun another one since.

    :returns: the state it is in now; None if it was not ours to end.
    """
    is_ours = (Callback.id == taken.id, Callback.attempts == taken.attempts)
    ended = update(Callback).where(*is_ours, Callback.state == "waiting").values(columns)
    state: str | None = db.session.scalar(
        ended.returning(Callback.state), execution_options={"synchronize_session": False}
    )
    db.session.commit()
    return state
