"""What is submitted twice and counted once: a program that heard no answer asks again.

Each such submission has a name that its sender chose. The name is kept with the count, in the same
transaction; whoever comes with it again gets that count.
"""

import hashlib
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    ForeignKey,
    Index,
    delete,
    func,
    select,
)
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from models import Packed, Result, db

#: How long the name of a request is remembered, in hours. Nobody repeats one for longer.
REMEMBERED_HOURS = 24
#: How many names that are older are removed with each new one: so there are never many.
_FORGOTTEN_AT_ONCE = 10
# Another seed than that of the locks on URLs, and always taken before those.
_LOCK = sql("SELECT pg_advisory_xact_lock(hashtextextended(encode(:name, 'hex'), 1))")


class OtherRequestError(Exception):
    """The name was used for something else."""


@dataclass(frozen=True)
class Once:
    """A submission that may come again.

    :param name: the sender's, and nobody else's.
    :param asked: all that was asked for, as text: under one name always the same.
    :param is_kept: for as long as the count; otherwise for `REMEMBERED_HOURS`.
    """

    name: str
    asked: str
    is_kept: bool = False

    @property
    def digests(self) -> tuple[bytes, bytes]:
        """The name and what was asked for, as they are stored: in 32 bytes each."""
        return _digest(self.name), _digest(self.asked)


class SubmittedOnce(db.Model):  # type: ignore[name-defined,misc]  # as for models.Result
    """A name, and what became of it."""

    __tablename__ = "submitted_once"

    name: Mapped[Packed] = mapped_column(primary_key=True)
    asked: Mapped[Packed]
    result_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("results.id", ondelete="CASCADE"))
    #: None: never, as long as there is the count.
    forget_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        Index("ix_submitted_once_result_id", "result_id"),
        Index(
            "ix_submitted_once_forget_at",
            "forget_at",
            postgresql_where=sql("forget_at IS NOT NULL"),
        ),
    )


def known(once: Once) -> Result | None:
    """The count that was submitted under this name; None if there is none.

    Until the caller commits, nobody else gets an answer for this name: of two who come with it at
    the same moment, the second one finds the count of the first.

    :raises OtherRequestError: if the name was used for something else.
    """
    name, asked = once.digests
    db.session.execute(_LOCK, {"name": name})
    found = db.session.execute(
        select(SubmittedOnce.asked, Result)
        .join(Result, Result.id == SubmittedOnce.result_id)
        .where(SubmittedOnce.name == name, _is_old().is_not(True))
    ).one_or_none()
    if found is None:
        return None
    if found[0] != asked:
        db.session.rollback()
        raise OtherRequestError
    result: Result = found[1]
    return result


def count_of_name(name: str) -> uuid.UUID | None:
    """The key of the count that is kept under a name; nobody is kept waiting."""
    key: uuid.UUID | None = db.session.scalar(
        select(Result.job_key)
        .join(SubmittedOnce, Result.id == SubmittedOnce.result_id)
        .where(SubmittedOnce.name == _digest(name), _is_old().is_not(True))
    )
    return key


def remember(once: Once, result: Result) -> None:
    """Keep which count was submitted under this name. The caller commits."""
    name, asked = once.digests
    old = (
        select(SubmittedOnce.name)
        .where(_is_old())
        .limit(_FORGOTTEN_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    for forgotten in (SubmittedOnce.name == name, SubmittedOnce.name.in_(old)):
        db.session.execute(
            delete(SubmittedOnce).where(forgotten),
            execution_options={"synchronize_session": False},
        )
    forget_at = None if once.is_kept else func.now() + timedelta(hours=REMEMBERED_HOURS)
    db.session.add(SubmittedOnce(name=name, asked=asked, result_id=result.id, forget_at=forget_at))


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _is_old() -> ColumnElement[bool]:
    """Whether its time is over; NULL for a name that has none."""
    return SubmittedOnce.forget_at < func.now()
