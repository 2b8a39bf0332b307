"""What is asked most: the outcome of a count, with rows that are stored ready-made.

Programs ask for it again and again, so it is read by one short statement: no transaction around it,
and nothing of the row but what is answered, however large the count is.
"""

import uuid
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, select

from connections import read_one
from models import Result, as_key, db


class ReadyMade(NamedTuple):
    """What is known of a count, whatever its status; named as of :class:`models.Result`.

    :ivar rows: the first of the ranking that was asked for; None as long as there are none.
    """

    job_key: uuid.UUID
    url: str
    submitted_at: datetime
    started_at: datetime | None
    status: str
    total_words: int | None
    reading_ease: dict[str, tuple[str, float]] | None
    sizes: dict[str, tuple[int, int]] | None
    rows: list[tuple[str, int]] | None


def ready_made(job_key: str, ranking: str) -> ReadyMade | None:
    """A count and the first rows of one of its rankings; None if there is no count with this key.

    :param ranking: its :func:`models.ranking_name`.
    """
    key = as_key(job_key)
    if key is None:
        return None
    row = read_one(db.engine, _statement(ranking), {"key": key})
    return ReadyMade._make(row) if row else None


@cache
def _statement(ranking: str) -> Select[Any]:
    """There are four rankings; to put a statement together takes as long as to have it answered."""
    columns = (getattr(Result, name) for name in ReadyMade._fields[:-1])
    return select(*columns, Result.tops[ranking]).where(Result.job_key == bindparam("key"))
