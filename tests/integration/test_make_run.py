"""`python manage.py dev`, which is `make run`, in a copy of the project of its own."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
import sqlalchemy

from config import settings_from
from dev.processes import MARK
from dev.services import local_postgres
from tests.support import PROJECT, free_port

#: Generous: the machine may be busy with other tests.
SECONDS = 60

#: What a run depends on, beside the folder: none of it is taken from whoever runs the tests.
OUTSIDE = {"APP_SETTINGS", "DATABASE_URL", "REDIS_URL", "REDISTOGO_URL", "PORT", "HOST"}


class Run:
    """One `manage.py dev` in a scratch project, with what it has said so far in a file."""

    def __init__(self, project: Path, port: int) -> None:
        self.project = project
        self.address = f"http://127.0.0.1:{port}/"
        environ = {name: value for name, value in os.environ.items() if name not in OUTSIDE}
        self._log = project.with_name(f"run-{time.monotonic_ns()}.log")
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "dev"],
                cwd=project,
                env={**environ, "PORT": str(port)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def said(self) -> list[str]:
        return self._log.read_text("utf-8").splitlines()

    def wait_for_line(self, part: str) -> str:
        wait_until(lambda: any(part in line for line in self.said()) or self.ended, self)
        lines = [line for line in self.said() if part in line]
        assert lines, "\n".join(self.said())
        return lines[0]

    def wait_until_ready(self) -> None:
        self.wait_for_line(f"Wordcount is ready: {self.address}  (Ctrl-C stops it)")

    def wait_for_end(self) -> int:
        wait_until(lambda: self.ended, self)
        return self.process.wait()

    @property
    def ended(self) -> bool:
        return self.process.poll() is not None

    def processes(self) -> list[psutil.Process]:
        """Every process of this run except its own: it is theirs by folder or by mark."""
        found = []
        for process in psutil.process_iter():
            try:
                folder = Path(process.cwd())
                mark = process.environ().get(MARK)
            except psutil.Error:
                continue
            ours = folder.is_relative_to(self.project) or mark == str(self.project / ".data")
            if ours and process.pid != self.process.pid:
                found.append(process)
        return found

    def running(self, part: str) -> psutil.Process:
        """The first process with ``part`` in its command line."""
        for process in self.processes():
            try:
                words = process.cmdline()
            except psutil.Error:
                continue
            if any(part in word for word in words) and Path(words[0]).name != "sh":
                return process
        raise AssertionError(f"{part} is not running")


def wait_until(happened: Callable[[], bool], run: Run) -> None:
    give_up = time.monotonic() + SECONDS
    while not happened():
        assert time.monotonic() < give_up, "\n".join(run.said())
        time.sleep(0.05)


class Start:
    """Starts runs in one scratch copy of the project, on one port unless told otherwise."""

    def __init__(self, project: Path) -> None:
        self.runs: list[Run] = []
        self._project = project
        self._port = free_port()

    def __call__(self, port: int | None = None) -> Run:
        self.runs.append(Run(self._project, port or self._port))
        return self.runs[-1]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """A scratch project; nothing may be running in it at the end."""
    project = tmp_path.resolve() / "project"
    # With what Python has compiled: not every start shall do that anew.
    ignored = shutil.ignore_patterns(".venv", ".data", ".git", ".*_cache")
    shutil.copytree(PROJECT, project, ignore=ignored)
    starter = Start(project)
    yield starter
    for run in starter.runs:
        left = run.processes()
        if not run.ended:
            run.process.kill()
        for process in left:
            process.kill()
        run.process.wait()
        assert left == [], "\n".join(run.said())


def number_of_results(run: Run) -> int:
    with local_postgres(run.project / ".data" / "postgres") as url:
        engine = sqlalchemy.create_engine(settings_from({"DATABASE_URL": url}).DATABASE_URL)
        with engine.connect() as connection:
            number = connection.scalar(sqlalchemy.text("SELECT count(*) FROM results"))
        engine.dispose()
    assert isinstance(number, int)
    return number


def submit(run: Run, url: str) -> None:
    request = urllib.request.Request(
        run.address + "start",
        data=f'{{"url": "{url}"}}'.encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:
        assert answer.status in {200, 202}


def test_runs_once_until_ctrl_c_and_again_with_its_data_also_after_it_was_killed(
    start: Start,
) -> None:
    run = start()
    run.wait_until_ready()
    with urllib.request.urlopen(run.address, timeout=SECONDS) as answer:
        assert answer.status == 200
    submit(run, f"{run.address}healthz")
    # The service knows where it is, and so can tell the sites that it asks.
    assert run.running("worker.py").environ()["SITE_URL"] == run.address

    second = start()
    assert second.wait_for_end() == 1
    assert second.said() == [
        f"Wordcount is already running here: {run.address} (process {run.process.pid})."
    ]
    assert not run.ended

    run.process.send_signal(signal.SIGINT)
    assert run.wait_for_end() == 0
    assert run.processes() == []
    assert not any("Traceback" in line for line in run.said()), "\n".join(run.said())
    assert number_of_results(run) == 1

    killed = start()
    killed.wait_until_ready()
    left = killed.processes()
    killed.process.kill()
    killed.process.wait()
    assert any(process.is_running() for process in left)

    again = start()
    again.wait_until_ready()
    again.process.send_signal(signal.SIGTERM)
    assert again.wait_for_end() == 0
    assert again.processes() == []
    assert not any(process.is_running() for process in left)
    assert number_of_results(again) == 1


@pytest.mark.parametrize("closing", [signal.SIGHUP, signal.SIGINT])
def test_stops_when_asked_during_its_start(start: Start, closing: signal.Signals) -> None:
    run = start()
    wait_until((run.project / ".data" / "run.lock").exists, run)
    run.process.send_signal(closing)
    run.process.send_signal(closing)
    assert run.wait_for_end() == 0
    assert run.processes() == []
    assert not any("is ready" in line or "Traceback" in line for line in run.said())


def test_a_taken_port_is_one_line(start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        run = start(port)
        assert run.wait_for_end() == 1
    (line,) = run.said()
    assert line.startswith(f"Port {port} is taken by another program.")
    assert f"PORT={port + 1} make run" in line


@pytest.mark.parametrize("part", ["gunicorn", "worker.py"])
def test_when_one_dies_all_stop(start: Start, part: str) -> None:
    run = start()
    run.wait_until_ready()
    run.wait_for_line("ready for counts")
    name = {"gunicorn": "web", "worker.py": "worker"}[part]
    run.running(part).kill()
    assert run.wait_for_end() == 1
    assert f"Stopped: {name} ended by itself" in run.said()[-1]
    assert run.processes() == []
