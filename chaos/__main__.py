"""``make chaos``: whether counts survive what can happen to the processes that work on them."""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from chaos.clock import Clock, StoppedError
from chaos.faults import KINDS
from chaos.run import Size, run
from chaos.verdict import Verdict, total
from dev import DevError
from dev.terminal import StopRequest

_WHAT = "See whether counts survive what can happen to the processes that work on them."
_SEEDS = (1, 2, 3)
#: Lines about what is wrong; the rest is more of the same.
_SHOWN = 20


def main(arguments: Sequence[str] | None = None) -> int:
    """Run each seed; the exit status is 0 if nothing is lost, doubled, wrong or late."""
    parser = argparse.ArgumentParser(prog="make chaos", description=_WHAT)
    parser.add_argument("--seed", type=int, action="append", help=f"{_SEEDS} without")
    parser.add_argument(
        "--seconds", type=float, default=60, help="in which all is submitted; 60 without"
    )
    parser.add_argument("--submissions", type=int, default=300, metavar="N", help="300 without")
    parser.add_argument(
        "--faults",
        type=int,
        default=2 * len(KINDS),
        metavar="N",
        help="in all; two of each kind without",
    )
    given = parser.parse_args(arguments)
    if given.seconds < 1 or given.submissions < 1 or given.faults < 0:
        parser.error("there must be a second, a submission, and no less than no fault")
    size = Size(seconds=given.seconds, submissions=given.submissions, faults=given.faults)
    stop = StopRequest()
    # A short name: there are sockets in it.
    folder = Path(tempfile.mkdtemp(prefix="chaos-")).resolve()
    with stop.listening():
        try:
            verdicts = [_run(seed, size, folder, stop) for seed in given.seed or _SEEDS]
        except StoppedError:
            shutil.rmtree(folder)
            return 130
        except DevError as error:
            print(f"{error} Data and logs are kept: {folder}", file=sys.stderr)
            return 1
    everything = total(verdicts)
    print(everything.numbers)
    if everything.problems:
        print(f"Data and logs are kept: {folder}")
        return 1
    shutil.rmtree(folder)
    return 0


def _run(seed: int, size: Size, folder: Path, stop: StopRequest) -> Verdict:
    print(
        f"seed {seed}: {size.submissions} submissions in {size.seconds:.0f} s,"
        f" {size.faults} faults",
        flush=True,
    )
    verdict = run(seed, size, folder / str(seed), Clock(stop))
    print(f"seed {seed}: {verdict.numbers}; {verdict.times}", flush=True)
    for problem in verdict.problems[:_SHOWN]:
        print(f"  {problem}")
    if len(verdict.problems) > _SHOWN:
        print(f"  and {len(verdict.problems) - _SHOWN} more")
    return verdict


if __name__ == "__main__":
    sys.exit(main())
