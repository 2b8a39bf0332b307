"""How far a count is: kept in its row for whoever asks, and told to whoever listens.

Best effort: a job goes on whether or not anybody can know how far it is.
"""

import logging
import math
import time
from collections.abc import Callable

from events.channel import Events
from models import Step, db
from storage import leases
from storage.faults import DATABASE_AWAY, reason
from storage.states import Claim

logger = logging.getLogger(__name__)

#: A step is stored when it has taken so long; and how often, at most, something is; in seconds.
_EVERY = 0.5
#: How often somebody looks whether there is use in going on, in seconds.
_LOOK_EVERY = 2.0
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
        self._is_stored = True
        self._next_look = time.monotonic() + _EVERY
        self._silent_until = 0.0

    def end(self) -> None:
        """The count is stored: from here on, nothing is said, and no use is looked for."""
        self._next_look = math.inf

    def enter(self, step: Step, bytes_: int | None = None) -> None:
        """Say what is being done now. It is stored when it turns out to take its time: most steps
        are over before anybody could read it.

        :param bytes_: the size of what was fetched so far.
        """
        self._step = step
        self._columns = {} if bytes_ is None else {"bytes": bytes_}
        self._is_stored = False
        self._next_look = time.monotonic() + _EVERY
        self._tell()

    def look_up(self) -> None:
        """To be called now and then while a step goes on: store it.

        :raises ClaimLostError: if there is no use in going on.
        """
        now = time.monotonic()
        if now < self._next_look:
            return
        if self._is_stored:
            self._next_look = now + _LOOK_EVERY
            self._ask(lambda: leases.is_ours(self._claim))
        else:
            self._next_look = now + _EVERY
            self._is_stored = True
            self._ask(lambda: leases.report(self._claim, self._step, **self._columns))
            self._tell()  # those who look at the row then did not see it when it was told first

    def fetched(self, bytes_: int) -> None:
        """Say how much was fetched so far; often called, and now and then passed on.

        :raises ClaimLostError: if there is no use in going on.
        """
        self._columns = {"bytes": bytes_}
        self._is_stored = False
        self.look_up()

    def _tell(self) -> None:
        self._events.tell(self._claim, self._step, bytes=self._columns.get("bytes"))

    def _ask(self, is_valid: Callable[[], bool]) -> None:
        if time.monotonic() < self._silent_until:
            return
        try:
            if is_valid():
                return
        except DATABASE_AWAY as error:
            self._silent_until = time.monotonic() + _SILENCE
            logger.debug("how far %s is cannot be stored: %s", self._claim.job_key, reason(error))
            db.session.remove()
            return
        raise ClaimLostError
