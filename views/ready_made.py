"""What is asked most: the outcome of a count, with rows that are stored ready-made.

Programs ask for it again and again, so it is read by one short statement: no transaction around it,
and nothing of the row but what is answered, however large the count is.
"""

import uuid
from datetime import datetime
from typing import NamedTuple

from models import Result, as_key, db
from storage.connections import ShortRead, read_one


class ReadyMade(NamedTuple):
    """What is known of a count, whatever its status; named as of :class:`models.Result`.

    :ivar total: how many rows the ranking has that was asked for; None where nobody knows.
    :ivar rows: the first of the ranking that was asked for; None as long as there are none.
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


def ready_made(job_key: str, ranking: str) -> ReadyMade | None:
    """A count and the first rows of one of its rankings; None if there is no count with this key.

    :param ranking: its :func:`models.ranking_name`.
    """
    key = as_key(job_key)
    if key is None:
        return None
    row = read_one(db, READ, {"key": job_key, "ranking": ranking})
    return ReadyMade._make((key, *row)) if row else None


READ = ShortRead(
    "ready_made",
    f"""SELECT {", ".join(ReadyMade._fields[1:-2])},
            (sizes -> %(ranking)s ->> 0)::integer, tops -> %(ranking)s
        FROM {Result.__tablename__} WHERE job_key = %(key)s""",  # noqa: S608 -- names of ours
    {"key": "uuid", "ranking": "text"},
)
