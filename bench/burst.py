"""Many submissions at once: how many counts a second, and whether each is right."""

import time
from collections.abc import Iterable
from functools import partial

from bench.bars import Figure, Report, at_least
from bench.client import CLIENTS, Client, exact, submit_urls
from bench.site import address
from bench.system import CLASSIC, OURS, Running, Shape, running

_WARM_UP = 4
#: A count of the classic shape takes about half a second of a processor.
_PATIENCE = 180


def measure(ours: int = 200, classic: int = 24) -> Report:
    """Jobs per second of both shapes with two workers, from the first submission to the last
    result."""
    classic_rate, _ = _burst(CLASSIC, classic)
    our_rate, exact = _burst(OURS, ours)
    figures = [
        Figure(
            what="burst, jobs/s",
            classic=classic_rate,
            ours=our_rate,
            ratio=our_rate / classic_rate,
            ratio_bar=at_least(10),
        ),
        Figure(what=f"burst, exact counts of {ours}", ours=exact, bar=at_least(ours)),
    ]
    text = (
        f"{ours} submissions by {CLIENTS} clients at once, two workers; {classic} in the classic"
        " shape, whose rate does not depend on how many there are."
    )
    return Report(text, figures)


def _burst(shape: Shape, number: int) -> tuple[float, int]:
    """Jobs per second, and how many of the counts are exact."""
    with running(shape) as system:
        submit_all(system, "small", range(10_000, 10_000 + _WARM_UP))
        system.wait_for_ended(_WARM_UP, _PATIENCE)
        begun = time.perf_counter()
        keys = submit_all(system, "small", range(number))
        system.wait_for_ended(_WARM_UP + number, _PATIENCE)
        seconds = time.perf_counter() - begun
        return number / seconds, exact_counts(system, keys) if shape is OURS else 0


def submit_all(system: Running, kind: str, numbers: Iterable[int]) -> dict[int, str]:
    """Submit pages from several clients at once: the keys of the counts, by the pages' numbers."""
    urls = {number: address(system.site, kind, number) for number in numbers}
    return submit_urls(partial(Client, system.port), urls)


def exact_counts(system: Running, keys: dict[int, str]) -> int:
    """How many of these counts have every word of their small page as often as it is there."""
    return exact(partial(Client, system.port), keys)
