"""An RQ worker that lets go of no count: not when it is told to stop, nor when its horse dies.

RQ keeps books in Redis of what its workers do. Nothing here depends on them, so a worker goes on
when Redis does not take an entry, and waits when Redis has no work to give.
"""

import logging
import os
import signal
import time
from collections.abc import Callable
from resource import struct_rusage
from types import FrameType
from typing import Any

from flask import current_app
from redis import Redis
from redis.client import Pipeline
from redis.exceptions import RedisError
from rq import Queue, Worker
from rq.exceptions import InvalidJobOperation
from rq.job import Job
from rq.registry import StartedJobRegistry
from rq.serializers import JSONSerializer

import jobs
from confine import confine, is_overload
from models import DATABASE_AWAY, db, reason
from rescuer import Rescuer

logger = logging.getLogger(__name__)

#: How long a worker may be silent, in seconds; RQ wakes an idle one 15 seconds before.
_TTL = 20
#: How often a worker looks up while its horse works, in seconds.
_LOOK_UP_EVERY = 5
#: How long to wait before Redis is asked for work once more, in seconds.
_PAUSE = 2.0
#: How a horse ends that could do nothing, because Redis was away; see also `confine`.
_REDIS_AWAY = 101


class CountWorker(Worker):
    """One worker.

    :param parent: the process that started it, and tells it when to stop.
    """

    rescuer: Rescuer
    stopped = False
    max_connection_wait_time = _PAUSE
    #: The exit code of the last horse; a signal is below zero. None if it is not known.
    _end: int | None = None

    def __init__(self, connection: Redis, parent: int) -> None:
        super().__init__(
            [jobs.queue(connection)],
            connection=connection,
            job_class=jobs.CountJob,
            serializer=JSONSerializer,
            worker_ttl=_TTL,
            job_monitoring_interval=_LOOK_UP_EVERY,
        )
        self._parent = parent

    def bootstrap(self, *arguments: Any, **options: Any) -> None:
        """RQ calls this when it begins to work."""
        super().bootstrap(*arguments, **options)
        logger.info("ready for counts")

    # --- One job

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Run one job in a horse of its own, and see to its count if the horse did not."""
        self._end = None
        try:
            super().execute_job(job, queue)
        except RedisError as error:
            logger.warning("Redis does not know how %s went: %s", job.id, error)
        if self._end == 0:
            return
        if self.stopped or self._end in {None, _REDIS_AWAY, -signal.SIGTERM}:
            self._settle(jobs.hand_back, job)
        elif is_overload(self._end):
            self._settle(jobs.give_up, job)
        else:
            self._settle(jobs.crash, job)

    def fork_work_horse(self, job: Job, queue: Queue) -> None:
        """Start the horse of a job; not for long, if the order to stop came while it was forked."""
        super().fork_work_horse(job, queue)
        if self.stopped:
            self.kill_horse()

    def setup_work_horse_signals(self) -> None:
        """RQ calls this in the new horse. C code takes no notice of RQ's alarm, but of limits."""
        super().setup_work_horse_signals()  # type: ignore[no-untyped-call]
        confine(
            cpu_seconds=current_app.config["JOB_CPU_SECONDS"],
            memory_bytes=current_app.config["JOB_MEMORY_BYTES"],
        )

    def perform_job(self, job: Job, queue: Queue) -> bool:
        """Run one job, in its horse, and let the exit code say whether it came to an end."""
        try:
            done = super().perform_job(job, queue)
        except RedisError as error:
            logger.warning("Redis was lost during %s: %s", job.id, error)
            os._exit(_REDIS_AWAY)
        if not done:  # for a reason that nobody foresaw; RQ has logged it
            os._exit(1)
        return done

    def handle_job_success(
        self, job: Job, queue: Queue, started_job_registry: StartedJobRegistry
    ) -> None:
        """RQ calls this, in the horse, when the job is done; to us it is then, whatever follows."""
        self._book(
            lambda: super(CountWorker, self).handle_job_success(job, queue, started_job_registry)
        )

    def wait_for_horse(self) -> tuple[int | None, int | None, struct_rusage | None]:
        """RQ calls this, in the worker, until the horse has ended."""
        pid, status, usage = super().wait_for_horse()
        if status is not None:
            self._end = os.waitstatus_to_exitcode(status)
        return pid, status, usage

    def _settle(self, how: Callable[[str, str], None], job: Job) -> None:
        """See to the count of a job whose horse has ended."""
        db.session.remove()
        try:
            how(job.id, self.name)
        except DATABASE_AWAY as error:
            logger.warning("%s is left to the rescuers: %s", job.id, reason(error))
        finally:
            db.session.remove()
            db.engine.dispose()  # so that no horse is forked with a connection

    # --- Told to stop

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

    def request_force_stop(self, signum: int, frame: FrameType | None) -> None:
        """Told once more, while a job is handed back: that is as fast as it can be."""

    def kill_horse(self, sig: signal.Signals = signal.SIGKILL) -> None:
        """Kill the horse alone. RQ kills its process group, which just after the fork is ours."""
        try:
            os.kill(self.horse_pid, sig)
        except ProcessLookupError:
            logger.debug("the horse has ended by itself")

    # --- Redis

    def dequeue_job_and_maintain_ttl(
        self, timeout: int | None, max_idle_time: int | None = None
    ) -> tuple[Job, Queue] | None:
        """Wait for a job. RQ waits out broken connections; here also a Redis that is full or hangs,
        and ids and jobs that strangers have put there.
        """
        while True:
            try:
                return super().dequeue_job_and_maintain_ttl(timeout, max_idle_time)
            except (RedisError, ValueError) as error:
                logger.warning("cannot take a job from Redis just now: %s", error)
                time.sleep(_PAUSE)

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        """RQ calls this before and after each job, and every few seconds in between."""
        self._book(lambda: super(CountWorker, self).heartbeat(timeout, pipeline))
        if self.is_horse or self.stopped:
            return
        self.rescuer.keep_alive()
        if os.getppid() != self._parent:
            logger.warning("the parent is gone")
            self.request_stop(signal.SIGTERM, None)

    def maintain_heartbeats(self, job: Job) -> None:
        """RQ calls this every few seconds while the horse works."""
        self._book(lambda: super(CountWorker, self).maintain_heartbeats(job))

    def set_current_job_working_time(
        self, current_job_working_time: float, pipeline: Pipeline | None = None
    ) -> None:
        """RQ calls this every few seconds while the horse works, and when it has ended."""
        self._book(
            lambda: super(CountWorker, self).set_current_job_working_time(
                current_job_working_time, pipeline
            )
        )

    def run_maintenance_tasks(self) -> None:
        """RQ calls this every few minutes, to clear away what dead workers have left in Redis."""
        self._book(super().run_maintenance_tasks)

    def set_shutdown_requested_date(self) -> None:
        """Nobody asks when; and should Redis hang, there is no time to lose."""

    def check_for_suspension(self, burst: bool) -> None:
        """Nobody suspends workers through Redis."""

    def subscribe(self) -> None:
        """Nobody gives orders through Redis, and a thread that listens is in the way of forks."""

    def _book(self, entry: Callable[[], None]) -> None:
        """Make an entry in RQ's books, if Redis takes it, and what stands there makes sense."""
        try:
            entry()
        except (RedisError, ValueError, InvalidJobOperation) as error:
            logger.debug("not written down in Redis: %s", error)
