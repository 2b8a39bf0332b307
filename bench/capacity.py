"""``python -m bench.capacity``: what a count takes of Postgres, of Redis, and of each program.

Processor time says more than time by the clock: it hardly depends on what else the machine does.
Where it is per count, what the idle system does meanwhile is in it as well.
"""

import argparse
import signal
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psutil
from redis import Redis
from sqlalchemy import text

from bench.bars import NotMeasuredError
from bench.burst import exact_counts, submit_all
from bench.markdown import table
from bench.one_postgres import PROCESSES, Load, applications
from bench.queued import looks_at_a_long_queue, sizes
from bench.system import OURS, Running, running
from dev import DevError

_COUNTS = 300
_WARM_UP = 20
_IDLE_SECONDS = 20.0
#: How many of Redis' commands are named.
_COMMANDS = 8
_PATIENCE = 300
_STATE = """
SELECT xact_commit + xact_rollback, pg_current_wal_lsn() - '0/0'::pg_lsn
FROM pg_stat_database WHERE datname = current_database()"""


@dataclass(frozen=True)
class Totals:
    """What has been used up to a moment.

    :ivar seconds: of processors, by the names of programs.
    """

    at: float
    seconds: dict[str, float]
    transactions: int
    wal: int
    commands: Counter[str]


def totals(system: Running, redis: Redis, postmaster: psutil.Process) -> Totals:
    """As of now."""
    # Statistics of Postgres are a second old at most where a connection is busy.
    transactions, wal = system.database.execute(text(_STATE)).one()
    info: dict[str, Any] = redis.info("cpu")
    commands: dict[str, Any] = redis.info("commandstats")
    return Totals(
        at=time.perf_counter(),
        seconds={
            "web": _seconds(psutil.Process(system.web.pid)),
            "workers": sum(_seconds(psutil.Process(worker.pid)) for worker in system.workers),
            "Postgres": _seconds(postmaster),
            "Redis": info["used_cpu_user"] + info["used_cpu_sys"],
        },
        transactions=transactions,
        wal=int(wal),
        commands=Counter(
            {name.removeprefix("cmdstat_"): calls["calls"] for name, calls in commands.items()}
        ),
    )


def _seconds(program: psutil.Process) -> float:
    """Of processors, by a program with all its processes, also those that have ended."""
    spent = 0.0
    for process in (program, *program.children(recursive=True)):
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:  # it is in its parent's times by now
            continue
        spent += times.user + times.system + times.children_user + times.children_system
    return spent


def _whole_system() -> str:
    """What the whole takes for each count, and when it has nothing to do."""
    with running(OURS, webs=1, workers=1) as system:
        environ = system.programs.environ
        backend = system.database.scalar(text("SELECT pg_backend_pid()"))
        postmaster = psutil.Process(backend).parent()
        assert postmaster
        with Redis.from_url(environ["REDIS_URL"]) as redis:
            submit_all(system, "small", range(10_000, 10_000 + _WARM_UP))
            system.wait_for_ended(_WARM_UP, _PATIENCE)
            time.sleep(2)
            begun = totals(system, redis, postmaster)
            time.sleep(_IDLE_SECONDS)
            idle = totals(system, redis, postmaster)
            keys = submit_all(system, "small", range(_COUNTS))
            system.wait_for_ended(_WARM_UP + _COUNTS, _PATIENCE)
            time.sleep(2)
            done = totals(system, redis, postmaster)
        if (exact := exact_counts(system, keys)) != _COUNTS:
            raise NotMeasuredError(f"{_COUNTS - exact} counts are not exact")
    rest = idle.at - begun.at
    rows = []
    for name in done.seconds:
        each = (done.seconds[name] - idle.seconds[name]) / _COUNTS
        idly = (idle.seconds[name] - begun.seconds[name]) / rest
        rows.append((f"{name}, ms of a processor", f"{1000 * each:.2f}", f"{1000 * idly:.2f}"))
    for name, what in (("transactions", "Postgres, transactions"), ("wal", "Postgres, WAL bytes")):
        each = (getattr(done, name) - getattr(idle, name)) / _COUNTS
        idly = (getattr(idle, name) - getattr(begun, name)) / rest
        rows.append((what, f"{each:,.1f}", f"{idly:,.1f}"))
    of_counts, of_rest = done.commands - idle.commands, idle.commands - begun.commands
    rows.append(
        ("Redis, commands", f"{of_counts.total() / _COUNTS:.1f}", f"{of_rest.total() / rest:.1f}")
    )
    rows += [
        (f"of these {name}", f"{calls / _COUNTS:.1f}", f"{of_rest[name] / rest:.1f}")
        for name, calls in of_counts.most_common(_COMMANDS)
    ]
    text_before = f"{_COUNTS} pages of 2 kB, one web process, one worker process."
    return f"{text_before}\n\n{table(('what', 'for each count', 'idle, each second'), rows)}"


def _one_postgres() -> str:
    """What one Postgres does of the steps of counts alone."""
    with applications() as environ:
        loads = [(processes, Load(environ).run(processes)) for processes in PROCESSES]
        bytes_of, ms_of = sizes(environ), looks_at_a_long_queue(environ)
    rows = [
        (str(processes), f"{done.rate:,.0f}", f"{done.statements:.1f}", f"{done.wal:,.0f}",
         f"{done.server_ms:.2f}", f"{done.client_ms:.2f}")
        for processes, done in loads
    ]  # fmt: skip
    heads = ("processes", "counts/s", "statements", "WAL bytes", "ms of Postgres", "ms of clients")
    return (
        "Accept, claim and finish, with what is stored of a page of 2 kB, and nothing else; all but"
        " the rate are for each count.\n\n"
        + table(heads, rows)
        + "\n\n"
        + table(("in Redis", "bytes"), [(what, f"{size:,.0f}") for what, size in bytes_of.items()])
        + "\n\n"
        + table(("while 10,000 wait", "ms"), [(what, f"{ms:.2f}") for what, ms in ms_of.items()])
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print tables for docs/SCALING.md."""
    argparse.ArgumentParser(prog="python -m bench.capacity", description=__doc__).parse_args(
        arguments
    )
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Stopped."))
    try:
        for part in (_whole_system, _one_postgres):
            print(part(), "\n", flush=True)
    except (NotMeasuredError, DevError) as error:
        sys.exit(f"Not measured: {error}")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
