"""Every step of every count, told to whoever listens: `SUBSCRIBE wordcount:events`.

Telling is best effort. Nobody waits for a listener, and nothing depends on one: what counts is in
Postgres. While Redis is away or hangs, events are lost. So who hears something looks at Postgres
then, and who hears nothing looks there now and then. Who follows all counts reads them from the log
of the latest events (:mod:`events.event_log`), and is told when some may be missing: what is lost
is remembered, also of a process that ends, and said in the log as soon as Redis is back.
"""

import json
import logging
import mmap
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Self
from urllib.parse import urlsplit

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as NoAnswerError
from redis.retry import Retry

from environment.patience import few_connections
from events import event_log, tallies
from events.event_log import Event, Feed
from events.tallies import Amounts, Tallies
from storage.states import Count

logger = logging.getLogger(__name__)

CHANNEL = "wordcount:events"
#: How long Redis may take, in seconds. A job waits for it a few times, with each step.
_PATIENCE = 0.25
#: How long nothing is told after a failure, in seconds, so that the waits do not add up.
_SILENCE = 5.0


class Listener:
    """Hears, in a ``with`` block, that something is told of one count.

    It never fails: without Redis it hears nothing, until Redis is back.
    """

    def __init__(self, redis: Redis, job_key: str) -> None:
        # redis has no types for it
        self._channel = redis.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
        self._job_key = job_key

    def __enter__(self) -> Self:
        self.wait(0)  # to subscribe, before the caller looks for the first time
        return self

    def __exit__(self, *_: object) -> None:
        self._channel.close()

    def wait(self, seconds: float) -> bool:
        """Wait until something is told of the count, but no longer than that.

        :returns: whether something was told.
        """
        end = time.monotonic() + seconds
        try:
            if not self._channel.subscribed:
                self._channel.subscribe(CHANNEL)
            while True:
                left = max(0.0, end - time.monotonic())
                message = self._channel.get_message(timeout=left)
                if message and self._is_meant(message["data"]):
                    return True
                if not left:
                    return False
        except RedisError as error:
            logger.debug("nothing is heard of %s: %s", self._job_key, error)
            time.sleep(max(0.0, end - time.monotonic()))
            return False

    def _is_meant(self, message: bytes) -> bool:
        """Whether a message is about the count; anybody may publish anything."""
        try:
            event = json.loads(message)
        except (ValueError, RecursionError):  # the latter for [[[[[...
            return False
        return isinstance(event, dict) and event.get("job_key") == self._job_key


def event_of(count: Count | None, step: str, **facts: object) -> Event:
    """A step, as it is told.

    :param count: the URL itself is not told, only its host: pages may be private. None for a step
        of what is no count, such as an item that was rejected.
    :param step: a status or a step of the models, such as ``fetching``.
    :param facts: further members; None is left out.
    """
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    known = {name: value for name, value in facts.items() if value is not None}
    if count is None:
        return {"step": step, "at": at, **known}
    host = urlsplit(count.url).hostname
    event = {"job_key": count.job_key, "host": host, "step": step, "attempt": count.attempt}
    return {**event, "at": at, **known}


