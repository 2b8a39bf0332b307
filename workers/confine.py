"""Limits for the process that reads a stranger's page, kept by the kernel.

A page can be made to choke a parser. Parsers are C code, which hears neither an alarm nor an
exception, so the work is done in a process of its own that the kernel stops: at so much processor
time, and at so much memory. How it ended tells whoever started it what happened.
"""

import math
import os
import resource
import signal
from pathlib import Path
from typing import NoReturn

#: What gathering evidence for a count may take, in seconds of processor time. A book takes some.
EVIDENCE_SECONDS = 20
#: The same by the clock, on a machine that has other things to do.
EVIDENCE_PATIENCE = 40

#: How long a page waits for such a process while all are at work, in seconds.
HORSE_PATIENCE = 60.0

#: How a process ends that has run out of memory. Free for programs: shells use 126 and more,
#: sysexits.h 64 to 78.
OUT_OF_MEMORY = 100

#: What the kernel sends at the limit of processor time, and what C code dies of that does not ask
#: whether it was given the memory that it wanted.
_OVERLOADS = {signal.SIGXCPU, signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS}

#: Whom the kernel ends first when all memory is used up: rather the process with the page than the
#: worker, which has others. Up to 1000, in thousandths of all memory (proc(5)).
_FIRST_TO_END, _BEFORE_OTHERS = Path("/proc/self/oom_score_adj"), 500
_STATM = Path("/proc/self/statm")


def confine(*, cpu_seconds: int, memory_bytes: int) -> None:
    """Limit this process from here on.

    :param cpu_seconds: processor time, from its start.
    :param memory_bytes: how much address space it may take on top of what it has.
    """
    _limit(resource.RLIMIT_CPU, cpu_seconds)
    _limit(resource.RLIMIT_CORE, 0)  # nobody reads the core of a process that died of a page
    if _FIRST_TO_END.exists():  # Linux; it may always be raised
        _FIRST_TO_END.write_text(str(_BEFORE_OTHERS), "ascii")
    if _STATM.exists():  # Linux; elsewhere the kernel keeps no such limit
        pages = int(_STATM.read_text().split()[0])  # proc(5): the size of the address space
        _limit(resource.RLIMIT_AS, pages * resource.getpagesize() + memory_bytes)


def allow(*, cpu_seconds: int) -> None:
    """Let this process, if it is confined, go on for so much more processor time."""
    soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    if soft == resource.RLIM_INFINITY:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    now = math.ceil(used.ru_utime + used.ru_stime)
    resource.setrlimit(resource.RLIMIT_CPU, (_at_most(now + cpu_seconds, hard), hard))


def end_out_of_memory() -> NoReturn:
    """End this process at once: without memory not even an exception gets far."""
    os._exit(OUT_OF_MEMORY)


def is_overload(exit_code: int | None) -> bool:
    """Whether a confined process ended because the work was too much for it.

    :param exit_code: as of :func:`os.waitstatus_to_exitcode`: a signal is below zero.
    """
    return exit_code == OUT_OF_MEMORY or (exit_code or 0) in {-one for one in _OVERLOADS}


def _limit(what: int, soft: int) -> None:
    """Lower a limit, or leave it as it is."""
    now, hard = resource.getrlimit(what)
    resource.setrlimit(what, (_at_most(soft, now), hard))


def _at_most(wanted: int, limit: int) -> int:
    return wanted if limit == resource.RLIM_INFINITY else min(wanted, limit)
