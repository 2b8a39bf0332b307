"""The one table, and how to find a row of it.

Postgres holds the truth: a count is here from the moment it is accepted. Redis only rings the bell.
How a row gets from one state to the next is in :mod:`storage.leases`.
"""

import enum
import logging
import uuid
from collections.abc import Collection
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Self

from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    CheckConstraint,
    ColumnElement,
    DateTime,
    Index,
    Interval,
    Select,
    String,
    TypeDecorator,
    UniqueConstraint,
    Uuid,
    and_,
    bindparam,
    cast,
    column,
    event,
    func,
    or_,
    select,
    true,
)
from sqlalchemy import text as sql
from sqlalchemy.engine import Dialect, Engine, ExceptionContext, ScalarResult
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import DeclarativeBase, Mapped, aliased, load_only, mapped_column

logger = logging.getLogger(__name__)

#: What is raised when Postgres cannot be reached, breaks off, or has no connection left.
DATABASE_AWAY = (OperationalError, InterfaceError, PoolTimeoutError)

#: What is stored as it is; in `Result` the word `bytes` is a column.
Packed = bytes

#: How long after its end a count may wait for its evidence, in seconds: for its horse, and then for
#: a database that is away. What has none after that was left by a worker that was killed.
EVIDENCE_WITHIN = 120

#: How many rows of each ranking `Result.tops` holds.
TOP_ROWS = 100


@event.listens_for(Engine, "handle_error")
def _name_it_by_its_cause(context: ExceptionContext) -> Exception | None:
    """Of some connections that break, psycopg2 says no more than that there was an error."""
    error = context.sqlalchemy_exception
    if not context.is_disconnect or isinstance(error, OperationalError | InterfaceError):
        return None
    return OperationalError(context.statement, context.parameters, context.original_exception)


def reason(error: Exception) -> str:
    """Why the database could not be reached, in one line; what it says after that are guesses."""
    return str(getattr(error, "orig", None) or error).partition("\n")[0]


class Base(DeclarativeBase):
    """What Flask-SQLAlchemy builds ``db.Model`` on."""


class _Session(Session):
    """Ends also if its connection has broken meanwhile.

    What it had begun has ended with that. Raised at the end of a request, the error would take the
    place of an answer that is made already.
    """

    def close(self) -> None:
        """Give the connection back."""
        try:
            super().close()
        except DATABASE_AWAY as error:
            # The pool has noticed by itself.
            logger.debug("a connection broke before it was given back: %s", reason(error))


db = SQLAlchemy(model_class=Base, session_options={"class_": _Session})


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

    @classmethod
    def queue_has_room(cls, new: int, most: int) -> bool:
        """Whether no more than `most` counts wait for a worker if there are these new ones."""
        found: int = db.session.scalar(_QUEUED, {"most": most})
        return found + new <= most

    @classmethod
    def reusable(cls, urls: Collection[str], seconds: float) -> dict[str, Self]:
        """The newest count of each URL that is under way, or finished less than `seconds` ago.

        A pasted text is not what others would find at its URL. Only the newest counts of each are
        looked at: of a page that is counted every minute there are soon very many.

        Until the caller commits, nobody else gets an answer for these URLs: of two who submit one
        at the same moment, the second one finds the count of the first.
        """
        db.session.execute(_LOCK_URLS, {"urls": list(urls)})
        found: ScalarResult[Any] = db.session.scalars(
            _reusable(),
            {"urls": list(urls), "age": timedelta(seconds=seconds)},
            execution_options={"populate_existing": True},
        )
        return {result.url: result for result in found if result.url in urls}


#: How many counts of a URL are looked at for one to reuse.
_NEWEST = 20


@cache
def _reusable() -> Select[Any]:
    """Made once: to make it takes longer than to ask it."""
    given = func.unnest(bindparam("urls", type_=ARRAY(String)))
    asked = given.table_valued(column("url", String), name="asked").render_derived()
    newest = (
        select(
            Result.id,
            Result.job_key,
            Result.url,
            Result.status,
            Result.owner,
            Result.finished_at,
            Result.reading_ease,
        )
        .where(Result.is_of(asked.c.url))
        .order_by(Result.id.desc())
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
    )
    known = aliased(Result, fit.correlate(asked).lateral())
    return (
        select(known)
        .select_from(asked)
        .join(known, true())
        .options(load_only(known.job_key, known.url, known.status, known.owner))
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
