"""The worker process: runs the queued counts, and rescues those that got stuck.

RQ forks a work horse for each job. The parent therefore imports all that a job needs (a fork then
starts in milliseconds) and holds no database connection when it forks (two processes that share
one would garble each other's answers).
"""

import logging
import multiprocessing
import os
import signal
import sys
import time
from types import FrameType

from flask import Flask
from redis import Redis
from redis.client import Pipeline
from redis.exceptions import RedisError
from rq import Queue, Worker
from rq.job import Job
from rq.serializers import JSONSerializer
from sqlalchemy.exc import SQLAlchemyError

import jobs
from app import create_app
from config import ConfigError
from models import db

logger = logging.getLogger(__name__)

#: How often to look for stuck counts, in seconds.
RESCUE_EVERY = 5.0
#: How long an idle worker may be silent, in seconds; RQ wakes it 15 seconds before.
WORKER_TTL = 30


class Rescuer:
    """A process beside the worker that looks for stuck counts every few seconds."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._start()

    def keep_alive(self) -> None:
        """Start it again if it died."""
        if not self._process.is_alive():
            logger.warning("the rescuer died (%s) and is started again", self._process.exitcode)
            self._start()

    def _start(self) -> None:
        # A daemon ends with the worker; if the worker is killed, the loop notices.
        self._process = multiprocessing.get_context("fork").Process(
            target=_rescue_for_ever, args=(self._app, os.getpid()), daemon=True
        )
        self._process.start()


class CountWorker(Worker):
    """An RQ worker that does not let go of a count when it is told to stop, or its horse dies."""

    rescuer: Rescuer
    _horse_died = False

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        """RQ calls this before and after each job, and every few seconds while there is none."""
        super().heartbeat(timeout, pipeline)
        if not self.is_horse:
            self.rescuer.keep_alive()

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """Stop now: a process manager waits only a few seconds before it kills.

        The running job is killed and handed back, so that another worker takes it at once.
        """
        if self.horse_pid:
            self.kill_horse()
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]

    def handle_work_horse_killed(self, job: Job, retpid: int, ret_val: int, rusage: object) -> None:
        """RQ's hook for a horse that ended without a word."""
        self._horse_died = True

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Run one job in a horse of its own."""
        self._horse_died = False
        super().execute_job(job, queue)
        if self._horse_died:
            # Only now, because RQ has just marked the job as failed in its own books.
            jobs.release(job.id)
            _let_go_of_database()


def main() -> None:
    """Work until told to stop."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    try:
        app = create_app()
    except ConfigError as error:
        sys.exit(f"The worker cannot start: {error}")
    with app.app_context():
        rescuer = Rescuer(app)
        jobs.warm_up()
        # A connection of its own: the worker waits on it for longer than the web would.
        connection = Redis.from_url(app.config["REDIS_URL"])
        try:
            worker = CountWorker(
                [jobs.queue(connection)],
                connection=connection,
                serializer=JSONSerializer,
                worker_ttl=WORKER_TTL,
            )
        except RedisError as error:
            sys.exit(f"The worker cannot start: Redis cannot be reached. {error}")
        worker.rescuer = rescuer
        logger.info("ready for counts")
        worker.work(logging_level="WARNING")


def _rescue_for_ever(app: Flask, parent: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while os.getppid() == parent:
        try:
            with app.app_context():
                jobs.rescue()
        except (SQLAlchemyError, RedisError) as error:
            logger.warning("cannot look for stuck counts just now: %s", error)
        time.sleep(RESCUE_EVERY)


def _let_go_of_database() -> None:
    db.session.remove()
    db.engine.dispose()


if __name__ == "__main__":
    main()
