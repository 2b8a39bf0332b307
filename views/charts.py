"""The geometry of the charts; their templates draw them as SVG.

Units are those of the drawing, which scales with the page. Every colour and size of a letter is in
the style sheet, for nothing may be styled inline.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from views.words import Words
from wordcount import Ranked
from wordcount.counts import shortened

WIDTH, HEIGHT = 640, 320
#: Room for the numbers at the left, and for what stands below.
LEFT, BOTTOM, TOP, RIGHT = 64, 48, 12, 32
#: The columns of the first chart, and for how many there is room at least, so that one or two are
#: not too wide; the letters of a word below one, and the room for them.
COLUMNS = 20
_FEWEST = 5
LABEL_LETTERS = 11
LABEL_ROOM = 128
#: The points of the second chart; more lie on top of each other.
POINTS = 160


@dataclass(frozen=True)
class Tick:
    """A number beside an axis, and where it stands."""

    at: float
    label: str


@dataclass(frozen=True)
class Column:
    """One word of the first chart."""

    word: str
    label: str
    times: int
    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        """Where its label stands."""
        return round(self.x + self.width / 2, 1)


@dataclass(frozen=True)
class Bars:
    """The most frequent words as columns."""

    columns: list[Column]
    ticks: list[Tick]
    width: int = WIDTH
    base: int = HEIGHT - BOTTOM
    height: int = HEIGHT - BOTTOM + LABEL_ROOM
    left: int = LEFT
    right: int = WIDTH - RIGHT

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not self.columns


@dataclass(frozen=True)
class Zipf:
    """Rank against count, both on logarithmic axes, and what Zipf's law expects."""

    points: list[tuple[float, float]]
    x_ticks: list[Tick]
    y_ticks: list[Tick]
    #: Two ends: the count of the first word, divided by the rank.
    law: tuple[float, float, float, float]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    base: int = HEIGHT - BOTTOM
    top: int = TOP
    right: int = WIDTH - RIGHT

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not self.points


def of_words(words: Words) -> Bars | Zipf:
    """The chart that a view of the words asks for."""
    return zipf(words.ranked) if words.selection.chart == "zipf" else bars(words.matching)


def bars(ranked: Sequence[Ranked]) -> Bars:
    """The chart of the first words."""
    first = ranked[:COLUMNS]
    most = max((times for _, times in first), default=1)
    step = round_step(most)
    top_value = math.ceil(most / step) * step
    base = HEIGHT - BOTTOM
    scale = (base - TOP) / top_value
    pitch = (WIDTH - LEFT - RIGHT) / max(len(first), _FEWEST)
    columns = [
        Column(
            word,
            label_of(word),
            times,
            x=round(LEFT + number * pitch + pitch * 0.15, 1),
            y=round(base - times * scale, 1),
            width=round(pitch * 0.7, 1),
            height=round(times * scale, 1),
        )
        for number, (word, times) in enumerate(first)
    ]
    ticks = [
        Tick(round(base - value * scale, 1), short(value))
        for value in range(0, top_value + 1, step)
    ]
    return Bars(columns, ticks)


def zipf(ranked: Sequence[Ranked]) -> Zipf:
    """The chart of all ranks."""
    count = len(ranked)
    most = ranked[0].times if ranked else 1
    decades_x = max(1, math.ceil(math.log10(max(count, 2))))
    decades_y = max(1, math.ceil(math.log10(max(most, 2))))
    base = HEIGHT - BOTTOM

    def x(rank: float) -> float:
        return round(LEFT + math.log10(rank) / decades_x * (WIDTH - LEFT - RIGHT), 1)

    def y(times: float) -> float:
        return round(base - math.log10(times) / decades_y * (base - TOP), 1)

    # Zipf's line ends where it meets the bottom, or the last rank.
    end = min(most, 10**decades_x)
    return Zipf(
        points=[(x(rank), y(ranked[rank - 1].times)) for rank in _spread(count)],
        x_ticks=[Tick(x(10**power), short(10**power)) for power in range(decades_x + 1)],
        y_ticks=[Tick(y(10**power), short(10**power)) for power in range(decades_y + 1)],
        law=(x(1), y(most), x(end), y(most / end)),
    )


def round_step(most: int) -> int:
    """A round number of which a handful reach so high."""
    rough = max(most / 4, 1)
    power = 10 ** math.floor(math.log10(rough))
    return next(int(power * factor) for factor in (1, 2, 5, 10) if power * factor >= rough)


def short(number: int) -> str:
    """A round number in few letters: there is little room on a small screen."""
    for unit, letter in ((10**6, "M"), (10**3, "k")):
        if number >= 10 * unit and number % unit == 0:
            return f"{number // unit:,}{letter}"
    return f"{number:,}"


def _spread(count: int) -> list[int]:
    """Ranks from the first to the last that lie evenly on a logarithmic axis."""
    if count <= POINTS:
        return list(range(1, count + 1))
    ratio = math.log(count) / (POINTS - 1)
    return sorted({round(math.exp(number * ratio)) for number in range(POINTS)})


def label_of(word: str) -> str:
    """A word as it is written beside what is drawn of it."""
    return word if len(word) <= LABEL_LETTERS else shortened(word, LABEL_LETTERS - 1)
