"""Several programs side by side, as a Procfile has them: one log, and all stop when one stops.

The parts are honcho's. Its `Manager` is not used: Ctrl-C before every process has reported in is
a KeyError there, processes are only ever killed after a first one has ended, and a program that
has died counts as running while a child of its own holds its output open.
"""

import os
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import psutil
from honcho.colour import get_colours
from honcho.printer import Message
from honcho.process import Popen

from dev.terminal import StopRequest, Terminal

#: How long programs may take to end when they are told to.
STOP_SECONDS = 5
_TICK_SECONDS = 0.1

#: Every process that is started here, and whatever it starts, has this in its environment.
MARK = "DEV_RUN_FOLDER"


class Ended(NamedTuple):
    """The program that ended first, by itself."""

    name: str
    status: int


class Processes:
    """Starts programs with one environment in one folder.

    :param environ: theirs; ``MARK`` in it tells them from those of another checkout.
    """

    def __init__(
        self, terminal: Terminal, stop: StopRequest, folder: Path, environ: Mapping[str, str]
    ) -> None:
        self._terminal = terminal
        self._stop = stop
        self._folder = folder
        self._environ = environ
        self._colours = get_colours()
        self._followers: list[threading.Thread] = []
        # Bounded: when the terminal is held (Ctrl-S), the programs wait instead of filling memory.
        self._lines: queue.Queue[Message | str] = queue.Queue(maxsize=1000)

    def run(
        self,
        commands: Mapping[str, str],
        meanwhile: Callable[[threading.Event], str | None] = lambda _ended: None,
    ) -> Ended | None:
        """Run shell commands side by side until one ends or a stop is requested; stop the others.

        :param commands: by the name that goes before their lines.
        :param meanwhile: runs beside them until its argument is set; returns a line to say.
        :returns: which one ended, or None if it was a request. No process is left in either case.
        """
        ended = threading.Event()
        self._terminal.width(max(map(len, commands)))
        children = {name: self._start(name, command) for name, command in commands.items()}
        threading.Thread(target=self._report, args=(meanwhile, ended), daemon=True).start()
        try:
            first = self._wait_for_one(children)
            ended.set()
            self._stop_all(children.values())
        finally:
            kill_marked(self._environ[MARK])
        self._print_the_rest()
        return first

    def _start(self, name: str, command: str) -> subprocess.Popen[bytes]:
        child: subprocess.Popen[bytes] = Popen(
            command, env=dict(self._environ), cwd=self._folder, stdin=subprocess.DEVNULL
        )
        colour = next(self._colours)
        follower = threading.Thread(target=self._follow, args=(name, colour, child), daemon=True)
        follower.start()
        self._followers.append(follower)
        return child

    def _follow(self, name: str, colour: str, child: subprocess.Popen[bytes]) -> None:
        assert child.stdout is not None
        with child.stdout as lines:
            for line in lines:
                self._lines.put(Message("line", line, datetime.now(), name, colour))

    def _report(
        self, meanwhile: Callable[[threading.Event], str | None], ended: threading.Event
    ) -> None:
        if line := meanwhile(ended):
            self._lines.put(line)

    def _wait_for_one(self, children: Mapping[str, subprocess.Popen[bytes]]) -> Ended | None:
        while not self._stop.times:
            self._print_lines(_TICK_SECONDS)
            for name, child in children.items():
                if (status := child.poll()) is not None:
                    return Ended(name, status)
        return None

    def _stop_all(self, children: Iterable[subprocess.Popen[bytes]]) -> None:
        """Ask politely; ``kill_marked`` takes what is left after the time, or a second Ctrl-C."""
        requests = self._stop.times
        for child in children:
            if child.poll() is None:
                with suppress(ProcessLookupError):  # it ended just now
                    os.killpg(child.pid, signal.SIGTERM)
        give_up = time.monotonic() + STOP_SECONDS
        # Not: until the children have ended. Those are shells, and may go before their program.
        while marked(self._environ[MARK]):
            if time.monotonic() > give_up or self._stop.times > requests:
                return
            self._print_lines(_TICK_SECONDS)

    def _print_lines(self, wait: float) -> None:
        """What has come so far; if nothing, what comes within ``wait`` seconds."""
        with suppress(queue.Empty):
            self._print(self._lines.get(timeout=wait))
            for _ in range(self._lines.maxsize):  # an endless flood must not keep us here
                self._print(self._lines.get_nowait())

    def _print_the_rest(self) -> None:
        # Everybody who could write is gone, so the followers end as soon as they are read out.
        while any(follower.is_alive() for follower in self._followers):
            self._print_lines(_TICK_SECONDS)
        self._print_lines(0)

    def _print(self, line: Message | str) -> None:
        if isinstance(line, str):
            self._terminal.say(line)
        else:
            self._terminal.relay(line)


def marked(mark: str) -> list[psutil.Process]:
    """The running processes that have ``mark`` in their environment.

    The mark finds what process groups and parenthood do not: a child may make a group of its own,
    and an orphan has a new parent; also after a run that was itself killed.
    """
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):  # gone, a zombie, or somebody else's
            if process.environ().get(MARK) == mark and process.pid != os.getpid():
                found.append(process)
    return found


def kill_marked(mark: str) -> None:
    """Kill them, and what they start meanwhile."""
    while left := marked(mark):
        for process in left:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(left, timeout=1)
