"""The two ways between a program and the person who started it: signals in, lines out."""

import io
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import FrameType

from honcho.printer import Message, Printer

_WAYS_TO_SAY_STOP = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopRequest:
    """Whether, and how often, somebody asked the program to stop.

    The signal handler only counts, and who waits looks at the count: an exception raised from a
    handler can hit any line, also the one between starting a process and remembering it.
    """

    def __init__(self) -> None:
        self.times = 0

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Take Ctrl-C, SIGTERM and a closed terminal as requests."""
        before = {number: signal.getsignal(number) for number in _WAYS_TO_SAY_STOP}
        # nohup has SIGHUP ignored, and means it. A shell has SIGINT ignored for all that it starts
        # with &, and whoever sends one all the same means to stop us.
        kept = {signal.SIGHUP} if before[signal.SIGHUP] is signal.SIG_IGN else set()
        ours = before.keys() - kept
        for number in ours:
            signal.signal(number, self._count)
        try:
            yield
        finally:
            for number in ours:
                signal.signal(number, before[number])

    def _count(self, _number: int, _frame: FrameType | None) -> None:
        self.times += 1


class Terminal:
    """Where lines are printed. When nobody can read them any more, that is a request to stop."""

    def __init__(self, stop: StopRequest, environ: Mapping[str, str]) -> None:
        self._stop = stop
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="replace")  # pages, and so logs, are in any script
        # https://no-color.org
        self._printer = Printer(output=self, colour=not environ.get("NO_COLOR"))

    def width(self, width: int) -> None:
        """Room for the longest name before a line."""
        self._printer.width = width

    def say(self, line: str) -> None:
        """A line of our own."""
        self.write(line + "\n")
        self.flush()

    def complain(self, line: str) -> None:
        """A line about what went wrong."""
        try:
            print(line, file=sys.stderr, flush=True)
        except OSError:
            self._nobody_reads()

    def relay(self, message: Message) -> None:
        """A line of one of the processes, with its name in its colour."""
        self._printer.write(message)

    # What honcho's Printer needs to take us for a file:

    def write(self, text: str) -> None:
        try:
            sys.stdout.write(text)
        except OSError:
            self._nobody_reads()

    def flush(self) -> None:
        try:
            sys.stdout.flush()
        except OSError:
            self._nobody_reads()

    def isatty(self) -> bool:
        return sys.stdout.isatty()

    def _nobody_reads(self) -> None:
        # The terminal was closed, or `make run | head` has seen enough. There is still work to do:
        # let all further output, also Python's own last flush, go nowhere.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.dup2(nowhere, sys.stderr.fileno())
        os.close(nowhere)
        self._stop.times += 1
