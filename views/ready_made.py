"""What is asked most: the outcome of a count, with rows that are stored ready-made.

Programs ask for it again and again, so it is read by one short statement: no transaction around it,
and nothing of the row but what is answered, however large the count is.
"""

import uuid
from datetime import datetime
from typing import NamedTuple

from models import Result, as_key, db
from storage.connections import ShortRead, read_one
from views.pending import LEFT, STANDING, Pending, pending


class ReadyMade(NamedTuple):
    """What is known of a count, whatever its status; named as of :class:`models.Result`.

    :ivar total: how many rows the ranking has that was asked for; None where nobody knows.
    :ivar rows: the first of the ranking that was asked for; None as long as there are none.
    :ivar standing: how it stands, if it has no outcome.
    """

    job_key: uuid.UUID
    url: str
    submitted_at: datetime
    started_at: datetime | None
    status: str
    attempt: int
    step: str | None
    bytes: int | None
    pasted: bool
    total: int | None
    rows: list[tuple[str, int]] | None
    standing: Pending


def ready_made(job_key: str, ranking: str) -> ReadyMade | None:
    """A count and the first rows of one of its rankings; None if there is no count with this key.

    :param ranking: its :func:`models.ranking_name`.
    """
    key = as_key(job_key)
    if key is None:
        return None
    row = read_one(db, READ, {"key": job_key, "ranking": ranking, "left": LEFT})
    if row is None:
        return None
    return ReadyMade._make((key, *row[:_OF_COUNT], Pending.of(row[_OF_COUNT:])))


def standing_now(result: Result | ReadyMade) -> Pending:
    """How a count stands; read now, unless it was read with the count."""
    return result.standing if isinstance(result, ReadyMade) else pending(result.job_key)


# Who waits asks again and again as well: one question is enough for both.
_COLUMNS = ReadyMade._fields[1:-3]
_OF_COUNT = len(_COLUMNS) + 2
READ = ShortRead(
    "ready_made",
    f"""SELECT {", ".join(f"counted.{name}" for name in _COLUMNS)},
            (sizes -> %(ranking)s ->> 0)::integer, tops -> %(ranking)s, standing.*
        FROM {Result.__tablename__} AS counted, ({STANDING}) AS standing
        WHERE job_key = %(key)s""",  # noqa: S608 -- names of ours
    {"key": "uuid", "ranking": "text", "left": "double precision"},
)
