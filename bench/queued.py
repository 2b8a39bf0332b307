"""What waits in Redis, and how large it is there."""

import uuid
from collections.abc import Mapping

from redis import Redis

import jobs
from base_app import create_base_app
from config import settings_from
from event_log import KEPT, LOG
from models import Status
from states import Count

_SOME = 2_000


def memory_of_queued(environ: Mapping[str, str]) -> float:
    """Bytes of Redis for each count that waits in the queue."""
    app = create_base_app(settings_from(environ))
    redis: Redis = app.extensions["redis"]
    before = _used(redis)
    with app.app_context():
        for number in range(_SOME):
            jobs.ring(_count(number))
    return (_used(redis) - before) / _SOME


def memory_of_events(environ: Mapping[str, str]) -> float:
    """Bytes of Redis for each of the latest events, of which `KEPT` are kept."""
    app = create_base_app(settings_from(environ))
    redis: Redis = app.extensions["redis"]
    for number in range(KEPT):
        app.extensions["events"].tell(_count(number), Status.QUEUED)
    return float(redis.memory_usage(LOG, samples=0) or 0) / redis.xlen(LOG)


def _count(number: int) -> Count:
    return Count(str(uuid.UUID(int=number)), "https://example.com/a-page", 1, Status.QUEUED)


def _used(redis: Redis) -> int:
    info = redis.info("memory")
    assert isinstance(info, dict)
    return int(info["used_memory"])
