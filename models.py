"""The one table, and the queries that belong to it.

Postgres holds the truth: a count is here from the moment it is accepted, and every step of it is
one UPDATE that says which state it expects. Redis only rings the bell.

All times are the database's own, so that machines whose clocks differ agree on a lease.
"""

import enum
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self, cast

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ColumnElement,
    DateTime,
    Index,
    UniqueConstraint,
    Update,
    and_,
    func,
    or_,
    select,
    update,
)
from sqlalchemy import text as sql
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

#: How many rows of each ranking `Result.tops` holds.
TOP_ROWS = 100
#: A count is not begun more often than this.
MAX_ATTEMPTS = 5


class Base(DeclarativeBase):
    """What Flask-SQLAlchemy builds ``db.Model`` on."""


db = SQLAlchemy(model_class=Base)


class Status(enum.StrEnum):
    """Where a count stands; it only moves forwards, but for a retry."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"

    @property
    def is_pending(self) -> bool:
        """There is no outcome yet."""
        return self in {Status.QUEUED, Status.RUNNING}


@dataclass(frozen=True)
class Claim:
    """The right to work on one count until the lease ends; `attempt` fences off older claims."""

    job_key: str
    url: str
    attempt: int


class Result(db.Model):  # type: ignore[name-defined,misc]  # Flask-SQLAlchemy makes Model at run time
    """One count of one page: asked for, under way, or done."""

    __tablename__ = "results"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    #: Names the count in every address; also the id of its RQ job.
    job_key: Mapped[uuid.UUID] = mapped_column(default=uuid.uuid4)
    #: As it was submitted, normalised.
    url: Mapped[str] = mapped_column()
    status: Mapped[str] = mapped_column(default=Status.QUEUED)
    #: How often it was begun.
    attempt: Mapped[int] = mapped_column(default=0)
    #: The name of the RQ worker that claimed it last.
    worker: Mapped[str | None]
    #: Until when that worker is believed to be alive.
    lease_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    #: Why it failed: the stable code and the sentence of `wordcount.errors`.
    error_code: Mapped[str | None]
    error_detail: Mapped[str | None]
    submitted_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now()
    )
    started_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    #: After redirects.
    final_url: Mapped[str | None]
    http_status: Mapped[int | None]
    content_type: Mapped[str | None]
    charset: Mapped[str | None]
    language: Mapped[str | None]
    title: Mapped[str | None]
    #: The size of the page, decompressed.
    bytes: Mapped[int | None]
    total_words: Mapped[int | None]
    distinct_words: Mapped[int | None]
    #: `wordcount.RULE_VERSION` when it was counted.
    rule_version: Mapped[int | None]
    #: The first rows of each ranking, by `ranking_name`: reading them costs the same for any page.
    tops: Mapped[dict[str, list[tuple[str, int]]] | None] = mapped_column(JSON)

    # Large, and so only read when asked for.
    #: Every word as it is written on the page -> how often.
    result_all: Mapped[dict[str, int] | None] = mapped_column(JSON, deferred=True)
    #: The same without stop words.
    result_no_stop_words: Mapped[dict[str, int] | None] = mapped_column(JSON, deferred=True)
    #: What a reader sees.
    text: Mapped[str | None] = mapped_column(deferred=True)

    __table_args__ = (
        UniqueConstraint("job_key", name="uq_results_job_key"),
        CheckConstraint(sql(f"status IN {tuple(map(str, Status))}"), name="ck_results_status"),
        # A URL may be longer than a B-tree entry; only equality is asked for.
        Index("ix_results_url", "url", postgresql_using="hash"),
        # The few rows that a rescuer looks through, however many are done.
        Index(
            "ix_results_pending",
            "lease_until",
            postgresql_where=sql("status IN ('queued', 'running')"),
        ),
    )

    @classmethod
    def by_key(cls, job_key: str) -> Self | None:
        """The count with this key; None if there is none, or it cannot be a key at all."""
        key = as_key(job_key)
        if key is None:
            return None
        return db.session.execute(select(cls).filter_by(job_key=key)).scalar_one_or_none()

    @classmethod
    def reusable(cls, url: str, seconds: float) -> Self | None:
        """The newest count of a URL that is under way, or finished less than `seconds` ago.

        Until the caller commits, nobody else gets an answer for this URL: of two who submit it at
        the same moment, the second one finds the count of the first.
        """
        db.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(url, 0))))
        recent = func.now() - timedelta(seconds=seconds)
        return db.session.execute(
            select(cls)
            .where(
                cls.url == url,
                or_(
                    cls.status.in_([Status.QUEUED, Status.RUNNING]),
                    and_(cls.status == Status.FINISHED, cls.finished_at > recent),
                ),
            )
            .order_by(cls.id.desc())
            .limit(1)
        ).scalar_one_or_none()

    @classmethod
    def claim(cls, job_key: str, *, worker: str, lease_seconds: float) -> Claim | None:
        """Begin work on a count, and commit.

        :returns: None if there is nothing to do: it is done, or another worker holds its lease.
        """
        row = db.session.execute(
            update(cls)
            .where(
                cls.job_key == uuid.UUID(job_key),
                or_(cls.status == Status.QUEUED, _out_of_lease()),
                cls.attempt < MAX_ATTEMPTS,
            )
            .values(
                status=Status.RUNNING,
                attempt=cls.attempt + 1,
                worker=worker,
                started_at=func.now(),
                lease_until=func.now() + timedelta(seconds=lease_seconds),
            )
            .returning(cls.url, cls.attempt)
        ).one_or_none()
        db.session.commit()
        return Claim(job_key, row.url, row.attempt) if row else None

    @classmethod
    def claim_of(cls, job_key: str, *, worker: str) -> Claim | None:
        """The claim that a worker holds on a running count; None if it is not its any more."""
        row = db.session.execute(
            select(cls.url, cls.attempt).where(
                cls.job_key == uuid.UUID(job_key),
                cls.status == Status.RUNNING,
                cls.worker == worker,
            )
        ).one_or_none()
        return Claim(job_key, row.url, row.attempt) if row else None

    @classmethod
    def finish(cls, claim: Claim, **columns: Any) -> bool:
        """Store the outcome of a claim, and commit.

        :returns: False if a newer claim has taken over; then nothing is stored.
        """
        return cls._end(claim, status=Status.FINISHED, finished_at=func.now(), **columns)

    @classmethod
    def fail(cls, claim: Claim, code: str, detail: str) -> bool:
        """Store why a claim came to nothing, and commit; False as for :meth:`finish`."""
        return cls._end(
            claim,
            status=Status.FAILED,
            finished_at=func.now(),
            error_code=code,
            error_detail=detail,
        )

    @classmethod
    def release(cls, job_key: str, *, worker: str) -> bool:
        """Queue a count again that a worker had claimed and will not finish, and commit.

        :returns: False if it is not this worker's any more.
        """
        return _changed_one(
            update(cls)
            .where(
                cls.job_key == uuid.UUID(job_key),
                cls.status == Status.RUNNING,
                cls.worker == worker,
            )
            .values(status=Status.QUEUED, lease_until=None)
        )

    @classmethod
    def release_overdue(
        cls, *, waiting: Collection[str], queued_for: float, limit: int
    ) -> list[str]:
        """Queue counts again whose worker is gone, and commit.

        :param waiting: keys that Redis has in its queue; they need no help.
        :param queued_for: a row that is younger, in seconds, is only just being enqueued.
        :returns: the keys to enqueue: those, and the queued ones that Redis does not know of.
            Rows that another rescuer is looking at are skipped.
        """
        lost = and_(
            cls.status == Status.QUEUED,
            cls.submitted_at < func.now() - timedelta(seconds=queued_for),
        )
        keys = list(
            db.session.execute(
                select(cls.job_key)
                .where(
                    or_(lost, _out_of_lease()),
                    cls.attempt < MAX_ATTEMPTS,
                    cls.job_key.not_in(filter(None, map(as_key, waiting))),
                )
                .order_by(cls.id)
                .limit(limit)
                .with_for_update(skip_locked=True)
            ).scalars()
        )
        db.session.execute(
            update(cls).where(cls.job_key.in_(keys)).values(status=Status.QUEUED, lease_until=None)
        )
        db.session.commit()
        return [str(key) for key in keys]

    @classmethod
    def abandon(cls, *, code: str, detail: str) -> list[str]:
        """Fail the counts that were begun too often and still have no outcome, and commit.

        :returns: their keys.
        """
        keys = db.session.execute(
            update(cls)
            .where(
                or_(cls.status == Status.QUEUED, _out_of_lease()),
                cls.attempt >= MAX_ATTEMPTS,
            )
            .values(
                status=Status.FAILED,
                finished_at=func.now(),
                lease_until=None,
                error_code=code,
                error_detail=detail,
            )
            .returning(cls.job_key)
        ).scalars()
        failed = [str(key) for key in keys]
        db.session.commit()
        return failed

    @classmethod
    def _end(cls, claim: Claim, **columns: Any) -> bool:
        return _changed_one(
            update(cls)
            .where(
                cls.job_key == uuid.UUID(claim.job_key),
                cls.status == Status.RUNNING,
                cls.attempt == claim.attempt,
            )
            .values(lease_until=None, **columns)
        )


def _out_of_lease() -> ColumnElement[bool]:
    """Somebody claimed it, and must be dead by now."""
    return and_(Result.status == Status.RUNNING, Result.lease_until < func.now())


def _changed_one(statement: Update) -> bool:
    changed = cast("CursorResult[Any]", db.session.execute(statement))
    db.session.commit()
    return changed.rowcount == 1


def as_key(text: str) -> uuid.UUID | None:
    """A text as a job key; None if it cannot be one.

    A key is spelled in one way only, as it was given out, so that a count has one address.
    """
    try:
        key = uuid.UUID(text)
    except ValueError:
        return None
    return key if str(key) == text else None


def ranking_name(*, stop_words: bool, fold_case: bool) -> str:
    """The key of a ranking in `Result.tops`."""
    return f"{'all' if stop_words else 'no_stop_words'}/{'folded' if fold_case else 'as_written'}"
