"""Two counts side by side: which they are, and why their figures may not be alike."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from models import Result, Status
from views.texts import has_main_text, no_main_text
from views.verdict import Verdict
from wordcount.language_names import language_name

_NONE = "no language that is known"


@dataclass(frozen=True)
class Pair:
    """Two counts that are compared.

    :ivar a: the one that was named first.
    :ivar b: the one that it is compared with.
    """

    a: Result
    b: Result

    @property
    def sides(self) -> tuple[tuple[str, Result, Verdict], ...]:
        """Both, each with the letter that it goes by."""
        return (("A", self.a, Verdict(self.a)), ("B", self.b, Verdict(self.b)))

    @property
    def pending(self) -> Result | None:
        """One that has no outcome yet, if there is any."""
        return next((one for one in (self.a, self.b) if Status(one.status).is_pending), None)

    @property
    def failed(self) -> list[tuple[str, Result]]:
        """Those that have no words, and never will have."""
        both = (("A", self.a), ("B", self.b))
        return [(name, one) for name, one in both if one.status == Status.FAILED]

    @property
    def is_one(self) -> bool:
        """Whether both are one and the same count."""
        return self.a.id == self.b.id

    @property
    def is_same_page(self) -> bool:
        """Whether these are two counts of one page, as it was at different times."""
        is_pasted = self.a.pasted or self.b.pasted
        return self.a.url == self.b.url and not (is_pasted or self.is_one)

    @cached_property
    def in_time(self) -> tuple[Result, Result]:
        """The older one, and the newer one."""
        if self.a.finished_at and self.b.finished_at and self.b.finished_at < self.a.finished_at:
            return self.b, self.a
        return self.a, self.b

    @property
    def relation(self) -> str | None:
        """What they have to do with each other, if anything."""
        if self.is_one:
            return "A and B are one and the same count."
        if not self.is_same_page:
            return None
        older, newer = self.in_time
        if not (older.finished_at and newer.finished_at):
            return "The same page, counted twice."
        return f"The same page, {how_long(newer.finished_at - older.finished_at)} apart."

    @property
    def warnings(self) -> list[str]:
        """Why the figures may differ without the words being others."""
        found = []
        if self.a.rule_version != self.b.rule_version:
            found.append(
                f"A was counted by version {self.a.rule_version} of the rules, B by version"
                f" {self.b.rule_version}: figures may differ for that reason alone."
            )
        if self.a.language != self.b.language:
            found.append(
                f"A is in {language_name(self.a.language) or _NONE}, B in"
                f" {language_name(self.b.language) or _NONE}. Each has its own stop words, and"
                " those of either are left out of both; figures may differ for that reason, too."
            )
        for name, one, verdict in self.sides:
            found += [f"{name}: {warning}" for warning in verdict.warnings]
            if not one.total_words:
                found.append(f"{name} shows no words, so there is nothing to compare it by.")
        return found

    @property
    def have_main_text(self) -> bool:
        """Whether main text was found in both."""
        return has_main_text(self.a) and has_main_text(self.b)

    def refuse_without_main_text(self) -> None:
        """Refuse to compare main texts of which one is missing.

        :raises views.errors.Problem: if so.
        """
        for one in (self.a, self.b):
            if not has_main_text(one):
                raise no_main_text(one)


def how_long(time: timedelta) -> str:
    """A stretch of time as people say it, to its largest unit: ``3 days``, ``1 hour``."""
    seconds = int(abs(time).total_seconds())
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= length:
            return _some(seconds // length, unit)
    return _some(seconds, "second")


def _some(number: int, unit: str) -> str:
    return f"{number:,} {unit}{'s' if number != 1 else ''}"
