"""The figures of the service in the format of Prometheus.

What was added up (:mod:`events.tallies`) is that of all processes together, whichever is asked;
what waits is asked of Postgres and Redis at this moment. What cannot be asked is left out, and
`wordcount_up` says so: a figure that is not there is no 0.

Loaded when it is first asked for: the library takes a seventh of a second.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from flask import Flask
from prometheus_client import CollectorRegistry
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from events import tallies
from events.channel import Events
from inbox.queue import INBOX
from storage.backlog import Backlog, backlog
from storage.faults import reason
from views.asking import Question
from views.openapi.answers import FAILURES
from wordcount.version import VERSION
from workers import presence

logger = logging.getLogger(__name__)

CONTENT_TYPE = CONTENT_TYPE_LATEST

#: Name in the hash -> name and help here, the label, and its values; each is there from the first
#: moment on, for what appears later has grown by nothing that anybody could see.
_COUNTERS: Mapping[str, tuple[str, str, str, Iterable[str]]] = {
    tallies.SUBMISSIONS: (
        "wordcount_submissions",
        "Submissions that were accepted, by the door through which they came; a list is one.",
        "door",
        tallies.DOORS,
    ),
    tallies.ACCEPTED: (
        "wordcount_counts_accepted",
        "New counts that were accepted; each will have an outcome.",
        "",
        (),
    ),
    tallies.OUTCOMES: (
        "wordcount_outcomes",
        "Counts that have ended: finished, or the code of the failure.",
        "code",
        (tallies.FINISHED, *FAILURES),
    ),
    tallies.RESCUES: (
        "wordcount_rescues",
        "Counts that were taken from who had them, or rung for again, by the reason.",
        "reason",
        tallies.REASONS,
    ),
    tallies.CALLBACKS: (
        "wordcount_callback_attempts",
        "Attempts to tell a receiver of an outcome, by what came of them.",
        "outcome",
        tallies.ENDS,
    ),
    tallies.REJECTED: (
        "wordcount_inbox_rejected",
        "Items of the inbox that were no use.",
        "",
        (),
    ),
    tallies.RESPONSES: (
        "wordcount_responses",
        "Answers of the web, but for those to whoever watches it, by the class of their status.",
        "status",
        tallies.CLASSES,
    ),
}
_HISTOGRAMS: Mapping[str, tuple[str, str]] = {
    tallies.FETCHES: (
        "wordcount_fetch_seconds",
        "How long pages took to be fetched, with waiting for the host's turn, also in vain.",
    ),
    tallies.READINGS: (
        "wordcount_count_seconds",
        "How long fetched pages took to be read and counted, also in vain.",
    ),
}


@dataclass(frozen=True)
class _InRedis:
    """What Redis knows. Its memory is None where it does not say."""

    tallies: Mapping[str, int]
    inbox: int
    workers: int
    memory: Mapping[str, Any] | None


class Figures(Collector):
    """The figures of an application."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._redis: Redis = app.extensions["redis"]
        self._events: Events = app.extensions["events"]
        self._of_postgres = Question(self._ask_postgres)
        self._of_redis = Question(self._ask_redis)
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)

    def text(self) -> bytes:
        """All of them, as Prometheus reads them; within two seconds."""
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        """Each figure; the library calls this."""
        postgres, redis = self._of_postgres.begin(), self._of_redis.begin()
        waiting, known = postgres.answer(), redis.answer()
        up = GaugeMetricFamily("wordcount_up", "Whether it answers.", labels=["part"])
        up.add_metric(["postgres"], waiting is not None)
        up.add_metric(["redis"], known is not None)
        yield up
        info = GaugeMetricFamily("wordcount_info", "Which release this is.", labels=["version"])
        info.add_metric([VERSION], 1)
        yield info
        most: int = self._app.config["MAX_QUEUED"]
        yield GaugeMetricFamily("wordcount_queue_limit", "How many counts may wait.", most)
        if waiting:
            yield from _of_backlog(waiting)
        if known:
            yield from _of_redis(known)

    def _ask_postgres(self) -> Backlog | None:
        with self._app.app_context():
            try:
                # Those that are queued again come on top of what is accepted.
                return backlog(2 * self._app.config["MAX_QUEUED"])
            except SQLAlchemyError as error:
                logger.warning("Postgres does not say what waits: %s", reason(error))
                return None

    def _ask_redis(self) -> _InRedis | None:
        self._events.make_good()  # what this process has to add
        try:
            return _InRedis(
                tallies.read(self._redis),
                self._redis.llen(INBOX),
                presence.alive(self._redis),
                _memory_of(self._redis),
            )
        except RedisError as error:
            logger.warning("Redis does not say what was added up: %s", error)
            return None


def _memory_of(redis: Redis) -> Mapping[str, Any] | None:
    """What Redis says of its memory; some that are rented do not."""
    try:
        return redis.info("memory")
    except RedisError as error:
        logger.debug("Redis does not tell its memory: %s", error)
        return None


def _of_backlog(waiting: Backlog) -> Iterator[Metric]:
    figures = {
        "queue_depth": ("Counts that wait for a worker.", waiting.queued),
        "queue_oldest_seconds": (
            "Since the count that has waited longest was submitted; 0 if none waits.",
            waiting.oldest_seconds,
        ),
        "running_counts": ("Counts that a worker has.", waiting.running),
        "callbacks_waiting": (
            "Callbacks that were not delivered yet, also those of counts that go on.",
            waiting.callbacks,
        ),
        "database_bytes": ("The size of the database on its disk.", waiting.bytes),
    }
    for name, (about, value) in figures.items():
        yield GaugeMetricFamily(f"wordcount_{name}", about, value)


def _of_redis(known: _InRedis) -> Iterator[Metric]:
    for name in _COUNTERS:
        yield _counter(name, known.tallies)
    for name in _HISTOGRAMS:
        yield _histogram(name, known.tallies)
    yield GaugeMetricFamily("wordcount_inbox_depth", "Items that wait in the inbox.", known.inbox)
    yield GaugeMetricFamily("wordcount_workers_alive", "Workers that are alive.", known.workers)
    if known.memory:
        for of, about in (
            ("used_memory", "The memory that Redis uses."),
            ("maxmemory", "The most that it may use; 0 if it has no limit."),
        ):
            name = f"wordcount_redis_{of}_bytes"
            yield GaugeMetricFamily(name, about, known.memory.get(of, 0))


def _counter(name: str, added: Mapping[str, int]) -> CounterMetricFamily:
    called, about, label, values = _COUNTERS[name]
    if not label:
        return CounterMetricFamily(called, about, added.get(name, 0))
    family = CounterMetricFamily(called, about, labels=[label])
    for value in values:
        family.add_metric([value], added.get(tallies.field_of(name, value), 0))
    return family


def _histogram(name: str, added: Mapping[str, int]) -> HistogramMetricFamily:
    called, about = _HISTOGRAMS[name]
    bounds = [*map(str, tallies.BOUNDS[name]), tallies.NO_BOUND]
    so_many = (added.get(tallies.field_of(name, bound), 0) for bound in bounds)
    seconds = added.get(tallies.field_of(name, tallies.SUM), 0) / 1_000_000
    return HistogramMetricFamily(
        called, about, buckets=[*zip(bounds, accumulate(so_many), strict=True)], sum_value=seconds
    )
