"""``python -m bench.hosts``: whether more worker processes on more hosts do more, and whether
anything is lost when a host is cut off.

The hosts are network namespaces of this machine, so this takes root, `ip` and some four minutes; it
is no part of `make test`. All hosts share the processors of the machine. So that it is not these
that are measured, each process fetches one page at a time: a server takes a second for it, and most
of that is waiting.
"""

import argparse
import gc
import os
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

import psutil

from bench.bars import NotMeasuredError, number
from bench.cut import cut_off
from bench.fleet import WORKING, Fleet, fleet
from bench.markdown import table
from bench.rates import rate, spread
from bench.site import SLOW
from dev import DevError

PROCESSES = (1, 2, 4, 8, 16)
#: Of what so many processes would do, given what one does.
BAR = 0.9
#: How long a step has work for, in seconds.
_SECONDS = 18
#: One step with as many pages at once as by default: so many counts.
_BY_DEFAULT, _COUNTS_BY_DEFAULT = len(WORKING), 400
#: Whatever is done once, when a worker begins, is over then, in seconds.
_SETTLED = 1.0


@dataclass(frozen=True)
class Step:
    """What so many processes did.

    :ivar cores: how many processors were busy, with whatever runs on this machine.
    :ivar again: how many counts were begun more than once.
    """

    processes: int
    rate: float
    counts: int
    exact: int
    again: int
    cores: float
    connections: dict[str, tuple[int, int]]


def measure(
    running: Fleet, processes: int, numbers: Sequence[int], concurrency: int | None
) -> Step:
    """Fill the queue, then let so many processes empty it."""
    keys = running.submit(numbers)
    with running.working(spread(processes, len(WORKING)), concurrency):
        ready = running.now() + _SETTLED
        busy, begun = _busy(), time.monotonic()
        time.sleep(_SETTLED)
        connections = running.connections()
        running.wait_for_all()
        cores = (_busy() - busy) / (time.monotonic() - begun)
    jobs = running.jobs(keys)
    return Step(
        processes=processes,
        rate=rate(jobs, ready),
        counts=len(keys),
        exact=running.exact(keys),
        again=sum(job.attempt > 1 for job in jobs),
        cores=cores,
        connections=connections,
    )


def _busy() -> float:
    """How long all processors together have been at work, in seconds."""
    times = psutil.cpu_times()
    return float(times.user + times.nice + times.system + times.irq + times.softirq)


def row(step: Step, one: Step) -> Sequence[str]:
    """Its row of the table, beside the step of one process."""
    part = step.rate / (one.rate * step.processes)
    return (
        str(step.processes),
        str(min(step.processes, len(WORKING))),
        number(step.rate),
        f"{part:.2f}",
        "yes" if part >= BAR else "**no**",
        f"{step.exact} of {step.counts}",
        str(step.again),
        f"{step.cores:.2f}",
    )


HEADS = ("processes", "hosts", "jobs/s", "of linear", f"≥ {BAR}", "exact", "begun twice", "cores")


def _scaling(running: Fleet, free: "count[int]") -> bool:
    """Measure and print all steps; whether each count is exact."""
    steps = []
    for processes in PROCESSES:
        steps.append(measure(running, processes, _some(free, processes * _SECONDS), 1))
        print(f"{processes}: {steps[-1].rate:.2f} jobs/s", file=sys.stderr, flush=True)
    print(
        f"Pages of servers that take {SLOW:.0f} s each; each process fetches one at a time"
        " (`FETCH_CONCURRENCY=1`).\n"
    )
    print(table(HEADS, [row(step, steps[0]) for step in steps]))
    many = measure(running, _BY_DEFAULT, _some(free, _COUNTS_BY_DEFAULT), None)
    print(
        f"\nAs many pages at once as by default, {_BY_DEFAULT} processes: {number(many.rate)}"
        f" jobs/s with {many.cores:.2f} of {os.cpu_count()} processors busy; exact {many.exact} of"
        f" {many.counts}, begun twice {many.again}.\n"
    )
    heads = ("host", *("to Postgres", "to Redis") * 2)
    rows = [
        (host, *map(str, counted + many.connections[host]))
        for host, counted in steps[-1].connections.items()
        if any(counted)
    ]
    print(f"Connections with these {PROCESSES[-1]} processes, and with those {_BY_DEFAULT}:\n")
    print(table(heads, rows), flush=True)
    return all(step.exact == step.counts for step in (*steps, many))


def _some(free: "count[int]", wanted: int) -> list[int]:
    """Numbers of pages that nobody has counted yet: what was counted a moment ago is reused."""
    return [next(free) for _ in range(wanted)]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print tables; the exit status is 1 if anything is lost, doubled or wrong."""
    parser = argparse.ArgumentParser(prog="python -m bench.hosts", description=__doc__)
    parser.add_argument("--only", choices=("scaling", "cut"), help="do only this part")
    only = parser.parse_args(arguments).only
    # As Ctrl-C: whatever was started is ended on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Stopped."))
    gc.freeze()
    free, is_right = count(), True
    load = ", ".join(f"{load:.1f}" for load in os.getloadavg())
    print(f"{os.cpu_count()} processors; load before: {load}.\n", flush=True)
    try:
        with fleet() as running:
            if only != "cut":
                is_right = _scaling(running, free)
            if only != "scaling":
                is_right &= cut_off(running, free)
    except (NotMeasuredError, DevError) as error:
        sys.exit(f"Not measured: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(0 if is_right else 1)


if __name__ == "__main__":
    main()
