"""Count the same pages in several ways, in turn: ours, the classic one, and the floor."""

import gc
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import webencodings

from bench.classic import count_classically
from bench.floor import parse_and_break
from bench.markdown import table
from wordcount import count_page

OURS, RANKED, CLASSIC, FLOOR = "count_page", "count_page and ranking", "classic", "floor"
_MB = 1e6


@dataclass(frozen=True)
class Sample:
    """One page, and the least processor time that each way took for it, in seconds.

    :ivar content_type: its HTTP header.
    """

    name: str
    body: bytes
    content_type: str
    best: dict[str, float] = field(default_factory=dict)

    @property
    def against_floor(self) -> float:
        """How many times the floor our count takes."""
        return self.best[OURS] / self.best[FLOOR]


def measure(samples: Iterable[Sample], rounds: int) -> None:
    """Time all ways on each page, in turn, so that whatever else the machine does hits all alike.

    :param rounds: how often; the best is kept, for everything that disturbs makes slower.
    """
    for sample in samples:
        ways = _ways(sample.body, sample.content_type)
        for _ in range(rounds):
            for name, way in ways.items():
                sample.best[name] = min(_seconds(way), sample.best.get(name, float("inf")))


def _ways(body: bytes, content_type: str) -> dict[str, Callable[[], object]]:
    counted = count_page(body, content_type)
    markup, _ = webencodings.decode(body, counted.charset)
    return {
        OURS: lambda: count_page(body, content_type),
        RANKED: lambda: count_page(body, content_type).ranking(top=100),
        CLASSIC: lambda: count_classically(markup),
        FLOOR: lambda: parse_and_break(markup, counted.text),
    }


def _seconds(way: Callable[[], object]) -> float:
    gc.collect()  # nobody pays for the garbage of another
    started = time.process_time()
    way()
    return time.process_time() - started


def report(samples: Sequence[Sample], slowest: int = 10) -> str:
    """What all pages together took, and which are the furthest from the floor; in Markdown."""
    megabytes = sum(len(sample.body) for sample in samples) / _MB
    totals = {way: sum(s.best[way] for s in samples) for way in (OURS, RANKED, CLASSIC, FLOOR)}
    rows = [(way, f"{took:.3f}", f"{megabytes / took:.1f}") for way, took in totals.items()]
    ratios = [
        ("classic / count_page", f"{totals[CLASSIC] / totals[OURS]:.2f}"),
        ("count_page / floor", f"{totals[OURS] / totals[FLOOR]:.2f}"),
        ("count_page / floor, median of the pages", f"{_median(samples):.2f}"),
    ]
    furthest = sorted(samples, key=lambda sample: -sample.against_floor)[:slowest]
    parts = [
        f"{len(samples)} pages, {megabytes:.1f} MB.",
        table(("way", "CPU s", "MB/s"), rows),
        table(("ratio", "times"), ratios),
        "The furthest from the floor:",
        table(
            ("page", "kB", "CPU ms", "count_page / floor"),
            (
                (
                    sample.name,
                    f"{len(sample.body) / 1000:,.0f}",
                    f"{sample.best[OURS] * 1000:.2f}",
                    f"{sample.against_floor:.2f}",
                )
                for sample in furthest
            ),
        ),
    ]
    return "\n\n".join(parts)


def _median(samples: Sequence[Sample]) -> float:
    return sorted(sample.against_floor for sample in samples)[len(samples) // 2]
