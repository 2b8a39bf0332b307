"""Which workers are alive, as far as Redis knows.

RQ has a list of its own, of which a Redis that is flushed, or begins anew, forgets workers that go
on. Here each enters itself again with every beat, by the clock of Redis, so that no host's clock
matters.
"""

from redis import Redis

#: Name of a worker -> when it was last heard of, in seconds.
WORKERS = "wordcount:workers"
#: How long a worker is believed to be alive after its last word, in seconds: as long as a lease
#: lasts.
BELIEVED_SECONDS = 15

_SAY = f"""
local now = redis.call('TIME')[1]
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - {BELIEVED_SECONDS})
"""
_ALIVE = f"""
return redis.call('ZCOUNT', KEYS[1], redis.call('TIME')[1] - {BELIEVED_SECONDS}, '+inf')
"""


def say(redis: Redis, worker: str) -> None:
    """Enter that a worker is alive, and strike out those of which nothing is heard.

    :raises redis.exceptions.RedisError: if Redis does not take it.
    """
    redis.eval(_SAY, 1, WORKERS, worker)


def leave(redis: Redis, worker: str) -> None:
    """Strike out a worker that ends.

    :raises redis.exceptions.RedisError: if Redis does not take it.
    """
    redis.zrem(WORKERS, worker)


def alive(redis: Redis) -> int:
    """How many there are.

    :raises redis.exceptions.RedisError: if Redis cannot be asked.
    """
    return int(redis.eval(_ALIVE, 1, WORKERS))
