"""A thread of each worker: takes the items of the inbox, and submits each as a count of its own.

Any number of readers may do so at the same time. One that dies, at whatever moment, loses nothing:
see :mod:`inbox.queue`.
"""

import logging
import math
import time
from collections.abc import Callable
from datetime import UTC, datetime
from traceback import format_exc
from urllib.parse import urlsplit

from flask import Flask, current_app
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError
from redis.retry import Retry
from sqlalchemy import text as sql
from sqlalchemy.exc import SQLAlchemyError

import jobs
import submissions
from events import tallies
from events.channel import event_of
from inbox.items import Item, ItemError, read_item
from inbox.queue import Inbox, Taken, new_ticket
from models import Status, db, storable
from storage import admission
from storage.faults import reason
from storage.once import Once, OtherRequestError
from submissions import QueueFullError
from wordcount.errors import InputError
from wordcount.url import read_url

logger = logging.getLogger(__name__)

#: How long to wait for an item, in seconds. For no longer, so that an order to stop is heard soon.
_BLOCK_SECONDS = 0.5
#: How long Redis may take to answer, in seconds.
_PATIENCE = 2.0
#: How often to look for items whose reader died, in seconds.
_CLAIM_EVERY = 2.0
#: How long to wait when nothing can be done just now, in seconds.
PAUSE = 0.5
#: How long it may take to finish what is at hand when it is over, in seconds; whatever is not
#: finished then is others' when its lease is over.
GRACE = 1.0
#: How long to wait for a lock in the database: for who is about to store the same item.
_BE_PATIENT = sql("SET LOCAL lock_timeout = '2s'")
#: How much of a rejected item is kept, in characters.
_KEPT = 500
#: An item that has failed so often, for a reason that nobody foresaw, is rejected: it would come
#: again for ever.
MOST_FAILURES = 5
#: How much of the last traceback is kept with it, in characters.
_TRACE = 2000


