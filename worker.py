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


class CountWorker(Worker):
    """An RQ worker that does not let go of a count when it is told to stop, or its horse dies."""

    _horse_died = False

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
        rescuer = multiprocessing.get_context("fork").Process(
            target=_rescue_for_ever, args=(app, os.getpid()), daemon=True
        )
        rescuer.start()
        jobs.warm_up()
        # A connection of its own: the worker waits on it for minutes, the web for seconds.
        connection = Redis.from_url(app.config["REDIS_URL"])
        try:
            worker = CountWorker(
                [jobs.queue(connection)], connection=connection, serializer=JSONSerializer
            )
        except RedisError as error:
            sys.exit(f"The worker cannot start: Redis cannot be reached. {error}")
        logger.info("ready for counts")
        worker.work(logging_level="WARNING")


def _rescue_for_ever(app: Flask, parent: int) -> None:
    """Rescue every few seconds, in a process of its own that ends with its parent."""
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
