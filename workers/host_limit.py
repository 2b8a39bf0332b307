"""No site is asked too often, however many of its pages are submitted, and by whom.

All workers count together, in Redis. A count waits a little for its turn; if that would take long
it fails, for a worker that waits counts nothing else.
"""

import logging
import math
import time
from functools import cached_property
from typing import Any

from limits import parse
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter
from redis.exceptions import RedisError

from wordcount.errors import FetchError, in_seconds

logger = logging.getLogger(__name__)

#: The longest that a count waits for its turns, in seconds, over all redirects.
LONGEST_WAIT = 10.0
#: How long it waits at least before it asks again, in seconds.
_SHORTEST_WAIT = 0.05
#: Storage inside this process, for those who work without Redis.
IN_MEMORY = "memory://"


class HostLimit:
    """How often one host may be asked. Each job, and each command, has one of its own.

    :param rate: such as ``60/minute``; "" for any number.
    :param storage: the URL of a Redis as :mod:`limits` spells it, or :data:`IN_MEMORY`.
    :param storage_options: for the Redis client.
    :param patience: how long to wait in all, in seconds.
    :param kind: what is asked for, if it is no pages; it is counted by itself.
    """

    def __init__(
        self,
        rate: str,
        storage: str,
        storage_options: dict[str, object] | None = None,
        patience: float = LONGEST_WAIT,
        kind: str = "",
    ) -> None:
        self._kind = (kind,) if kind else ()
        self._rate = parse(rate) if rate else None
        self._storage = storage
        self._storage_options = storage_options or {}
        self._patience = patience

    def wait(self, host: str) -> None:
        """Return when the host may be asked, and take it as asked.

        If Redis is away nobody knows, and so it may.

        :raises FetchError: `host_busy`, if that is not to be soon.
        """
        try:
            while seconds := self._seconds_until_turn(host.rstrip(".")):
                if seconds > self._patience:
                    when = in_seconds(math.ceil(seconds))
                    raise FetchError("host_busy", host=host, seconds=when)
                self._patience -= seconds
                time.sleep(seconds)
        except RedisError as error:
            logger.warning("how often %s was asked is not known just now: %s", host, error)

    def _seconds_until_turn(self, host: str) -> float:
        """0 if the turn has come; it is then taken."""
        if self._rate is None or self._limiter.hit(self._rate, *self._kind, host):
            return 0
        free_at = self._limiter.get_window_stats(self._rate, *self._kind, host).reset_time
        # Not less, for others may take the turn as soon as it is free.
        return max(free_at - time.time(), _SHORTEST_WAIT)

    @cached_property
    def _limiter(self) -> MovingWindowRateLimiter:
        """Made when it is first needed: a page in an allowed network needs none."""
        # `limits` wants the options to be of many types, depending on the storage.
        options: dict[str, Any] = dict(self._storage_options)
        return MovingWindowRateLimiter(storage_from_string(self._storage, **options))
