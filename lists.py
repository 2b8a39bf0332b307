"""Lists of pages that were submitted together: each line is one count, or says why it is none."""

import uuid
from datetime import datetime
from typing import Self

from sqlalchemy import BigInteger, DateTime, ForeignKey, Index, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models import Result, as_key, db

#: How many pages a list may have.
MOST_LINES = 200


class PageList(db.Model):  # type: ignore[name-defined,misc]  # as for models.Result
    """Pages that were submitted together."""

    __tablename__ = "lists"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    #: Names the list in its address.
    list_key: Mapped[uuid.UUID] = mapped_column(default=uuid.uuid4)
    submitted_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now()
    )
    lines: Mapped[list["ListLine"]] = relationship(
        order_by="ListLine.number", cascade="all, delete-orphan", passive_deletes=True
    )

    __table_args__ = (UniqueConstraint("list_key", name="uq_lists_list_key"),)

    @classmethod
    def by_key(cls, list_key: str) -> Self | None:
        """The list with this key; None if there is none, or it cannot be a key at all."""
        key = as_key(list_key)
        if key is None:
            return None
        return db.session.execute(select(cls).filter_by(list_key=key)).scalar_one_or_none()


class ListLine(db.Model):  # type: ignore[name-defined,misc]  # as for models.Result
    """One line of a list."""

    __tablename__ = "list_lines"

    list_id: Mapped[int] = mapped_column(
        ForeignKey("lists.id", ondelete="CASCADE"), primary_key=True
    )
    #: From 1 on.
    number: Mapped[int] = mapped_column(primary_key=True)
    #: As it was typed.
    typed: Mapped[str]
    #: Its count; None if the line is no address, or its result has been removed since.
    result_id: Mapped[int | None] = mapped_column(ForeignKey("results.id", ondelete="SET NULL"))
    #: Why the line is no address: the stable code and the sentence of `wordcount.errors`.
    error_code: Mapped[str | None]
    error_detail: Mapped[str | None]
    result: Mapped[Result | None] = relationship()

    __table_args__ = (
        # What is asked when a result is removed.
        Index("ix_list_lines_result_id", "result_id"),
    )
