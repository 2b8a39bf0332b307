"""A finished count in words: what it says, and why that may mislead."""

from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

from models import Result
from wordcount.doubts import Doubt, is_other_host
from wordcount.language_names import language_name
from wordcount.reading_ease import FORMULAS, ReadingEase, describe
from wordcount.reading_time import minutes_to_read

_SENTENCES = {
    Doubt.LOG_IN: "This looks like a log-in page; the page behind it has other words.",
    Doubt.CONSENT: "This looks like a page that asks for consent, and not like the one you meant.",
    Doubt.ROBOT_CHECK: "This looks like a check for robots, and not like the page you meant.",
}

_OF_PART = {"main": "main text ", "page": "whole page "}


@dataclass(frozen=True)
class Verdict:
    """What a count says, before any table."""

    result: Result

    @property
    def title(self) -> str:
        """Of the page, or what stands in its place."""
        if self.result.pasted:
            return "A pasted text"
        return self.result.title or "A page without a title"

    @property
    def language(self) -> str | None:
        """By its English name."""
        return language_name(self.result.language)

    @property
    def reading_time(self) -> str:
        """About how long it takes to read the page aloud."""
        minutes = minutes_to_read(self.result.total_words or 0, self.result.language)
        if minutes < 1:
            return "less than a minute"
        if minutes < 90:
            rounded = round(minutes)
            return f"about {rounded} minute{'s' if rounded != 1 else ''}"
        hours = minutes / 60
        return f"about {hours:,.0f} hours" if hours >= 10 else f"about {hours:.1f} hours"

    @property
    def parts(self) -> str | None:
        """Main text beside the whole page; None where nobody has looked."""
        main, whole = self.result.main_words, self.result.total_words or 0
        if main is None:
            return None
        if main == 0:
            return f"No main text was found, whole page {_words(whole)}."
        return f"Main text {_words(main)}, whole page {whole:,}."

    @property
    def reading_ease(self) -> str | None:
        """How easy it reads, by the formula of its language; None where that cannot be said."""
        eases = self.result.reading_ease or {}
        found = {part: ReadingEase(*eases[part]) for part in ("main", "page") if part in eases}
        formulas = {ease.formula for ease in found.values()} & FORMULAS.keys()
        if not formulas:  # or one of a later release, which is not known
            return None
        told = [f"{_OF_PART[part]}{describe(ease)}" for part, ease in found.items()]
        name = FORMULAS[formulas.pop()].name
        return f"{name}: {'; '.join(told) if len(told) > 1 else describe(found.popitem()[1])}."

    @property
    def is_doubtful(self) -> bool:
        """Whether something else than the page that was meant seems to have been counted."""
        return bool(self.result.doubts)

    @property
    def warnings(self) -> list[str]:
        """Why the figures may mislead, in sentences."""
        return warnings_of(self.result)


class Counted(Protocol):
    """A count, or the line of a list that has one."""

    @property
    def url(self) -> Any: ...
    @property
    def final_url(self) -> Any: ...
    @property
    def total_words(self) -> Any: ...
    @property
    def doubts(self) -> Any: ...


def warnings_of(counted: Counted) -> list[str]:
    """Why the figures of a finished count may mislead, in sentences."""
    # Those of a later release, which was taken back, are not known.
    known = [Doubt(code) for code in counted.doubts or [] if code in set(Doubt)]
    found = [_sentence(doubt, counted.total_words or 0) for doubt in known]
    url, final_url = counted.url, counted.final_url or counted.url
    if is_other_host(url, final_url):
        found.append(f"The site redirected to another host: {_host(final_url)}, not {_host(url)}.")
    return found


def _sentence(doubt: Doubt, words: int) -> str:
    if doubt in _SENTENCES:
        return _SENTENCES[doubt]
    few = f"Only {_words(words)}" if words else "No words"
    return f"{few}: this page is probably built by JavaScript, which is not run here."


def _words(number: int) -> str:
    return f"{number:,} word{'s' if number != 1 else ''}"


def _host(url: str) -> str:
    return urlsplit(url).hostname or url
