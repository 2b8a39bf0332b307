"""Beside each worker: says that it is alive, and looks after counts that got stuck.

Any number of rescuers may look at the same time: each step of theirs is one of :mod:`leases`.
"""

import logging
import multiprocessing
import os
import signal
import time

from flask import Flask
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

import jobs
import leases
from models import db, reason
from supervisor import fork

logger = logging.getLogger(__name__)

#: How often to look, in seconds.
RESCUE_EVERY = 2.0
#: How many counts are rescued at one look; what is left is for the next one, or another rescuer.
RESCUE_LIMIT = 500


class Rescuer:
    """The process beside a worker. It ends with the worker.

    :param worker: its name.
    :param connection: on which the worker waits for jobs. Redis must see it end with the worker;
        otherwise it gives a dead one a job.
    """

    def __init__(self, app: Flask, worker: str, connection: Redis) -> None:
        self._app = app
        self._worker = worker
        self._connection = connection
        self._start()

    def keep_alive(self) -> None:
        """Start it again if it died."""
        if not self._process.is_alive():
            logger.warning("the rescuer died (%s) and is started again", self._process.exitcode)
            self._start()

    def _start(self) -> None:
        # A daemon ends with the worker; if the worker is killed, the loop notices.
        self._process = fork(
            f"{multiprocessing.current_process().name}'s rescuer",
            {signal.SIGTERM: signal.SIG_DFL, signal.SIGINT: signal.SIG_IGN},
            _work,
            self._app,
            self._worker,
            self._connection,
            os.getpid(),
            daemon=True,
        )


class Watch:
    """What one rescuer remembers from one look to the next."""

    def __init__(self) -> None:
        self._missing: set[str] = set()

    def look(self) -> int:
        """Put counts back into the queue whose worker died, or that Redis does not know of.

        :returns: how many were stuck.
        """
        crashed = leases.take_back(RESCUE_LIMIT)
        for count in crashed:
            jobs.tell_of_crash(count)
        overdue = set(leases.overdue(RESCUE_LIMIT))
        missing = overdue - set(jobs.queue().get_job_ids()) if overdue else set()
        # What a worker has just taken from Redis, and will claim at any moment, is missing too.
        # Only what is still missing at the second look has got lost.
        lost = leases.ring_again(missing & self._missing)
        for count in lost:
            logger.warning("%s was not in Redis and is queued again", count.job_key)
            jobs.ring(count)
        self._missing = missing
        return len(crashed) + len(lost)


def _work(app: Flask, worker: str, connection: Redis, parent: int) -> None:
    connection.close()
    connection.connection_pool.disconnect()  # which is another process' still, and goes on there
    watch = Watch()
    trouble = ""
    with app.app_context():
        while os.getppid() == parent:
            before, trouble = trouble, _look_around(watch, worker)
            if trouble != before:  # once, however long it lasts
                logger.warning("%s", trouble or "looking for stuck counts again")
            db.session.remove()
            time.sleep(RESCUE_EVERY)


def _look_around(watch: Watch, worker: str) -> str:
    """Do a rescuer's work once. What keeps it from that; "" if nothing does."""
    try:
        leases.renew(worker, longest=jobs.longest_job())
        watch.look()
    except (SQLAlchemyError, RedisError) as error:
        return f"cannot look for stuck counts just now: {reason(error)}"
    except Exception:
        # Whatever strangers may have put into Redis, the next look may go well.
        logger.exception("cannot look for stuck counts")
    return ""
