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
from collections.abc import Callable
from types import FrameType

from flask import Flask, current_app
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
from confine import confine, is_overload
from models import db

logger = logging.getLogger(__name__)

#: How often to look for stuck counts, in seconds.
RESCUE_EVERY = 5.0
#: How long an idle worker may be silent, in seconds; RQ wakes it 15 seconds before.
WORKER_TTL = 30
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


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
        # The child inherits the mask, and lifts it when it has put our signal handlers away.
        signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
        try:
            self._process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)


class CountWorker(Worker):
    """An RQ worker that does not let go of a count when it is told to stop, or its horse dies."""

    rescuer: Rescuer
    #: The exit code of the last horse, if it ended without a word; a signal is below zero.
    _end: int | None = None
    stopped = False

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        """RQ calls this before and after each job, and every few seconds while there is none."""
        super().heartbeat(timeout, pipeline)
        if not (self.is_horse or self.stopped):
            self.rescuer.keep_alive()

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """Stop now: a process manager waits only a few seconds before it kills.

        The running job is killed and handed back, so that another worker takes it at once.
        """
        self.stopped = True
        # RQ tells an idle worker by an exception, which is lost if the signal comes while Python
        # forks or runs a `__del__`; then this ends the loop.
        self._stop_requested = True
        if self.horse_pid:
            self.kill_horse()
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]

    def fork_work_horse(self, job: Job, queue: Queue) -> None:
        """Start the horse of a job; not for long, if the order to stop came while it was forked."""
        super().fork_work_horse(job, queue)
        if self.stopped:
            self.kill_horse()

    def kill_horse(self, sig: signal.Signals = signal.SIGKILL) -> None:
        """Kill the horse alone. RQ kills its process group, which just after the fork is ours."""
        try:
            os.kill(self.horse_pid, sig)
        except ProcessLookupError:
            logger.debug("the horse has ended by itself")

    def setup_work_horse_signals(self) -> None:
        """RQ calls this in the new horse. C code takes no notice of RQ's alarm, but of limits."""
        super().setup_work_horse_signals()  # type: ignore[no-untyped-call]
        confine(
            cpu_seconds=current_app.config["JOB_CPU_SECONDS"],
            memory_bytes=current_app.config["JOB_MEMORY_BYTES"],
        )

    def handle_work_horse_killed(self, job: Job, retpid: int, ret_val: int, rusage: object) -> None:
        """RQ's hook for a horse that ended without a word."""
        self._end = os.waitstatus_to_exitcode(ret_val or 0)

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Run one job in a horse of its own; see to its count if the horse dies."""
        self._end = None
        super().execute_job(job, queue)
        if is_overload(self._end):
            self._settle(jobs.give_up, job)
        elif self._end is not None:
            self._settle(jobs.release, job)

    def perform_job(self, job: Job, queue: Queue) -> bool:
        """Run one job, in its horse; after an error that nobody foresaw, hand it back."""
        done = super().perform_job(job, queue)
        if not done:
            self._settle(jobs.release, job)
        return done

    def _settle(self, how: Callable[[str, str], None], job: Job) -> None:
        """See to the count of a job that failed; RQ has just closed its own books on it."""
        db.session.remove()
        try:
            how(job.id, self.name)
        except (SQLAlchemyError, RedisError) as error:
            logger.warning("%s is left to the rescuers: %s", job.id, error)
        finally:
            db.session.remove()
            db.engine.dispose()  # so that no horse is forked with a connection


def main() -> None:
    """Work until told to stop; any other end is a failure, so that a process manager restarts."""
    for stop in STOP_SIGNALS:  # RQ has handlers of its own, but only once it works
        signal.signal(stop, _stop_before_work)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    try:
        app = create_app()
    except ConfigError as error:
        sys.exit(f"The worker cannot start: {error}")
    if not app.config["CONTACT_URL"]:
        logger.warning("SITE_URL is not set: the sites that are fetched cannot tell whom to ask.")
    with app.app_context():
        rescuer = Rescuer(app)
        jobs.warm_up()
        # A connection of its own: the worker waits on it for longer than the web would.
        connection = Redis.from_url(app.config["REDIS_URL"])
        try:
            worker = CountWorker(
                [jobs.queue(connection)],
                connection=connection,
                job_class=jobs.CountJob,
                serializer=JSONSerializer,
                worker_ttl=WORKER_TTL,
            )
        except RedisError as error:
            sys.exit(f"The worker cannot start: Redis cannot be reached. {error}")
        worker.rescuer = rescuer
        logger.info("ready for counts")
        try:
            worker.work(logging_level="WARNING")
        except RedisError as error:  # while it takes its leave
            logger.warning("Redis was not told of the end of this worker: %s", error)
    if not worker.stopped:
        sys.exit("The worker ended although nobody told it to; the reason is above.")


def _stop_before_work(_signal: int, _frame: FrameType | None) -> None:
    """End now. An exception would be lost if the signal comes while Python runs a ``__del__``."""
    for child in multiprocessing.active_children():  # the rescuer
        child.terminate()
    os._exit(0)


def _rescue_for_ever(app: Flask, parent: int) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
    while os.getppid() == parent:
        try:
            with app.app_context():
                jobs.rescue()
        except (SQLAlchemyError, RedisError) as error:
            logger.warning("cannot look for stuck counts just now: %s", error)
        except Exception:
            # Whatever strangers may have put into Redis, the next look may go well.
            logger.exception("cannot look for stuck counts")
        time.sleep(RESCUE_EVERY)


if __name__ == "__main__":
    main()
