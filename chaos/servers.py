"""Postgres and Redis: killed, and started again in the same folder, so at the same address."""

import os
import signal
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import redis

from chaos.clock import Clock
from dev import DevError
from dev.services import local_postgres, local_redis


class Server:
    """A database server that one can kill.

    :param start: starts it in a folder, and gives its URL.
    """

    def __init__(
        self, start: Callable[[Path], AbstractContextManager[str]], folder: Path, clock: Clock
    ) -> None:
        self.folder = folder
        self.clock = clock
        self._starter = start
        self._running = ExitStack()
        self._starts = 0
        self.url = ""
        #: One fault at a time.
        self.turn = threading.Lock()

    def start(self) -> None:
        """Start it, and wait until it answers.

        :raises DevError: it cannot be started.
        """
        url = self._running.enter_context(self._starter(self.folder))
        if self._starts and url != self.url:
            raise DevError(f"{self.folder} is too long a name: set TMPDIR to a short one.")
        self.url = url
        self._starts += 1

    def close(self) -> None:
        """Stop it, as after a day's work."""
        self._running.close()

    def end(self, process: int, how: signal.Signals) -> None:
        """Send a signal that ends it at once, wait until it is gone, and keep its log."""
        os.kill(process, how)
        self._running.close()
        for log in self.folder.glob("*.log"):
            log.rename(log.with_suffix(f".{self._starts}"))


class Postgres(Server):
    """A Postgres that loses its memory, but nothing that it has written."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        super().__init__(local_postgres, folder, clock)

    def stop_at_once(self, away: float) -> None:
        """An immediate stop: no goodbye to anybody, and the log is replayed at the next start."""
        with self.turn:
            self.clock.fault(f"Postgres stops at once, started again after {away:.1f} s")
            leader = (self.folder / "data" / "postmaster.pid").read_text().split()[0]
            self.end(int(leader), signal.SIGQUIT)
            self.clock.wait(away)
            self.start()


class Redis(Server):
    """A Redis that may forget everything."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        super().__init__(local_redis, folder, clock)

    def flush(self) -> None:
        """All keys are gone at once."""
        with self.turn, redis.Redis.from_url(self.url) as client:
            self.clock.fault("Redis is flushed")
            client.flushall()

    def kill(self, away: float) -> None:
        """Kill it, and start another one that knows nothing."""
        with self.turn:
            with redis.Redis.from_url(self.url) as client:
                process = client.info("server")["process_id"]
            self.clock.fault(f"Redis is killed, empty again after {away:.1f} s")
            self.end(process, signal.SIGKILL)
            for written in self.folder.glob("appendonly*"):
                written.unlink()
            self.clock.wait(away)
            self.start()
