"""Pages whose servers take a second each, all submitted at once, and one worker."""

import time

from bench.bars import Figure, Report, at_least, at_most
from bench.burst import exact_counts, submit_all
from bench.site import SLOW
from bench.system import CLASSIC, OURS, Shape, running

_PATIENCE = 300
_WARM_UP = 2


def measure(ours: int = 64, classic: int = 8) -> Report:
    """The time of so many, from the first submission to the last result."""
    classic_seconds, _ = _seconds(CLASSIC, classic)
    each = classic_seconds / classic
    our_seconds, exact = _seconds(OURS, ours)
    figures = [
        Figure(
            what=f"slow sites, s for {ours}",
            classic=each * ours,
            ours=our_seconds,
            ratio=each * ours / our_seconds,
            bar=at_most(8),
        ),
        Figure(what=f"slow sites, exact counts of {ours}", ours=exact, bar=at_least(ours)),
    ]
    text = (
        f"{ours} pages of servers that take {SLOW:.0f} s each, one worker with its default"
        f" settings. The classic shape did {classic}, in {each:.2f} s each; its figure is reckoned"
        " from these."
    )
    return Report(text, figures)


def _seconds(shape: Shape, number: int) -> tuple[float, int]:
    """How long it takes, and how many of the counts are exact."""
    with running(shape, workers=1) as system:
        submit_all(system, "small", range(10_000, 10_000 + _WARM_UP))
        system.wait_for_ended(_WARM_UP, _PATIENCE)
        begun = time.perf_counter()
        keys = submit_all(system, "slow", range(number))
        system.wait_for_ended(_WARM_UP + number, _PATIENCE)
        seconds = time.perf_counter() - begun
        return seconds, exact_counts(system, keys) if shape is OURS else 0
