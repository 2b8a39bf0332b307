"""The table of counts, and how to find a row of it.

Postgres holds the truth: a count is here from the moment it is accepted. Redis only rings the bell.
How a row gets from one state to the next is in :mod:`storage.leases`.
"""

import enum
import uuid
from datetime import datetime
from typing import Any, Self

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ColumnElement,
    DateTime,
    Index,
    TypeDecorator,
    UniqueConstraint,
    Uuid,
    and_,
    cast,
    func,
    select,
)
from sqlalchemy import text as sql
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from storage.faults import LastingSession

#: What is stored as it is; in `Result` the word `bytes` is a column.
Packed = bytes

#: How long after its end a count may wait for its evidence, in seconds: for its horse, and then for
#: a database that is away. What has none after that was left by a worker that was killed.
EVIDENCE_WITHIN = 120

#: How many rows of each ranking `Result.tops` holds.
TOP_ROWS = 100


class Base(DeclarativeBase):
    """What Flask-SQLAlchemy builds ``db.Model`` on."""


db = SQLAlchemy(model_class=Base, session_options={"class_": LastingSession})


class EncodedJSON(str):
    """JSON that was encoded by whoever made it."""

    __slots__ = ()


class _Words(TypeDecorator[dict[str, int]]):
    """JSON, which may come encoded: large ones take long, and not every process has the time."""

    impl = JSON
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Any:
        """How a value is sent; SQLAlchemy asks for it."""
        encode = super().bind_processor(dialect) or str
        return lambda value: str(value) if isinstance(value, EncodedJSON) else encode(value)


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


class Step(enum.StrEnum):
    """What a worker is doing with a count, in this order."""

    FETCHING = "fetching"
    READING = "reading"
    COUNTING = "counting"
    SAVING = "saving"


class Result(db.Model):  # type: ignore[name-defined,misc]  # Flask-SQLAlchemy makes Model at run time
    """One count of one page: asked for, under way, or done."""

    __tablename__ = "results"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    #: Names the count in every address; also the id of its RQ job.
    job_key: Mapped[uuid.UUID] = mapped_column(default=uuid.uuid4)
    #: As it was submitted, normalised.
    url: Mapped[str] = mapped_column()
    status: Mapped[str] = mapped_column(default=Status.QUEUED)
    #: How often it was begun. The number fences: of two who work on it, only the later may end it.
    attempt: Mapped[int] = mapped_column(default=0)
    #: How often whoever worked on it died.
    crashes: Mapped[int] = mapped_column(default=0, server_default="0")
    #: The name of the RQ worker that claimed it last.
    worker: Mapped[str | None]
    #: Until when that worker is believed to be alive; it says so again and again.
    lease_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    #: When a rescuer is to see that it is in Redis' queue, should it still be queued then.
    due_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    #: What the worker is doing, one of `Step`.
    step: Mapped[str | None]
    #: When something last happened to it; each step and each report of progress is something.
    moved_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    #: The visitor who alone may cancel it; nobody if others wait for it, too.
    owner: Mapped[str | None]
    #: Whether its text was pasted by a person, in place of what is fetched from the URL.
    pasted: Mapped[bool] = mapped_column(default=False, server_default=sql("false"))
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
    #: The size of the page, decompressed; while it is fetched, so far.
    bytes: Mapped[int | None]
    total_words: Mapped[int | None]
    distinct_words: Mapped[int | None]
    #: `wordcount.RULE_VERSION` when it was counted.
    rule_version: Mapped[int | None]
    #: How many of the words are main text: 0 if none was found, None if nobody has looked.
    main_words: Mapped[int | None]
    #: Of `page` and of `main`: the code of a formula in `wordcount.reading_ease`, and the score.
    reading_ease: Mapped[dict[str, tuple[str, float]] | None] = mapped_column(JSON)
    #: Why the figures may mislead: codes of `wordcount.doubts`.
    doubts: Mapped[list[str] | None] = mapped_column(JSON)
    #: The first rows of each ranking, by `ranking_name`: reading them costs the same for any page.
    tops: Mapped[dict[str, list[tuple[str, int]]] | None] = mapped_column(JSON)
    #: Of each ranking, by the same names: how many rows it has, and how many words they are in sum.
    sizes: Mapped[dict[str, tuple[int, int]] | None] = mapped_column(JSON)

    # Large, and so only read when asked for.
    #: Every word as it is written on the page -> how often.
    result_all: Mapped[dict[str, int] | None] = mapped_column(_Words, deferred=True)
    #: The same without stop words.
    result_no_stop_words: Mapped[dict[str, int] | None] = mapped_column(_Words, deferred=True)
    #: What a reader sees.
    text: Mapped[str | None] = mapped_column(deferred=True)
    #: Which word stands where in it, as `wordcount.indexed_text` packs it; None if that could not
    #: be made.
    text_index: Mapped[Packed | None] = mapped_column(deferred=True)
    #: The alternative texts of images, one a line; they are not counted.
    alt_texts: Mapped[str | None] = mapped_column(deferred=True)

    __table_args__ = (
        UniqueConstraint("job_key", name="uq_results_job_key"),
        CheckConstraint(sql(f"status IN {tuple(map(str, Status))}"), name="ck_results_status"),
        # The counts of a URL in the order in which they were submitted, so that the newest of very
        # many are found without the others; see `is_of`.
        Index(
            "ix_results_of_url",
            sql("(md5(url)::uuid)"),
            "id",
            postgresql_where=sql("NOT pasted"),
        ),
        # The few rows that submissions and rescuers look through, however many are done.
        Index("ix_results_queued", "id", postgresql_where=sql("status = 'queued'")),
        # Without `lease_until`: what is in no index is changed without touching any of them, and
        # leases are renewed all the time.
        Index("ix_results_held", "worker", postgresql_where=sql("status = 'running'")),
        # What is old enough to be removed.
        Index("ix_results_finished_at", "finished_at"),
    )

    @classmethod
    def by_key(cls, job_key: str) -> Self | None:
        """The count with this key; None if there is none, or it cannot be a key at all."""
        key = as_key(job_key)
        if key is None:
            return None
        return db.session.execute(select(cls).filter_by(job_key=key)).scalar_one_or_none()

    @classmethod
    def is_of(cls, url: str | ColumnElement[str]) -> ColumnElement[bool]:
        """It is a count of the page at a URL, and not of a pasted text.

        Asked for by a digest, for a URL may be longer than an entry of an index. (Two URLs with one
        digest have to be made on purpose, and by the same person.)
        """
        digest = cast(func.md5(cls.url), Uuid)
        return and_(digest == cast(func.md5(url), Uuid), ~cls.pasted)


def storable(text: str) -> str:
    """A text as Postgres can hold it: without NUL, and without halves of a surrogate pair."""
    return text.replace("\0", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


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
