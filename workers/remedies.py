"""What becomes of a count whose job did not end it: handed back, tried again, or failed.

All functions here want a Flask application context.
"""

import logging
import signal
from collections.abc import Callable, Collection
from functools import partial

import jobs
from events import tallies
from models import Status
from storage import leases
from storage.states import MAX_CRASHES, Count
from wordcount.errors import PageError
from workers.apart import DiedError
from workers.stable import NoHorseError

logger = logging.getLogger(__name__)

#: Says what becomes of counts that a worker did not finish, given their keys, its name, and the
#: attempt; None if they were not claimed.
Remedy = Callable[[Collection[str], str, int | None], object]


def hand_back(
    job_keys: Collection[str], worker: str, attempt: int | None = None, *, at_front: bool = True
) -> set[str]:
    """Queue counts again that a worker was kept from finishing.

    :param attempt: that of its claim, for it may have claimed one anew meanwhile; None for any.
    :returns: the keys of those that were not finished.
    """
    tried = (leases.hand_back(key, worker=worker, attempt=attempt) for key in job_keys)
    handed = [count for count in tried if count]
    jobs.events().tally(tallies.RESCUES, tallies.HANDED_BACK, len(handed))
    jobs.tell_and_ring(handed, at_front=at_front)
    for count in handed:
        logger.info("%s is handed back", count.job_key, extra={"job_key": count.job_key})
    return {count.job_key for count in handed}


def crash(job_keys: Collection[str], worker: str, attempt: int | None = None) -> None:
    """See to counts on which a process died: they are tried again a little later, or fail."""
    for key in job_keys:
        if count := leases.crash(key, worker=worker, attempt=attempt):
            tell_of_crash(count, tallies.PROCESS_DIED)


def tell_of_crash(count: Count, reason: str) -> None:
    """Log, and tell those who listen, what became of a count on which somebody died.

    :param reason: one of `tallies.REASONS`.
    """
    jobs.events().tally(tallies.RESCUES, reason)
    key, facts = count.job_key, {"job_key": count.job_key}
    if count.status == Status.FAILED:
        facts |= {"outcome": "failed", "code": "crashed"}
        logger.error(
            "%s failed (crashed): its workers died %d times", key, MAX_CRASHES, extra=facts
        )
        jobs.events().tally(tallies.OUTCOMES, "crashed")
        jobs.events().tell(count, Status.FAILED, code="crashed")
    else:
        logger.warning("%s will be tried again: its worker died", key, extra=facts)
        jobs.events().tell(count, Status.QUEUED)


def give_up(job_keys: Collection[str], worker: str, attempt: int | None = None) -> None:
    """Fail counts whose page was too much for its limits: another attempt would be, too."""
    for key in job_keys:
        if claim := leases.claim_of(key, worker=worker, attempt=attempt):
            jobs.fail(claim, PageError("too_complex"))
            facts = {"job_key": key, "outcome": "failed", "code": "too_complex"}
            logger.warning("%s failed (too_complex)", key, extra=facts)
        else:  # it had not come to claim it; so it was not the page
            crash([key], worker, attempt)


def remedy_of(death: DiedError) -> Remedy:
    """What becomes of a count whose page's process has died, or that found none."""
    if isinstance(death, NoHorseError):
        return partial(hand_back, at_front=False)  # there may be as many pages in front
    if death.is_overload:
        return give_up
    return hand_back if death.exit_code in {None, -signal.SIGTERM} else crash
