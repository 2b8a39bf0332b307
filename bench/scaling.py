"""What ever larger pages cost, and what hostile ones do."""

import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from bench.generated import page
from bench.hostile import HOSTILE
from bench.markdown import table
from bench.one import Cost, cost_of

SIZES: Mapping[str, int] = {
    "10 kB": 10_000,
    "100 kB": 100_000,
    "1 MB": 1_000_000,
    "10 MB": 10_000_000,
    "50 MB": 50_000_000,
}
#: How often a page is counted; the quickest is told.
ROUNDS = 3
_MB = 1e6


def linear() -> str:
    """A table of one kind of page in several sizes."""
    rows = []
    for name, size in SIZES.items():
        bytes_of_page, cost = _cost(page(size), ROUNDS)
        speed = f"{bytes_of_page / _MB / cost.cpu:.1f}" if cost.cpu else "-"
        rows.append((name, _seconds(cost), speed, *_memory(cost, bytes_of_page), cost.outcome))
    return table(("page", "CPU s", "MB/s", "peak MB", "peak / page", "words"), rows)


def hostile(wanted: str = "") -> str:
    """A table of the hostile pages with this text in their names."""
    rows = []
    for name, make in HOSTILE.items():
        if wanted in name:
            bytes_of_page, cost = _cost([make().encode()], 1)
            memory, _ = _memory(cost, bytes_of_page)
            row = (name, f"{bytes_of_page / 1000:,.0f}", _seconds(cost), memory, cost.outcome)
            rows.append(row)
    return table(("page", "kB", "CPU s", "peak MB", "words, or why not"), rows)


def _cost(pieces: Iterable[bytes], rounds: int) -> tuple[int, Cost]:
    """The size of a page, and the least that counting it took."""
    with tempfile.NamedTemporaryFile(suffix=".html") as file:
        size = sum(map(file.write, pieces))
        file.flush()
        costs = [cost_of(Path(file.name)) for _ in range(rounds)]
    return size, min(costs, key=lambda cost: cost.cpu or float("inf"))


def _seconds(cost: Cost) -> str:
    return "-" if cost.cpu is None else f"{cost.cpu:.4f}"


def _memory(cost: Cost, size: int) -> tuple[str, str]:
    if cost.memory is None:
        return "-", "-"
    return f"{cost.memory / _MB:.1f}", f"{cost.memory / size:.1f}"
