"""Sequences of two or three words that follow one another in a text, and how often each is there.

Which words do, :mod:`wordcount.neighbours` says.
"""

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import compress, islice, repeat
from operator import add

from wordcount.indexed_text import IndexedText
from wordcount.neighbours import either
from wordcount.rows import keys_of

# Words touch only in scripts that come from here on in Unicode: Thai is the first.
_TOUCHING = "\u0e00"

_NOT = bytes([1, 0]) + bytes(254)

# The first of so many times as many are found faster without sorting all.
_FEW = 20


@dataclass(frozen=True)
class Rows:
    """The words of a text as rows of a ranking, which are numbered in the order of the alphabet.

    :ivar of_forms: the number of the row of each word of the vocabulary.
    :ivar number: how many rows there are.
    """

    of_forms: Sequence[int]
    number: int


@dataclass(frozen=True)
class Sequences:
    """The sequences of so many words of a text, or of parts of it.

    :ivar firsts: the number of the first word of each.
    :ivar codes: a number for each, the same for those whose words are of the same rows. They are in
        the order of the alphabet, word by word.
    :ivar counts: code -> how often.
    """

    index: IndexedText
    length: int
    rows: Rows
    firsts: Sequence[int]
    codes: Sequence[int]
    counts: Counter[int]

    def shown(self, chosen: Set[int]) -> dict[int, str]:
        """How the sequences with these codes are shown: as they are written most often; of equally
        frequent forms the one with fewer capitals, then the first in the alphabet.

        The words have a space between them, unless they touch in the text, as in Chinese.
        """
        wanted = bytes(map(chosen.__contains__, self.codes))
        firsts, codes = list(compress(self.firsts, wanted)), list(compress(self.codes, wanted))
        words = self.index.words
        columns = [
            map(words.__getitem__, map(add, firsts, repeat(at))) for at in range(self.length)
        ]
        gaps = self._gaps(dict(zip(reversed(codes), reversed(firsts), strict=True)))
        shown: dict[int, str] = {}
        several: dict[int, list[tuple[int, int, str]]] = {}
        vocabulary = self.index.vocabulary
        for (code, *numbers), times in Counter(zip(codes, *columns, strict=True)).items():
            if code in gaps:
                form = "".join(map(add, map(vocabulary.__getitem__, numbers), gaps[code]))
            else:
                form = " ".join(map(vocabulary.__getitem__, numbers))
            shown[code] = form
            if times < self.counts[code]:
                capitals = sum(map(str.isupper, form))
                several.setdefault(code, []).append((-times, capitals, form))
        shown.update((code, min(forms)[-1]) for code, forms in several.items())
        return shown

    def _gaps(self, firsts: Mapping[int, int]) -> dict[int, list[str]]:
        """What is shown after each word of a sequence, if that is not only spaces.

        :param firsts: code -> the number of a first word.
        """
        ends, starts, vocabulary = self.index.ends, self.index.starts, self.index.vocabulary
        if not vocabulary or max(map(max, vocabulary)) < _TOUCHING:
            return {}
        gaps = {}
        for code, first in firsts.items():
            words = range(first, first + self.length - 1)
            touching = [ends[word] == starts[word + 1] for word in words]
            if any(touching):
                gaps[code] = [*("" if touches else " " for touches in touching), ""]
        return gaps


def sequences(index: IndexedText, length: int, rows: Rows, parted: bytes | bytearray) -> Sequences:
    """All sequences of so many words.

    :param length: two or more.
    :param parted: as :func:`wordcount.neighbours.parted_in` gives it.
    """
    broken = bytes(parted)
    codes: Iterable[int] = repeat(0, len(index.words))
    for at in range(length):
        if 0 < at < length - 1:
            broken = either(broken, bytes(parted[at:]))
        weight = rows.number ** (length - 1 - at)
        weighted = [row * weight for row in rows.of_forms]
        codes = map(add, codes, map(weighted.__getitem__, islice(index.words, at, None)))
    begins = broken.translate(_NOT)
    firsts = compress(range(len(begins)), begins)
    found = list(compress(codes, begins))
    return Sequences(index, length, rows, list(firsts), found, Counter(found))


def most_frequent(counts: Mapping[int, int], top: int | None) -> list[int]:
    """The codes that are there most often, those of equal counts in the order of their numbers.

    :param top: how many; None for all.
    """
    # Most codes of a long text are there once. So of those that are there as often as the last one
    # that is wanted, only the numbers are looked at.
    last = 1 if top is None else max(1, _count_at(counts, top))
    above = sorted((-times, code) for code, times in counts.items() if times > last)
    others = [code for code, times in counts.items() if times == last]
    wanted = len(others) if top is None else min(len(others), top - len(above))
    few = wanted * _FEW < len(others)
    others = heapq.nsmallest(wanted, others) if few else sorted(others)[:wanted]
    return [code for _, code in above] + others


def _count_at(counts: Mapping[int, int], place: int) -> int:
    """The count of what stands at a place of the ranking, from 1 on; 0 if it is not so long."""
    for times, codes in sorted(Counter(counts.values()).items(), reverse=True):
        place -= codes
        if place <= 0:
            return times
    return 0


def rows_of(index: IndexedText, language: str | None, *, fold_case: bool, together: bool) -> Rows:
    """The rows of a ranking to which the words of a text belong.

    What a row is, :func:`wordcount.rows.keys_of` says. Of the forms that are together, the first in
    the alphabet stands for all.
    """
    forms = keys_of(index.vocabulary, language, fold_case=fold_case or together)
    if together:
        keys = keys_of(index.vocabulary, language, together=True)
        ordered = dict.fromkeys(key for _, key in sorted(zip(forms, keys, strict=True)))
    else:
        keys, ordered = forms, dict.fromkeys(sorted(set(forms)))
    numbers = {key: number for number, key in enumerate(ordered)}
    return Rows([numbers[key] for key in keys], len(numbers))
