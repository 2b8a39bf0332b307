"""A thread of each worker, with more under it: tells those who asked for it what became of a count.

Any number of couriers may look at the same time: each step of theirs is one of
:mod:`callbacks.steps`.
"""

import logging
import threading
import time
import traceback
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from structlog.contextvars import bound_contextvars

from callbacks import steps
from callbacks.deliver import deliver
from callbacks.notices import Notice, notice_of
from callbacks.steps import Taken
from events import tallies
from fetch import Manners
from models import Result, db
from storage import states
from storage.faults import DATABASE_AWAY, reason
from wordcount.errors import FetchError
from workers.host_limit import HostLimit

logger = logging.getLogger(__name__)

#: How many are sent at the same time: a receiver that says nothing keeps a thread for 10 seconds.
THREADS = 16
#: How many of these may be attempts after the first: who has failed holds up nobody who has not,
#: under however many names of hosts.
MOST_RETRIES = THREADS // 2
#: How often to look, in seconds.
LOOK_EVERY = 1.0
#: How long what is being sent may go on when it is time to stop, in seconds. What is cut off is
#: sent again, by another courier.
GRACE = 2.0
#: What no waiting mends: where the URL leads to is forbidden.
_NEVER = {"not_public", "port_not_allowed"}
#: How long a host that was asked too often is left alone, in seconds.
_BUSY_PAUSE = 10


