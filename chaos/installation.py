"""Everything that runs: web, two workers, Postgres and Redis, each a process of its own."""

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from chaos.clock import Clock
from chaos.programs import Program, free_port, run_to_its_end
from chaos.servers import Postgres, Redis
from dev import DevError

WORKERS = 2


@dataclass(frozen=True)
class Installation:
    """What the faults hit."""

    address: str
    web: Program
    workers: tuple[Program, ...]
    postgres: Postgres
    redis: Redis


@contextmanager
def installed(folder: Path, clock: Clock) -> Iterator[Installation]:
    """Start it all on empty databases; at the end nothing is left running.

    :param folder: a new one, for data and logs.
    :raises DevError: something does not start.
    """
    folder.mkdir()
    with ExitStack() as running:
        postgres = Postgres(folder / "postgres", clock)
        running.callback(postgres.close)
        postgres.start()
        redis = Redis(folder / "redis", clock)
        running.callback(redis.close)
        redis.start()
        port = free_port()
        address = f"http://127.0.0.1:{port}"
        environ = {
            "PATH": os.environ["PATH"],
            "PYTHONUNBUFFERED": "1",
            # The nearest to production that counts pages of this machine and sets its cookie
            # without HTTPS.
            "APP_SETTINGS": "config.DevelopmentConfig",
            "SECRET_KEY": "the same over all restarts",
            "DATABASE_URL": postgres.url,
            "REDIS_URL": redis.url,
            "PORT": str(port),
            "SITE_URL": address,
            "WEB_CONCURRENCY": "2",
            "WORKERS": "1",  # in each of our worker programs
            # All come from one client, and go to one host.
            "RATELIMIT_ENABLED": "false",
            "HOST_RATE_LIMIT": "none",
            # Who submits a URL again gets the key that it has, over the whole run.
            "RESULT_REUSE_SECONDS": "3600",
        }
        log = folder / "release.log"
        if run_to_its_end([sys.executable, "manage.py", "db", "upgrade"], environ, log) != 0:
            raise DevError(f"The database could not be migrated; the reason is in {log}.")

        def program(name: str, *command: str) -> Program:
            log = folder / f"{name.replace(' ', '')}.log"
            made = Program(name, [sys.executable, *command], environ, log, clock)
            running.callback(made.close)
            made.start()
            return made

        web = program("web", "-m", "gunicorn", "app:create_app()")
        workers = [program(f"worker {number}", "worker.py") for number in range(1, WORKERS + 1)]
        yield Installation(address, web, tuple(workers), postgres, redis)
