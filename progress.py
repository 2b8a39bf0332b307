"""How far a count is: kept in its row for whoever asks, and told to whoever listens.

Best effort: a job goes on whether or not anybody can know how far it is.
"""

import logging
import time

import leases
from events import Events
from models import DATABASE_AWAY, Step, db, reason
from states import Claim

logger = logging.getLogger(__name__)

#: How often, at most, the bytes that were fetched are reported, in seconds.
_EVERY = 0.5
#: How long nothing is stored after a failure, in seconds, so that the waits do not add up.
_SILENCE = 5.0


class ClaimLostError(Exception):
    """The count was cancelled, or another worker has it: whatever is done for it is in vain."""


class Progress:
    """The steps of one claim."""

    def __init__(self, claim: Claim, events: Events) -> None:
        self._claim = claim
        self._events = events
        self._step = Step.COUNTING if claim.pasted else Step.FETCHING  # as the claim has it
        self._columns: dict[str, int] = {}
        self._next_report = time.monotonic() + _EVERY
        self._silent_until = 0.0

    def enter(self, step: Step, bytes_: int | None = None) -> None:
        """Say what is being done now. It is stored when it turns out to take its time: most steps
        are over before anybody could read it.

        :param bytes_: the size of what was fetched so far.
        """
        self._step = step
        if bytes_ is not None:
            self._columns = {"bytes": bytes_}
        self._events.tell(self._claim, step, bytes=bytes_)

    def look_up(self) -> None:
        """To be called now and then while a step goes on: store it.

        :raises ClaimLostError: if there is no use in going on.
        """
        now = time.monotonic()
        if now >= self._next_report:
            self._next_report = now + _EVERY
            if now >= self._silent_until:
                self._store(self._step, self._columns)

    def fetched(self, bytes_: int) -> None:
        """Say how much was fetched so far; often called, and now and then passed on.

        :raises ClaimLostError: if there is no use in going on.
        """
        if time.monotonic() >= self._next_report:
            self.enter(Step.FETCHING, bytes_)
            self.look_up()

    def _store(self, step: Step, columns: dict[str, int]) -> None:
        try:
            is_valid = leases.report(self._claim, step, **columns)
        except DATABASE_AWAY as error:
            self._silent_until = time.monotonic() + _SILENCE
            logger.debug("how far %s is cannot be stored: %s", self._claim.job_key, reason(error))
            db.session.remove()
            return
        if not is_valid:
            raise ClaimLostError
