"""Programs of this project as processes beside a test, without loading their modules each time.

To load these takes longer than most of what tests do with a program. So one process of each run of
the tests has them loaded, and forks; a fork then runs the program from its first line on, as
``python -m`` does. What must load by itself is started as people start it: by ``make run``
(`test_make_run.py`), chaos (`test_chaos.py`), and where architecture is looked at.
"""

import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import chdir, suppress
from pathlib import Path

from tests.measured import measure_this_program, watch
from tests.support import PROJECT

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.preloaded"])


class Forked:
    """A running program; used like a :class:`subprocess.Popen`.

    :param command: a module and its arguments.
    :param log: what it writes.
    :param errors: what it writes about errors; otherwise that stands in the log, too.
    :param at: the folder in which it runs.
    :param given: what it can read from its standard input.
    """

    def __init__(
        self,
        command: Sequence[str],
        environ: Mapping[str, str],
        log: Path,
        errors: Path | None = None,
        at: Path = PROJECT,
        given: Path = Path(os.devnull),
    ) -> None:
        self._command = command
        for file in (log, errors or log):
            file.write_bytes(b"")
        files = (given, log, errors or log)
        program = (list(command), dict(environ), at, files, watch.is_on_programs)
        # One that a failed test has left behind is ended with the tests.
        self._process = _FORKS.Process(target=_become, args=program, daemon=True)
        with chdir(PROJECT):  # where the first one finds the modules that are loaded
            self._process.start()
        assert self._process.pid
        self.pid = self._process.pid

    def poll(self) -> int | None:
        """Its status, if it has ended."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Its status, when it has ended.

        :raises subprocess.TimeoutExpired: if it does not end in time.
        """
        self._process.join(timeout)
        status = self.poll()
        if status is None:
            raise subprocess.TimeoutExpired(list(self._command), timeout or 0)
        return status

    def send_signal(self, how: signal.Signals) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            with suppress(ProcessLookupError):  # it has ended at this very moment
                os.kill(self.pid, how)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


def run(
    command: Sequence[str],
    environ: Mapping[str, str],
    folder: Path,
    seconds: float = 60,
    given: bytes = b"",
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end, in the folder where the test is.

    :param folder: where files may be put.
    :param given: what it can read from its standard input.
    """
    log, errors, stdin = folder / "output.txt", folder / "errors.txt", folder / "input.txt"
    stdin.write_bytes(given)
    program = Forked(command, environ, log, errors, Path.cwd(), stdin)
    try:
        status = program.wait(seconds)
    finally:
        program.kill()
    wrote = (file.read_bytes().decode("utf-8") for file in (log, errors))
    return subprocess.CompletedProcess(list(command), status, *wrote)


def _become(
    command: list[str],
    environ: dict[str, str],
    at: Path,
    files: tuple[Path, Path, Path],
    is_measured: bool,
) -> None:
    """Be the program."""
    if is_measured:
        measure_this_program()
    multiprocessing.current_process().daemon = False  # such could have no processes of their own
    for number, file in enumerate(files):
        with file.open("ab" if number else "rb") as opened:
            os.dup2(opened.fileno(), number)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", encoding="utf-8", buffering=1, closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", buffering=1, closefd=False)  # noqa: SIM115
    os.chdir(at)
    os.environ.clear()
    os.environ.update(environ)
    sys.path[:0] = [str(PROJECT), *filter(None, environ.get("PYTHONPATH", "").split(":"))]
    sys.argv = list(command)
    runpy.run_module(command[0], run_name="__main__", alter_sys=True)