class Courier:
    """What one courier remembers from one look to the next."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="courier")
        self._sending: dict[Future[None], Taken] = {}
        #: Hosts that were asked too often, until when, on the monotonic clock.
        self._left_alone: dict[str, float] = {}
        self._trouble = ""
        settings = app.config
        # Nobody waits in a thread for a host's turn: its callbacks are left for later. They are
        # counted by themselves, or whoever asks for many could keep others from counting a host.
        limit = HostLimit(
            settings["HOST_RATE_LIMIT"],
            settings["RATELIMIT_STORAGE_URI"],
            settings["RATELIMIT_STORAGE_OPTIONS"],
            patience=0,
            kind="callbacks",
        )
        self._manners = Manners(contact=settings["CONTACT_URL"], permit=limit.wait)
        self._is_over = False
        self._taking = threading.Lock()

    def work(self) -> None:
        """Look until it is told to end."""
        while not self._is_over:
            self.look()

    def look(self) -> None:
        """Send what is due, and see what became of what was sent; return a little later."""
        free = THREADS - len(self._sending)
        before = self._trouble
        if free:
            with self._taking:
                self._trouble = self._take(free)
        if self._trouble != before:  # once, however long it lasts
            logger.warning("%s", self._trouble or "looking for callbacks again")
        if self._sending and not self._trouble:
            done, _ = wait(self._sending, LOOK_EVERY, FIRST_COMPLETED)
        else:
            time.sleep(LOOK_EVERY)
            done = {sent for sent in self._sending if sent.done()}
        for sent in done:
            self._see_to(self._sending.pop(sent), sent.exception())

    def end(self) -> None:
        """Let what is being sent come to an end, but not for long."""
        self._is_over = True
        with self._taking:  # what is taken is also sent
            self._threads.shutdown(wait=False, cancel_futures=True)
        wait(self._sending, GRACE)

    def _take(self, free: int) -> str:
        """Begin to send; what keeps the courier from that, and "" if nothing does."""
        if self._is_over:
            return ""
        for host, until in [*self._left_alone.items()]:  # the threads add to it meanwhile
            if until < time.monotonic():
                del self._left_alone[host]
        sending = self._sending.values()
        busy = {*self._left_alone, *(taken.host for taken in sending)}
        retries = MOST_RETRIES - sum(taken.attempts > 1 for taken in sending)
        try:
            with self._app.app_context():
                due = steps.take(free, retries=retries, busy=busy)
        except SQLAlchemyError as error:
            return f"cannot look for callbacks just now: {reason(error)}"
        for taken in due:
            self._sending[self._threads.submit(self._send, taken)] = taken
        return ""

    def _send(self, taken: Taken) -> None:
        """Make one attempt, in a thread; no connection to the database is held meanwhile."""
        with bound_contextvars(job_key=str(taken.job_key)):
            self._attempt(taken)

    def _attempt(self, taken: Taken) -> None:
        if taken.attempts > steps.MOST_ATTEMPTS:  # it may be what is sent that kills couriers
            with self._app.app_context():
                _log(taken, self._put_down(taken, "crashed", None))
            return
        notice = self._notice(taken)
        if notice is None:  # its count was removed
            return
        allowed = self._app.config["CALLBACK_ALLOWED_NETWORKS"]
        status, error = None, ""
        try:
            status = deliver(taken.url, notice.body, notice.headers, allowed, self._manners)
            error = "" if 200 <= status < 300 else "http_status"
        except FetchError as failure:
            error = failure.code
        if error == "host_busy":
            self._left_alone[taken.host] = time.monotonic() + _BUSY_PAUSE
        with self._app.app_context():
            _log(taken, self._put_down(taken, error, status))

    def _put_down(self, taken: Taken, error: str, status: int | None) -> str:
        """Store what came of an attempt, and add it up; the same for the log."""
        end, said = _put_down(taken, error, status)
        self._app.extensions["events"].tally(tallies.CALLBACKS, end)
        return said

    def _notice(self, taken: Taken) -> Notice | None:
        site_url = self._app.config["SITE_URL"]
        with self._app.app_context():
            row = db.session.execute(
                select(Result, states.now()).where(Result.id == taken.result_id)
            ).one_or_none()
            if row is None:
                return None
            return notice_of(taken, row[0], sent_at=row[1], site_url=site_url)

    def _see_to(self, taken: Taken, error: BaseException | None) -> None:
        """See to an attempt of which its thread has not put down what came of it."""
        if error is None:
            return
        if isinstance(error, DATABASE_AWAY):  # it is due again soon
            _log(taken, f"nobody knows: {reason(error)}")
            return
        # The text of an error may hold a URL, the lines of the code do not.
        place = "".join(traceback.format_tb(error.__traceback__))
        facts = {**_facts_of(taken), "exception": place}
        logger.error("sending to %s broke off: %s", taken.host, type(error).__name__, extra=facts)
        try:
            with self._app.app_context():
                _log(taken, self._put_down(taken, "crashed", None))
        except SQLAlchemyError as trouble:
            _log(taken, f"nobody knows: {reason(trouble)}")


def _put_down(taken: Taken, error: str, status: int | None) -> tuple[str, str]:
    """Store what came of an attempt: one of `tallies.ENDS`, and the same for the log."""
    what = f"{error}, {status}" if status else error
    given_up = tallies.GIVEN_UP, f"given up: {what}"
    if not error:
        steps.delivered(taken, status or 0)
        return tallies.DELIVERED, f"delivered, {status}"
    if error == "host_busy":
        if steps.postpone(taken, error, _BUSY_PAUSE):
            return given_up
        return tallies.POSTPONED, "put off, for this host was asked too often"
    if error in _NEVER or status == 410:
        steps.give_up(taken, error, status)
        return given_up
    pause = steps.failed(taken, error, status)
    return (tallies.FAILED, f"{what}; again in {pause} s") if pause else given_up


def _log(taken: Taken, said: str) -> None:
    """One line, without what may be secret in the URL."""
    name, host, number = taken.delivery_id, taken.host, taken.attempts
    facts = _facts_of(taken)
    logger.info("callback %s to %s, attempt %d: %s", name, host, number, said, extra=facts)


def _facts_of(taken: Taken) -> dict[str, object]:
    """The fields of each line about it."""
    return {"job_key": str(taken.job_key), "host": taken.host, "attempt": taken.attempts}
