"""The system as it runs, in its own shape and in the classic one, each on servers of its own."""

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from sqlalchemy import Connection, create_engine, text

from bench.programs import Programs, free_port, programs, wait_for, wait_for_port
from dev.services import local_postgres, local_redis

#: How many processors everything shares, and the client with it.
CORES = 2


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
def running(
    shape: Shape,
    *,
    webs: int = 2,
    workers: int = 2,
    settings: Mapping[str, str] = MappingProxyType({}),
    within: Mapping[str, Callable[[Sequence[str]], Sequence[str]]] = MappingProxyType({}),
) -> Iterator[Running]:
    """Run one of the two shapes on an empty database, beside a site to be counted.

    :param webs: processes of gunicorn.
    :param settings: further variables of their environment.
    :param within: what makes another command of that of a program, by its name.
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
            # As it is by default in production, but for these: the site is on loopback, without
            # HTTPS, and all submissions come from one client.
            "APP_SETTINGS": "config.ProductionConfig",
            "SECRET_KEY": "the secret of a bench",
            "WEB_HOST": "127.0.0.1",
            "SITE_URL": f"http://127.0.0.1:{port}",
            "FETCH_ALLOWED_NETWORKS": "127.0.0.0/8",
            "HTTPS_ONLY": "false",
            "RATELIMIT_ENABLED": "false",
            **settings,
        }
        all_of_it = started.enter_context(programs(environ))
        all_of_it.run("tables", shape.tables)
        all_of_it.start("site", ("-m", "bench.site", str(site)))

        def start(name: str, command: Sequence[str]) -> subprocess.Popen[bytes]:
            return all_of_it.start(name, within.get(name, _as_it_is)(command))

        web = start("web", shape.web)
        names = {f"worker{n}": command for n, command in enumerate(shape.workers(workers))}
        work = [start(name, command) for name, command in names.items()]
        wait_for_port("site", site)
        wait_for_port("web", port)
        for name in names:
            all_of_it.wait_for_line(name, shape.works)
        engine = create_engine(environ["DATABASE_URL"], isolation_level="AUTOCOMMIT")
        started.callback(engine.dispose)
        database = started.enter_context(engine.connect())
        yield Running(shape, port, site, all_of_it, database, web, work)


def _as_it_is(command: Sequence[str]) -> Sequence[str]:
    return command


def share_cores() -> str:
    """Keep this process, and all that it starts, on as many processors as the bars speak of."""
    allowed = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, allowed[:CORES])
    return f"{min(CORES, len(allowed))} of {os.cpu_count()} processors are used"
