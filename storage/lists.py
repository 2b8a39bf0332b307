"""Lists of pages that were submitted together: each line is one count, or says why it is none."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from sqlalchemy import (
    BigInteger,
    DateTime,
    ForeignKey,
    Index,
    UniqueConstraint,
    and_,
    case,
    func,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models import Result, Status, as_key, db

#: How many pages a list may have.
MOST_LINES = 200


def lines_of(text: str) -> Collection[str]:
    """The lines of a text in which something stands, each once, in their order."""
    return dict.fromkeys(line.strip() for line in text.splitlines() if line.strip())


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

    def rows(self) -> list["ListRow"]:
        """What is known of each line, without what is large."""
        is_over = and_(Result.status == Status.RUNNING, Result.lease_until < func.now())
        found = db.session.execute(
            select(
                ListLine.number,
                ListLine.typed,
                ListLine.error_code.label("refused_code"),
                ListLine.error_detail.label("refused_detail"),
                Result.job_key,
                Result.url,
                # A worker that is not heard of any more is dead: its count waits for another.
                case((is_over, Status.QUEUED), else_=Result.status).label("state"),
                Result.title,
                Result.error_code,
                Result.error_detail,
                Result.total_words,
                Result.distinct_words,
                Result.language,
                Result.final_url,
                Result.doubts,
            )
            .outerjoin(Result, Result.id == ListLine.result_id)
            .where(ListLine.list_id == self.id)
            .order_by(ListLine.number)
        )
        return [
            ListRow(
                number=row.number,
                typed=row.typed,
                state=row.state or ("refused" if row.refused_code else "removed"),
                url=row.url,
                job_key=str(row.job_key) if row.job_key else None,
                title=row.title,
                error_code=row.refused_code or row.error_code,
                error_detail=row.refused_detail or row.error_detail,
                total_words=row.total_words,
                distinct_words=row.distinct_words,
                language=row.language,
                final_url=row.final_url,
                doubts=row.doubts or [],
            )
            for row in found
        ]


@dataclass(frozen=True, kw_only=True)
class ListRow:
    """One line of a list as its page shows it.

    :param state: a :class:`models.Status`, as its own page shows it: queued again if its worker is
        dead; or ``refused``, for it is no URL; or ``removed``, for it was counted longer ago than
        results are kept.
    """

    number: int
    typed: str
    state: str
    url: str | None
    job_key: str | None
    title: str | None
    error_code: str | None
    error_detail: str | None
    total_words: int | None
    distinct_words: int | None
    language: str | None
    final_url: str | None
    doubts: list[str]

    @property
    def is_pending(self) -> bool:
        """There is no outcome yet."""
        return self.state in {Status.QUEUED, Status.RUNNING}


class ListLine(db.Model):  # type: ignore[name-defined,misc]  # as for models.Result
    """One line of a list."""

    __tablename__ = "list_lines"

    list_id: Mapped[int] = mapped_column(
        ForeignKey("lists.id", ondelete="CASCADE"), primary_key=True
    )
    #: From 1 on.
    number: Mapped[int] = mapped_column(primary_key=True)
    #: As it was typed; of what is longer than any URL, the beginning.
    typed: Mapped[str]
    #: Its count; None if the line is no address, or its result has been removed since.
    result_id: Mapped[int | None] = mapped_column(ForeignKey("results.id", ondelete="SET NULL"))
    #: Why the line is no address: the stable code and the sentence of `wordcount.errors`.
    error_code: Mapped[str | None]
    error_detail: Mapped[str | None]

    __table_args__ = (
        # What is asked when a result is removed.
        Index("ix_list_lines_result_id", "result_id"),
    )
