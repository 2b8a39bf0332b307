"""How long servers may take to answer, and to notice that we are gone."""

from typing import Any

from redis import BlockingConnectionPool, Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

#: How long the web waits for Redis, in seconds. The second try is for a connection that broke while
#: idle and does not show it, as behind a firewall that has forgotten it. Said outright, for some
#: ways to make a client mean none, and others three, with long pauses.
REDIS_PATIENCE: dict[str, object] = {
    "socket_connect_timeout": 1,
    "socket_timeout": 1,
    "retry": Retry(NoBackoff(), 1),
}
#: How many connections to Redis a client keeps, and how long a thread waits for one, in seconds.
#: Most answers take a tenth of a millisecond, and each of the threads would come to have its own,
#: kept for ever: a rented Redis may allow 20 in all, and then refuses the workers.
_MOST_CONNECTIONS, _WAIT_FOR_ONE = 2, 1


def few_connections(redis_url: str, **patience: Any) -> Redis:
    """A client for short questions of many threads; not for those who wait for something."""
    pool = BlockingConnectionPool.from_url(
        redis_url, max_connections=_MOST_CONNECTIONS, timeout=_WAIT_FOR_ONE, **patience
    )
    return Redis(connection_pool=pool)


#: A Postgres behind a cut cable is noticed after about 30 seconds; without, it takes hours when
#: nothing is sent, and a quarter of one when something is. (A Unix socket has no use for them.)
POSTGRES_PATIENCE: dict[str, object] = {
    "connect_timeout": 3,
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 4,
    "tcp_user_timeout": 30_000,  # in milliseconds
}
#: So does Postgres notice us. Otherwise the transaction of a host that was cut off in the middle of
#: it keeps its locks for two hours, and a count that it was about to claim waits for as long.
SERVER_PATIENCE = {
    "tcp_keepalives_idle": 10,
    "tcp_keepalives_interval": 5,
    "tcp_keepalives_count": 4,
    "tcp_user_timeout": 30_000,
}
