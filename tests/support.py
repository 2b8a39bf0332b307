"""What tests of running processes share."""

import http.server
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import psutil
from flask.testing import FlaskClient
from sqlalchemy import text

import jobs
import leases
from leases import Claim
from models import Result, Status, db

PROJECT = Path(__file__).parent.parent
#: A job key that was given to nobody.
NOBODYS_KEY = uuid.UUID("6f1c1c5e-6f0d-4d54-8a5b-1d0f5a3c9b7e")
Found = TypeVar("Found")


def wait_for(what: str, look: Callable[[], Found | None], seconds: float = 20) -> Found:
    """The first thing that ``look`` finds; a failure that says what was missing, if it is late."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.02)
    raise AssertionError(f"no {what} within {seconds} s")


def free_port() -> int:
    """A TCP port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def children_of(pid: int) -> list[int]:
    """The processes that a process has started."""
    return [child.pid for child in psutil.Process(pid).children()]


def worker_of(program: "Program") -> int:
    """The one worker under the parent that `python worker.py` is."""
    (worker,) = children_of(program.process.pid)
    return worker


def horse_of(program: "Program") -> int:
    """The process that runs the job; it leads a group of its own, the rescuer does not."""
    (horse,) = (pid for pid in children_of(worker_of(program)) if os.getpgid(pid) == pid)
    return horse


def rescuer_of(program: "Program") -> int:
    """The process beside the worker."""
    (rescuer,) = (pid for pid in children_of(worker_of(program)) if os.getpgid(pid) != pid)
    return rescuer


def kill_all(program: "Program") -> None:
    """`kill -9` of a program with everything under it."""
    process = psutil.Process(program.process.pid)
    for one in [process, *process.children(recursive=True)]:
        one.kill()
    program.process.wait()


def start_held(client: FlaskClient, site: "Site") -> str:
    """A count whose job waits for its page, until the site lets go."""
    url = site.serve("/held", "<p>Handed over", held=True)
    key = client.post("/start", json={"url": url}).text
    wait_for("request for the page", lambda: "/held" in site.asked)
    return key


def stored(job_key: str) -> Result:
    """A count as other processes have left it."""
    db.session.rollback()
    found = Result.by_key(job_key)
    assert found
    return found


def wait_for_end(job_key: str, seconds: float = 30) -> Result:
    """A count that has an outcome."""
    wait_for("outcome", lambda: not Status(stored(job_key).status).is_pending, seconds)
    return stored(job_key)


def begin(job_key: str, worker: str = "a worker") -> Claim:
    """Claim a count, as a job does."""
    claim = leases.claim(job_key, worker=worker)
    assert claim
    return claim


def end_lease(job_key: str) -> None:
    """Let the lease of a count run out: its worker has not been heard of for a while."""
    _set_time("lease_until", job_key)


def make_due(job_key: str) -> None:
    """Let the time come at which rescuers look after a queued count."""
    _set_time("due_at", job_key)


def _set_time(column: str, job_key: str) -> None:
    db.session.execute(
        text(f"UPDATE results SET {column} = now() - interval '1 s' WHERE job_key = :key"),
        {"key": job_key},
    )
    db.session.commit()


def finished(url: str = "http://example.com/") -> str:
    """The key of a count of a page without words, which is done."""
    key = jobs.submit(url)
    shown = {"final_url": url, "total_words": 0, "distinct_words": 0, "bytes": 1}
    assert leases.finish(begin(key), charset="utf-8", tops={}, **shown)
    db.session.remove()
    return key


class Program:
    """A program of this project that runs beside the test, and the log that it writes.

    :param command: a module and its arguments.
    """

    def __init__(self, command: Sequence[str], environ: Mapping[str, str], log: Path) -> None:
        self._log = log
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=PROJECT,
                env={"PATH": os.environ["PATH"], "PYTHONUNBUFFERED": "1", **environ},
                stdout=output,
                stderr=subprocess.STDOUT,
            )

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
            return self.process.wait(timeout=20)
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


@dataclass
class ServedPage:
    """A page of the test's own site; a request for it waits until it is let go."""

    body: bytes
    content_type: str = "text/html; charset=utf-8"
    status: int = 200
    held: bool = False


class Site:
    """A web site on loopback, whose pages a test sets up as it needs them."""

    def __init__(self) -> None:
        self.pages: dict[str, ServedPage] = {}
        self.asked: list[str] = []
        self._let_go = threading.Event()
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append(self.path)
                page = site.pages.get(self.path, ServedPage(b"nothing here", status=404))
                if page.held:
                    site._let_go.wait(30)
                try:
                    self.send_response(page.status)
                    self.send_header("Content-Type", page.content_type)
                    self.send_header("Content-Length", str(len(page.body)))
                    self.end_headers()
                    self.wfile.write(page.body)
                except ConnectionError:
                    pass  # the test has killed whoever asked

            def log_message(self, format: str, *args: object) -> None:
                """Keep the test's output to itself."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def serve(self, path: str, html: str | bytes, **how: object) -> str:
        """Put a page on the site; returns its URL."""
        body = html.encode() if isinstance(html, str) else html
        self.pages[path] = ServedPage(body, **how)  # type: ignore[arg-type]
        return self.address + path

    def let_go(self) -> None:
        """Answer the requests that are held, and hold none from now on."""
        self._let_go.set()

    def close(self) -> None:
        self.let_go()
        self._server.shutdown()
        self._server.server_close()


class Door:
    """A TCP door to a Unix socket, which can forget the connections that go through it."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._ends: list[socket.socket] = []
        self._forgotten: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def forget(self) -> None:
        """Let nothing more through the connections of now, and do not say so."""
        self._forgotten.update(self._ends)

    def close(self) -> None:
        """Let nobody through any more."""
        self._listener.shutdown(socket.SHUT_RDWR)
        for end in (self._listener, *self._ends):
            end.close()

    def _serve(self) -> None:
        with suppress(OSError):  # closed
            while True:
                outside, _ = self._listener.accept()
                inside = socket.socket(socket.AF_UNIX)
                self._ends += (outside, inside)
                inside.connect(self._path)
                for ways in ((outside, inside), (inside, outside)):
                    threading.Thread(target=self._pump, args=ways, daemon=True).start()

    def _pump(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):  # one side has ended
            while data := source.recv(65536):
                if source not in self._forgotten:
                    target.sendall(data)
            target.shutdown(socket.SHUT_WR)
