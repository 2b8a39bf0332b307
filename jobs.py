"""From an accepted URL to a stored count. The only module that talks to RQ.

Submit: the durable row first, then the queue. The job: claim the row, fetch, count, finish the row.
A job that dies leaves its row behind, and the rescuer puts that back into the queue.

All functions here want a Flask application context.
"""

import logging
import time
from typing import TYPE_CHECKING

from flask import current_app
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.serializers import JSONSerializer
from rq.timeouts import JobTimeoutException

from models import TOP_ROWS, Claim, Result, db, ranking_name
from wordcount import RULE_VERSION, PageCount, count_page
from wordcount.errors import SENTENCES, PageError, WordcountError
from wordcount.url import read_url

if TYPE_CHECKING:
    from fetch import Page

logger = logging.getLogger(__name__)

QUEUE = "default"
#: The job by name: the web process never imports what only a job needs.
JOB = "jobs.count_and_save_words"
#: How long reading and counting a page may take, in seconds, on top of fetching it.
COUNT_TIMEOUT = 60
#: A count that dies this often is not tried again.
MAX_ATTEMPTS = 5
#: A queued row younger than this is left to the process that is about to enqueue it, in seconds.
RESCUE_QUEUED_AFTER = 10
RESCUE_LIMIT = 100


def queue(connection: "Redis | None" = None) -> Queue:
    """The queue of counts. JSON and not pickle: whoever can write to Redis must not run code."""
    return Queue(
        QUEUE, connection=connection or current_app.extensions["redis"], serializer=JSONSerializer
    )


def submit(text: str, *, fresh: bool = False) -> str:
    """Accept a URL for counting.

    :param text: what a person typed; see :func:`wordcount.url.read_url`.
    :param fresh: count again even if this URL was counted a moment ago.
    :returns: the job key. From here on the count is durable: it will end as finished or failed.
    :raises wordcount.errors.UrlError: if it is not a URL that can be counted.
    """
    url = read_url(text)
    if not fresh:
        known = Result.reusable(url, current_app.config["RESULT_REUSE_SECONDS"])
        if known:
            db.session.commit()
            return str(known.job_key)
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
        result_ttl=0,  # the result is in Postgres
        description=job_key,
        at_front=at_front,
    )


def warm_up() -> None:
    """Load all that a job needs, models and dictionaries too, so that a fork has it at once."""
    import fetch  # noqa: F401

    count_page(b"<p>Ready to count the words of a page.")


def count_and_save_words(job_key: str) -> None:
    """The job. Idempotent: it does nothing for a row that is done, or that another job holds."""
    # RQ ends an overlong job, and only then does the lease run out.
    claim = Result.claim(job_key, lease_seconds=_job_timeout() + 10)
    if claim is None:
        logger.info("%s is already taken care of", job_key)
        return
    begun = time.monotonic()
    try:
        page, counted = _fetch_and_count(claim)
    except WordcountError as failure:
        kept = Result.fail(claim, failure.code, failure.detail)
        outcome = f"failed ({failure.code})"
    else:
        kept = _save(claim, page, counted)
        outcome = f"finished, {counted.total_words} words"
    logger.info(
        "%s %s in %.2f s%s",
        job_key,
        outcome,
        time.monotonic() - begun,
        "" if kept else ", dropped: a newer attempt has taken over",
    )


def release(job_key: str) -> None:
    """Queue a count again whose job was killed on the way."""
    if Result.release(job_key, MAX_ATTEMPTS):
        enqueue(job_key, at_front=True)


def rescue() -> int:
    """Put counts back into the queue that Redis does not know of, or whose worker died.

    A count whose worker died :data:`MAX_ATTEMPTS` times ends as failed instead.

    :returns: how many were stuck.
    """
    failed = Result.abandon_overdue(
        max_attempts=MAX_ATTEMPTS, code="crashed", detail=SENTENCES["crashed"]
    )
    lost = Result.release_overdue(
        waiting=queue().get_job_ids(),
        queued_for=RESCUE_QUEUED_AFTER,
        max_attempts=MAX_ATTEMPTS,
        limit=RESCUE_LIMIT,
    )
    for job_key in failed:
        logger.error("%s failed (crashed): it was begun %d times", job_key, MAX_ATTEMPTS)
    for job_key in lost:
        logger.warning("%s was stuck and is queued again", job_key)
        enqueue(job_key)
    return len(failed) + len(lost)


def _fetch_and_count(claim: Claim) -> "tuple[Page, PageCount]":
    from fetch import Limits, fetch_page  # only a job fetches; see JOB

    settings = current_app.config
    page = fetch_page(
        claim.url,
        Limits(
            timeout=settings["FETCH_TIMEOUT"],
            max_bytes=settings["FETCH_MAX_BYTES"],
            allowed_networks=settings["FETCH_ALLOWED_NETWORKS"],
        ),
    )
    try:
        return page, count_page(page.body, page.content_type)
    except JobTimeoutException as slow:
        raise PageError("too_complex") from slow


def _save(claim: Claim, page: "Page", counted: PageCount) -> bool:
    return Result.finish(
        claim,
        final_url=page.url,
        http_status=page.status,
        content_type=page.content_type,
        charset=counted.charset,
        language=counted.language,
        title=counted.title,
        bytes=len(page.body),
        text=counted.text,
        total_words=counted.total_words,
        distinct_words=counted.distinct_words,
        rule_version=RULE_VERSION,
        tops=_tops(counted),
        result_all=dict(counted.counts),
        result_no_stop_words=dict(counted.counts_without_stop_words),
    )


def _tops(counted: PageCount) -> dict[str, list[tuple[str, int]]]:
    return {
        ranking_name(stop_words=stop_words, fold_case=fold_case): [
            (word, times)
            for word, times in counted.ranking(stop_words=stop_words, fold_case=fold_case)[
                :TOP_ROWS
            ]
        ]
        for stop_words in (True, False)
        for fold_case in (True, False)
    }


def _job_timeout() -> int:
    return int(current_app.config["FETCH_TIMEOUT"]) + COUNT_TIMEOUT
