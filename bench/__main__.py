"""``make bench``: what counting costs, and how the running system does beside its classic shape."""

import argparse
import gc
import platform
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import burst, dyno, first_load, journey, memory, million, results, slow_sites
from bench.bars import Figure, NotMeasuredError, Report, figures_table
from bench.generated import page
from bench.pages import PagesError, saved_pages
from bench.scaling import hostile, linear
from bench.speed import Sample, report
from bench.speed import measure as measure_speed
from bench.system import share_cores
from dev import DevError

#: The sizes of the pages that are made up where there are no saved ones, in bytes.
GENERATED = (5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000)


@dataclass(frozen=True)
class Options:
    """What was asked for.

    :ivar quick: half of the counts are enough.
    """

    pages: Path | None
    rounds: int
    named: str
    quick: bool

    def so_many(self, number: int) -> int:
        """So many, or half of them."""
        return number // 2 if self.quick else number


def _speed(asked: Options) -> Report:
    samples = samples_from(asked.pages)
    # No collection of garbage is to look through what the other parts have loaded: that would be
    # most of the time.
    gc.freeze()
    measure_speed(samples, asked.rounds)
    return Report(report(samples))


#: Name -> what is measured. All are done, in this order, unless some are asked for.
PARTS: Mapping[str, Callable[[Options], Report]] = {
    "speed": _speed,
    "linear": lambda _: Report(linear()),
    "hostile": lambda asked: Report(hostile(asked.named)),
    "journey": lambda asked: journey.measure(asked.so_many(100), asked.so_many(20)),
    "burst": lambda asked: burst.measure(asked.so_many(200), asked.so_many(24)),
    "results": lambda asked: results.measure(3 if asked.quick else 5),
    "first-load": lambda _: first_load.measure(),
    "slow-sites": lambda asked: slow_sites.measure(64, asked.so_many(8)),
    "memory": lambda _: memory.measure(),
    "dyno": lambda asked: dyno.measure(asked.pages, asked.so_many(200)),
    "million": lambda asked: million.measure(large=asked.so_many(million.LARGE)),
}
HEADINGS = {
    "linear": "Ever larger pages",
    "hostile": "Hostile pages",
}


def samples_from(folder: Path | None) -> list[Sample]:
    """The saved pages of a folder, or pages that are made up.

    :raises PagesError: if it is not a folder of saved pages.
    """
    if folder:
        return [Sample(saved.name, saved.body, saved.content_type) for saved in saved_pages(folder)]
    return [
        Sample(f"made up, {size:,} bytes", b"".join(page(size, seed=size)), "text/html")
        for size in GENERATED
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print tables for docs/BENCH.md."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--pages", type=Path, help="a folder of saved pages; made up without")
    parser.add_argument("--only", choices=PARTS, action="append", help="do only this part")
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="for the speed")
    parser.add_argument("--named", default="", metavar="TEXT", help="only such hostile pages")
    parser.add_argument("--quick", action="store_true", help="measure half as often")
    given = parser.parse_args(arguments)
    # As Ctrl-C: whatever was started is ended on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Stopped."))
    print(f"Python {platform.python_version()}, {platform.machine()}; {share_cores()}.", flush=True)
    asked = Options(given.pages, given.rounds, given.named, given.quick)
    figures: list[Figure] = []
    missing: list[str] = []
    try:
        for name in given.only or PARTS:
            if done := _done(name, asked):
                figures += done.figures
            else:
                missing.append(name)
    except PagesError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)
    if bars := [figure for figure in figures if figure.is_reached is not None]:
        print(f"\n### Bars\n\n{figures_table(bars)}")
    if missing:
        print(f"\nNot measured: {', '.join(missing)}.")


def _done(name: str, asked: Options) -> Report | None:
    """Measure a part, and print what it says; None if it could not be measured."""
    print(f"\n### {HEADINGS.get(name, name.capitalize().replace('-', ' '))}\n", flush=True)
    try:
        done = PARTS[name](asked)
    except (NotMeasuredError, DevError) as error:
        print(f"Not measured: {error}", flush=True)
        return None
    print(done, flush=True)
    return done


if __name__ == "__main__":
    main()
