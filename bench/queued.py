"""What waits: how large it is in Redis, and what a long queue costs who asks about it."""

import time
import uuid
from collections.abc import Callable, Mapping
from statistics import median

from flask import Flask
from redis import Redis

import jobs
from base_app import create_base_app
from config import settings_from
from events.event_log import KEPT, LOG
from models import Status, db
from storage import admission, leases, rescues
from storage.states import Count
from views.pending import pending

#: As many as may wait by default.
_SOME = 10_000
_AT_ONCE = 1_000
_ROUNDS = 20


def sizes(environ: Mapping[str, str]) -> dict[str, float]:
    """Bytes of Redis for each count that waits, and for each of the latest events."""
    app = create_base_app(settings_from(environ))
    redis: Redis = app.extensions["redis"]
    before = _used(redis)
    with app.app_context():
        for number in range(_SOME):
            jobs.ring(_count(number))
    queued = (_used(redis) - before) / _SOME
    for number in range(KEPT):
        app.extensions["events"].tell(_count(number), Status.QUEUED)
    event = float(redis.memory_usage(LOG, samples=0) or 0) / redis.xlen(LOG)
    return {"a queued count": queued, "an event in the log": event}


def looks_at_a_long_queue(environ: Mapping[str, str], waiting: int = _SOME) -> dict[str, float]:
    """Milliseconds of what is done again and again, while so many counts wait.

    In Redis are those of :func:`sizes`.
    """
    app = create_base_app(settings_from(environ))
    with app.app_context():
        urls = [f"https://example.com/{number}" for number in range(waiting)]
        for first in range(0, waiting, _AT_ONCE):
            last = leases.accept(urls[first : first + _AT_ONCE])[-1]
            db.session.commit()
        times = {
            "each submission: is there room": _time(lambda: admission.queue_has_room(1, waiting)),
            "each question of who waits: its place": _time(lambda: pending(last.job_key)),
            "each rescuer, every 2 s: what is due": _time(lambda: rescues.overdue(500)),
            "and then: is it in Redis": _time(lambda: _keys_in_redis(app)),
        }
        db.session.remove()
        db.engine.dispose()
    return times


def _keys_in_redis(app: Flask) -> object:
    """As a rescuer asks for them."""
    queue = jobs.queue()
    redis: Redis = app.extensions["redis"]
    return redis.lrange(queue.key, 0, -1)


def _time(what: Callable[[], object]) -> float:
    """The middle one of several times, in milliseconds."""
    taken = []
    for _ in range(_ROUNDS):
        begun = time.perf_counter()
        what()
        taken.append(time.perf_counter() - begun)
        db.session.commit()
    return 1000 * median(taken)


def _count(number: int) -> Count:
    return Count(str(uuid.UUID(int=number)), "https://example.com/a-page", 1, Status.QUEUED)


def _used(redis: Redis) -> int:
    info = redis.info("memory")
    assert isinstance(info, dict)
    return int(info["used_memory"])
