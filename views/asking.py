"""Servers asked with a deadline, whatever becomes of them: who watches a service must get an answer
above all when something hangs.

No timeout of a client holds in every case: a Postgres whose host sleeps keeps a statement for half
a minute, and the name of a host that nobody knows any more may be looked up for as long. So each
question has a thread of its own, which nobody waits for longer than he likes, and of each question
there is one at a time: however often somebody asks, no more than one thread hangs.
"""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

Answer = TypeVar("Answer")

#: How long whoever watches waits for a server, in seconds.
PATIENCE = 2.0


class Question(Generic[Answer]):
    """What is asked now and then.

    :param ask: asks. What goes wrong is a part of the answer, or None: nothing is to be raised.
    """

    def __init__(self, ask: Callable[[], Answer]) -> None:
        self._ask = ask
        self._lock = threading.Lock()
        self._asking: _Asking[Answer] | None = None

    def begin(self) -> "_Asking[Answer]":
        """Ask, unless the answer to the same question is still being waited for."""
        with self._lock:
            if self._asking is None or not self._asking.is_alive():
                self._asking = _Asking(self._ask)
                self._asking.start()
            return self._asking


class _Asking(threading.Thread, Generic[Answer]):
    """A question that is being asked. It keeps no process from ending."""

    def __init__(self, ask: Callable[[], Answer]) -> None:
        super().__init__(name="asking", daemon=True)
        self._ask = ask
        self._answer: Answer | None = None
        self._give_up = time.monotonic() + PATIENCE

    def run(self) -> None:
        """Ask; the thread calls this."""
        self._answer = self._ask()

    def answer(self) -> Answer | None:
        """The answer; None if there is none in time."""
        self.join(max(0.0, self._give_up - time.monotonic()))
        return self._answer
