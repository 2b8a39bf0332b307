"""The text of a count with a word marked: its stretches, their lines, the pieces of these."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from views.one_word import around
from views.text_parts import Addresses
from wordcount.indexed_text import IndexedText, Span


class Piece(NamedTuple):
    """Some text of a line that looks alike.

    :ivar place: of a marked word, where it starts in the text; None of all other text.
    :ivar following: the address of the next marked word.
    """

    text: str
    is_heading: bool
    place: int | None = None
    following: str = ""


@dataclass(frozen=True)
class Stretch:
    """Lines that stand together.

    :ivar is_main: whether they are main text; None where nobody knows.
    :ivar words: how many words the whole stretch has, also beyond this part of the text.
    """

    is_main: bool | None
    words: int
    lines: list[list[Piece]]


@dataclass(frozen=True)
class MarkedText:
    """A text with marks.

    :ivar index: of all of the text.
    :ivar hits: the stretches to be marked, in the order of the text.
    """

    index: IndexedText
    hits: Sequence[Span]
    addresses: Addresses

    def stretches(self, part: Span, of: str) -> list[Stretch]:
        """What a part of the text has.

        :param of: ``page``, ``main`` or ``around``.
        """
        stretches = [
            Stretch(is_main, end - first, self._lines(shown))
            for is_main, span in stretches_of(self.index)
            if of == "page" or is_main == (of == "main")
            if (shown := _common(span, part))
            for first, end in self.index.ranges([span])
        ]
        return [stretch for stretch in stretches if stretch.lines]

    def _lines(self, span: Span) -> list[list[Piece]]:
        return [list(self._pieces(*line)) for line in lines_in(self.index.text, span)]

    def _pieces(self, start: int, end: int) -> Iterator[Piece]:
        """A line: its marked words, and what is between them."""
        at = start
        number = bisect_left(self.hits, (start,))
        while number < len(self.hits) and self.hits[number][0] < end:
            first, last = self.hits[number]
            yield from self._unmarked(at, first)
            following = self.hits[(number + 1) % len(self.hits)][0]
            is_heading = any(piece.is_heading for piece in self._unmarked(first, first + 1))
            word = self.index.text[first:last]
            here = self.addresses.part_of(first)
            following_address = self.addresses.of_place(following, seen_in=here)
            yield Piece(word, is_heading, first, following_address)
            at, number = last, number + 1
        yield from self._unmarked(at, end)

    def _unmarked(self, start: int, end: int) -> Iterator[Piece]:
        """Text without marks, cut where a heading begins or ends."""
        headings = self.index.layout.headings
        number = max(bisect_right(headings, start, key=lambda heading: heading[0]) - 1, 0)
        at = start
        while at < end:
            first, last = headings[number] if number < len(headings) else (end, end)
            number += 1
            if last <= at:
                continue
            if at < first:
                yield Piece(self.index.text[at : min(first, end)], is_heading=False)
            if first < end:
                yield Piece(self.index.text[max(at, first) : min(last, end)], is_heading=True)
            at = min(last, end)


def stretches_of(index: IndexedText) -> list[tuple[bool | None, Span]]:
    """All of a text in order: whether it is main text, None where that is not known."""
    whole, main = (0, len(index.text)), list(index.layout.main or [])
    if not main:
        return [(None, whole)]
    rest = [(False, span) for span in around(main, index.text)]
    return sorted([*((True, span) for span in main), *rest], key=lambda stretch: stretch[1])


def lines_in(text: str, span: Span) -> Iterator[Span]:
    """The lines of a stretch of text that are not empty."""
    start, end = span
    while start < end:
        line_end = text.find("\n", start, end)
        line_end = end if line_end < 0 else line_end
        if start < line_end:
            yield start, line_end
        start = line_end + 1


def _common(span: Span, part: Span) -> Span | None:
    start, end = max(span[0], part[0]), min(span[1], part[1])
    return (start, end) if start < end else None
