"""The seconds of one run, which lines and threads share, and the wish to end it early."""

import threading
import time

from dev.terminal import StopRequest

_TICK_SECONDS = 0.1


class StoppedError(Exception):
    """Somebody asked the program to stop."""


class Clock:
    """How long the run has lasted; whoever waits, waits here, and so ends when all is to end."""

    def __init__(self, stop: StopRequest) -> None:
        self._stop = stop
        self._begun = time.time()
        self._ended = threading.Event()
        self._line = threading.Lock()
        #: When something was broken last.
        self.last_fault = 0.0

    def start(self) -> None:
        """From now on it is second 0."""
        self._begun = time.time()

    def end(self) -> None:
        """Whoever waits, waits no longer."""
        self._ended.set()

    @property
    def now(self) -> float:
        """Seconds since the start."""
        return self.of(time.time())

    def of(self, moment: float) -> float:
        """A moment of the system's clock in seconds since the start."""
        return moment - self._begun

    def moment(self, seconds: float) -> float:
        """The other way round."""
        return self._begun + seconds

    def wait(self, seconds: float) -> None:
        """Sleep.

        :raises StoppedError: if the run is to end.
        """
        until = self.now + seconds
        while True:
            if self._stop.times or self._ended.is_set():
                raise StoppedError
            left = until - self.now
            if left <= 0:
                return
            self._ended.wait(min(left, _TICK_SECONDS))

    def fault(self, line: str) -> None:
        """Print what is broken now."""
        self.say(line)
        self.last_fault = self.now

    def say(self, line: str) -> None:
        """Print what happens now."""
        with self._line:
            print(f"{self.now:7.1f} s  {line}", flush=True)
