"""From an accepted count to a stored one. The only module that talks to RQ.

The job: claim the row, do the work, finish the row. What happens to the row of a job that dies is
said by its worker or, should that be dead as well, by a rescuer.

All functions here want a Flask application context.
"""

import logging
import math
import time
from collections.abc import Callable, Collection
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from flask import current_app
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.job import Job
from rq.serializers import JSONSerializer

from events import tallies
from events.channel import Events
from models import Status, Step, db
from storage import leases
from storage.faults import DATABASE_AWAY, reason
from storage.states import Claim, Count
from wordcount.errors import WordcountError
from workers.confine import EVIDENCE_PATIENCE, HORSE_PATIENCE
from workers.host_limit import LONGEST_WAIT

if TYPE_CHECKING:
    from workers.pipeline import Reader

logger = logging.getLogger(__name__)
Done = TypeVar("Done")

QUEUE = "default"
#: The job by name: the web process never imports what only a job needs.
JOB = "jobs.count_and_save_words"
#: How long a job waits for a database that is away, in seconds: a restart takes less.
DATABASE_PATIENCE = 30


class CountJob(Job):
    """RQ's job, of which Redis is believed no more than the id: it names a count.

    RQ would import and call any function that a job names, its callbacks too, and unpickle what
    stands there: whoever can write to Redis could so run any code.
    """

    def refresh(self) -> None:
        """RQ calls this to read a job from Redis."""
        self.origin = QUEUE
        self.description = self.id
        self.timeout = longest_job()
        self.result_ttl = 0
        self._func_name, self._instance, self._args, self._kwargs = JOB, None, (self.id,), {}


def queue(connection: Redis | None = None) -> Queue:
    """The queue of counts; by default on the connection of the application."""
    return Queue(
        QUEUE,
        connection=connection or current_app.extensions["redis"],
        job_class=CountJob,
        serializer=JSONSerializer,
    )


def ring(count: Count, *, at_front: bool = False) -> bool:
    """Tell the workers of a queued count.

    Ringing twice does no harm: only one job can claim a count. Not ringing delays it: a rescuer
    will, as soon as Redis is back.

    :returns: whether Redis has taken it.
    """
    key, of_jobs = count.job_key, queue()
    # The result is in Postgres, and so is the reason for a failure.
    kept = {"result_ttl": 0, "failure_ttl": 3600, "job_timeout": longest_job()}
    try:
        with of_jobs.connection.pipeline() as asked:  # by itself RQ asks twice
            of_jobs.enqueue(
                JOB, key, job_id=key, description=key, at_front=at_front, pipeline=asked, **kept
            )
            asked.execute()
    except RedisError as error:
        facts = {"job_key": count.job_key}
        logger.warning("%s waits until Redis takes it: %s", count.job_key, error, extra=facts)
        return False
    return True


def tell_and_ring(counts: Collection[Count], *, at_front: bool = False) -> None:
    """Tell of queued counts, and ring for them; in this order, so that no worker tells of its first
    step before.

    Should Redis not take one, rescuers will ring for the others as well: a Redis that hangs would
    hold up each of them.
    """
    for count in counts:
        events().tell(count, Status.QUEUED)
    for count in counts:
        if not ring(count, at_front=at_front):
            return


def events() -> Events:
    """Where the steps of counts are told."""
    channel: Events = current_app.extensions["events"]
    return channel


def longest_job() -> int:
    """How long a job may take, in seconds.

    Each of its parts sees to that by itself; a worker that holds a count for longer is believed no
    more.
    """
    fetching = current_app.config["FETCH_TIMEOUT"] + LONGEST_WAIT
    computing = HORSE_PATIENCE + current_app.config["JOB_CPU_SECONDS"] + EVIDENCE_PATIENCE
    # For the database it may wait twice, when it begins and when it ends.
    seconds: float = fetching + computing + 2 * DATABASE_PATIENCE
    return math.ceil(seconds)


def count_and_save_words(job_key: str, worker: str = "") -> None:
    """The job. Idempotent: it does nothing for a row that is done, or that another job holds.

    :param worker: the name of the worker that runs it.
    :raises apart.DiedError: as :func:`work_on`.
    """
    if claim := begin(job_key, worker):
        from workers.pipeline import reader_of

        work_on(claim, reader_of(current_app.config))


