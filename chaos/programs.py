"""The web and the workers: started as a user starts them, and again whenever they end."""

import random
import signal
import socket
import subprocess
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from chaos.clock import Clock, StoppedError
from dev.processes import MARK, marked

PROJECT = Path(__file__).parent.parent

#: A process manager waits so long before it starts again what ended by itself, in seconds,
_PAUSE = 1.0
#: and so long for what was told to stop before it kills.
_PATIENCE = 10.0
_LOOK_AGAIN = 0.05
#: Below those that systems give to connections that go out: one of these could take the port of
#: a web that is down.
_PORTS = range(20_000, 30_000)


def free_port() -> int:
    """A TCP port that nobody listens on, and nobody gets by accident."""
    while True:
        port = random.choice(_PORTS)  # noqa: S311 -- nothing is kept secret by it
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class Program:
    """A program of this project under a process manager.

    :param environ: its environment, as a whole.
    :param log: what it writes, over all its lives.
    """

    def __init__(
        self, name: str, command: Sequence[str], environ: Mapping[str, str], log: Path, clock: Clock
    ) -> None:
        self.name = name
        self._command = command
        # The mark finds all processes of the program, also those that have lost their parent.
        self._environ = {**environ, MARK: str(log)}
        self._log = log
        self._clock = clock
        self._closed = False
        #: How long it is to stay away, if its end is our doing.
        self._away: float | None = None
        #: One fault at a time,
        self._turn = threading.Lock()
        #: and no start while all that runs is being killed.
        self._start_or_kill = threading.Lock()
        self._manager = threading.Thread(target=self._manage, daemon=True)

    def start(self) -> None:
        """Start it, and keep it running until :meth:`close`."""
        self._start()
        self._manager.start()

    def close(self) -> None:
        """End it with all its processes."""
        self._closed = True
        while self._manager.is_alive():
            self._kill_all()
            self._manager.join(0.1)
        self._kill_all()

    def kill(self, away: float) -> None:
        """Kill all its processes at once; it is started again after so many seconds."""
        with self._turn:
            self._wait_until_it_runs()
            self._clock.fault(f"{self.name} is killed with its children, {_again(away)}")
            self._away = away
            self._kill_all()

    def kill_one(self, away: float, chance: random.Random) -> None:
        """Kill any one of its processes, as the kernel does when memory runs out."""
        with self._turn:
            while not (processes := self._processes()):
                self._clock.wait(_LOOK_AGAIN)
            process = chance.choice(sorted(processes, key=lambda one: one.pid))
            if process.pid == self._process.pid:
                self._clock.fault(f"{self.name} is killed without its children, {_again(away)}")
                self._away = away
            else:
                self._clock.fault(f"a child of {self.name} is killed")
            with suppress(psutil.NoSuchProcess):
                process.kill()

    def tell_to_stop(self, away: float, *, children_too: bool) -> None:
        """Send it SIGTERM, as before a restart; kill it if it does not end."""
        with self._turn:
            self._wait_until_it_runs()
            told = f"{self.name}{' with its children' if children_too else ''}"
            self._clock.fault(f"{told} is told to stop, {_again(away)}")
            process = self._process
            # Listed before: while they end one after the other, others may begin.
            all_of_it = self._processes() if children_too else []
            self._away = away
            process.send_signal(signal.SIGTERM)
            for child in all_of_it:
                if child.pid != process.pid:
                    with suppress(psutil.NoSuchProcess):
                        child.send_signal(signal.SIGTERM)
            try:
                process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                self._clock.say(f"{self.name} did not stop within {_PATIENCE:.0f} s and is killed")
                self._kill_all()

    def _processes(self) -> list[psutil.Process]:
        return marked(self._environ[MARK])

    def _kill_all(self) -> None:
        with self._start_or_kill:
            while processes := self._processes():  # some may start others meanwhile
                for process in processes:
                    with suppress(psutil.NoSuchProcess):
                        process.kill()

    def _wait_until_it_runs(self) -> None:
        while self._process.poll() is not None:
            self._clock.wait(_LOOK_AGAIN)

    def _start(self) -> None:
        with self._log.open("ab") as log:
            log.write(f"--- started at {self._clock.now:.1f} s\n".encode())
            log.flush()
            self._process = subprocess.Popen(  # noqa: S603 -- our own arguments, no shell
                self._command,
                cwd=PROJECT,
                env=self._environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # Ctrl-C in a terminal goes to a whole process group, and is for us.
                start_new_session=True,
            )

    def _manage(self) -> None:
        while not self._closed:
            status = self._process.wait()
            if self._closed:
                return
            away, self._away = self._away, None
            if away is None:
                self._clock.say(f"{self.name} ended by itself (exit status {status})")
                away = _PAUSE
            try:
                self._clock.wait(away)
            except StoppedError:
                return
            with self._start_or_kill:
                if not self._closed:
                    self._start()


def _again(away: float) -> str:
    return f"started again after {away:.1f} s"


def run_to_its_end(command: Sequence[str], environ: Mapping[str, str], log: Path) -> int:
    """Run a command of this project; its exit status."""
    with log.open("wb") as output:
        return subprocess.run(  # noqa: S603 -- our own arguments, no shell
            command,
            cwd=PROJECT,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            check=False,
        ).returncode
