"""Whether there is room for a new count, or an older one will do."""

from collections.abc import Collection
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    Interval,
    Select,
    String,
    and_,
    bindparam,
    column,
    func,
    or_,
    select,
    true,
)
from sqlalchemy import text as sql

from models import EVIDENCE_WITHIN, Result, Status, db
from storage.states import row

#: How many counts of a URL are looked at for one to reuse.
_NEWEST = 20


@cache
def _reusable() -> Select[Any]:
    """Made once: to make it takes longer than to ask it."""
    given = func.unnest(bindparam("urls", type_=ARRAY(String)))
    asked = given.table_valued(column("url", String), name="asked").render_derived()
    newest = (
        select(
            row.id,
            row.job_key,
            row.url,
            row.status,
            row.owner,
            row.finished_at,
            row.reading_ease,
        )
        .where(Result.is_of(asked.c.url))
        .order_by(row.id.desc())
        .limit(_NEWEST)
        .correlate(asked)
        .subquery("newest")
    )
    recent = func.now() - bindparam("age", type_=Interval)
    is_pending = newest.c.status.in_([Status.QUEUED, Status.RUNNING])
    is_recent = and_(newest.c.status == Status.FINISHED, newest.c.finished_at > recent)
    whole = newest.c.reading_ease.is_not(None)
    to_be = newest.c.finished_at > func.now() - timedelta(seconds=EVIDENCE_WITHIN)
    fit = (
        select(newest)
        .where(or_(is_pending, and_(is_recent, or_(whole, to_be))))
        .order_by(newest.c.id.desc())
        .limit(1)
        .correlate(asked)
        .lateral("known")
    )
    known = fit.c
    # Columns, not the class: the ORM fails if threads ask it for the first time at the same moment.
    return (
        select(known.id, known.job_key, known.url, known.status, known.owner)
        .select_from(asked)
        .join(fit, true())
    )


# In an order, or statistics of another time may tell Postgres to look through all rows.
_QUEUED = sql("""
    SELECT count(*)
    FROM (SELECT FROM results WHERE status = 'queued' ORDER BY id LIMIT :most) AS queued""")
# All in one order, so that of two lists with the same pages neither waits for the other for ever.
_LOCK_URLS = sql("""
    SELECT pg_advisory_xact_lock(lock) FROM (
        SELECT DISTINCT hashtextextended(url, 0) AS lock
        FROM unnest(CAST(:urls AS text[])) AS url ORDER BY lock
    ) AS locks""")


def queue_has_room(new: int, most: int) -> bool:
    """Whether no more than `most` counts wait for a worker if there are these new ones."""
    found: int = db.session.scalar(_QUEUED, {"most": most})
    return found + new <= most


def reusable(urls: Collection[str], seconds: float) -> dict[str, Result]:
    """The newest count of each URL that is under way, or finished less than `seconds` ago.

    A pasted text is not what others would find at its URL. Only the newest counts of each are
    looked at: of a page that is counted every minute there are soon very many.

    Until the caller commits, nobody else gets an answer for these URLs: of two who submit one
    at the same moment, the second one finds the count of the first.

    What is returned has no more than the columns that are asked for, and belongs to no session.
    """
    db.session.execute(_LOCK_URLS, {"urls": list(urls)})
    found = db.session.execute(_reusable(), {"urls": list(urls), "age": timedelta(seconds=seconds)})
    return {known["url"]: Result(**known) for known in found.mappings() if known["url"] in urls}
