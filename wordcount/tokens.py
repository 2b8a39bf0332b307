"""Text -> its words one by one, and where each stands.

They are the words that :mod:`wordcount.words` counts: what shows a word in its place agrees with
the count of it.
"""

import re
from array import array
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from icu4py.breakers import WordBreaker

from wordcount.normal_form import nfc
from wordcount.words import JOINING_SPACE, LETTERS, LOCALE, PUNCTUATION, has_letter

# What stands between white space, beyond which no word goes on.
_PIECE = re.compile(rf"(?:\S|{JOINING_SPACE})+")


class Tokens(NamedTuple):
    """Words in their order.

    :ivar words: each as it is counted: as it is written, in NFC.
    :ivar starts: where each starts in the text, in code points.
    :ivar ends: where it has ended.
    """

    words: Sequence[str]
    starts: Sequence[int]
    ends: Sequence[int]


class _Part(NamedTuple):
    """A word in a piece of text, and where it stands there."""

    word: str
    start: int
    end: int


def tokens_in(text: str) -> Tokens:
    """The words of a text, in their order.

    Like :func:`wordcount.words.words_in`, it looks at each different piece once, and asks ICU
    about all odd ones together.
    """
    inside = _inside(set(_PIECE.findall(text)))
    words: list[str] = []
    starts, ends = array("I"), array("I")  # a text may have millions of words
    for found in _PIECE.finditer(text):
        at = found.start()
        for word, start, end in inside[found.group()]:
            words.append(word)
            starts.append(at + start)
            ends.append(at + end)
    return Tokens(words, starts, ends)


def _inside(pieces: set[str]) -> dict[str, list[_Part]]:
    """The words of each piece, and where they stand in it."""
    inside: dict[str, list[_Part]] = {}
    odd = []
    for piece in pieces:
        plain = piece.strip(PUNCTUATION)
        if LETTERS(plain):
            start = piece.index(plain)
            inside[piece] = [_Part(nfc(plain), start, start + len(plain))]
        else:
            odd.append(piece)
    inside.update(zip(odd, _cut(odd), strict=True))
    return inside


def _cut(pieces: list[str]) -> Iterator[list[_Part]]:
    """The words in each of these pieces."""
    parts: list[_Part] = []
    start = 0
    for segment in WordBreaker("".join(f"{piece}\n" for piece in pieces), LOCALE):
        if segment == "\n":
            yield parts
            parts, start = [], 0
            continue
        end = start + len(segment)
        if has_letter(segment):
            parts.append(_Part(nfc(segment), start, end))
        start = end
