"""How a worker says that it lives, and what rescuers do with counts that got stuck.

Steps like those of :mod:`storage.leases`: each is one UPDATE that says which state it expects, and
commits. Any number of rescuers may take them at the same time.
"""

from collections.abc import Collection

from sqlalchemy import ColumnElement, Select, and_, func, select, update

from models import Result, Status, as_key, db
from storage import states
from storage.leases import LEASE_SECONDS, RING_SECONDS
from storage.states import Count, row

_RESULTS = Result.__table__


def renew(worker: str, *, longest: float) -> None:
    """Say that a worker is alive, and commit: what it works on stays its own a little longer.

    :param longest: but not what it began longer ago than this, in seconds.
    """
    held = select(row.id).where(
        states.held_by(worker), row.started_at > states.in_seconds(-longest)
    )
    # What somebody else has locked must not keep the others from being renewed.
    renewed = update(_RESULTS).where(_free_ones(held))
    states.changed(renewed.values(lease_until=states.in_seconds(LEASE_SECONDS)))


def take_back(limit: int) -> list[Count]:
    """Take counts from workers that have not been heard of for too long, and commit.

    :returns: those, as queued for later or failed. What another rescuer looks at is skipped.
    """
    out_of_lease = and_(row.status == Status.RUNNING, row.lease_until < func.now())
    chosen = select(row.id).where(out_of_lease).order_by(row.lease_until).limit(limit)
    return states.changed(update(_RESULTS).where(_free_ones(chosen)).values(states.crashed()))


def overdue(limit: int) -> list[str]:
    """The keys of queued counts for which the bell was to be rung by now, the oldest first."""
    keys = db.session.scalars(select(row.job_key).where(_is_due()).order_by(row.id).limit(limit))
    found = [str(key) for key in keys]
    db.session.commit()
    return found


def ring_again(job_keys: Collection[str]) -> list[Count]:
    """Take it upon oneself to ring the bell for overdue counts, and commit.

    :returns: those to ring for. What another rescuer has taken upon itself is not among them.
    """
    keys = [key for key in map(as_key, job_keys) if key]
    chosen = select(row.id).where(row.job_key.in_(keys), _is_due())
    return states.changed(
        update(_RESULTS).where(_free_ones(chosen)).values(due_at=states.in_seconds(RING_SECONDS))
    )


def _is_due() -> ColumnElement[bool]:
    return and_(states.queued(), row.due_at < func.now())


def _free_ones(chosen: Select[int]) -> ColumnElement[bool]:
    """Of some rows, those that nobody else is at."""
    return row.id.in_(chosen.with_for_update(skip_locked=True))