class Events:
    """The channel. Each process may use the same object, also after a fork.

    :param redis_url: of the Redis that has the channel.
    """

    def __init__(self, redis_url: str) -> None:
        patience: dict[str, Any] = {
            "socket_connect_timeout": _PATIENCE,
            "socket_timeout": _PATIENCE,
            "retry": Retry(NoBackoff(), 0),
        }
        self._redis = few_connections(redis_url, **patience)
        self._heard = Redis.from_url(redis_url, **patience)  # one for each who waits
        # For those who follow: Redis lets them wait. The second try is for a connection that broke
        # while Redis was there, and then nothing is missing.
        self._followed = Redis.from_url(
            redis_url,
            socket_connect_timeout=_PATIENCE,
            socket_timeout=event_log.LONGEST_BLOCK + _PATIENCE,
            retry=Retry(NoBackoff(), 1),
        )
        self._silent_until = 0.0
        self._tallies = Tallies()
        self._is_in_doubt = True
        # Whether something was lost: one byte, the same for all processes that are forked later. A
        # horse that could not tell the end of its count has no other chance to say so.
        self._is_missing = mmap.mmap(-1, 1)

    def tell(self, count: Count, step: str, **facts: object) -> None:
        """Tell a step; the parameters are those of :func:`event_of`."""
        self._publish(event_of(count, step, **facts))

    def tally(self, name: str, label: str = "", amount: int = 1) -> None:
        """Add to what is added up (:mod:`events.tallies`); the next event takes it along."""
        self._tallies.add(name, label, amount)

    @contextmanager
    def timed(self, name: str, facts: dict[str, object], fact: str) -> Iterator[None]:
        """Add how long something takes, also in vain; and put it among the facts of a log line."""
        begun = time.monotonic()
        try:
            yield
        finally:
            seconds = time.monotonic() - begun
            self._tallies.observe(name, seconds)
            facts[fact] = round(seconds, 3)

    def make_good(self) -> None:
        """Say that events are missing, if something was lost and Redis is back; and write what was
        added up since the last event. It never fails.

        Whoever tells an event does so before. Processes that last call it now and then, for those
        that have nothing more to tell.
        """
        if self._is_missing[0]:
            self._try(lambda: None)
        if time.monotonic() >= self._silent_until:
            try:
                self._carry(lambda amounts: tallies.write(self._redis, amounts))
            except RedisError as error:
                self._be_silent(error)

    def make_good_for_ever(self) -> None:
        """Call that now and then: for a thread of a process that only answers."""
        while True:
            time.sleep(_SILENCE)
            self.make_good()

    def _publish(self, event: Event) -> None:
        """Publish and keep an event, as JSON, unless Redis was away a moment ago."""
        self._try(
            lambda: self._carry(lambda amounts: event_log.add(self._redis, CHANNEL, event, amounts))
        )

    def _carry(self, write: Callable[[Amounts], object]) -> None:
        """Take along what was added up. Where nobody heard an answer it may have been written: it
        is not written again, for too few are better than too many. So after that nothing is taken
        along before somebody answers: a host that is gone is silent as well.
        """
        if self._is_in_doubt:
            connections = self._redis.connection_pool
            connections.release(connections.get_connection())
        amounts = self._tallies.take()
        try:
            write(amounts)
        except NoAnswerError:
            self._is_in_doubt = True
            raise
        except RedisError:
            self._tallies.give_back(amounts)
            raise
        self._is_in_doubt = False

    def _try(self, tell: Callable[[], None]) -> None:
        """Say what is missing, then tell; remember it if that fails."""
        if time.monotonic() < self._silent_until:
            self._is_missing[0] = 1
            return
        try:
            if self._is_missing[0]:
                self._is_missing[0] = 0  # before: others may lose something meanwhile
                event_log.add_gap(self._redis)
            tell()
        except RedisError as error:
            self._is_missing[0] = 1
            self._be_silent(error)

    def _be_silent(self, error: RedisError) -> None:
        self._silent_until = time.monotonic() + _SILENCE
        logger.debug("nobody is told for %g seconds: %s", _SILENCE, error)

    def listen(self, job_key: str) -> Listener:
        """Hear of one count; on a connection of its own, while the block lasts."""
        return Listener(self._heard, job_key)

    def follow(self, after: str | None = None) -> Feed:
        """Hear of all counts, from now on or after the event with this id."""
        return Feed(self._followed, after)

    def latest(self, most: int) -> list[Event]:
        """The events that were told last, in their order; none while Redis is away."""
        try:
            return event_log.latest(self._redis, most)
        except RedisError as error:
            logger.debug("the latest events cannot be read: %s", error)
            return []
