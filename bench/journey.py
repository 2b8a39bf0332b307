"""From the click to the words: submit a small page, ask every 10 ms until there is a result."""

import time
from collections.abc import Iterator
from itertools import count

from bench.bars import Figure, Report, at_least, at_most, percentile
from bench.client import Client
from bench.known import small
from bench.site import address
from bench.system import CLASSIC, OURS, Shape, running

EVERY = 0.010
_WARM_UP = 5


def measure(ours: int = 100, classic: int = 20) -> Report:
    """The time of so many, one after the other, in each shape."""
    classic_times = _times(CLASSIC, classic)
    our_times = _times(OURS, ours)
    figures = []
    for name, part, bar, ratio_bar in (
        ("p50 ms", 0.5, at_most(60), at_least(6)),
        ("p95 ms", 0.95, at_most(150), None),
        ("slowest, ms", 1, None, None),
    ):
        least, most = percentile(our_times, part), percentile(classic_times, part)
        figures.append(
            Figure(
                what=f"journey, {name}",
                classic=most * 1000,
                ours=least * 1000,
                ratio=most / least,
                bar=bar,
                ratio_bar=ratio_bar,
            )
        )
    size = len(small(0)[0])
    text = (
        f"{classic} journeys in the classic shape and {ours} in ours, one at a time, after"
        f" {_WARM_UP} each; pages of {size:,} bytes."
    )
    return Report(text, figures)


def _times(shape: Shape, rounds: int) -> list[float]:
    with running(shape) as system, Client(system.port) as client:
        numbers = count(1)
        for _ in range(_WARM_UP):
            _journey(client, system.site, numbers)
        return [_journey(client, system.site, numbers) for _ in range(rounds)]


def _journey(client: Client, site: int, numbers: Iterator[int]) -> float:
    url = address(site, "small", next(numbers))
    begun = time.perf_counter()
    client.wait_for(client.submit(url), EVERY)
    return time.perf_counter() - begun