class Reader:
    """Takes items, one at a time."""

    def __init__(self) -> None:
        # A connection of its own, on which nothing is asked twice; see `Inbox`.
        self._redis = Redis.from_url(
            current_app.config["REDIS_URL"],
            socket_connect_timeout=_PATIENCE,
            socket_timeout=_BLOCK_SECONDS + _PATIENCE,
            retry=Retry(NoBackoff(), 0),
        )
        self._inbox = Inbox(self._redis)
        self._ticket: bytes | None = None
        self._held: Taken | None = None
        self._has_adopted = False
        self._claimed_at = -math.inf

    def look(self) -> str:
        """Take an item, if there is one or comes soon, and see to it.

        :returns: what keeps the reader from that, in words; "" if nothing does. An item that cannot
            be submitted just now is held, and tried again at the next look.
        """
        try:
            if self._held:
                self._inbox.register(self._held.ticket)
            else:
                self._held = self._next()
            if self._held:
                self._see_to(self._held)
                self._held = None
        except RedisError as error:
            return f"the inbox cannot be read just now: {error}"
        except SQLAlchemyError as error:
            if self._held and self._held.is_taken_over:
                # Its first reader may only have been stopped, with the item locked in the database.
                self._held = None
            return f"the inbox waits for the database: {reason(error)}"
        except QueueFullError:
            return "the inbox waits, for MAX_QUEUED counts wait for a worker"
        finally:
            db.session.remove()  # gives the connection back
        return ""

    def leave(self) -> None:
        """Let others have at once what is not finished."""
        ticket = self._held.ticket if self._held else self._ticket
        try:
            if ticket:
                self._inbox.give_back(ticket)
        except RedisError as error:
            logger.debug("the lease of a ticket has to run out: %s", error)
        self._redis.close()

    def _next(self) -> Taken | None:
        """An item that nobody else sees to."""
        if not self._has_adopted:
            self._inbox.adopt()
            self._has_adopted = True
        if time.monotonic() - self._claimed_at > _CLAIM_EVERY:
            if taken := self._inbox.claim():
                logger.info("an item is taken over from a reader that is gone")
                return taken
            self._claimed_at = time.monotonic()
        # Unless Redis says what becomes of the move, the ticket may stand for an item: no other may
        # come to it. Its lease runs out, and then it is looked at.
        ticket, self._ticket = self._ticket or new_ticket(), None
        self._inbox.register(ticket)
        try:
            taken = self._inbox.take(ticket, _BLOCK_SECONDS)
        except ResponseError:  # it was refused
            self._ticket = ticket
            raise
        if taken is None:
            self._ticket = ticket
        return taken

    def _see_to(self, taken: Taken) -> None:
        item: Item | None = None
        try:
            item = read_item(taken.item)
            self._submit(taken, item)
        except ItemError as error:
            self._reject(taken, error, item or error)
        except InputError as error:
            self._reject(taken, error, item)
        except (RedisError, SQLAlchemyError, QueueFullError):
            raise  # which is no fault of the item
        except Exception:
            # Whatever this item is, others can be read. It comes again when its lease is over.
            logger.exception("an item could not be seen to")
            if self._inbox.failed(taken) >= MOST_FAILURES:
                crashed = ItemError("item_crashed")
                self._reject(taken, crashed, item, trace=format_exc()[-_TRACE:])

    def _submit(self, taken: Taken, item: Item) -> None:
        url = read_url(item.url)
        # Asked here, for who submits in vain writes a line each time.
        if not admission.queue_has_room(1, current_app.config["MAX_QUEUED"]):
            raise QueueFullError
        db.session.execute(_BE_PATIENT)
        # With the URL: were there two items under a ticket, by whomever, they are two counts.
        name = item.name or f"inbox {taken.ticket.decode('latin-1')} {url}"
        try:
            count = submissions.submit_item(url, Once(name, url, is_kept=True))
        except OtherRequestError:
            raise ItemError("item_id_reused") from None
        host = urlsplit(url).hostname
        outcome = _outcome(job_key=count.job_key, host=host, ref=item.ref)
        event = event_of(count, "accepted", ref=item.ref)
        if not self._inbox.finish(taken, outcome, event, item_id=item.id):
            return  # whoever was first rings, or rescuers do
        jobs.events().tally(tallies.SUBMISSIONS, tallies.INBOX)
        facts = {"job_key": count.job_key, "host": host, "door": tallies.INBOX}
        logger.info("from the inbox: %s is %s", host, count.job_key, extra=facts)
        # The key is told before any step of the count. Should we die here, rescuers ring.
        if count.status == Status.QUEUED:
            jobs.tell_and_ring([count])

    def _reject(
        self, taken: Taken, error: InputError, item: Item | ItemError | None, **more: object
    ) -> None:
        """Say why an item is no use.

        :param item: what could be read of it.
        :param more: for those who run the service.
        """
        ref, item_id = (item.ref, item.id) if item else (None, None)
        told = {"code": error.code, "detail": error.detail, "ref": ref}
        beginning = storable(taken.item[: 4 * _KEPT].decode("utf-8", "replace"))[:_KEPT]
        outcome = _outcome(**told)
        rejection = {"item": beginning, **outcome, **more}
        event = event_of(None, "rejected", **told)
        if self._inbox.finish(taken, outcome, event, rejection, item_id):
            jobs.events().tally(tallies.REJECTED)
            facts = {"door": tallies.INBOX, "code": error.code}
            logger.info("from the inbox: an item is rejected (%s)", error.code, extra=facts)


def _outcome(**facts: object) -> dict[str, object]:
    """What became of an item, with the time; without what is not known."""
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    return {**{name: value for name, value in facts.items() if value is not None}, "at": at}


def is_news(trouble: str, before: str) -> bool:
    """Whether a trouble is to be told: once, however long it lasts, and whatever is said of it."""
    return trouble.partition(":")[0] != before.partition(":")[0]


def read(app: Flask, is_over: Callable[[], bool]) -> None:
    """Take items until it is over; what is at hand then is left to others.

    Whoever waits for this at the end need not do so for long: all that a look does is bounded. What
    is asked of Redis is, by the timeouts of its clients; of Postgres, by how long a statement and a
    lock of a worker may take, and by what the kernel sends on a connection that is silent
    (`config.POSTGRES_PATIENCE`). Only a Postgres that stands still on a host that is well keeps it
    waiting, as it does all others; others may have the item when its lease is over.
    """
    trouble = ""
    with app.app_context():
        reader = Reader()
        logger.info("ready for items")
        try:
            while not is_over():
                before, trouble = trouble, reader.look()
                if is_news(trouble, before):
                    logger.warning("%s", trouble or "the inbox is read again")
                if trouble and not is_over():
                    time.sleep(PAUSE)
        finally:
            reader.leave()
