"""An RQ worker that fetches many pages at the same time, and lets go of no count: not when it is
told to stop, nor when a page kills the process that reads it.

Each job has a thread, which mostly waits: for a site, for the database. What a stranger's page
could spoil is done in a process of its own (:mod:`workers.stable`).

It waits when Redis has no work to give. What becomes of a count is said in Postgres first, and then
in RQ's books (:mod:`workers.rq_books`).
"""

import logging
import math
import os
import threading
import time
from collections.abc import Callable, Generator
from types import FrameType
from typing import Any

from flask import Flask
from redis import Redis
from redis.client import Pipeline
from redis.exceptions import RedisError
from rq import Queue
from rq.exceptions import DequeueTimeout
from rq.job import Job
from rq.worker import WorkerStatus
from sqlalchemy.exc import SQLAlchemyError
from structlog.contextvars import bound_contextvars

import jobs
from callbacks.courier import Courier
from inbox import reader
from models import db
from storage.faults import DATABASE_AWAY, reason
from workers import pipeline, remedies
from workers.apart import DiedError
from workers.kept_alive import KeptAlive
from workers.remedies import Remedy
from workers.rescuer import rescue
from workers.rq_books import BookkeepingWorker
from workers.running import Running, hand_back_all
from workers.stable import Stable

logger = logging.getLogger(__name__)

#: How often a worker says that it is alive, in seconds.
_BEAT_EVERY = 1.0
#: How long to wait before Redis or Postgres is asked once more, in seconds.
_PAUSE = 1.0
#: How long a worker that was told to stop tries to hand its jobs back, and how often it looks, in
#: seconds.
_LAST_SECONDS = 10
#: How long after that order it waits for the evidence of counts that are done, in seconds.
_EVIDENCE_SECONDS = 8
#: How soon most counts are claimed, in seconds.
_CLAIMED_WITHIN = 0.05
_TICK = 0.05


