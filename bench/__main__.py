"""``make bench``: what counting costs, in processor time and memory."""

import argparse
import platform
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.generated import page
from bench.pages import PagesError, saved_pages
from bench.scaling import hostile, linear
from bench.speed import Sample, measure, report

PARTS = ("speed", "linear", "hostile")
#: The sizes of the pages that are made up where there are no saved ones, in bytes.
GENERATED = (5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000)


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
    parser = argparse.ArgumentParser(prog="make bench", description="Measure what counting costs.")
    parser.add_argument("--pages", type=Path, help="a folder of saved pages; made up without")
    parser.add_argument("--only", choices=PARTS, action="append", help="do only this part")
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="for the speed")
    parser.add_argument("--named", default="", metavar="TEXT", help="only such hostile pages")
    given = parser.parse_args(arguments)
    parts = given.only or PARTS
    print(f"Python {platform.python_version()}, {platform.machine()}.", flush=True)
    if "speed" in parts:
        try:
            samples = samples_from(given.pages)
        except PagesError as error:
            sys.exit(str(error))
        measure(samples, given.rounds)
        print(f"\n### Speed\n\n{report(samples)}", flush=True)
    if "linear" in parts:
        print(f"\n### Ever larger pages\n\n{linear()}", flush=True)
    if "hostile" in parts:
        print(f"\n### Hostile pages\n\n{hostile(given.named)}", flush=True)


if __name__ == "__main__":
    main()
