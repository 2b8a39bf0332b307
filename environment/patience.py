"""How long servers may take to answer, and to notice that we are gone."""

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
