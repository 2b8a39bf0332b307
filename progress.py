"""How far a count is: kept in its row for whoever asks, and told to whoever listens.

Best effort: a job goes on whether or not anybody can know how far it is.
"""

import logging
import time

from events import Events
from leases import Claim, progress
from models import DATABASE_AWAY, Step, db, reason

logger = logging.getLogger(__name__)

#: How often, at most, the bytes that were fetched are reported, in seconds.
_EVERY = 0.5


class Progress:
    """The steps of one claim."""

    def __init__(self, claim: Claim, events: Events) -> None:
        self._claim = claim
        self._events = events
        self._next_report = time.monotonic() + _EVERY

    def step(self, step: Step, bytes_: int | None = None) -> None:
        """Say what is being done now.

        :param bytes_: the size of what was fetched so far.
        """
        columns = {} if bytes_ is None else {"bytes": bytes_}
        try:
            progress(self._claim, step, **columns)
        except DATABASE_AWAY as error:
            logger.debug("how far %s is cannot be stored: %s", self._claim.job_key, reason(error))
            db.session.remove()
        self._events.tell(self._claim, step, bytes=bytes_)

    def fetched(self, bytes_: int) -> None:
        """Say how much was fetched so far; often called, and now and then passed on."""
        now = time.monotonic()
        if now >= self._next_report:
            self._next_report = now + _EVERY
            self.step(Step.FETCHING, bytes_)
