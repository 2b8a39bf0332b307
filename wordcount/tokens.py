"""Text -> its words one by one, and where each stands.

They are the words that :mod:`wordcount.words` counts: what shows a word in its place agrees with
the count of it.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from icu4py.breakers import WordBreaker

from wordcount.normal_form import nfc
from wordcount.words import JOINING_SPACE, LETTERS, LOCALE, PUNCTUATION, is_letter

# What stands between white space, beyond which no word goes on.
_PIECE = re.compile(rf"(?:\S|{JOINING_SPACE})+")


class Token(NamedTuple):
    """A word in its place.

    :ivar word: as it is counted: as it is written, in NFC.
    :ivar start: of its first code point in the text.
    :ivar end: after its last one.
    """

    word: str
    start: int
    end: int


def tokens_in(text: str) -> Iterator[Token]:
    """The words of a text, in their order.

    Like :func:`wordcount.words.words_in`, it looks at each different piece once, and asks ICU
    about all odd ones together.
    """
    pieces = [(found.group(), found.start()) for found in _PIECE.finditer(text)]
    inside = _inside({piece for piece, _ in pieces})
    for piece, at in pieces:
        for word, start, end in inside[piece]:
            yield Token(word, at + start, at + end)


def _inside(pieces: set[str]) -> dict[str, list[Token]]:
    """The words of each piece, and where they stand in it."""
    inside: dict[str, list[Token]] = {}
    odd = []
    for piece in pieces:
        plain = piece.strip(PUNCTUATION)
        if LETTERS(plain):
            start = piece.index(plain)
            inside[piece] = [Token(nfc(plain), start, start + len(plain))]
        else:
            odd.append(piece)
    inside.update(zip(odd, _cut(odd), strict=True))
    return inside


def _cut(pieces: list[str]) -> Iterator[list[Token]]:
    """The words in each of these pieces."""
    tokens: list[Token] = []
    start = 0
    for segment in WordBreaker("".join(f"{piece}\n" for piece in pieces), LOCALE):
        if segment == "\n":
            yield tokens
            tokens, start = [], 0
            continue
        end = start + len(segment)
        if segment.isalpha() or any(map(is_letter, segment)):
            tokens.append(Token(nfc(segment), start, end))
        start = end
