"""Every step of every count, told to whoever listens: `SUBSCRIBE wordcount:events`.

Telling is best effort. Nobody waits for a listener, and nothing depends on one: what counts is in
Postgres. While Redis is away, events are lost.
"""

import json
import logging
import time
from datetime import UTC, datetime
from urllib.parse import urlsplit

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from states import Count

logger = logging.getLogger(__name__)

CHANNEL = "wordcount:events"
#: How long Redis may take, in seconds. A job waits for it a few times, with each step.
_PATIENCE = 0.25
#: How long nothing is told after a failure, in seconds, so that the waits do not add up.
_SILENCE = 5.0


class Events:
    """The channel. Each process may use the same object, also after a fork.

    :param redis_url: of the Redis that has the channel.
    """

    def __init__(self, redis_url: str) -> None:
        self._redis = Redis.from_url(
            redis_url,
            socket_connect_timeout=_PATIENCE,
            socket_timeout=_PATIENCE,
            retry=Retry(NoBackoff(), 0),
        )
        self._silent_until = 0.0

    def tell(self, count: Count, step: str, **facts: object) -> None:
        """Publish a step, as JSON.

        :param count: the URL itself is not told, only its host: pages may be private.
        :param step: a status or a step of the models, such as ``fetching``.
        :param facts: further members; None is left out.
        """
        if time.monotonic() < self._silent_until:
            return
        event = {
            "job_key": count.job_key,
            "host": urlsplit(count.url).hostname,
            "step": step,
            "attempt": count.attempt,
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            **{name: value for name, value in facts.items() if value is not None},
        }
        try:
            self._redis.publish(CHANNEL, json.dumps(event))
        except RedisError as error:
            self._silent_until = time.monotonic() + _SILENCE
            logger.debug("nobody is told for %g seconds: %s", _SILENCE, error)
