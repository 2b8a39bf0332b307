"""A long text in parts that a browser shows with ease, and where each word of it can be seen."""

from bisect import bisect_right
from dataclasses import dataclass, field

from flask import url_for

from views.evidence_selection import WordAsked
from wordcount.indexed_text import IndexedText, Span

#: What a part has at most: code points, lines, words. Of prose, the first decides.
LONGEST_PART = 200_000
MOST_LINES = 5_000
MOST_WORDS = 50_000


def parts_of(index: IndexedText) -> list[Span]:
    """The parts of a text, which end where lines do.

    Only a line that is longer than a part is cut, at a space, or else where a word begins.
    """
    parts: list[Span] = []
    start, end = 0, len(index.text)
    while start < end:
        part_end = start + _length(index, start)
        parts.append((start, part_end))
        start = part_end
    return parts


def _length(index: IndexedText, start: int) -> int:
    """How much of what could be the next part it is, in code points."""
    window = index.text[start : start + LONGEST_PART]
    after = index.number_at(start) + MOST_WORDS
    if after < len(index.starts):
        window = window[: index.starts[after] - start]
    lines = window.split("\n", MOST_LINES)
    if start + len(window) == len(index.text) and len(lines) <= MOST_LINES:
        return len(window)
    if len(lines) > 1:
        return len(window) - len(lines[-1])
    if space := window.rfind(" ") + 1:
        return space
    end = start + len(window)
    word = index.starts[bisect_right(index.starts, end) - 1] if index.starts else 0
    return word - start if word > start else len(window)


@dataclass(frozen=True)
class Addresses:
    """The addresses of places in the view of the text.

    :ivar parts: as :func:`parts_of` gives them.
    """

    job_key: str
    selection: WordAsked
    parts: list[Span]
    _pages: dict[int, str] = field(default_factory=dict)

    def part_of(self, place: int) -> int:
        """The number of the part that has a place, from 1."""
        return bisect_right(self.parts, place, key=lambda part: part[0])

    def of_part(self, part: int) -> str:
        """The address of a part."""
        if part not in self._pages:
            parameters = self.selection.shared | ({"part": part} if part != 1 else {})
            self._pages[part] = url_for("evidence.text", job_key=self.job_key, **parameters)
        return self._pages[part]

    def of_place(self, place: int, *, seen_in: int | None = None) -> str:
        """The address of a marked word, by where it starts.

        :param seen_in: the part in whose page the address is to stand, if in any: within it, less
            is enough.
        """
        part = self.part_of(place)
        return f"{'' if part == seen_in else self.of_part(part)}#{anchor(place)}"


def anchor(place: int) -> str:
    """The name of a marked word within its page."""
    return f"at-{place}"
