"""An RQ worker that lets go of no count: not when it is told to stop, nor when its horse dies.

RQ keeps books in Redis of what its workers do. Nothing here depends on them, so a worker goes on
when Redis does not take an entry, and waits when Redis has no work to give. What becomes of a count
is said in Postgres first.
"""

import logging
import os
import signal
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

from flask import current_app
from redis import Redis
from redis.client import Pipeline
from redis.exceptions import RedisError
from rq import Queue, Worker
from rq.exceptions import DequeueTimeout, InvalidJobOperation
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.timeouts import HorseMonitorTimeoutException, JobTimeoutException
from rq.utils import now
from rq.worker import WorkerStatus

import jobs
from confine import confine, is_overload
from models import DATABASE_AWAY, db, reason
from rescuer import Rescuer

logger = logging.getLogger(__name__)

#: How long Redis may be silent about a worker, in seconds, before RQ believes it dead. An idle one
#: waits for a job for 15 seconds less, and then sees whether it is to stop.
_TTL = 16
#: How often a worker looks up while its horse works, in seconds.
_LOOK_UP_EVERY = 5
#: How long to wait before Redis is asked for work once more, in seconds.
_PAUSE = 1.0
#: How long a job may outlast its own alarm, in seconds, which it may be unable to hear.
_GRACE = 10
#: How often a worker that was told to stop tries to hand its job back.
_LAST_TRIES = 10
#: How a horse ends that, through no fault of its page, could not do its work; see also `confine`.
_KEPT_FROM_IT = 101


