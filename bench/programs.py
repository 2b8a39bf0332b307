"""Programs of this project that run beside the bench, and end when it does."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.bars import NotMeasuredError
from dev.processes import MARK, kill_marked

PROJECT = Path(__file__).parent.parent
_START_SECONDS = 60
_STOP_SECONDS = 15
_LOOK_AGAIN = 0.02


class Programs:
    """Programs that end when we do, whatever happens.

    :param folder: for their logs; it also marks them.
    :param environ: what they have in their environment on top of the path.
    """

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self._folder = folder
        self.environ = {
            "PATH": os.environ["PATH"],
            "PYTHONUNBUFFERED": "1",
            **environ,
            MARK: str(folder),
        }
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self, name: str, arguments: Sequence[str]) -> subprocess.Popen[bytes]:
        """Start a Python program of ours."""
        with self._log(name).open("wb") as log:
            program = subprocess.Popen(  # noqa: S603 -- our own arguments, no shell
                [sys.executable, *arguments],
                cwd=PROJECT,
                env=self.environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # Ctrl-C in a terminal goes to a whole process group, and is for us.
                start_new_session=True,
            )
        self._running.append(program)
        return program

    def run(self, name: str, arguments: Sequence[str]) -> None:
        """Run such a program to its end.

        :raises NotMeasuredError: if it fails.
        """
        if self.start(name, arguments).wait() != 0:
            last_line = self._written(name).strip().rpartition("\n")[2]
            raise NotMeasuredError(f"{name} failed: {last_line}")

    def wait_for_line(self, name: str, part: str, times: int = 1) -> None:
        """Wait until a program has written this, so many times."""
        wait_for(f"{part!r} of {name}", lambda: self.times(name, part) >= times, _START_SECONDS)

    def times(self, name: str, part: str) -> int:
        """How often a program has written this."""
        return self._written(name).count(part)

    def _log(self, name: str) -> Path:
        return self._folder / f"{name}.log"

    def _written(self, name: str) -> str:
        return self._log(name).read_text("utf-8", "replace")

    def stop(self, program: subprocess.Popen[bytes]) -> None:
        """Let a program end; kill it if it does not."""
        if program.poll() is None:
            program.send_signal(signal.SIGTERM)
        try:
            program.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            program.kill()
            program.wait()

    def close(self) -> None:
        """End all of them, with what they have started."""
        for program in self._running:
            if program.poll() is None:
                program.send_signal(signal.SIGTERM)
        for program in reversed(self._running):
            self.stop(program)
        kill_marked(self.environ[MARK])


@contextmanager
def programs(environ: Mapping[str, str], prefix: str = "bench-") -> Iterator[Programs]:
    """Programs in a folder of their own; all have ended afterwards, also after Ctrl-C.

    :param prefix: of the folder.
    """
    with tempfile.TemporaryDirectory(prefix=prefix) as folder:
        started = Programs(Path(folder).resolve(), environ)
        try:
            yield started
        finally:
            started.close()


def wait_for(
    what: str, look: Callable[[], bool], seconds: float, every: float = _LOOK_AGAIN
) -> None:
    """Wait until it is there.

    :param every: how long to wait from one look to the next, in seconds.
    :raises NotMeasuredError: if that takes longer than so many seconds.
    """
    end = time.monotonic() + seconds
    while not look():
        if time.monotonic() > end:
            raise NotMeasuredError(f"no {what} within {seconds:.0f} s")
        time.sleep(every)


def wait_for_port(what: str, port: int, host: str = "127.0.0.1") -> None:
    """Wait until somebody listens there."""

    def listens() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex((host, port)) == 0

    wait_for(what, listens, _START_SECONDS)


def free_port() -> int:
    """A TCP port that nobody listens on, at none of the addresses of the site."""
    with socket.socket() as probe:
        probe.bind(("", 0))
        return int(probe.getsockname()[1])