class CountWorker(BookkeepingWorker):
    """One worker.

    :ivar was_told: it takes no more jobs because it was told to stop.
    :param stable: where its horses come from, which run :func:`workers.pipeline.stages`.
    :param parent: the process that started it, and tells it when to stop.
    """

    was_told = False

    def __init__(self, connection: Redis, app: Flask, stable: Stable, parent: int) -> None:
        super().__init__(connection)
        self._app = app
        self._stable = stable
        self._parent = parent
        self._courier = Courier(app)
        self._inbox_reader = KeptAlive(
            "inbox reader", lambda: reader.read(app, lambda: self.stopped)
        )
        self._threads = [
            KeptAlive("rescuer", lambda: rescue(app, self.name)),
            KeptAlive("courier", self._courier.work),
            self._inbox_reader,
        ]
        #: As many as there may be threads; each job has one.
        self._places = threading.Semaphore(app.config["FETCH_CONCURRENCY"])
        self._running: list[Running] = []
        self._next_beat = -math.inf

    def bootstrap(self, *arguments: Any, **options: Any) -> None:
        """RQ calls this when it begins to work."""
        super().bootstrap(*arguments, **options)
        self._look_after_threads()
        logger.info("ready for counts")

    # --- Jobs come

    def dequeue_job_and_maintain_ttl(
        self, timeout: int | None, max_idle_time: int | None = None
    ) -> tuple[Job, Queue] | None:
        """Wait for a place and a job, also if Redis is away, hangs or is full; None when it is time
        to stop."""
        trouble = ""
        while not self.stopped:
            self.heartbeat()
            if self.should_run_maintenance_tasks:
                self.run_maintenance_tasks()
            if not self._places.acquire(timeout=_PAUSE):
                continue
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
                self._places.release()
            except (RedisError, ValueError) as error:  # the latter for ids that are none
                self._places.release()
                if str(error) != trouble:  # once, however long it lasts
                    trouble = str(error)
                    logger.warning("cannot take a job from Redis just now: %s", trouble)
                time.sleep(_PAUSE)
        return None

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Give a job a thread; RQ calls this."""
        if any(one.job.id == job.id and not one.is_over for one in list(self._running)):
            # Somebody has rung twice.
            logger.info("%s is being worked on", job.id, extra={"job_key": job.id})
            self._places.release()
            return
        running = Running(job)
        self._running.append(running)
        thread = threading.Thread(target=self._run, args=(running,), name=job.id, daemon=True)
        try:
            thread.start()
        except RuntimeError as error:  # the system gives us no thread
            facts = {"job_key": job.id}
            logger.warning("%s could not be worked on: %s", job.id, error, extra=facts)
            if self._settle(running, remedies.hand_back):
                self._end(running)
            time.sleep(_PAUSE)
        else:  # here, for the job would have to wait for it; and only then, for the same reason
            running.is_claimed.wait(_CLAIMED_WITHIN)
            running.entry = self.open_books(job)
            running.are_books_open.set()

    # --- One job, in its thread

    def _run(self, running: Running) -> None:
        is_settled = False
        try:
            with self._app.app_context(), bound_contextvars(job_key=running.job.id):
                remedy = self._remedy_for(running)
                running.is_over = True
                is_settled = remedy is None or self._settle(running, remedy)
                if is_settled and not self.stopped:
                    running.are_books_open.wait(_PAUSE)
                    self.close_books(running.job, running.entry, is_done=remedy is None)
        finally:
            if is_settled or not self.stopped:  # otherwise it is handed back
                self._end(running)

    def _end(self, running: Running) -> None:
        self._running.remove(running)
        self._places.release()

    def _remedy_for(self, running: Running) -> Remedy | None:
        """Do the work of a job; what is to become of its count, if that did not say so itself."""
        key = running.job.id
        try:
            try:
                with running.claiming:
                    if self.stopped:
                        return remedies.hand_back
                    claim = jobs.begin(key, self.name)
            finally:
                running.is_claimed.set()
            if claim:
                running.attempt = claim.attempt
                jobs.work_on(claim, self._read)
        except DiedError as death:
            logger.warning("%s could not be worked on: %s", key, death.how)
            return remedies.remedy_of(death)
        except DATABASE_AWAY as error:
            logger.warning("%s could not be worked on: %s", key, reason(error))
            return remedies.hand_back
        except Exception:
            logger.exception("%s: nobody foresaw this", key)
            return remedies.crash
        return None

    def _read(self, task: pipeline.Task, look_up: Callable[[], None]) -> Generator[pipeline.Stage]:
        patience = pipeline.patience(self._app.config)
        return self._stable.answers(task, patience=patience, look_up=look_up)

    def _settle(self, running: Running, remedy: Remedy) -> bool:
        """See to the count of a job. Nobody else will: the rescuer goes on renewing its lease.

        :returns: False when it is time to stop. Then all that is still running is handed back.
        """
        key = running.job.id
        is_told = False
        while not self.stopped:
            try:
                remedy([key], self.name, running.attempt)
                return True
            except SQLAlchemyError as error:
                if not is_told:
                    logger.warning("%s cannot be seen to just now: %s", key, reason(error))
                is_told = True
            finally:
                db.session.remove()
            time.sleep(_PAUSE)
        return False

    # --- Told to stop

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """Stop now: a process manager waits only a few seconds before it kills.

        Nothing is raised here: it could come in the middle of something, or get lost in a
        `__del__`.
        """
        self.stopped = self._stop_requested = self.was_told = True

    def _stop_for(self, reason: str) -> None:
        logger.warning("%s", reason)
        self.stopped = self._stop_requested = True

    def teardown(self) -> None:
        """Hand the running jobs back, so that another worker takes them at once. RQ calls this when
        it has stopped to take jobs."""
        self.stopped = True
        begun = time.monotonic()
        done = hand_back_all(self._running, self.name, give_up=begun + _LAST_SECONDS)
        # Of what is done already only evidence may be missing, which nobody else can gather.
        while time.monotonic() < begun + _EVIDENCE_SECONDS and any(
            one in self._running for one in done
        ):
            time.sleep(_TICK)
        self._courier.end()
        self._inbox_reader.wait_for_end(reader.GRACE)
        jobs.events().make_good()  # what was added up since the last event
        super().teardown()  # type: ignore[no-untyped-call]

    # --- Alive

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        """Say that the worker is alive, now and then; and see whether those it needs are."""
        if self.stopped or time.monotonic() < self._next_beat:
            return
        self._next_beat = time.monotonic() + _BEAT_EVERY
        super().heartbeat(timeout, pipeline)
        self.show_state(WorkerStatus.BUSY if self._running else WorkerStatus.IDLE)
        self._look_after_threads()
        if os.getppid() != self._parent:
            self._stop_for("the parent is gone")
        elif not self._stable.is_alive:
            self._stop_for("the stable is gone")

    def _look_after_threads(self) -> None:
        for thread in self._threads:
            thread.look_after()
