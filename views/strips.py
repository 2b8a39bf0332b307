"""The strip that shows where in a text a word occurs, as its template draws it.

Units are those of the drawing, which scales with the page.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import dataclass
from itertools import accumulate

from wordcount.dispersion import PARTS, dispersion
from wordcount.indexed_text import IndexedText

WIDTH, HEIGHT = 640, 36
#: Occurrences that are drawn one by one; of more, columns say how close they stand.
MOST_TICKS = 200
COLUMNS = 128
#: What share of the occurrences must be in one third of a text for the sentence to name it.
MOSTLY = 0.6


@dataclass(frozen=True)
class Part:
    """A tenth of the text.

    :ivar times: how often the word occurs in it.
    :ivar place: of the first time, in code points of the text; None if there is none.
    """

    number: int
    times: int
    place: int | None


@dataclass(frozen=True)
class Strip:
    """Where a word occurs.

    :ivar path: of the drawing, in the language of SVG.
    :ivar sentence: what there is to see, in words.
    """

    path: str
    parts: list[Part]
    sentence: str
    are_columns: bool
    width: int = WIDTH
    height: int = HEIGHT


def strip(index: IndexedText, forms: Set[str]) -> Strip:
    """The strip of a word that occurs in a text.

    :param forms: of the word, as they are counted.
    """
    spread = dispersion(index, forms)
    numbers = spread.numbers
    firsts = accumulate(spread.sizes, initial=0)
    parts = [
        Part(at + 1, times, index.starts[numbers[bisect_left(numbers, first)]] if times else None)
        for at, (first, times) in enumerate(zip(firsts, spread.counts, strict=False))
    ]
    told = [_times(len(numbers))]
    used = sum(1 for times in spread.counts if times)
    if len(numbers) > 1:
        told.append(f"in all {PARTS} parts" if used == PARTS else f"in {used} of {PARTS} parts")
    if where := _mostly(spread.positions):
        told.append(where)
    sentence = ", ".join(told)
    if spread.dp is not None:
        sentence += f"; DP {spread.dp:.2f}"
    many = len(numbers) > MOST_TICKS
    path = _columns(numbers, spread.words) if many else _ticks(spread.positions)
    return Strip(path, parts, sentence, many)


def _times(times: int) -> str:
    return "once" if times == 1 else f"{times:,} times"


def _mostly(positions: list[float]) -> str:
    """In which third of the text most occurrences are; empty if in none."""
    thirds = Counter(int(position * 3) for position in positions)
    if not thirds:
        return ""
    third, times = thirds.most_common(1)[0]
    where = ("near the beginning", "in the middle", "near the end")[third]
    if times == len(positions):
        return where
    return f"mostly {where}" if times >= MOSTLY * len(positions) else ""


def _ticks(positions: list[float]) -> str:
    """A thin line for each occurrence, not cut off at the edges."""
    places = dict.fromkeys(round(1 + position * (WIDTH - 2), 1) for position in positions)
    return "".join(f"M{x} 0V{HEIGHT}" for x in places)


def _columns(numbers: Sequence[int], words: int) -> str:
    """Columns that are as high as the word is frequent in so small a part."""
    counts = Counter(number * COLUMNS // words for number in numbers)
    most, width = max(counts.values()), WIDTH / COLUMNS
    return "".join(
        f"M{column * width:g} {HEIGHT}v{-HEIGHT * times / most:.1f}h{width - 1:g}V{HEIGHT}z"
        for column, times in sorted(counts.items())
    )
