"""The memory of an idle worker program and of an idle web, shared pages counted once.

Of each process its proportional set size is taken (smaps_rollup, proc(5)): its own pages, and of
those that it shares with others its part. Web and worker are measured one after the other, so that
they share nothing with each other.
"""

import time

import psutil

from bench.bars import Figure, Report, at_most
from bench.burst import submit_all
from bench.client import Client
from bench.markdown import table
from bench.programs import wait_for_port
from bench.system import CLASSIC, OURS, Shape, running

_COUNTS = 3
_REQUESTS = 50
#: Whatever was begun by what went before is over then, in seconds.
_IDLE = 3.0
_MB = 1e6

#: Name and proportional set size, in bytes.
Process = tuple[str, int]


def measure() -> Report:
    """The sizes of both, in each shape."""
    classic, ours = _sizes(CLASSIC), _sizes(OURS)
    rows = [
        (f"{name} {what}", process, f"{size / _MB:.1f}")
        for name, sizes in (("classic", classic), ("ours", ours))
        for what, processes in sizes.items()
        for process, size in processes
    ]
    figures = []
    for what in ("worker", "web"):
        least, most = (sum(size for _, size in each[what]) / _MB for each in (ours, classic))
        figures.append(
            Figure(
                what=f"memory of an idle {what}, MB",
                classic=most,
                ours=least,
                ratio=most / least,
                bar=at_most(120),
            )
        )
    text = (
        "One worker that has counted, one gunicorn process that has answered. The classic worker"
        " has loaded nothing of its job: each of its forks does."
    )
    return Report(f"{text}\n\n{table(('program', 'process', 'MB'), rows)}", figures)


def _sizes(shape: Shape) -> dict[str, list[Process]]:
    """The processes of a worker that has counted, and of a web of one process that has answered."""
    with running(shape, webs=1, workers=1) as system:
        keys = submit_all(system, "small", range(_COUNTS))
        system.wait_for_ended(_COUNTS, 60)
        system.programs.stop(system.web)
        (worker,) = system.workers
        worker_sizes = _idle(worker.pid)
        system.programs.stop(worker)
        web = system.programs.start("web again", shape.web)
        wait_for_port("web", system.port)
        with Client(system.port) as client:
            for _ in range(_REQUESTS):
                client.result(keys[0])
        return {"worker": worker_sizes, "web": _idle(web.pid)}


def _idle(pid: int) -> list[Process]:
    """A program that has nothing to do, with all its processes."""
    time.sleep(_IDLE)
    parent = psutil.Process(pid)
    all_of_it = [parent, *parent.children(recursive=True)]
    return [(process.name(), process.memory_full_info().pss) for process in all_of_it]
