"""The inbox: what any program submits with `LPUSH wordcount:inbox URL`. The Redis lists of it.

Who takes an item first registers a ticket, with a lease, and then moves the item into the list of
that ticket in one step. An item is therefore in one list or the other, whoever dies. It leaves the
list of its ticket when it has been seen to. A ticket whose lease has run out is anybody's, who then
sees to the item under the same ticket; what its first reader had stored already is found by the
name of the ticket (:mod:`storage.once`) and not stored again.

A ticket is used for one move at a time, and for no other until Redis has said what became of it: so
it never stands for two items. Times are those of Redis, so that readers whose clocks differ agree
on a lease.
"""

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from redis import Redis

from events import event_log
from events.channel import CHANNEL
from events.event_log import Event
from inbox import scripts
from inbox.items import LARGEST_ITEM

INBOX = "wordcount:inbox"
#: Items that were no use, each with the reason; the newest first.
REJECTED = "wordcount:inbox:rejected"
#: What became of items lately; the newest first.
HANDLED = "wordcount:inbox:handled"
#: Ticket -> when its lease ends, in milliseconds.
TICKETS = "wordcount:inbox:tickets"
#: Before a ticket: the list with the item that it stands for.
TAKEN = "wordcount:inbox:taken:"
#: Ticket -> how often its item could not be seen to, for a reason that nobody foresaw.
FAILURES = "wordcount:inbox:failures"
#: Before the id of an item: that it was pushed by us and waits, or why it was rejected.
FATE = "wordcount:inbox:item:"

#: How long a reader is believed to be alive after its last word, in seconds.
LEASE_SECONDS = 10
#: How many rejected items are kept, and how many outcomes.
MOST_REJECTED = 1000
MOST_HANDLED = 50
#: How many of the items that wait are shown.
_SHOWN = 10
#: How long a ticket without an item is kept after its lease, in seconds: its reader may only have
#: been stopped for a while, and move an item at any moment.
_KEPT_SECONDS = 3600
#: How long it is known that an item waits, and why one was rejected, in seconds.
_WAITING_SECONDS = 7 * 86_400
_REJECTED_SECONDS = 86_400
#: The same of one that was accepted, of which Postgres knows: a client of Redis that heard no
#: answer pushes it again, within seconds.
_ACCEPTED_SECONDS = 60


@dataclass(frozen=True)
class Taken:
    """An item that somebody sees to.

    :ivar ticket: under which it is done.
    :ivar item: of one that is too large perhaps only the beginning.
    :ivar digest: of all of it, by SHA-1, which Redis has for its scripts.
    :ivar is_taken_over: from a reader that was not heard of any more.
    """

    ticket: bytes
    item: bytes
    digest: str
    is_taken_over: bool = False


@dataclass(frozen=True)
class Standing:
    """How it stands with the inbox: how many items are where, and the last ones.

    :ivar waiting: the newest first; of those that are too large only the beginning.
    :ivar handled: what became of items, the newest first.
    """

    length: int
    in_flight: int
    rejected: int
    waiting: list[bytes]
    handled: list[dict[str, Any]]


