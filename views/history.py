"""What a visitor has counted lately, as the form shows it."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for
from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased, load_only

from models import Result, Status, as_key, db
from storage.lists import ListLine, PageList
from views.verdict import Verdict
from views.visitor import Visit

_FACTS = {
    Status.QUEUED: "waiting",
    Status.RUNNING: "being counted",
    Status.FAILED: "not counted",
}


@dataclass(frozen=True)
class Visited:
    """One line of the history.

    :ivar key: of the count or the list.
    :ivar facts: what came out, or how far it is.
    """

    key: str
    address: str
    name: str
    facts: str


def visited(recent: Sequence[Visit]) -> list[Visited]:
    """What there is to say of it; what has been removed since is left out."""
    counts = _counts([visit.key for visit in recent if visit.kind == "counts"])
    lists = _lists([visit.key for visit in recent if visit.kind == "lists"])
    known = {**counts, **lists}
    return [known[visit.key] for visit in recent if visit.key in known]


def _counts(keys: Sequence[str]) -> dict[str, Visited]:
    rows = db.session.scalars(
        select(Result)
        .where(Result.job_key.in_([as_key(key) for key in keys]))
        .options(
            load_only(
                Result.job_key,
                Result.url,
                Result.status,
                Result.title,
                Result.pasted,
                Result.total_words,
            )
        )
    )
    return {str(row.job_key): _of_count(row) for row in rows}


def _of_count(row: Result) -> Visited:
    words = row.total_words or 0
    facts = _FACTS.get(Status(row.status)) or f"{words:,} word{'s' if words != 1 else ''}"
    name = Verdict(row).title if row.title or row.pasted else row.url
    return Visited(str(row.job_key), url_for("counts.show", job_key=row.job_key), name, facts)


def _lists(keys: Sequence[str]) -> dict[str, Visited]:
    first = aliased(ListLine)
    rows = db.session.execute(
        select(PageList.list_key, first.typed, func.count())
        .join(ListLine, ListLine.list_id == PageList.id)
        .join(first, and_(first.list_id == PageList.id, first.number == 1))
        .where(PageList.list_key.in_([as_key(key) for key in keys]))
        .group_by(PageList.list_key, first.typed)
    )
    return {str(key): _of_list(str(key), typed, pages) for key, typed, pages in rows}


def _of_list(key: str, first: str, pages: int) -> Visited:
    others = f" and {pages - 1} more" if pages > 1 else ""
    facts = f"{pages} page{'s' if pages != 1 else ''}"
    return Visited(key, url_for("lists.show", list_key=key), f"{first[:60]}{others}", facts)
