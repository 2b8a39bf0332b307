"""A thread that goes on for as long as its process does."""

import threading
from collections.abc import Callable


class KeptAlive:
    """It is started by whoever looks after it, and again should it have died.

    :param work: what it does; unless it is waited for, the process ends without it.
    """

    def __init__(self, name: str, work: Callable[[], None]) -> None:
        self._name = name
        self._work = work
        self._thread: threading.Thread | None = None

    def look_after(self) -> None:
        """Start it, if it does not run."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._work, name=self._name, daemon=True)
            self._thread.start()

    def wait_for_end(self, seconds: float) -> None:
        """Wait until it has come to an end by itself, but no longer than that."""
        if self._thread is not None:
            self._thread.join(seconds)