class Inbox:
    """The lists.

    Whatever is asked raises :class:`redis.exceptions.RedisError` if Redis does not answer, or
    refuses.

    :param redis: to take items, it must not ask again by itself: nobody knows what became of a
        move of which nothing was heard.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._register = redis.register_script(scripts.REGISTER)
        self._claim = redis.register_script(scripts.CLAIM)
        self._finish = redis.register_script(scripts.FINISH)
        self._give_back = redis.register_script(scripts.GIVE_BACK)
        self._push = redis.register_script(scripts.PUSH)
        self._standing = redis.register_script(scripts.STANDING)

    def push(self, item_id: uuid.UUID, item: bytes, most: int) -> int | None:
        """Put an item behind the others.

        :param item_id: its own; one that was pushed already is pushed no more.
        :returns: how many there are now; None if there are as many as there may be.
        """
        length = int(self._push([INBOX, f"{FATE}{item_id}"], [item, most, _WAITING_SECONDS]))
        return None if length < 0 else length

    def fate(self, item_id: uuid.UUID) -> dict[str, Any] | None:
        """Why an item was rejected; {} of one that waits, None of one of which nothing is known.

        Of an item that was accepted lately, too, it says that it waits.
        """
        entry = cast(bytes | None, self._redis.get(f"{FATE}{item_id}"))
        return None if entry is None else _object(entry) or {}

    def register(self, ticket: bytes) -> None:
        """Begin, or renew, the lease of a ticket."""
        self._register([TICKETS], [ticket, LEASE_SECONDS, ""])

    def adopt(self) -> None:
        """Register what has no ticket any more, for somebody has removed it from Redis."""
        for name in self._redis.scan_iter(match=f"{TAKEN}*", count=1000):
            ticket = cast(bytes, name).removeprefix(TAKEN.encode())
            self._register([TICKETS], [ticket, LEASE_SECONDS, "new"])

    def take(self, ticket: bytes, seconds: float) -> Taken | None:
        """Move the oldest item to a registered ticket; wait for it, but no longer than that."""
        move = self._redis.blmove
        to = cast(str, _list_of(ticket))  # bytes will do
        item = cast(bytes | None, move(INBOX, to, cast(int, seconds), "RIGHT", "LEFT"))
        if item is None:
            return None
        return Taken(ticket, item, hashlib.sha1(item, usedforsecurity=False).hexdigest())

    def claim(self) -> Taken | None:
        """Take over an item whose reader has not been heard of for as long as a lease lasts."""
        found = self._claim(
            [TICKETS, FAILURES], [TAKEN, LEASE_SECONDS, _KEPT_SECONDS, LARGEST_ITEM + 1]
        )
        return Taken(found[0], found[1], found[2].decode(), True) if found else None

    def failed(self, taken: Taken) -> int:
        """Note that an item could not be seen to, and how often that has been so by now."""
        return self._redis.hincrby(FAILURES, cast(str, taken.ticket), 1)

    def finish(
        self,
        taken: Taken,
        outcome: Mapping[str, object],
        event: Event,
        rejection: Mapping[str, object] | None = None,
        item_id: uuid.UUID | None = None,
    ) -> bool:
        """Let go of an item that was seen to, and tell so, in one step.

        :param outcome: to be shown among the last ones.
        :param event: to be told on the channel.
        :param rejection: to be kept, if the item was no use.
        :param item_id: if it has one.
        :returns: False if somebody else has done so before.
        """
        fate = f"{FATE}{item_id}" if item_id else ""
        return bool(
            self._finish(
                [_list_of(taken.ticket), TICKETS, HANDLED, REJECTED, event_log.LOG, FAILURES, fate],
                [
                    taken.digest,
                    taken.ticket,
                    json.dumps(outcome),
                    json.dumps(rejection) if rejection else "",
                    MOST_HANDLED,
                    MOST_REJECTED,
                    event_log.KEPT,
                    CHANNEL,
                    json.dumps(event),
                    json.dumps(outcome) if rejection else "",
                    _REJECTED_SECONDS if rejection else _ACCEPTED_SECONDS,
                ],
            )
        )

    def give_back(self, ticket: bytes) -> None:
        """Leave a ticket; the next one who looks may have its item, if there is one."""
        self._give_back([TICKETS, _list_of(ticket)], [ticket])

    def standing(self) -> Standing:
        """How it stands."""
        length, in_flight, rejected, waiting, handled = self._standing(
            [INBOX, TICKETS, REJECTED, HANDLED], [TAKEN, _SHOWN, LARGEST_ITEM + 1]
        )
        outcomes = [outcome for entry in handled if (outcome := _object(entry))]
        return Standing(length, in_flight, rejected, waiting, outcomes)


def new_ticket() -> bytes:
    """A ticket that nobody has."""
    return str(uuid.uuid4()).encode()


def _list_of(ticket: bytes) -> bytes:
    return TAKEN.encode() + ticket


def _object(entry: bytes) -> dict[str, Any] | None:
    """What stands in Redis; None if it is not ours."""
    try:
        found = json.loads(entry)
    except (ValueError, RecursionError):  # the latter for [[[[[...
        return None
    return found if isinstance(found, dict) else None
