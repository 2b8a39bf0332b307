"""Whom to tell of the outcome of a count: a URL that its submitter named, each told until it heard.

A row for each, in the same transaction as the count, so that nobody who was promised word waits for
ever. Who sends it is :mod:`courier`.
"""

import uuid
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Index, func
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from models import Result, db


@dataclass(frozen=True)
class Wanted:
    """What a submitter asks for.

    :param url: where to; normalised.
    :param secret: signs what is sent there, so that the receiver knows who it is from.
    """

    url: str
    secret: str = field(repr=False)


class Callback(db.Model):  # type: ignore[name-defined,misc]  # as for models.Result
    """One receiver of one outcome."""

    __tablename__ = "callbacks"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    result_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("results.id", ondelete="CASCADE"))
    #: The same for each attempt, so that a receiver can tell that it has heard this before.
    delivery_id: Mapped[uuid.UUID] = mapped_column(default=uuid.uuid4)
    url: Mapped[str]
    #: Removed when there is nothing left to be signed.
    secret: Mapped[str | None]
    #: ``waiting``, ``delivered`` or ``given_up``.
    state: Mapped[str] = mapped_column(default="waiting")
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    #: When the next attempt may be made, should the count have an outcome by then.
    due_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    #: What the last attempt came to.
    last_status: Mapped[int | None]
    last_error: Mapped[str | None]
    submitted_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now()
    )

    __table_args__ = (
        CheckConstraint(
            sql("state IN ('waiting', 'delivered', 'given_up')"), name="ck_callbacks_state"
        ),
        Index("ix_callbacks_result_id", "result_id"),
        Index("ix_callbacks_waiting", "due_at", postgresql_where=sql("state = 'waiting'")),
    )


def add(result: Result, wanted: Wanted) -> None:
    """Promise word of the outcome of a count. The caller commits."""
    db.session.add(Callback(result_id=result.id, url=wanted.url, secret=wanted.secret))


def wanted_from(url: str, secret: str | None) -> Wanted:
    """What a submitter asks for, checked."""
    raise NotImplementedError
