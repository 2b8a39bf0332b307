"""Counted words as text: a table for people, and JSON, JSON Lines or CSV for programs."""

import csv
import json
from collections.abc import Callable, Mapping
from typing import Protocol, TextIO

from commands.apart import Counted
from wordcount.counts import LONGEST_SHOWN
from wordcount.spreadsheet import safe_cell

#: They join or part letters in the words of many scripts, and show nothing by themselves.
_JOINERS = "\u00ad\u200c\u200d\u2060"
#: C1 controls and DEL, which JSON lets stand, but a terminal obeys.
_ESCAPED = {code: f"\\u{code:04x}" for code in range(0x7F, 0xA0)}


class Format(Protocol):
    """Writes the sources one after the other."""

    def __init__(self, out: TextIO) -> None: ...

    def begin(self) -> None:
        """Write what stands before the first source."""

    def write(self, source: str, counted: Counted) -> None:
        """Write what was counted."""

    def end(self) -> None:
        """Write what stands after the last source."""


def printable(text: str) -> str:
    """A stranger's text in one line, without anything that a terminal obeys."""
    return "".join(
        char if char.isprintable() or char in _JOINERS else "\N{REPLACEMENT CHARACTER}"
        for char in text
    )


class _Plain:
    """A format with nothing before the first source or after the last."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def begin(self) -> None:
        pass

    def end(self) -> None:
        pass


class Table(_Plain):
    """For people. The words stand last, so that wide letters cannot push anything out of line."""

    _first = True

    def write(self, source: str, counted: Counted) -> None:
        """Two lines about the page, then one for each word."""
        title = f": {printable(counted.title)}" if counted.title else ""
        facts = (
            f"{counted.total_words:,} words",
            f"{counted.distinct_words:,} different",
            f"language {printable(counted.language or 'unknown')}",
            counted.charset,
        )
        lines = [f"{printable(source)}{title}", ", ".join(facts)]
        numbers = [f"{times:,}" for _, times in counted.ranking]
        width = max(map(len, numbers), default=0)
        lines += [
            f"  {number:>{width}}  {_shown(word)}"
            for number, (word, _) in zip(numbers, counted.ranking, strict=True)
        ]
        if not numbers:
            lines.append("  No words but stop words; --stopwords keep shows those.")
        parting = "" if self._first else "\n"
        self._first = False
        self._out.write(parting + "\n".join(lines) + "\n")


def _shown(word: str) -> str:
    cut = word if len(word) <= LONGEST_SHOWN else f"{word[:LONGEST_SHOWN]}…"
    return printable(cut)


class Json(_Plain):
    """One array, with an object for each source."""

    _parting = "\n"

    def begin(self) -> None:
        """The array opens."""
        self._out.write("[")

    def end(self) -> None:
        """The array closes."""
        self._out.write("\n]\n")

    def write(self, source: str, counted: Counted) -> None:
        """All that is known of the page."""
        facts = {
            "source": source,
            "title": counted.title,
            "language": counted.language,
            "charset": counted.charset,
            "total_words": counted.total_words,
            "distinct_words": counted.distinct_words,
            "counts": _counts(counted),
        }
        self._out.write(self._parting + _json(facts))
        self._parting = ",\n"


class JsonLines(_Plain):
    """One object a line, for each source; see https://jsonlines.org."""

    def write(self, source: str, counted: Counted) -> None:
        """Its language and its words."""
        facts = {"source": source, "language": counted.language, "counts": _counts(counted)}
        self._out.write(_json(facts) + "\n")


def _counts(counted: Counted) -> dict[str, int]:
    """The ranking as an object, in its order. Long words may be shown alike, cut at one place."""
    counts: dict[str, int] = {}
    for word, times in counted.ranking:
        counts[word] = counts.get(word, 0) + times
    return counts


def _json(facts: Mapping[str, object]) -> str:
    return json.dumps(facts, ensure_ascii=False).translate(_ESCAPED)


class Csv(_Plain):
    """One row for each word (RFC 4180, but with plain line ends)."""

    def __init__(self, out: TextIO) -> None:
        super().__init__(out)
        self._writer = csv.writer(out, lineterminator="\n")

    def begin(self) -> None:
        """The names of the columns."""
        self._writer.writerow(("source", "word", "count"))

    def write(self, source: str, counted: Counted) -> None:
        """Its words."""
        name = safe_cell(printable(source))
        self._writer.writerows((name, safe_cell(word), times) for word, times in counted.ranking)


FORMATS: Mapping[str, Callable[[TextIO], Format]] = {
    "table": Table,
    "json": Json,
    "jsonl": JsonLines,
    "csv": Csv,
}
