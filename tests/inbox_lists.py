"""The lists of the inbox, as tests look at them."""

import json
from typing import Any

from redis import Redis
from sqlalchemy import select

from events import event_log
from inbox.queue import INBOX, TAKEN, TICKETS
from models import Result, db

URL = "http://example.com/"


def rows() -> list[str]:
    """The URLs that there are counts of."""
    db.session.rollback()
    return list(db.session.scalars(select(Result.url).order_by(Result.id)))


def objects(redis: Redis, name: str) -> list[dict[str, Any]]:
    return [json.loads(entry) for entry in redis.lrange(name, 0, -1)]


def told(redis: Redis) -> list[str]:
    """The steps that were told, in their order."""
    return [event["step"] for event in event_log.latest(redis, 10)]


def is_clean(redis: Redis) -> bool:
    """Whether nothing is in flight, and nobody waits for it."""
    return not redis.keys(f"{TAKEN}*") and not redis.llen(INBOX)


def end_leases(redis: Redis) -> None:
    """Let the leases of all readers run out."""
    tickets: list[Any] = redis.zrange(TICKETS, 0, -1)
    for ticket in tickets:
        redis.zadd(TICKETS, {ticket: 0})
