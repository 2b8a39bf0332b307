"""How a count stands that has no outcome yet, in the queue and in time.

Read by one short statement, for whoever waits asks again and again.
"""

import uuid
from typing import NamedTuple

from models import db
from storage.connections import ShortRead, read_one
from storage.leases import LEASE_SECONDS

#: A worker says every 2 seconds that it lives. One that has been silent for longer than this, in
#: seconds, may be dead, though its lease still holds.
SILENCE = 6


class Pending(NamedTuple):
    """How a count stands.

    :ivar is_waiting: for a worker: it is queued, or the one that had it must be dead.
    :ivar is_attended: its worker has said lately that it lives.
    :ivar seconds: how long ago it was submitted.
    :ivar still: for how many seconds nothing has moved. While it waits it is the queue that moves,
        with whatever is begun or ended in it.
    :ivar position: its place among those that wait, from 1 on, if it does.
    """

    is_waiting: bool
    is_attended: bool
    seconds: int
    still: int
    position: int | None


def pending(job_key: uuid.UUID) -> Pending:
    """How a count stands now."""
    row = read_one(db, READ, {"key": str(job_key), "left": LEASE_SECONDS - SILENCE})
    if row is None:  # it has just been removed
        return Pending(is_waiting=False, is_attended=True, seconds=0, still=0, position=None)
    is_waiting, is_attended, seconds, still, position = row
    return Pending(is_waiting, is_attended, max(0, int(seconds)), max(0, int(still)), position)


# What is asked of the queue is asked only for those that wait in it.
READ = ShortRead(
    "pending",
    """
    SELECT is_waiting, is_attended,
        extract(epoch FROM clock_timestamp() - submitted_at),
        extract(epoch FROM clock_timestamp() - CASE WHEN is_waiting THEN greatest(
            moved_at,
            (SELECT max(finished_at) FROM results),
            (SELECT max(started_at) FROM results WHERE status = 'running')
        ) ELSE moved_at END),
        CASE WHEN is_waiting THEN 1 + (
            SELECT count(*) FROM results WHERE status = 'queued' AND id < asked.id
        ) END
    FROM (
        SELECT id, submitted_at, moved_at, coalesce(
            status = 'queued' OR status = 'running' AND lease_until < now(), false
        ) AS is_waiting, coalesce(
            status = 'running' AND lease_until > now() + make_interval(secs => %(left)s), false
        ) AS is_attended
        FROM results WHERE job_key = %(key)s
    ) AS asked""",
    {"key": "uuid", "left": "double precision"},
)
