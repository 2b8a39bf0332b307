"""What a page sets apart: its headings, its links, and what it says in place of its images.

The walk notes through which pieces of text it went in each heading and link. White space collapses
only afterwards, over the whole text, and that moves every place. So signs are set into the pieces,
on either side of what an element shows, and taken out again when the text is done. They stand next
to a character that is no space, within it, and so no space collapses otherwise for them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, repeat
from operator import sub

from wordcount.indexed_text import Span

#: Pieces of a text that follow each other: the number of the first, and that after the last.
Range = tuple[int, int]

# Halves of characters: the HTML parser, which reads UTF-8, leaves none in any text. Python looks
# for a character by its lowest byte; those of these two are rare in texts.
_HEADING, _LINK = "\udcf5", "\udcf7"
# All that Python takes for white space, which collapses; the separator of lines; and the zero-width
# space, which takes line breaks away that stand next to it.
SPACE = (
    "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007"
    "\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\0\u200b"
)


@dataclass(frozen=True)
class Pieces:
    """What a walk through a page gives.

    :ivar texts: which together are the text, with white space as it is in the source.
    :ivar headings: the pieces of each heading, in the order in which they end.
    :ivar links: the pieces of each link, whether in a heading or not.
    :ivar alts: what images say of themselves, in the order of the page; some say nothing.
    """

    texts: list[str] = field(default_factory=list)
    headings: list[Range] = field(default_factory=list)
    links: list[Range] = field(default_factory=list)
    alts: list[str] = field(default_factory=list)


def cut(ranges: list[Range], end: int) -> None:
    """Leave out the pieces from a number on, for they are no more."""
    while ranges and ranges[-1][1] > end:
        start, _ = ranges.pop()
        if start < end:
            ranges.append((start, end))


def with_signs(pieces: Pieces) -> str:
    """The text with signs around headings and links; the pieces are used up."""
    _set(_HEADING, pieces.texts, pieces.headings)
    _set(_LINK, pieces.texts, pieces.links)
    return "".join(pieces.texts)


def without_signs(text: str) -> tuple[str, list[Span], list[Span]]:
    """A text as it is, and the stretches in it that are headings, and links."""
    by_link = text.split(_LINK)
    by_heading = "".join(by_link).split(_HEADING)
    signs = map(str.count, by_link, repeat(_HEADING))
    links = _spans(map(sub, map(len, by_link), signs))
    return "".join(by_heading), _spans(map(len, by_heading)), links


def _set(sign: str, texts: list[str], ranges: Sequence[Range]) -> None:
    outer = len(texts)  # where the last element starts that is in no other one
    for start, end in reversed(ranges):
        if start >= outer:
            continue
        outer = start
        first, last = start, end - 1
        if first == last and (kept := texts[first].strip(SPACE)):  # so in most links
            texts[first] = texts[first].replace(kept, sign + kept + sign, 1)
            continue
        while first <= last and not (kept := texts[first].lstrip(SPACE)):
            first += 1
        if first > last:
            continue
        texts[first] = texts[first][: -len(kept)] + sign + kept
        while not (kept := texts[last].rstrip(SPACE)):
            last -= 1
        texts[last] = kept + sign + texts[last][len(kept) :]


def _spans(lengths: Iterable[int]) -> list[Span]:
    """Every other one of the parts of a text, which are so long."""
    places = list(accumulate(lengths))
    starts, ends = places[:-1:2], places[1:-1:2]
    # Where one element has ended and another starts at once, they are one stretch.
    if touching := {*starts}.intersection(ends):
        starts = [place for place in starts if place not in touching]
        ends = [place for place in ends if place not in touching]
    return list(zip(starts, ends, strict=True))
