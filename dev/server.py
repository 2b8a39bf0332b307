"""A database server as a child process: started, waited for, stopped, never left behind."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from dev import DevError

START_SECONDS = 60  # replaying a log after a crash takes its time
STOP_SECONDS = 10


@contextmanager
def told_as(name: str, folder: Path) -> Iterator[None]:
    """Turn what the system refuses (a permission, a full disk) into one line for a person."""
    try:
        yield
    except OSError as error:
        raise DevError(
            f"{name} did not start: {error.strerror}: {error.filename or folder}"
        ) from error


@dataclass(frozen=True)
class Account:
    """The system user that a server runs as; both None: the same as ours."""

    uid: int | None = None
    gid: int | None = None


@dataclass(frozen=True, kw_only=True)
class Server:
    """How to run one server program.

    It works in a folder of its own (``folder``), which is also how a server that an earlier,
    killed run left behind is recognised: pid files lie after a reboot, when the numbers are
    given out again.
    """

    name: str
    program: Path
    arguments: Sequence[str]
    folder: Path
    log: Path
    #: Finds, in a line of the log, the reason why it gave up.
    reason: re.Pattern[str]
    #: In order, the next one only when the one before did not help.
    stop_signals: Sequence[signal.Signals]
    answers: Callable[[], bool]
    account: Account = Account()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Start, wait until it answers; at the end stop, and wait until it is gone.

        :raises DevError: it did not start; the message has the reason and the log file.
        """
        child = self._start()
        try:
            self._wait_until_it_answers(child)
            yield
        finally:
            self._stop(child)

    def run_to_its_end(self) -> None:
        """For a program that does its work and exits.

        :raises DevError: it did not start, or reported a failure.
        """
        child = self._start()
        try:
            status = child.wait(START_SECONDS)
        except subprocess.TimeoutExpired:
            raise self._failed(f"was not ready within {START_SECONDS} seconds") from None
        finally:
            if child.poll() is None:
                self._stop(child)
        if status != 0:
            raise self._failed("did not start")

    def stop_leftover(self) -> None:
        """Stop the servers that already work in this folder.

        Stopping is simpler than adopting: whoever starts a server is its parent, waits for it,
        and has its log.

        :raises DevError: they do not stop.
        """
        # The cwd of other people's processes is None for us, so those never match.
        left = [
            process
            for process in psutil.process_iter(["name", "cwd", "ppid"])
            if process.info["name"] == self.program.name and process.info["cwd"] == str(self.folder)
        ]
        pids = {process.pid for process in left}
        # Postgres' helpers take orders from their leader, who is told; unless they have lost it.
        leaders = [process for process in left if process.info["ppid"] not in pids]
        for stop_signal in (*self.stop_signals, signal.SIGKILL):
            for process in leaders:
                if process.is_running():
                    process.send_signal(stop_signal)
            left = psutil.wait_procs(left, timeout=STOP_SECONDS)[1]
            if not left:
                return
        raise DevError(f"{self.name} of an earlier run does not stop: process {left[0].pid}.")

    def _failed(self, what: str) -> DevError:
        """An error for this server, with the reason from its log."""
        lines = self.log.read_text("utf-8", "replace").splitlines() if self.log.exists() else []
        reasons = [found[1] for line in lines if (found := self.reason.search(line))]
        spoken = [line.strip() for line in lines if line.strip()]
        reason = (reasons or spoken or ["it said nothing"])[-1]
        return DevError(f"{self.name} {what}: {reason} (all of it: {self.log})")

    def _start(self) -> subprocess.Popen[bytes]:
        with told_as(self.name, self.folder), self.log.open("wb") as log:
            return subprocess.Popen(  # noqa: S603 -- our own arguments, no shell
                [self.program, *self.arguments],
                cwd=self.folder,
                user=self.account.uid,
                group=self.account.gid,
                extra_groups=None if self.account.uid is None else (),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # Ctrl-C in a terminal goes to a whole process group. The server is not in it:
                # it has to outlive the processes that use it.
                start_new_session=True,
            )

    def _wait_until_it_answers(self, child: subprocess.Popen[bytes]) -> None:
        give_up = time.monotonic() + START_SECONDS
        while not self.answers():
            if child.poll() is not None:
                raise self._failed("did not start")
            if time.monotonic() > give_up:
                raise self._failed(f"did not answer within {START_SECONDS} seconds")
            time.sleep(0.02)

    def _stop(self, child: subprocess.Popen[bytes]) -> None:
        for stop_signal in self.stop_signals:
            child.send_signal(stop_signal)
            try:
                child.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                continue
            return
        os.killpg(child.pid, signal.SIGKILL)  # its own session, so this is it and its children
        child.wait()
