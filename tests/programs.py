"""Programs of this project, and servers, that run beside a test."""

import os
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path

import psutil
from redis import Redis

from tests.counts import stored
from tests.forked import Forked
from tests.support import wait_for


def children_of(pid: int) -> list[int]:
    """The processes that a process has started."""
    return [child.pid for child in psutil.Process(pid).children()]


def workers_of(program: "Program") -> list[int]:
    """The workers under the parent that `python worker.py` is."""
    children = psutil.Process(program.process.pid).children()
    return [child.pid for child in children if child.name().startswith("worker ")]


def worker_of(program: "Program") -> int:
    """The one worker under its parent."""
    (worker,) = workers_of(program)
    return worker


def stable_of(program: "Program") -> int:
    """The process that forks horses for the one worker."""
    (stable,) = children_of(worker_of(program))
    return stable


def horses_of(program: "Program") -> list[int]:
    """The processes that stand ready to read a page: one, as long as nothing else is at work."""
    stable = psutil.Process(stable_of(program))
    return [child.pid for child in stable.children() if child.name() == "horse"]


class HeldHorse:
    """The horse that will read the next page, and does not come to it before it is let go."""

    def __init__(self, program: "Program") -> None:
        (self.pid,) = wait_for("horse that stands ready", lambda: horses_of(program))
        os.kill(self.pid, signal.SIGSTOP)

    def wait_for_page(self, job_key: str) -> None:
        """Wait until it has been given the page of this count."""
        wait_for("reading", lambda: stored(job_key).step == "reading")

    def end(self, how: signal.Signals) -> None:
        """Let a signal be the first that it hears."""
        with suppress(ProcessLookupError):  # its stable may have ended it
            os.kill(self.pid, how)
            os.kill(self.pid, signal.SIGCONT)


def kill_all(program: "Program") -> None:
    """`kill -9` of a program with everything under it."""
    process = psutil.Process(program.process.pid)
    for one in [process, *process.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):  # it has ended meanwhile, as horses do
            one.kill()
    program.process.wait()


class Program:
    """A program of this project that runs beside the test, and the log that it writes.

    :param command: a module and its arguments.
    """

    def __init__(self, command: Sequence[str], environ: Mapping[str, str], log: Path) -> None:
        self._log = log
        self.process = Forked(command, {"PATH": os.environ["PATH"], **environ}, log)

    @property
    def log(self) -> str:
        """All that it has written so far."""
        return self._log.read_text()

    def wait_for_line(self, part: str) -> None:
        """Wait until it has written this; fail at once if it ends without."""

        def look() -> bool:
            assert self.process.poll() is None or part in self.log, self.log
            return part in self.log

        wait_for(f"{part!r} in the log", look)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End it, and say with which status."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            return self.process.wait(timeout=30)  # as long as Heroku waits
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError(f"it did not end:\n{self.log}") from None


@contextmanager
def running(command: Sequence[str], environ: Mapping[str, str], log: Path) -> Iterator[Program]:
    """Run ``python -m command``, and end it afterwards."""
    program = Program(command, environ, log)
    try:
        yield program
    finally:
        program.stop()


class OwnServer:
    """A Postgres or a Redis of a test's own, that may go away and come back."""

    def __init__(self, start: Callable[[Path], AbstractContextManager[str]], folder: Path) -> None:
        self._start = start
        self._folder = folder
        self._life = ExitStack()
        self.url = ""

    def come(self) -> None:
        """Run, with what it had in its folder."""
        self.url = self._life.enter_context(self._start(self._folder))

    def go(self) -> None:
        """Break all connections off, and end."""
        self._life.close()


@contextmanager
def own_server(
    start: Callable[[Path], AbstractContextManager[str]], folder: Path
) -> Iterator[OwnServer]:
    """Run a server of a test's own."""
    server = OwnServer(start, folder)
    server.come()
    try:
        yield server
    finally:
        server.go()


def process_of(redis_url: str) -> psutil.Process:
    """The process of a Redis."""
    with Redis.from_url(redis_url) as client:
        return psutil.Process(client.info("server")["process_id"])
