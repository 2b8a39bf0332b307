"""One deadline and one count of bytes for a whole fetch."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

#: How long a site may be silent before whoever waits looks up, in seconds.
LOOK_UP_EVERY = 2.0


class OverBudgetError(Exception):
    """The site sent more bytes than the budget of this fetch has."""


class Budget:
    """What one fetch may use, over all of its redirects.

    :param seconds: from now until everything has to be over.
    :param raw_bytes: how much may be received in one try: status lines, headers, framing, bodies.
    :ivar look_up: to be called every `LOOK_UP_EVERY` seconds of silence; what it raises ends the
        fetch.
    """

    def __init__(
        self, seconds: float, raw_bytes: int, look_up: Callable[[], None] = lambda: None
    ) -> None:
        self.look_up = look_up
        self._deadline = time.monotonic() + seconds
        self._raw_bytes = self._raw_bytes_left = raw_bytes

    def seconds_left(self) -> float:
        """More than zero.

        :raises TimeoutError: if the time is over.
        """
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the time for this fetch is over")
        return left

    def lasts(self, seconds: float) -> bool:
        """Whether there is more than this left."""
        return self._deadline - time.monotonic() > seconds

    @contextmanager
    def paused(self) -> Iterator[None]:
        """What happens meanwhile takes none of the time."""
        begun = time.monotonic()
        yield
        self._deadline += time.monotonic() - begun

    def refill(self) -> None:
        """Allow as many bytes as in the beginning, for what was received is of no use."""
        self._raw_bytes_left = self._raw_bytes

    def spend(self, raw_bytes: int) -> None:
        """Count what was received.

        :raises OverBudgetError: if it was more than what was left.
        """
        self._raw_bytes_left -= raw_bytes
        if self._raw_bytes_left < 0:
            raise OverBudgetError
