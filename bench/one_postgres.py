"""Several processes that take counts through their steps, and do nothing else: a load of one
Postgres.
"""

import multiprocessing
import signal
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psutil
from flask import Flask
from sqlalchemy import event, text

from base_app import create_base_app
from bench.known import small
from bench.servers import migrate, servers
from config import settings_from
from models import db
from storage import leases

PROCESSES = (1, 2, 4, 8)
_SECONDS = 6.0


@dataclass(frozen=True)
class Done:
    """What a load came to; all but the rate for each count."""

    rate: float
    statements: float
    wal: float
    server_ms: float
    client_ms: float


@contextmanager
def applications() -> Iterator[dict[str, str]]:
    """The environment of applications with an empty database and an empty Redis."""
    with servers() as environ:
        app = create_base_app(settings_from(environ))
        with app.app_context():
            migrate(app)
            db.engine.dispose()
        yield environ


class Load:
    """Takes counts through their steps, in processes of its own."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = dict(environ)

    def run(self, processes: int) -> Done:
        """With so many processes at once."""
        app = create_base_app(settings_from(self._environ))
        context = multiprocessing.get_context("spawn")
        ignore = (signal.SIGINT, signal.SIG_IGN)
        with app.app_context(), ProcessPoolExecutor(
            processes, context, signal.signal, ignore
        ) as pool:  # fmt: skip
            list(pool.map(_steps, [self._environ] * processes, [0.5] * processes))  # warm
            postmaster = psutil.Process(_one("SELECT pg_backend_pid()")).parent()
            assert postmaster
            wal, busy = _one("SELECT pg_current_wal_lsn() - '0/0'::pg_lsn"), _server(postmaster)
            asked = [pool.submit(_steps, self._environ, _SECONDS) for _ in range(processes)]
            done = [each.result() for each in asked]
            wal = _one("SELECT pg_current_wal_lsn() - '0/0'::pg_lsn") - wal
            busy = _server(postmaster) - busy
            db.session.remove()
            db.engine.dispose()
        counts = sum(counts for counts, *_ in done)
        return Done(
            rate=sum(counts / seconds for counts, seconds, *_ in done),
            statements=sum(statements for *_, statements, _ in done) / counts,
            wal=float(wal) / counts,
            server_ms=1000 * busy / counts,
            client_ms=1000 * sum(spent for *_, spent in done) / counts,
        )


def _one(query: str) -> Any:
    with db.engine.connect() as connection:
        return connection.scalar(text(query))


def _server(postmaster: psutil.Process) -> float:
    """Seconds of processors that all processes of a Postgres have taken."""
    times = [one.cpu_times() for one in (postmaster, *postmaster.children(recursive=True))]
    return sum(one.user + one.system + one.children_user + one.children_system for one in times)


#: Made once in each process.
_apps: list[Flask] = []


def _steps(environ: Mapping[str, str], seconds: float) -> tuple[int, float, int, float]:
    """Take one count after the other through its steps.

    :returns: how many, in how many seconds, with how many statements, and seconds of a processor.
    """
    if not _apps:
        _apps.append(create_base_app(settings_from(environ)))
    from workers.pipeline import Counted, Evidence, Task, stages

    columns: dict[str, Any] = {}
    url = "http://127.0.0.1/"
    facts = {"final_url": url, "http_status": 200, "content_type": "text/html"}
    for stage in stages(Task(small(1)[0], "text/html; charset=utf-8", facts)):
        if isinstance(stage, Counted | Evidence):
            columns |= stage.columns
    statements = counts = 0

    def note(*_: object) -> None:
        nonlocal statements
        statements += 1

    with _apps[0].app_context():
        event.listen(db.engine, "before_cursor_execute", note)
        begun, spent = time.perf_counter(), time.process_time()
        while time.perf_counter() < begun + seconds:
            (result,) = leases.accept([f"{url}{counts}"])
            key = str(result.job_key)
            db.session.commit()
            claim = leases.claim(key, worker="bench")
            assert claim
            assert leases.finish(claim, **columns)
            db.session.remove()
            counts += 1
        event.remove(db.engine, "before_cursor_execute", note)
        return counts, time.perf_counter() - begun, statements, time.process_time() - spent
