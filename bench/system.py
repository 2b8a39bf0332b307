"""The system as it runs, in its own shape and in the classic one, each on servers of its own."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, create_engine, text

from bench.bars import NotMeasuredError
from dev.processes import MARK, kill_marked
from dev.services import local_postgres, local_redis

PROJECT = Path(__file__).parent.parent
#: How many processors everything shares, and the client with it.
CORES = 2
_START_SECONDS = 60
_STOP_SECONDS = 15
_LOOK_AGAIN = 0.02


@dataclass(frozen=True)
class Shape:
    """How one of the two is run; commands are what follows ``python``.

    :ivar workers: the commands, given how many workers.
    :ivar works: what is in the log of each worker program that is ready.
    :ivar ended: asks Postgres how many counts have an outcome.
    """

    name: str
    tables: Sequence[str]
    web: Sequence[str]
    workers: Callable[[int], Sequence[Sequence[str]]]
    works: str
    ended: str


CLASSIC = Shape(
    name="classic",
    tables=("-m", "bench.classic_app.app"),
    # Not by our gunicorn.conf.py, which gunicorn would find by itself.
    web=(
        *("-m", "gunicorn", "--config", "python:bench.classic_app.gunicorn_conf"),
        "bench.classic_app.app:app",
    ),
    workers=lambda n: [("-m", "bench.classic_app.worker")] * n,
    works="Listening on default",
    ended="SELECT count(*) FROM results",
)
OURS = Shape(
    name="ours",
    tables=("manage.py", "db", "upgrade"),
    web=("-m", "gunicorn", "app:create_app()"),
    workers=lambda n: [("worker.py", f"--workers={n}")],
    works="ready for counts",
    ended="SELECT count(*) FROM results WHERE status IN ('finished', 'failed')",
)


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

    def wait_for_line(self, name: str, part: str) -> None:
        """Wait until a program has written this."""
        wait_for(f"{part!r} of {name}", lambda: part in self._written(name), _START_SECONDS)

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
def programs(environ: Mapping[str, str]) -> Iterator[Programs]:
    """Programs in a folder of their own; all have ended afterwards, also after Ctrl-C."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        started = Programs(Path(folder).resolve(), environ)
        try:
            yield started
        finally:
            started.close()


@dataclass(frozen=True)
class Running:
    """One of the two shapes, which runs.

    :ivar processes: its web, and its worker programs.
    """

    shape: Shape
    port: int
    site: int
    programs: Programs
    database: Connection
    web: subprocess.Popen[bytes]
    workers: Sequence[subprocess.Popen[bytes]]

    def ended(self) -> int:
        """How many counts have an outcome."""
        return int(self.database.scalar(text(self.shape.ended)) or 0)

    def wait_for_ended(self, counts: int, seconds: float) -> None:
        """Wait until so many counts have an outcome."""
        wait_for(f"{counts} outcomes", lambda: self.ended() >= counts, seconds)


@contextmanager
def running(shape: Shape, *, webs: int = 2, workers: int = 2) -> Iterator[Running]:
    """Run one of the two shapes on an empty database, beside a site to be counted.

    :param webs: processes of gunicorn.
    """
    with ExitStack() as started:
        folder = Path(started.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        port, site = free_port(), free_port()
        url = started.enter_context(local_postgres(folder / "postgres"))
        # The driver that is installed; SQLAlchemy would look for another one.
        database_url = url.replace("postgresql:", "postgresql+psycopg2:", 1)
        environ = {
            "DATABASE_URL": database_url,
            "REDIS_URL": started.enter_context(local_redis(folder / "redis")),
            "PORT": str(port),
            "WEB_CONCURRENCY": str(webs),
            # As it is by default in production, but for these: the site is on loopback, and all
            # submissions come from one client.
            "APP_SETTINGS": "config.ProductionConfig",
            "SECRET_KEY": "of a bench",
            "HOST": "127.0.0.1",
            "SITE_URL": f"http://127.0.0.1:{port}",
            "FETCH_ALLOWED_NETWORKS": "127.0.0.0/8",
            "RATELIMIT_ENABLED": "false",
        }
        all_of_it = started.enter_context(programs(environ))
        all_of_it.run("tables", shape.tables)
        all_of_it.start("site", ("-m", "bench.site", str(site)))
        web = all_of_it.start("web", shape.web)
        names = {f"worker{n}": command for n, command in enumerate(shape.workers(workers))}
        work = [all_of_it.start(name, command) for name, command in names.items()]
        wait_for_port("site", site)
        wait_for_port("web", port)
        for name in names:
            all_of_it.wait_for_line(name, shape.works)
        engine = create_engine(environ["DATABASE_URL"], isolation_level="AUTOCOMMIT")
        started.callback(engine.dispose)
        database = started.enter_context(engine.connect())
        yield Running(shape, port, site, all_of_it, database, web, work)


def wait_for(what: str, look: Callable[[], bool], seconds: float) -> None:
    """Wait until it is there.

    :raises NotMeasuredError: if that takes longer than so many seconds.
    """
    end = time.monotonic() + seconds
    while not look():
        if time.monotonic() > end:
            raise NotMeasuredError(f"no {what} within {seconds:.0f} s")
        time.sleep(_LOOK_AGAIN)


def wait_for_port(what: str, port: int) -> None:
    """Wait until somebody listens there."""

    def listens() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    wait_for(what, listens, _START_SECONDS)


def free_port() -> int:
    """A TCP port that nobody listens on, at none of the addresses of the site."""
    with socket.socket() as probe:
        probe.bind(("", 0))
        return int(probe.getsockname()[1])


def share_cores() -> str:
    """Keep this process, and all that it starts, on as many processors as the bars speak of."""
    allowed = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, allowed[:CORES])
    return f"{min(CORES, len(allowed))} of {os.cpu_count()} processors are used"
