"""How much waits, and for how long: what those who run the service want to see.

One statement, which finds each figure in an index however many results there are
(`tests/integration/test_query_plans.py`).
"""

from dataclasses import dataclass

from sqlalchemy import text as sql

from models import db

#: How long it may take, in milliseconds: whoever asks does not wait for longer.
_LONGEST = 2000
# In an order, or statistics of another time may tell Postgres to look through all rows.
_BACKLOG = sql("""
    SELECT
      (SELECT count(*) FROM (
        SELECT FROM results WHERE status = 'queued' ORDER BY id LIMIT :most) AS queued),
      (SELECT extract(epoch FROM clock_timestamp() - submitted_at)
        FROM results WHERE status = 'queued' ORDER BY id LIMIT 1),
      (SELECT count(*) FROM (
        SELECT FROM results WHERE status = 'running' ORDER BY worker LIMIT :most) AS running),
      (SELECT count(*) FROM (
        SELECT FROM callbacks WHERE state = 'waiting' ORDER BY due_at LIMIT :most) AS waiting),
      pg_database_size(current_database())""")


@dataclass(frozen=True)
class Backlog:
    """How it stands.

    :ivar queued: counts that wait for a worker.
    :ivar oldest_seconds: since the one that has waited longest was submitted; 0 if none waits.
    :ivar running: counts that a worker has.
    :ivar callbacks: that are yet to be told of an outcome, or for whose count there is none yet.
    :ivar bytes: of the database on its disk.
    """

    queued: int
    oldest_seconds: float
    running: int
    callbacks: int
    bytes: int


def backlog(most: int) -> Backlog:
    """How it stands; of what there is more than `most`, that many are counted.

    :raises sqlalchemy.exc.SQLAlchemyError: if the database cannot be asked, or takes long.
    """
    db.session.execute(sql(f"SET LOCAL statement_timeout TO {_LONGEST}"))
    queued, oldest, running, callbacks, size = db.session.execute(_BACKLOG, {"most": most}).one()
    db.session.rollback()
    return Backlog(queued, max(0.0, float(oldest or 0)), running, callbacks, size)