def begin(job_key: str, worker: str) -> Claim | None:
    """Claim a count; None if there is nothing to do."""
    claim = _patiently(lambda: leases.claim(job_key, worker=worker))
    if claim is None:
        logger.info("%s is already taken care of", job_key)
    else:
        facts = {"attempt": claim.attempt}
        logger.info("%s is begun by %s", job_key, worker or "a command", extra=facts)
    return claim


def work_on(claim: Claim, read: "Reader") -> None:
    """Do the work of a claim, and store what comes of it.

    :param read: does in a process of its own what may go wrong with a page.
    :raises apart.DiedError: if that process died. What becomes of the count, the caller says.
    """
    begun = time.monotonic()
    facts: dict[str, object] = {"job_key": claim.job_key}
    kept, said = _work_on(claim, read, facts)
    seconds = facts["seconds"] = round(time.monotonic() - begun, 3)
    logger.info(
        "%s %s in %.2f s%s",
        claim.job_key,
        said,
        seconds,
        "" if kept else ", dropped: a newer attempt has taken over, or it was cancelled",
        extra=facts,
    )


def fail(claim: Claim, failure: WordcountError) -> bool:
    """End a claim as failed; whether that was ours to say, and so was stored."""
    status = failure.facts.get("status")
    kept = _patiently(lambda: leases.fail(claim, failure.code, failure.detail, http_status=status))
    if kept:
        events().tally(tallies.OUTCOMES, failure.code)
        events().tell(claim, Status.FAILED, code=failure.code)
    return kept


def _work_on(claim: Claim, read: "Reader", facts: dict[str, object]) -> tuple[bool, str]:
    """Whether the outcome was stored, and which it is, for the log.

    :param facts: further fields of its line; they are put in here.
    """
    from events.progress import ClaimLostError, Progress
    from workers import pipeline

    events().tell(claim, Step.COUNTING if claim.pasted else Step.FETCHING)
    progress = Progress(claim, events())
    try:
        if claim.pasted:
            text = _patiently(lambda: leases.pasted_text(claim))
            task = pipeline.pasted(claim.url, text)
        else:
            with events().timed(tallies.FETCHES, facts, "fetch_seconds"):
                task = pipeline.fetched(claim.url, current_app.config, progress)
            progress.enter(Step.READING, len(task.body))
        task = replace(task, job_key=claim.job_key)
        with closing(read(task, progress.look_up)) as reading:
            with events().timed(tallies.READINGS, facts, "count_seconds"):
                counted = pipeline.counted(reading, progress)
            progress.enter(Step.SAVING)
            kept = _patiently(lambda: leases.finish(claim, **counted.columns))
            if kept:  # nobody is to wait for the evidence
                progress.end()
                events().tally(tallies.OUTCOMES, tallies.FINISHED)
                events().tell(claim, Status.FINISHED, words=counted.words)
                _add_evidence(claim, pipeline.evidence(reading))
    except ClaimLostError:
        facts["outcome"] = "stopped"
        return False, "stopped"
    except WordcountError as failure:
        facts |= {"outcome": "failed", "code": failure.code}
        return fail(claim, failure), f"failed ({failure.code})"
    facts |= {"outcome": "finished", "words": counted.words}
    return kept, f"finished, {counted.words} words"


def _add_evidence(claim: Claim, evidence: dict[str, Any]) -> None:
    """Store what a count can be checked by. It is done, whatever becomes of this."""
    try:
        _patiently(lambda: leases.supplement(claim, **evidence))
    except DATABASE_AWAY as error:
        logger.warning("%s has no evidence: %s", claim.job_key, reason(error))
        db.session.remove()


def _patiently(step: Callable[[], Done]) -> Done:
    """Take a step of a count; wait for the database if it is away, for it may be restarting.

    A step that was taken without our hearing of it does no harm when it is taken again.
    """
    give_up = time.monotonic() + DATABASE_PATIENCE
    is_told = False
    while True:
        try:
            return step()
        except DATABASE_AWAY as error:
            db.session.remove()
            if time.monotonic() > give_up:
                raise
            if not is_told:
                logger.warning("waiting for the database: %s", reason(error))
            is_told = True
            time.sleep(1)
