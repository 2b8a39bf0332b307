"""The geometry of the charts that compare: words of two counts, and the counts of a URL over time.

As in :mod:`views.charts`, units are those of the drawing, and all that is style is elsewhere.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from views.charts import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Tick, label_of, round_step, short

#: The words of the first chart, the height of one, and that of its bars.
PAIRS = 20
_PITCH = 30
_THICKNESS = 16
#: Room for the words, at the left.
_WORDS = 184
#: Room for the names above the bars, and for the numbers below.
_HEAD = 30
_FOOT = 34
#: Between words and bars, and at the right.
_GAP = 12


class Drawn(NamedTuple):
    """A word of the first chart, as it is given: its frequency in both counts."""

    word: str
    a: float
    b: float


@dataclass(frozen=True)
class Bar:
    """One word of the first chart: two bars that begin in the middle."""

    word: str
    label: str
    a: float
    b: float
    y: float
    a_x: float
    a_width: float
    b_width: float

    @property
    def middle(self) -> float:
        """Where its label stands."""
        return self.y + _THICKNESS / 2


@dataclass(frozen=True)
class Wings:
    """How frequent words are in one count, to the left, and in another, to the right."""

    bars: list[Bar]
    ticks: list[Tick]
    height: int
    width: int = WIDTH
    thickness: int = _THICKNESS
    words: int = _WORDS - _GAP
    head: int = _HEAD
    middle: float = (_WORDS + WIDTH) / 2

    @property
    def base(self) -> int:
        """Where the numbers begin."""
        return self.height - _FOOT


class Moment(NamedTuple):
    """A finished count, as the second chart wants it."""

    when: datetime
    words: int


@dataclass(frozen=True)
class Point:
    """One count of the second chart."""

    moment: Moment
    x: float
    y: float


@dataclass(frozen=True)
class Course:
    """How many words a page had when, each count as far to the right as it is late."""

    points: list[Point]
    x_ticks: list[Tick]
    y_ticks: list[Tick]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    base: int = HEIGHT - BOTTOM
    top: int = TOP
    right: int = WIDTH - RIGHT

    @property
    def line(self) -> str:
        """From point to point, as SVG writes it."""
        return " ".join(f"{point.x},{point.y}" for point in self.points)


def wings(words: Sequence[Drawn]) -> Wings:
    """The chart of the first words."""
    first = words[:PAIRS]
    most = max((max(word.a, word.b) for word in first), default=0) or 1
    middle = Wings.middle
    scale = (WIDTH - middle - _GAP) / most
    bars = [
        Bar(
            word,
            label_of(word),
            a,
            b,
            y=_HEAD + number * _PITCH + (_PITCH - _THICKNESS) / 2,
            a_x=round(middle - a * scale, 1),
            a_width=round(a * scale, 1),
            b_width=round(b * scale, 1),
        )
        for number, (word, a, b) in enumerate(first)
    ]
    value = _round_below(most)
    ticks = [Tick(round(middle + side * value * scale, 1), f"{value:,g}") for side in (-1, 1)]
    ticks.insert(1, Tick(middle, "0"))
    return Wings(bars, ticks, height=_HEAD + len(first) * _PITCH + _FOOT)


def course(moments: Sequence[Moment]) -> Course:
    """The chart of the counts of a URL, which may come in any order."""
    ordered = sorted(moments)
    most = max((words for _, words in ordered), default=0) or 1
    step = round_step(most)
    top_value = math.ceil(most / step) * step
    base = HEIGHT - BOTTOM
    begin, end = (ordered[0].when, ordered[-1].when) if ordered else (None, None)

    def x(when: datetime) -> float:
        if begin is None or end is None or begin == end:
            return round((LEFT + WIDTH - RIGHT) / 2, 1)
        return round(LEFT + (when - begin) / (end - begin) * (WIDTH - LEFT - RIGHT), 1)

    def y(words: int) -> float:
        return round(base - words / top_value * (base - TOP), 1)

    ends = sorted({begin, end}) if begin and end else []
    form = _form_of(ends[-1] - ends[0]) if ends else ""
    return Course(
        points=[Point(moment, x(moment.when), y(moment.words)) for moment in ordered],
        x_ticks=[Tick(x(when), when.strftime(form)) for when in ends],
        y_ticks=[Tick(y(value), short(value)) for value in range(0, top_value + 1, step)],
    )


def _round_below(most: float) -> float:
    """The largest of 1, 2 and 5, and of their tenths, hundreds and so on, that is not above."""
    power = 10.0 ** math.floor(math.log10(most))
    return max(power * factor for factor in (1, 2, 5) if power * factor <= most * (1 + 1e-9))


def _form_of(length: timedelta) -> str:
    """How a time is written where all lie within so long."""
    if length >= timedelta(days=1):
        return "%-d %b %Y"
    return "%H:%M:%S" if length < timedelta(minutes=10) else "%H:%M"
