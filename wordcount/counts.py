"""Words -> ranked counts. Every rule of the ranking is here."""

import heapq
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

# Goes up whenever the same page would be counted or ranked differently; stored with each result.
RULE_VERSION = 1

# How people type an apostrophe, and how printers set it.
_STRAIGHTEN = str.maketrans("\u2018\u2019\u02bc\uff07", "''''")


class Ranked(NamedTuple):
    """One row of a ranking; as JSON, ``[word, count]``."""

    word: str
    times: int


def fold(word: str) -> str:
    """What words have in common that differ only in case and apostrophes.

    Unicode's full case folding: ``Straße`` and ``STRASSE`` are one word.
    """
    return unicodedata.normalize("NFC", word.translate(_STRAIGHTEN).casefold())


def rank(
    counts: Mapping[str, int], *, fold_case: bool = True, top: int | None = None
) -> list[Ranked]:
    """The words, most frequent first; equal counts in the order of the alphabet.

    :param counts: word -> how often, as :func:`wordcount.words.words_in` gives it.
    :param fold_case: count ``Python`` and ``python`` together, shown in the form that is more
        frequent on the page (in lower case if both are equally so); otherwise each by itself.
    :param top: how many rows; all by default.
    """
    rows = _folded(counts) if fold_case else _as_written(counts)
    # A page may have a million different words, and hardly anybody asks for more than a hundred.
    ordered = sorted(rows) if top is None else heapq.nsmallest(top, rows)
    return [row for _, _, row in ordered]


def distinct(counts: Mapping[str, int]) -> int:
    """How many different words there are, case folded."""
    return len(set(map(fold, counts)))


def _as_written(counts: Mapping[str, int]) -> Iterator[tuple[int, str, Ranked]]:
    """One row for each form, with what it is ordered by."""
    return ((-times, word, Ranked(word, times)) for word, times in counts.items())


def _folded(counts: Mapping[str, int]) -> Iterator[tuple[int, str, Ranked]]:
    """One row for all forms of a word together, with what it is ordered by."""
    forms: dict[str, list[tuple[int, bool, str]]] = {}
    for word, times in counts.items():
        key = fold(word)
        forms.setdefault(key, []).append((-times, word != key, word))
    for key, of_key in forms.items():
        total = -sum(times for times, _, _ in of_key)
        yield -total, key, Ranked(min(of_key)[2], total)


def without(counts: Mapping[str, int], stop_words: Iterable[str]) -> dict[str, int]:
    """The counts of all words but these, whatever their case."""
    left_out = {fold(word) for word in stop_words}
    return {word: times for word, times in counts.items() if fold(word) not in left_out}
