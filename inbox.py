"""The inbox: what any program submits with `LPUSH wordcount:inbox URL`. The Redis lists of it.

Who takes an item first registers a ticket, with a lease, and then moves the item into the list of
that ticket in one step. An item is therefore in one list or the other, whoever dies. It leaves the
list of its ticket when it has been seen to. A ticket whose lease has run out is anybody's, who then
sees to the item under the same ticket; what its first reader had stored already is found by the
name of the ticket (:mod:`once`) and not stored again.

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

from items import LARGEST_ITEM

INBOX = "wordcount:inbox"
#: Items that were no use, each with the reason; the newest first.
REJECTED = "wordcount:inbox:rejected"
#: What became of items lately; the newest first.
HANDLED = "wordcount:inbox:handled"
#: Ticket -> when its lease ends, in milliseconds.
TICKETS = "wordcount:inbox:tickets"
#: Before a ticket: the list with the item that it stands for.
TAKEN = "wordcount:inbox:taken:"
#: Before a name: what was pushed under it lately.
_PUSHED = "wordcount:inbox:pushed:"

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
#: A client asks again within seconds if it heard no answer.
_PUSHED_SECONDS = 60

_NOW = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
"""
_REGISTER = f"""{_NOW}
local until_then = now + ARGV[2] * 1000
if ARGV[3] == 'new' then
    redis.call('ZADD', KEYS[1], 'NX', until_then, ARGV[1])
else
    redis.call('ZADD', KEYS[1], until_then, ARGV[1])
end
"""
# Of what is too large only as much is passed on as shows that it is. A list that is none, for
# somebody has written over it, is left alone: the others go on.
_CLAIM = f"""{_NOW}
local over = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'WITHSCORES')
for i = 1, #over, 2 do
    local item = redis.pcall('LINDEX', ARGV[1] .. over[i], -1)
    if type(item) == 'string' then
        redis.call('ZADD', KEYS[1], now + ARGV[2] * 1000, over[i])
        return {{over[i], string.sub(item, 1, ARGV[4]), redis.sha1hex(item)}}
    elseif now - over[i + 1] > ARGV[3] * 1000 then
        redis.call('ZREM', KEYS[1], over[i])
    end
end
"""
# Of two who have seen to the same item, only the first one says so. That the last outcomes cannot
# be written is no reason to keep an item; that nobody would learn why it was rejected is one.
_FINISH = """
local item = redis.pcall('LINDEX', KEYS[1], -1)
local is_first = 0
if type(item) == 'string' and redis.sha1hex(item) == ARGV[1] then
    if ARGV[4] ~= '' then
        redis.call('LPUSH', KEYS[4], ARGV[4])
        redis.call('LTRIM', KEYS[4], 0, ARGV[6] - 1)
    end
    redis.pcall('LPUSH', KEYS[3], ARGV[3])
    redis.pcall('LTRIM', KEYS[3], 0, ARGV[5] - 1)
    redis.call('RPOP', KEYS[1])
    is_first = 1
end
if redis.call('EXISTS', KEYS[1]) == 0 then
    redis.call('ZREM', KEYS[2], ARGV[2])
end
return is_first
"""
_GIVE_BACK = """
if redis.call('EXISTS', KEYS[2]) == 1 then
    redis.call('ZADD', KEYS[1], 0, ARGV[1])
else
    redis.call('ZREM', KEYS[1], ARGV[1])
end
"""
# A client of Redis that heard no answer asks again; what it asked for may have been done.
_PUSH = """
local length = redis.call('LLEN', KEYS[1])
if redis.call('EXISTS', KEYS[2]) == 1 then return length end
if length >= tonumber(ARGV[2]) then return -1 end
redis.call('SET', KEYS[2], 1, 'EX', ARGV[3])
return redis.call('LPUSH', KEYS[1], ARGV[1])
"""
_STANDING = """
local in_flight = 0
for _, ticket in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
    local length = redis.pcall('LLEN', ARGV[1] .. ticket)
    if type(length) == 'number' then in_flight = in_flight + length end
end
local waiting = redis.call('LRANGE', KEYS[1], 0, ARGV[2] - 1)
for i, item in ipairs(waiting) do waiting[i] = string.sub(item, 1, ARGV[3]) end
return {redis.call('LLEN', KEYS[1]), in_flight, redis.call('LLEN', KEYS[3]), waiting,
        redis.call('LRANGE', KEYS[4], 0, -1)}
"""


@dataclass(frozen=True)
class Taken:
    """An item that somebody sees to.

    :ivar ticket: under which it is done.
    :ivar item: of one that is too large perhaps only the beginning.
    :ivar digest: of all of it.
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
        self._register = redis.register_script(_REGISTER)
        self._claim = redis.register_script(_CLAIM)
        self._finish = redis.register_script(_FINISH)
        self._give_back = redis.register_script(_GIVE_BACK)
        self._push = redis.register_script(_PUSH)
        self._standing = redis.register_script(_STANDING)

    def push(self, item: bytes, most: int) -> int | None:
        """Put an item behind the others.

        :returns: how many there are now; None if there are as many as there may be.
        """
        keys = [INBOX, f"{_PUSHED}{uuid.uuid4()}"]
        length = int(self._push(keys, [item, most, _PUSHED_SECONDS]))
        return None if length < 0 else length

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
        found = self._claim([TICKETS], [TAKEN, LEASE_SECONDS, _KEPT_SECONDS, LARGEST_ITEM + 1])
        return Taken(found[0], found[1], found[2].decode(), True) if found else None

    def finish(
        self,
        taken: Taken,
        outcome: Mapping[str, object],
        rejection: Mapping[str, object] | None = None,
    ) -> bool:
        """Let go of an item that was seen to.

        :param outcome: to be shown among the last ones.
        :param rejection: to be kept, if the item was no use.
        :returns: False if somebody else has done so before.
        """
        return bool(
            self._finish(
                [_list_of(taken.ticket), TICKETS, HANDLED, REJECTED],
                [
                    taken.digest,
                    taken.ticket,
                    json.dumps(outcome),
                    json.dumps(rejection) if rejection else "",
                    MOST_HANDLED,
                    MOST_REJECTED,
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
