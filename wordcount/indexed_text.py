"""A counted text as analyses want it: which word stands where, and what parts it has.

It is made once, when a page is counted, and kept with it: so whatever is asked of the text later
is answered without cutting it into words again.
"""

import json
import sys
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import accumulate, pairwise
from typing import Self

#: A stretch of a text: where it starts, and where it has ended, in code points.
Span = tuple[int, int]
#: Words of a text that stand together: the number of the first, and that after the last.
Range = tuple[int, int]

# Of an array: unsigned whole numbers of four bytes, the lowest first.
_NUMBERS = "I"


@dataclass(frozen=True)
class Layout:
    """The parts of a text, each from its start to its end.

    :ivar sentences: where each sentence starts; every line starts one.
    :ivar headings: what stands in headings.
    :ivar links: what stands in links, whether in a heading or not.
    :ivar main: what is main text, whole lines; empty if none was found, None if nobody has looked.
    """

    sentences: Sequence[int] = ()
    headings: Sequence[Span] = ()
    links: Sequence[Span] = ()
    main: Sequence[Span] | None = None


@dataclass(frozen=True)
class IndexedText:
    """A text with its words in order, each as a number.

    :ivar text: as it is stored with its count.
    :ivar vocabulary: every different word as it is counted; its place here is its number.
    :ivar words: the number of each word of the text, in order.
    :ivar starts: where each of them starts in the text, in code points.
    :ivar ends: where each has ended.
    """

    text: str
    vocabulary: Sequence[str]
    words: Sequence[int]
    starts: Sequence[int]
    ends: Sequence[int]
    layout: Layout = field(default_factory=Layout)

    @classmethod
    def of(cls, text: str, counts: Mapping[str, int], layout: Layout) -> Self:
        """The index of a text.

        :param counts: of its words, as :func:`wordcount.words.words_in` gives them.
        """
        from wordcount.tokens import tokens_in  # not for the web process, which has it all stored

        numbers = {word: number for number, word in enumerate(counts)}
        tokens = tokens_in(text)
        words = array(_NUMBERS, map(numbers.__getitem__, tokens.words))
        return cls(text, list(counts), words, tokens.starts, tokens.ends, layout)

    def to_bytes(self) -> bytes:
        """All but the text and the words themselves, to be stored beside them."""
        layout = self.layout
        arrays = {
            "words": self.words,
            # Steps from place to place are small numbers, of which little is left when compressed.
            "steps": _steps(zip(self.starts, self.ends, strict=True)),
            "sentences": layout.sentences,
            "headings": _flat(layout.headings),
            "links": _flat(layout.links),
        }
        if layout.main is not None:
            arrays["main"] = _flat(layout.main)
        head = json.dumps({name: len(numbers) for name, numbers in arrays.items()}).encode()
        return zlib.compress(b"".join([head, b"\n", *map(_packed, arrays.values())]), level=1)

    @classmethod
    def from_bytes(cls, packed: bytes, text: str, counts: Iterable[str]) -> Self:
        """What :meth:`to_bytes` has made, with the same text and the same words in their order."""
        head, _, body = zlib.decompress(packed).partition(b"\n")
        arrays: dict[str, array[int]] = {}
        at = 0
        for name, length in json.loads(head).items():
            arrays[name] = _unpacked(body[at : at + 4 * length])
            at += 4 * length
        places = array(_NUMBERS, accumulate(arrays["steps"]))
        layout = Layout(
            sentences=arrays["sentences"],
            headings=_spans(arrays["headings"]),
            links=_spans(arrays["links"]),
            main=_spans(arrays["main"]) if "main" in arrays else None,
        )
        return cls(text, list(counts), arrays["words"], places[::2], places[1::2], layout)

    def number_at(self, place: int) -> int:
        """How many words start before a place of the text."""
        return bisect_left(self.starts, place)

    def ranges(self, spans: Iterable[Span]) -> list[Range]:
        """The words that start in each of these stretches."""
        return [(self.number_at(start), self.number_at(end)) for start, end in spans]

    def within(self, spans: Iterable[Span]) -> Self:
        """The same text with the words only that start in these stretches, numbered anew.

        :param spans: in the order of the text, none over another.
        """
        words, starts, ends = array(_NUMBERS), array(_NUMBERS), array(_NUMBERS)
        for first, end in self.ranges(spans):
            words.extend(self.words[first:end])
            starts.extend(self.starts[first:end])
            ends.extend(self.ends[first:end])
        return replace(self, words=words, starts=starts, ends=ends)

    @cached_property
    def sentences(self) -> list[Range]:
        """The words of each sentence; of those only that have any."""
        firsts = [self.number_at(place) for place in self.layout.sentences]
        ranges = pairwise([*firsts, len(self.words)])
        return [(first, end) for first, end in ranges if first < end]

    def sentences_in(self, spans: Iterable[Span]) -> list[Range]:
        """The words of each sentence that starts in one of these stretches."""
        found: list[Range] = []
        firsts = [first for first, _ in self.sentences]
        for first, end in self.ranges(spans):
            found += self.sentences[bisect_left(firsts, first) : bisect_left(firsts, end)]
        return found


def _flat(spans: Iterable[Span]) -> list[int]:
    return [place for span in spans for place in span]


def _spans(flat: Sequence[int]) -> list[Span]:
    return list(zip(flat[::2], flat[1::2], strict=True))


def _steps(spans: Iterable[Span]) -> list[int]:
    return [after - before for before, after in pairwise([0, *_flat(spans)])]


def _packed(numbers: Sequence[int]) -> bytes:
    packed = array(_NUMBERS, numbers)
    if sys.byteorder == "big":
        packed.byteswap()
    return packed.tobytes()


def _unpacked(packed: bytes) -> "array[int]":
    numbers = array(_NUMBERS, packed)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
