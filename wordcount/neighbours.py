"""Which words of a text follow one another.

Words do so if they stand in one sentence and nothing that is read stands between them: no number,
no sign of money or mathematics, no emoji. White space and punctuation part no words, not even a
comma or a dash.

What is true of each word is kept as flags: of as many bytes as the text has words, 1 or 0.
"""

import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Set

from wordcount.indexed_text import IndexedText, Range, Span

# What is read where it stands between words: numbers, and signs of mathematics, money and others.
_READ = {"Nd", "No", "Sm", "Sc", "So"}
_READ_IN_LATIN_1 = bytes(unicodedata.category(chr(code)) in _READ for code in range(256))
# So many others are looked for one by one.
_FEW = 50


def ranges_in(index: IndexedText, spans: Iterable[Span] | None) -> list[Range]:
    """The words of each sentence of a text, or of those that start in these stretches of it."""
    return index.sentences if spans is None else index.sentences_in(spans)


def parted_in(index: IndexedText, ranges: Iterable[Range]) -> bytearray:
    """For each word of a text, 1 if no other follows it in these sentences, and otherwise 0."""
    parted = bytearray(b"\1") * len(index.words)
    for first, end in ranges:
        parted[first : end - 1] = bytes(end - 1 - first)
    for number in _before_what_is_read(index):
        parted[number] = 1
    return parted


def flagged(index: IndexedText, words: Set[str]) -> bytes:
    """For each word of a text, 1 if it is one of these, and otherwise 0.

    :param words: as they are counted.
    """
    flags = bytes(map(words.__contains__, index.vocabulary))
    return bytes(map(flags.__getitem__, index.words))


def either(flags: bytes, others: bytes) -> bytes:
    """1 where one of them is; where the others have come to an end, they are 0."""
    return _bytes(_number(flags) | _number(others), len(flags))


def both(flags: bytes, others: bytes) -> bytes:
    """1 where both are."""
    return _bytes(_number(flags) & _number(others), len(flags))


# As one number, flags are combined in hardly any time.


def _number(flags: bytes) -> int:
    return int.from_bytes(flags, "little")


def _bytes(number: int, length: int) -> bytes:
    return number.to_bytes(length, "little")


def _before_what_is_read(index: IndexedText) -> Iterator[int]:
    """The words behind which something is read before the next one."""
    for start, end in _read_in(index.text):
        first = bisect_right(index.starts, start) - 1
        last = bisect_right(index.starts, end - 1) - 1
        # It may also be inside a word, such as B2B, or at its end: of mp3+ only + is not.
        if first >= 0 and (last > first or end > index.ends[first]):
            yield first


def _read_in(text: str) -> Iterator[Span]:
    """Where a text has characters that are read, though they make no words by themselves."""
    read = {character for character in set(text) if unicodedata.category(character) in _READ}
    others = [character for character in read if character > "\xff"]
    if len(others) > _FEW:
        flags = bytes(map(read.__contains__, text))
    else:
        for character in others:
            text = text.replace(character, "+")
        flags = text.encode("latin-1", "replace").translate(_READ_IN_LATIN_1)
    start = flags.find(b"\1")
    while start >= 0:
        end = flags.find(b"\0", start)
        yield start, end if end >= 0 else len(flags)
        start = flags.find(b"\1", end) if end >= 0 else end
