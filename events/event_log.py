"""The latest events, in their order, for whoever was away for a moment.

They are kept in a Redis stream. Redis gives each its id there, `<milliseconds>-<number>` by its own
clock, so that ids go on growing when it was flushed or restarted. In the same step, by a script,
the event is published on the channel; nobody comes in between, and so both have one order.

Who follows all events reads the log, and not the channel: what is in the log cannot be missed or
heard twice, and what anybody else publishes on the channel is not in it.

Some entries are no events. The first one of a log says that it begins there; when it is gone, so
are events. Where something could not be told, an entry says so. A reader that finds no log begins
one itself: so each goes on from an entry, and sees if that is gone.
"""

import json
import logging
import re
import time
from typing import Any, NamedTuple, cast

from redis import Redis
from redis.exceptions import RedisError, ResponseError

from events import tallies
from events.tallies import TALLIES, Amounts

logger = logging.getLogger(__name__)

#: An event, its id first.
Event = dict[str, Any]

LOG = "wordcount:events:log"
#: How many events are kept. Redis drops whole nodes, so there may be a hundred more.
KEPT = 2000
#: Before all events: who follows from here hears all that are kept, and whether some are gone.
START = "0-0"
#: How long Redis keeps a reader waiting for the next event, at most, in seconds. A client of Redis
#: must be more patient than that.
LONGEST_BLOCK = 1.0

#: How many events are read at once.
_BATCH = 500
#: The largest entry that is read. Ours are smaller; anybody who can reach Redis may add others.
_MOST_BYTES = 8 * 1024
_ID = re.compile(r"(0|[1-9][0-9]{0,19})-(0|[1-9][0-9]{0,19})")
_LARGEST_PART = 2**64 - 1
#: The fields of entries that are no events.
_BEGIN = b"begin"
_GAP = b"gap"

#: A Lua function for scripts of Redis, to stand before what calls it: keeps an event and publishes
#: it, in one step with whatever else the script does. The key of the log must be among its KEYS.
#:
#:     tell(log, kept, channel, event)
#:
#: takes `LOG`, `KEPT`, the channel, and an object of JSON that is not empty, written with "{" as
#: its first letter. It returns the id; false if the event could not be kept (Redis is full, or
#: something else has the name of the log). Then it is published without an id, and the log is given
#: up: whoever goes on from one of its ids then learns that something is missing.
TELL = """
local function tell(log, kept, channel, event)
  if redis.call('EXISTS', log) == 0 then redis.pcall('XADD', log, '*', 'begin', '') end
  local id = redis.pcall('XADD', log, 'MAXLEN', '~', kept, '*', 'event', event)
  if type(id) == 'table' then
    redis.pcall('DEL', log)
    redis.call('PUBLISH', channel, event)
    return false
  end
  redis.call('PUBLISH', channel, '{"id": "' .. id .. '", ' .. string.sub(event, 2))
  return id
end
"""
# What was added up goes along. Should Redis refuse it, the event is told all the same.
_ADD = f"""{TELL}
for i = 4, #ARGV, 2 do redis.pcall('HINCRBY', KEYS[2], ARGV[i], ARGV[i + 1]) end
return tell(KEYS[1], ARGV[1], ARGV[2], ARGV[3])
"""


class Heard(NamedTuple):
    """What came of waiting for events.

    :ivar events: in their order.
    :ivar has_gap: whether events before these may have been missed.
    :ivar is_away: whether Redis does not answer, or can keep no events.
    """

    events: list[Event]
    has_gap: bool = False
    is_away: bool = False


def add(redis: Redis, channel: str, event: Event, amounts: Amounts) -> None:
    """Keep an event and publish it, in one step.

    The script is sent each time: one that Redis is asked for by its hash is lost when Redis is
    restarted, and then it takes three steps. Where no scripts may be run, it takes two; the channel
    may then have another order than the log.

    :param amounts: what is added to the tallies in the same step.
    :raises redis.exceptions.RedisError: if nobody could be told.
    """
    told = json.dumps(event)
    added = [str(part) for pair in amounts.items() for part in pair]
    try:
        redis.eval(_ADD, 2, LOG, TALLIES, str(KEPT), channel, told, *added)
    except ResponseError as refused:
        logger.debug("scripts are refused: %s", refused)
        entry_id = cast(bytes, redis.xadd(LOG, {"event": told}, maxlen=KEPT)).decode()
        redis.publish(channel, json.dumps({"id": entry_id, **event}))
        tallies.write(redis, amounts)


