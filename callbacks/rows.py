"""Whom to tell of the outcome of a count: a URL that its submitter named.

A row for each, in the same transaction as the count, so that nobody who was promised word waits for
ever. What becomes of it is in :mod:`callbacks.steps`.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from flask import current_app
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    DateTime,
    ForeignKey,
    Index,
    exists,
    func,
    select,
)
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from models import Result, db
from wordcount.errors import CallbackError, UrlError
from wordcount.url import read_url

#: How long a secret may be, in characters: not to be guessed, and not a novel.
SECRET_LENGTHS = range(8, 201)
#: How many of one count are listed; of more, the newest.
MOST_LISTED = 100


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
    #: Of the URL: what may be logged of it.
    host: Mapped[str]
    #: Removed when there is nothing left to be signed.
    secret: Mapped[str | None]
    #: ``waiting``, ``delivered`` or ``given_up``.
    state: Mapped[str] = mapped_column(default="waiting")
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    #: When the next attempt may be made, should the count have an outcome by then.
    due_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    #: What the last attempt came to: the status of HTTP, if there was one; a code of
    #: `wordcount.errors`, unless it was delivered.
    last_status: Mapped[int | None]
    last_error: Mapped[str | None]
    submitted_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now()
    )

    __table_args__ = (
        CheckConstraint(
            sql("state IN ('waiting', 'delivered', 'given_up')"), name="ck_callbacks_state"
        ),
        CheckConstraint(sql("(secret IS NULL) = (state <> 'waiting')"), name="ck_callbacks_secret"),
        Index("ix_callbacks_result_id", "result_id"),
        Index("ix_callbacks_waiting", "due_at", postgresql_where=sql("state = 'waiting'")),
    )


def wanted_from(url: str, secret: str | None) -> Wanted:
    """What a submitter asks for, by the members of a request.

    :param secret: by default that of the operator.
    :raises CallbackError: if nothing can be sent there, or it could not be signed.
    """
    try:
        address = read_url(url)
    except UrlError as error:
        raise CallbackError("callback_url_wrong", reason=error.detail) from None
    if secret is not None and not (len(secret) in SECRET_LENGTHS and secret.isprintable()):
        least, most = SECRET_LENGTHS[0], SECRET_LENGTHS[-1]
        raise CallbackError("callback_secret_wrong", least=least, most=most)
    signing = secret or current_app.config["WEBHOOK_SECRET"]
    if not signing:
        raise CallbackError("callback_secret_missing")
    return Wanted(address, signing)


def add(result: Result, wanted: Wanted) -> None:
    """Promise word of the outcome of a count. The caller commits."""
    host = urlsplit(wanted.url).hostname or ""
    db.session.add(Callback(result_id=result.id, url=wanted.url, host=host, secret=wanted.secret))


def of(result: Result) -> Sequence[Callback]:
    """Those of a count, the newest first."""
    chosen = select(Callback).where(Callback.result_id == result.id)
    return db.session.scalars(chosen.order_by(Callback.id.desc()).limit(MOST_LISTED)).all()


def is_awaited() -> ColumnElement[bool]:
    """Somebody is still to be told of a result."""
    return exists().where(Callback.result_id == Result.id, Callback.state == "waiting")
