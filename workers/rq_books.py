"""The books that RQ keeps in Redis of what its workers do.

Nothing depends on them, so a worker goes on when Redis does not take an entry.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from redis import Redis
from redis.client import Pipeline
from redis.exceptions import RedisError
from rq import Worker
from rq.exceptions import InvalidJobOperation
from rq.executions import Execution
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.utils import now

import jobs
from workers import presence

logger = logging.getLogger(__name__)

#: How long Redis may be silent about a worker, in seconds, before RQ believes it dead. An idle one
#: waits for a job for 15 seconds less, and then sees whether it is to stop.
_TTL = 16


@dataclass
class Entry:
    """What stands there of a job that has begun."""

    execution: Execution | None = None
    begun: datetime = field(default_factory=now)


class BookkeepingWorker(Worker):
    """RQ's worker, whose entries need not succeed.

    :ivar stopped: it takes no more jobs, and makes no more entries.
    """

    stopped = False

    def __init__(self, connection: Redis) -> None:
        super().__init__(
            [jobs.queue(connection)],
            connection=connection,
            job_class=jobs.CountJob,
            serializer=JSONSerializer,
            worker_ttl=_TTL,
        )
        self._shown_state = ""

    @property
    def connection_timeout(self) -> int:
        """How long Redis may take to answer, in seconds; RQ would wait for longer."""
        return self.dequeue_timeout + 2

    def check_for_suspension(self, burst: bool) -> None:
        """Nobody suspends workers through Redis."""

    def subscribe(self) -> None:
        """Nobody gives orders through Redis."""

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        """Enter that the worker is alive."""
        beat = super().heartbeat
        self._book(lambda: beat(timeout, pipeline))
        self._book(lambda: presence.say(self.connection, self.name))

    def register_death(self) -> None:
        """Enter that it takes its leave; RQ calls this."""
        presence.leave(self.connection, self.name)
        super().register_death()  # type: ignore[no-untyped-call]

    def show_state(self, state: str) -> None:
        """Enter what the worker does, unless that stands there already."""
        if state != self._shown_state:
            self._shown_state = state
            self._book(lambda: self.set_state(state))

    def run_maintenance_tasks(self) -> None:
        """RQ calls this every few minutes, to clear away what dead workers have left in Redis."""
        self._book(super().run_maintenance_tasks)

    def open_books(self, job: Job) -> Entry:
        """Enter that a job has begun."""
        entry = Entry()

        def begin() -> None:
            with self.connection.pipeline() as pipeline:
                entry.execution = Execution.create(
                    job, jobs.longest_job() + _TTL, pipeline, worker_name=self.name
                )
                job.prepare_for_execution(self.name, pipeline=pipeline)
                pipeline.lrem(jobs.queue(self.connection).intermediate_queue_key, 1, job.id)
                pipeline.execute()

        self._book(begin)
        return entry

    def close_books(self, job: Job, entry: Entry | None, *, is_done: bool) -> None:
        """Enter that a job has ended.

        :param entry: that of its beginning; None if it was not made.
        """

        def end() -> None:
            with self.connection.pipeline() as pipeline:
                if is_done:
                    self.increment_successful_job_count(pipeline)
                    if entry:
                        self.increment_total_working_time(now() - entry.begun, pipeline)
                    _remove(job, pipeline)
                else:
                    if entry and entry.execution:
                        entry.execution.delete(job, pipeline)
                    pipeline.expire(job.key, _TTL)  # nobody reads it, and nobody else removes it
                pipeline.execute()

        self._book(end)

    def _book(self, enter: Callable[[], object]) -> None:
        """Make an entry, if Redis takes it, and what stands there makes sense."""
        if self.stopped:  # should Redis hang, there is no time to lose
            return
        try:
            enter()
        except (RedisError, ValueError, InvalidJobOperation) as error:
            logger.debug("not written down in Redis: %s", error)


def _remove(job: Job, pipeline: Pipeline) -> None:
    """Leave nothing of a job that is done. RQ's own way asks Redis ten times where it stands."""
    job.execution_registry.delete(job, pipeline)  # also of workers that died at it
    job.failed_job_registry.remove(job, pipeline=pipeline)  # one was believed dead
    pipeline.delete(job.key, job.dependents_key, job.dependencies_key)
