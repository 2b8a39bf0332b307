"""Count one page in a process of its own, and say what that took: ``python -m bench.one FILE``."""

import json
import os
import resource
import signal
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from wordcount import count_page
from wordcount.errors import WordcountError

#: Processor time, in seconds, as a worker has it; what needs more is not counted.
CPU_SECONDS = 30
#: Memory, in bytes, so that the machine is not brought down.
MEMORY = 6 * 2**30

_READY = b"<p>" + b"Ready to count the words of a page. " * 20
_PROJECT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Cost:
    """What counting a page took.

    :ivar cpu: processor time, in seconds; None if it was not counted to the end.
    :ivar memory: at its peak, in bytes, above what the program has when it is ready; with the
        page itself.
    :ivar outcome: the number of words, or why there is none.
    """

    cpu: float | None
    memory: int | None
    outcome: str


def cost_of(page: Path) -> Cost:
    """Count a page in a fresh process."""
    done = subprocess.run(  # noqa: S603 -- a program and a file of our own
        [sys.executable, "-m", "bench.one", str(page)],
        cwd=_PROJECT,
        capture_output=True,
        check=False,
    )
    if done.returncode == 0:
        return Cost(**json.loads(done.stdout))
    if done.returncode == -signal.SIGXCPU:
        return Cost(None, None, f"too_complex (over {CPU_SECONDS} s)")
    if done.returncode < 0:
        return Cost(None, None, f"**killed: {signal.strsignal(-done.returncode)}**")
    last_line = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
    return Cost(None, None, f"**{last_line.partition(':')[0]}**")


def _cpu() -> float:
    """Processor time of this program so far, in seconds.

    Not `time.process_time`: once `RLIMIT_CPU` is set, Linux moves that clock in steps of
    milliseconds only, and a short count would seem to take no time at all.
    """
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _peak(*, afresh: bool = False) -> int:
    """The most memory that this program has had, in bytes.

    Not `ru_maxrss`: on Linux that also remembers the process that started this one (getrusage(2)),
    and never forgets; see proc(5), `clear_refs` and `VmHWM`.

    :param afresh: forget what was before.
    """
    if afresh:
        Path("/proc/self/clear_refs").write_text("5", "ascii")
    status = Path("/proc/self/status").read_text("ascii", "replace")
    kibibytes = next(line for line in status.splitlines() if line.startswith("VmHWM:")).split()[1]
    return int(kibibytes) * 1024


def _count(file: Path) -> Cost:
    count_page(_READY)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    before = _peak(afresh=True)
    body = file.read_bytes()
    started = _cpu()
    limit = int(started) + CPU_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 5))  # SIGXCPU; 5 s later SIGKILL
    try:
        counted = count_page(body)
    except WordcountError as error:
        outcome = error.code
    else:
        outcome = f"{counted.total_words:,}"
    return Cost(_cpu() - started, _peak() - before, outcome)


if __name__ == "__main__":
    print(json.dumps(asdict(_count(Path(sys.argv[1])))))
    sys.stdout.flush()
    os._exit(0)  # taking a huge heap apart is not what is measured