class CountWorker(Worker):
    """One worker.

    :param parent: the process that started it, and tells it when to stop.
    """

    rescuer: Rescuer
    stopped = False

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

    # --- One job, in the worker

    def dequeue_job_and_maintain_ttl(
        self, timeout: int | None, max_idle_time: int | None = None
    ) -> tuple[Job, Queue] | None:
        """Wait for a job, also if Redis is away, hangs or is full; None when it is time to stop."""
        self.set_state(WorkerStatus.IDLE)
        trouble = ""
        while not self.stopped:
            self.heartbeat()
            if self.should_run_maintenance_tasks:
                self.run_maintenance_tasks()
            try:
                return self.queue_class.dequeue_any(
                    self._ordered_queues,
                    timeout,
                    connection=self.connection,
                    job_class=self.job_class,
                    serializer=self.serializer,
                    death_penalty_class=self.death_penalty_class,
                )
            except DequeueTimeout:
                continue
            except (RedisError, ValueError) as error:  # the latter for ids that are none
                if str(error) != trouble:  # once, however long it lasts
                    trouble = str(error)
                    logger.warning("cannot take a job from Redis just now: %s", trouble)
                time.sleep(_PAUSE)
        return None

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Run one job in a horse of its own, and see to its count if the horse did not."""
        self.execution = None
        self._book(lambda: self.prepare_execution(job))
        self.fork_work_horse(job, queue)
        end = self._end_of_horse(job)
        self._horse_pid = 0
        if end != 0:
            self._settle(job, self._remedy(end))
            self._book(lambda: self._close_books(job))
        self.set_state(WorkerStatus.IDLE)

    def fork_work_horse(self, job: Job, queue: Queue) -> None:
        """Start the horse of a job; not for long, if the order to stop came before it was there."""
        super().fork_work_horse(job, queue)
        if self.stopped:
            self.kill_horse()

    def _end_of_horse(self, job: Job) -> int | None:
        """Its exit code, when it has ended; a signal is below zero. None if nobody knows it.

        A horse notices by itself that its count was cancelled, but not while a site is silent.
        """
        give_up = time.monotonic() + jobs.longest_job() + _GRACE
        while True:
            try:
                with self.death_penalty_class(_LOOK_UP_EVERY, HorseMonitorTimeoutException):
                    _, status, _ = self.wait_for_horse()
                return None if status is None else os.waitstatus_to_exitcode(status)
            except HorseMonitorTimeoutException:
                self.heartbeat()
            if time.monotonic() > give_up or self._is_in_vain(job):
                self.kill_horse()

    def _is_in_vain(self, job: Job) -> bool:
        """Whether nobody wants the count of a job any more."""
        if self.stopped:
            return False
        try:
            is_cancelled = jobs.is_cancelled(job.id)
        finally:
            _leave_the_database()
        if is_cancelled:
            logger.info("%s was cancelled: its horse is ended", job.id)
        return is_cancelled

    def _remedy(self, end: int | None) -> Callable[[str, str], None]:
        """What is to become of a count whose horse ended in this way."""
        if self.stopped or end in {None, _KEPT_FROM_IT, -signal.SIGTERM}:
            return jobs.hand_back
        return jobs.give_up if is_overload(end) else jobs.crash

    def _settle(self, job: Job, remedy: Callable[[str, str], None]) -> None:
        """See to the count of a job. Nobody else will: the rescuer goes on renewing its lease."""
        tries_left = _LAST_TRIES
        is_told = False
        while tries_left:  # should there be none left, the lease ends soon after the rescuer does
            try:
                remedy(job.id, self.name)
                return
            except DATABASE_AWAY as error:
                if not is_told:
                    logger.warning("%s cannot be seen to just now: %s", job.id, reason(error))
                is_told = True
            finally:
                _leave_the_database()
            time.sleep(_PAUSE)
            self.heartbeat()
            tries_left -= self.stopped

    # --- One job, in its horse

    def setup_work_horse_signals(self) -> None:
        """RQ calls this in the new horse. C code takes no notice of RQ's alarm, but of limits."""
        super().setup_work_horse_signals()  # type: ignore[no-untyped-call]
        confine(
            cpu_seconds=current_app.config["JOB_CPU_SECONDS"],
            memory_bytes=current_app.config["JOB_MEMORY_BYTES"],
        )

    def perform_job(self, job: Job, queue: Queue) -> bool:
        """RQ calls this in the horse, which ends with 0 if this returns."""
        job.worker_name = self.name
        job.started_at = now()
        self._book(lambda: self.prepare_job_execution(job, remove_from_intermediate_queue=True))
        try:
            with self.death_penalty_class(jobs.longest_job(), JobTimeoutException, job_id=job.id):
                job.perform()
        except DATABASE_AWAY as error:
            logger.warning("%s could not be worked on: %s", job.id, reason(error))
            os._exit(_KEPT_FROM_IT)
        except JobTimeoutException:  # in the page's own time it would have been `too_complex`
            logger.warning("%s could not be worked on: the database takes too long", job.id)
            os._exit(_KEPT_FROM_IT)
        except Exception:
            logger.exception("%s: nobody foresaw this", job.id)
            os._exit(1)
        job.ended_at = now()
        self._book(lambda: self.handle_job_success(job, queue, queue.started_job_registry))
        return True

    # --- Told to stop

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """Stop now: a process manager waits only a few seconds before it kills.

        The running job is killed and handed back, so that another worker takes it at once. Nothing
        is raised here: it could come in the middle of handing back, or get lost in a `__del__`.
        """
        self.stopped = self._stop_requested = True
        if self.horse_pid:
            self.kill_horse()

    def kill_horse(self, sig: signal.Signals = signal.SIGKILL) -> None:
        """Kill the horse alone. RQ kills its process group, which just after the fork is ours."""
        try:
            os.kill(self.horse_pid, sig)
        except ProcessLookupError:
            logger.debug("the horse has ended by itself")

    def check_for_suspension(self, burst: bool) -> None:
        """Nobody suspends workers through Redis."""

    def subscribe(self) -> None:
        """Nobody gives orders through Redis, and a thread that listens is in the way of forks."""

    # --- RQ's books

    @property
    def connection_timeout(self) -> int:
        """How long Redis may take to answer, in seconds; RQ would wait for longer."""
        return self.dequeue_timeout + 2

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        """Say that the worker is alive, every few seconds; and see whether those it needs are."""
        self._book(lambda: super(CountWorker, self).heartbeat(timeout, pipeline))
        if self.is_horse or self.stopped:
            return
        self.rescuer.keep_alive()
        if os.getppid() != self._parent:
            logger.warning("the parent is gone")
            self.request_stop(signal.SIGTERM, None)

    def set_state(self, state: str, pipeline: Pipeline | None = None) -> None:
        """Write down what the worker does."""
        self._book(lambda: super(CountWorker, self).set_state(state, pipeline))

    def run_maintenance_tasks(self) -> None:
        """RQ calls this every few minutes, to clear away what dead workers have left in Redis."""
        self._book(super().run_maintenance_tasks)

    def _close_books(self, job: Job) -> None:
        """Enter that a job has ended, which did not do so itself."""
        with self.connection.pipeline() as pipeline:
            self.cleanup_execution(job, pipeline)
            pipeline.expire(job.key, _TTL)  # nobody reads it, and nobody else removes it
            pipeline.execute()

    def _book(self, entry: Callable[[], object]) -> None:
        """Make an entry in RQ's books, if Redis takes it, and what stands there makes sense."""
        if self.stopped:  # should Redis hang, there is no time to lose
            return
        try:
            entry()
        except (RedisError, ValueError, InvalidJobOperation) as error:
            logger.debug("not written down in Redis: %s", error)


def _leave_the_database() -> None:
    """So that no horse is forked with a connection."""
    db.session.remove()
    db.engine.dispose()
