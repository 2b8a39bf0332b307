"""Processes beside each other under one parent, which starts another when one dies."""

import logging
import multiprocessing
import signal
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from multiprocessing.process import BaseProcess
from types import FrameType
from typing import Any

logger = logging.getLogger(__name__)

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)
Handlers = Mapping[signal.Signals, signal.Handlers | Callable[[int, FrameType | None], Any]]

#: How long processes may take to end when they are told to, in seconds; Heroku kills after 30.
STOP_SECONDS = 20
#: Who lived for less, in seconds, had a bad start: its successors wait longer and longer.
GOOD_START = 10
#: How long they wait, in seconds: after a good start, and at most.
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 8.0
_TICK = 0.1


def fork(
    name: str, handlers: Handlers, target: Callable[..., None], *args: Any, daemon: bool = False
) -> BaseProcess:
    """Start a process that has all that is loaded here; that takes milliseconds.

    :param handlers: what it does at a signal. Until it has them it hears none, so that it never
        acts as if it were its parent.
    :param daemon: end it with this process.
    """
    process = multiprocessing.get_context("fork").Process(
        name=name, target=_begin, args=(handlers, target, args), daemon=daemon
    )
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    try:
        process.start()
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
    return process


def _begin(handlers: Handlers, target: Callable[..., None], args: tuple[Any, ...]) -> None:
    show_name(multiprocessing.current_process().name)
    for number, handler in handlers.items():
        signal.signal(number, handler)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
    try:
        target(*args)
    except Exception:
        from logs import sentry  # late, for the shell has no use for it

        logger.exception("nobody foresaw this")
        sentry.flush()
        sys.exit(1)


def show_name(name: str) -> None:
    """Let `ps` and `top` call this process so; the kernel keeps 15 letters."""
    with suppress(OSError), open("/proc/self/comm", "w", encoding="utf-8") as shown:
        shown.write(name)  # there is no such file but on Linux


class Place:
    """A place for one process, and for its successors.

    :param start: starts one, by :func:`fork`, given its name.
    """

    def __init__(self, name: str, start: Callable[[str], BaseProcess]) -> None:
        self.name = name
        self._start = start
        self._pause = FIRST_PAUSE
        self._started_at = self._next_start = time.monotonic()
        self.process: BaseProcess | None = None

    def fill(self) -> None:
        """Start a process, if there is none and it is time."""
        if self.process is not None and not self.process.is_alive():
            self._wait_for_next(f"ended ({self.process.exitcode})")
            self.process = None
        if self.process is None and time.monotonic() >= self._next_start:
            self._started_at = time.monotonic()
            try:
                self.process = self._start(self.name)
            except OSError as error:  # there is no room for another process just now
                self._wait_for_next(f"cannot be started: {error}")

    def _wait_for_next(self, why: str) -> None:
        lived = time.monotonic() - self._started_at
        self._pause = FIRST_PAUSE if lived > GOOD_START else min(self._pause * 2, LONGEST_PAUSE)
        self._next_start = time.monotonic() + self._pause
        logger.warning("%s %s; it is started again in %g s", self.name, why, self._pause)


class Supervisor:
    """Keeps the processes of some places alive until it is told to stop."""

    def __init__(self, places: Iterable[Place]) -> None:
        self._places = list(places)
        self._stopping = False

    def run(self) -> None:
        """Return when it was told to stop, by a signal, and all processes have ended."""
        for number in STOP_SIGNALS:
            signal.signal(number, self._stop)
        while not self._stopping:
            for place in self._places:
                place.fill()
            time.sleep(_TICK)
        self._tell_all()  # also one that was only just being started
        self._wait(STOP_SECONDS)
        for process in self._running():
            logger.warning("%s does not end and is killed", process.name)
            process.kill()
        self._wait(STOP_SECONDS)

    def _wait(self, seconds: float) -> None:
        give_up = time.monotonic() + seconds
        while self._running() and time.monotonic() < give_up:
            time.sleep(_TICK)

    def _running(self) -> list[BaseProcess]:
        processes = [place.process for place in self._places if place.process]
        return [process for process in processes if process.is_alive()]

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        # No exception: it could come while a process is being started, or get lost in a `__del__`.
        self._stopping = True
        self._tell_all()

    def _tell_all(self) -> None:
        for process in self._running():
            process.terminate()