def add_gap(redis: Redis) -> None:
    """Let all who follow know that events are missing here; whoever comes again later, too.

    :raises redis.exceptions.RedisError: if they cannot be told.
    """
    try:
        redis.xadd(LOG, {_GAP: ""}, maxlen=KEPT)
    except ResponseError as refused:  # see `TELL`
        logger.debug("the log is given up: %s", refused)
        redis.delete(LOG)


def latest(redis: Redis, most: int) -> list[Event]:
    """The events that came last, in their order.

    :raises redis.exceptions.RedisError: if Redis cannot be asked.
    """
    return _events_of(_entries(redis.xrevrange(LOG, count=most))[::-1])


class Feed:
    """Every event, from now on or from an id on.

    It never fails: while Redis is away it hears nothing, and goes on when Redis is back.

    :param redis: a client that waits for an answer for longer than `LONGEST_BLOCK`.
    :param after: the id of the last event that was heard, whatever a stranger takes for one; None
        for all that is told from now on.
    """

    def __init__(self, redis: Redis, after: str | None = None) -> None:
        self._redis = redis
        self._position = None if after is None else _as_id(after)
        self._has_gap = after is not None and self._position is None

    @property
    def position(self) -> str | None:
        """The id after which it goes on; None before Redis has answered."""
        return self._position

    def wait(self, seconds: float) -> Heard:
        """Wait until there are events, but no longer than that.

        The first call, with 0 seconds, settles which is the first event to be heard.
        """
        end = time.monotonic() + seconds
        try:
            heard = self._read()
            while not (heard.events or heard.has_gap):
                left = end - time.monotonic()
                if left <= 0:
                    break
                self._block(min(left, LONGEST_BLOCK))
                heard = self._read()
        except RedisError as error:
            logger.debug("no event is heard: %s", error)
            # Those who have something to tell cannot reach it either, and do not wait.
            self._has_gap = True
            time.sleep(max(0.0, end - time.monotonic()))
            return Heard([], is_away=True)
        self._has_gap = False
        return heard

    def _block(self, seconds: float) -> None:
        """Until something is added, or that time is over."""
        milliseconds = max(1, round(seconds * 1000))  # 0 would be for ever
        self._redis.xread({LOG: self._position or START}, count=1, block=milliseconds)

    def _read(self) -> Heard:
        """What has been added since, and whether all of it is there.

        If the entry before it is not, the log was trimmed, flushed, or never had it.
        """
        if self._position is None:
            self._position = self._newest()
            return Heard([], self._has_gap)
        entries = self._from(self._position)
        is_known = False
        if entries and entries[0][0] == self._position:
            is_known = True
            del entries[0]
        elif self._position == START:
            is_known = not entries or _BEGIN in entries[0][1]
        if entries:
            self._position = entries[-1][0]
        elif not is_known or self._position == START:
            self._position = self._newest()
        has_gap = not is_known or any(_GAP in fields for _, fields in entries)
        return Heard(_events_of(entries), self._has_gap or has_gap)

    def _from(self, position: str) -> list[tuple[str, dict[bytes, bytes]]]:
        try:
            return _entries(self._redis.xrange(LOG, min=position, count=_BATCH))
        except ResponseError:  # whatever is wrong with it, nobody can go on from there
            self._position = None
            raise

    def _newest(self) -> str:
        """The newest entry; one that says that the log begins, where there is none."""
        entries = _entries(self._redis.xrevrange(LOG, count=1))
        if entries:
            return entries[0][0]
        return cast(bytes, self._redis.xadd(LOG, {_BEGIN: ""})).decode()


def _entries(answer: object) -> list[tuple[str, dict[bytes, bytes]]]:
    """The ids and fields that Redis answers with."""
    entries = cast(list[tuple[bytes, dict[bytes, bytes]]], answer)
    return [(entry_id.decode(), fields) for entry_id, fields in entries]


def _events_of(entries: list[tuple[str, dict[bytes, bytes]]]) -> list[Event]:
    """The events among them, for anybody who can reach Redis may add other things."""
    events = []
    for entry_id, fields in entries:
        told = fields.get(b"event", b"")
        try:
            event = json.loads(told) if len(told) <= _MOST_BYTES else None
        except (ValueError, RecursionError):  # the latter for [[[[[...
            continue
        if isinstance(event, dict):
            event.pop("id", None)
            events.append({"id": entry_id, **event})
    return events


def _as_id(text: str) -> str | None:
    """A text as an id; None if it cannot be one."""
    found = _ID.fullmatch(text)
    if found is None or max(int(part) for part in found.groups()) > _LARGEST_PART:
        return None
    return text
