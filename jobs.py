"""From an accepted URL to a stored count. The only module that talks to RQ.

Submit: the durable row first, then the queue. The job: claim the row, fetch, count, finish the row.
A job that dies leaves its row behind, and the rescuer puts that back into the queue.

All functions here want a Flask application context.
"""

import logging
import math
import time
from typing import Any

from flask import current_app
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.timeouts import JobTimeoutException

import leases
from confine import end_out_of_memory
from host_limit import LONGEST_WAIT, HostLimit
from leases import MAX_ATTEMPTS, Claim
from models import TOP_ROWS, Result, db, ranking_name
from wordcount import RULE_VERSION, PageCount, Ranked, count_page
from wordcount.errors import SENTENCES, PageError, WordcountError
from wordcount.url import read_url

logger = logging.getLogger(__name__)

QUEUE = "default"
#: The job by name: the web process never imports what only a job needs.
JOB = "jobs.count_and_save_words"
#: How long a job may wait for the database, in seconds, on top of fetching and computing.
DATABASE_PATIENCE = 5
#: How much longer than its job a lease lasts, in seconds.
LEASE_MARGIN = 5
#: A queued row younger than this is left to the process that is about to enqueue it, in seconds.
RESCUE_QUEUED_AFTER = 10
RESCUE_LIMIT = 100


class QueueFullError(Exception):
    """Too many counts are waiting for a worker: nothing was accepted."""


class CountJob(Job):
    """RQ's job, but what runs is the count that its id names, whatever else stands in Redis.

    RQ would import and call any function that a job names, its callbacks too: whoever can write
    to Redis could so run any code. (With RQ's default serializer, a pickle, even sooner.)
    """

    success_callback = failure_callback = stopped_callback = property(lambda _job: None)

    def perform(self) -> None:
        """Run the job, in its work horse."""
        try:
            count_and_save_words(self.id, worker=self.worker_name or "")
        except MemoryError:
            end_out_of_memory()  # the worker sees to the count


def queue(connection: Redis | None = None) -> Queue:
    """The queue of counts; by default on the connection of the application."""
    return Queue(
        QUEUE,
        connection=connection or current_app.extensions["redis"],
        job_class=CountJob,
        serializer=JSONSerializer,
    )


def submit(text: str, *, fresh: bool = False) -> str:
    """Accept a URL for counting.

    :param text: what a person typed; see :func:`wordcount.url.read_url`.
    :param fresh: count again even if this URL was counted a moment ago.
    :returns: the job key. From here on the count is durable: it will end as finished or failed.
    :raises wordcount.errors.UrlError: if it is not a URL that can be counted.
    :raises QueueFullError: if `MAX_QUEUED` counts are waiting already. Those who submit at the very
        same moment do not see each other, so there may be some more.
    """
    url = read_url(text)
    if not fresh:
        known = Result.reusable(url, current_app.config["RESULT_REUSE_SECONDS"])
        if known:
            known_key = str(known.job_key)
            db.session.commit()
            return known_key
    if Result.queue_is_full(current_app.config["MAX_QUEUED"]):
        db.session.rollback()
        raise QueueFullError
    result = Result(url=url)
    db.session.add(result)
    db.session.flush()
    job_key = str(result.job_key)
    db.session.commit()
    try:
        enqueue(job_key)
    except RedisError as error:
        # The row stands, and a rescuer enqueues it as soon as Redis is back.
        logger.warning("%s is accepted, but not yet queued: %s", job_key, error)
    return job_key


def enqueue(job_key: str, *, at_front: bool = False) -> None:
    """Ring the bell for a queued row. Ringing twice does no harm: only one job can claim it."""
    queue().enqueue(
        JOB,
        job_key,
        job_id=job_key,
        job_timeout=_job_timeout(),
        result_ttl=0,  # the result is in Postgres,
        failure_ttl=3600,  # and so is the reason for a failure
        description=job_key,
        at_front=at_front,
    )


def warm_up() -> None:
    """Load all that a job needs, models and dictionaries too, so that a fork has it at once."""
    import fetch  # noqa: F401 -- for what it loads

    count_page(b"<p>Ready to count the words of a page.").ranking()


