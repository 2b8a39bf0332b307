"""A long text in parts that a browser shows with ease, and where each word of it can be seen."""

from bisect import bisect_right
from dataclasses import dataclass, field

from flask import url_for

from views.evidence_selection import WordAsked
from wordcount.indexed_text import IndexedText, Span

#: Code points of a part, and its lines, at most.
LONGEST_PART = 200_000
MOST_LINES = 5_000


def parts_of(index: IndexedText) -> list[Span]:
    """The parts of a text, which end where lines do.

    Only a line that is longer than a part is cut, at a space, or else where a word begins.
    """
    parts: list[Span] = []
    start, text = 0, index.text
    while start < len(text):
        end = start + _length(index, start, text[start : start + LONGEST_PART])
        parts.append((start, end))
        start = end
    return parts


def _length(index: IndexedText, start: int, window: str) -> int:
    """How much of what could be the next part it is."""
    lines = window.split("\n", MOST_LINES)
    is_all = start + len(window) == len(index.text)
    if is_all and len(lines) <= MOST_LINES:
        return len(window)
    if len(lines) > 1:
        return len(window) - len(lines[-1])
    if space := window.rfind(" ") + 1:
        return space
    word = index.starts[bisect_right(index.starts, start + len(window)) - 1] if index.words else 0
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

    def of_place(self, place: int) -> str:
        """The address of a marked word, by where it starts."""
        return f"{self.of_part(self.part_of(place))}#{anchor(place)}"


def anchor(place: int) -> str:
    """The name of a marked word within its page."""
    return f"at-{place}"
