"""What was measured beside what was wanted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bench.markdown import table


class NotMeasuredError(Exception):
    """Why a part could not be measured; the message is one line."""


@dataclass(frozen=True)
class Bar:
    """What a figure shall be at most or at least."""

    limit: float
    at_most: bool

    def __str__(self) -> str:
        return f"{'≤' if self.at_most else '≥'} {number(self.limit)}"

    def is_reached(self, value: float) -> bool:
        """Whether a figure is on the right side of it."""
        return value <= self.limit if self.at_most else value >= self.limit


def at_most(limit: float) -> Bar:
    """No more than this."""
    return Bar(limit, at_most=True)


def at_least(limit: float) -> Bar:
    """No less than this."""
    return Bar(limit, at_most=False)


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One thing that was measured.

    :ivar what: with its unit.
    :ivar classic: of the classic shape; None if it has no such thing.
    :ivar ratio: how many times better ours is; None if that says nothing.
    :ivar bar: of `ours`.
    :ivar ratio_bar: of `ratio`.
    """

    what: str
    ours: float
    classic: float | None = None
    ratio: float | None = None
    bar: Bar | None = None
    ratio_bar: Bar | None = None

    @property
    def is_reached(self) -> bool | None:
        """Whether all that was wanted of it is reached; None if nothing was."""
        verdicts = []
        if self.bar:
            verdicts.append(self.bar.is_reached(self.ours))
        if self.ratio_bar:
            verdicts.append(self.ratio is not None and self.ratio_bar.is_reached(self.ratio))
        return all(verdicts) if verdicts else None

    def cells(self) -> Sequence[str]:
        """Its row of a table."""
        wanted = [str(self.bar)] if self.bar else []
        if self.ratio_bar:
            wanted.append(f"{self.ratio_bar} times")
        return (
            self.what,
            number(self.classic),
            number(self.ours),
            number(self.ratio),
            ", ".join(wanted),
            {True: "yes", False: "**no**", None: ""}[self.is_reached],
        )


@dataclass(frozen=True)
class Report:
    """What a part has to say.

    :ivar text: Markdown, which stands before the table of the figures.
    """

    text: str = ""
    figures: Sequence[Figure] = ()

    def __str__(self) -> str:
        return "\n\n".join(filter(None, (self.text, figures_table(self.figures))))


def figures_table(figures: Iterable[Figure]) -> str:
    """A table of figures; empty if there are none."""
    rows = [figure.cells() for figure in figures]
    return table(("what", "classic", "ours", "ratio", "bar", "reached"), rows) if rows else ""


def number(value: float | None) -> str:
    """A figure with three digits that count, or more where they stand before the point."""
    if value is None:
        return "-"
    size = abs(value)
    digits = 0 if size >= 100 or value == int(value) else 1 if size >= 10 else 2
    return f"{value:,.{digits}f}"


def percentile(values: Sequence[float], part: float) -> float:
    """The least value that this part of all values does not exceed.

    :param part: from 0 to 1.
    """
    ordered = sorted(values)
    return ordered[max(0, -int(-part * len(ordered) // 1) - 1)]