def count_and_save_words(job_key: str, worker: str = "") -> None:
    """The job. Idempotent: it does nothing for a row that is done, or that another job holds.

    :param worker: the name of the worker that runs it.
    """
    # RQ's alarm ends a job that waits, the processor limit one that computes; the lease outlasts
    # both. Should a machine be so busy that it does not, the attempt's fence still holds.
    lease = _job_timeout() + LEASE_MARGIN
    claim = leases.claim(job_key, worker=worker, lease_seconds=lease)
    if claim is None:
        logger.info("%s is already taken care of", job_key)
        return
    begun = time.monotonic()
    try:
        outcome = _fetch_and_count(claim)
    except JobTimeoutException:
        kept, said = _fail(claim, PageError("too_complex"))
    except WordcountError as failure:
        kept, said = _fail(claim, failure)
    else:
        kept, said = leases.finish(claim, **outcome), f"finished, {outcome['total_words']} words"
    logger.info(
        "%s %s in %.2f s%s",
        job_key,
        said,
        time.monotonic() - begun,
        "" if kept else ", dropped: a newer attempt has taken over",
    )


def release(job_key: str, worker: str) -> None:
    """Queue a count again whose job died on the way, unless it is not this worker's any more."""
    if leases.release(job_key, worker=worker):
        enqueue(job_key, at_front=True)


def give_up(job_key: str, worker: str) -> None:
    """Fail a count whose job was too much for its limits: another attempt would be, too."""
    if claim := leases.claim_of(job_key, worker=worker):
        _fail(claim, PageError("too_complex"))
        logger.warning("%s failed (too_complex)", job_key)


def rescue() -> int:
    """Put counts back into the queue that Redis does not know of, or whose worker died.

    A count that was begun :data:`leases.MAX_ATTEMPTS` times ends as failed instead.

    :returns: how many were stuck.
    """
    failed = leases.abandon(code="crashed", detail=SENTENCES["crashed"])
    lost = leases.release_overdue(
        waiting=queue().get_job_ids(),
        queued_for=RESCUE_QUEUED_AFTER,
        limit=RESCUE_LIMIT,
    )
    for job_key in failed:
        logger.error("%s failed (crashed): it was begun %d times", job_key, MAX_ATTEMPTS)
    for job_key in lost:
        logger.warning("%s was stuck and is queued again", job_key)
        enqueue(job_key)
    return len(failed) + len(lost)


def _fetch_and_count(claim: Claim) -> dict[str, Any]:
    """All that is known of a page, by the names of the columns."""
    from fetch import Limits, Manners, fetch_page  # only a job fetches; see JOB

    settings = current_app.config
    page = fetch_page(
        claim.url,
        Limits(
            timeout=settings["FETCH_TIMEOUT"],
            max_bytes=settings["FETCH_MAX_BYTES"],
            allowed_networks=settings["FETCH_ALLOWED_NETWORKS"],
        ),
        Manners(
            contact=settings["CONTACT_URL"],
            permit=HostLimit(
                settings["HOST_RATE_LIMIT"],
                settings["RATELIMIT_STORAGE_URI"],
                settings["RATELIMIT_STORAGE_OPTIONS"],
            ).wait,
        ),
    )
    counted = count_page(page.body, page.content_type)
    return {
        "final_url": page.url,
        "http_status": page.status,
        "content_type": page.content_type,
        "charset": counted.charset,
        "language": counted.language,
        "title": counted.title,
        "bytes": len(page.body),
        "text": counted.text,
        "total_words": counted.total_words,
        "distinct_words": counted.distinct_words,
        "rule_version": RULE_VERSION,
        "tops": _tops(counted),
        "result_all": dict(counted.counts),
        "result_no_stop_words": dict(counted.counts_without_stop_words),
    }


def _tops(counted: PageCount) -> dict[str, list[Ranked]]:
    return {
        ranking_name(stop_words=stop_words, fold_case=fold_case): counted.ranking(
            stop_words=stop_words, fold_case=fold_case, top=TOP_ROWS
        )
        for stop_words in (True, False)
        for fold_case in (True, False)
    }


def _fail(claim: Claim, failure: WordcountError) -> tuple[bool, str]:
    kept = leases.fail(claim, failure.code, failure.detail, http_status=failure.facts.get("status"))
    return kept, f"failed ({failure.code})"


def _job_timeout() -> int:
    settings = current_app.config
    fetching = settings["FETCH_TIMEOUT"] + LONGEST_WAIT
    seconds: float = fetching + settings["JOB_CPU_SECONDS"] + DATABASE_PATIENCE
    return math.ceil(seconds)
