"""A thread of each worker: says that it is alive, and looks after counts that got stuck.

Any number of rescuers may look at the same time: each step of theirs is one of
:mod:`storage.leases`.
"""

import logging
import math
import time

from flask import Flask
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

import jobs
from events import tallies
from models import db
from storage import rescues
from storage.faults import reason
from storage.leases import LEASE_SECONDS
from workers import remedies

logger = logging.getLogger(__name__)

#: How often to look, in seconds.
RESCUE_EVERY = 2.0
#: How many counts are rescued at one look; what is left is for the next one, or another rescuer.
RESCUE_LIMIT = 500


def rescue(app: Flask, worker: str) -> None:
    """Look for as long as the process lives.

    :param worker: the name of the worker whose thread this is.
    """
    watch = Watch(worker)
    trouble = ""
    with app.app_context():
        while True:
            before = trouble
            trouble = _trouble_of(watch)
            if trouble != before:  # once, however long it lasts
                logger.warning("%s", trouble or "looking for stuck counts again")
            db.session.remove()
            time.sleep(RESCUE_EVERY)


class Watch:
    """What one rescuer remembers from one look to the next.

    :param worker: the name of the worker beside it.
    """

    def __init__(self, worker: str = "") -> None:
        self._worker = worker
        self._renewed_at = -math.inf
        self._missing: set[str] = set()

    def look(self) -> int:
        """Renew the worker's leases; put counts back into the queue whose worker died, or that
        Redis does not know of.

        :returns: how many were stuck.
        """
        jobs.events().make_good()
        crashed = rescues.take_back(RESCUE_LIMIT) if self._renew() else []
        for count in crashed:
            remedies.tell_of_crash(count, tallies.LEASE_OVER)
        return len(crashed) + self._ring_again()

    def _renew(self) -> bool:
        """Whether others have had a chance to do so as well.

        Not if the database has kept everybody waiting for as long as a lease lasts.
        """
        before, self._renewed_at = self._renewed_at, time.monotonic()
        rescues.renew(self._worker, longest=jobs.longest_job())
        return time.monotonic() - before < LEASE_SECONDS

    def _ring_again(self) -> int:
        overdue = set(rescues.overdue(RESCUE_LIMIT))
        missing = overdue - _in_redis() if overdue else set()
        # What a worker has just taken from Redis, and will claim at any moment, is missing too.
        # Only what is still missing at the second look has got lost.
        lost = rescues.ring_again(missing & self._missing)
        self._missing = missing
        for number, count in enumerate(lost):
            if not jobs.ring(count):
                return number  # nor would it take the others
            facts = {"job_key": count.job_key}
            logger.info("%s was due, and is rung for again", count.job_key, extra=facts)
        if lost:
            jobs.events().tally(tallies.RESCUES, tallies.RUNG_AGAIN, len(lost))
        return len(lost)


def _in_redis() -> set[str]:
    """The keys in Redis' queue; what else strangers may have put there is nobody's key."""
    queue = jobs.queue()
    return {
        key.decode(errors="replace") if isinstance(key, bytes) else key
        for key in queue.connection.lrange(queue.key, 0, -1)
    }


def _trouble_of(watch: Watch) -> str:
    """Look; what keeps the rescuer from that, and "" if nothing does."""
    try:
        watch.look()
    except (SQLAlchemyError, RedisError) as error:
        return f"cannot look for stuck counts just now: {reason(error)}"
    except Exception:
        # Whatever strangers may have put into Redis, the next look may go well.
        logger.exception("cannot look for stuck counts")
    return ""
