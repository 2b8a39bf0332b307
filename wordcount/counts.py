"""Words -> ranked counts. Every rule of the ranking is here."""

import unicodedata
from collections.abc import Iterable, Mapping
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


def rank(counts: Mapping[str, int], *, fold_case: bool = True) -> list[Ranked]:
    """The words, most frequent first; equal counts in the order of the alphabet.

    :param counts: word -> how often, as :func:`wordcount.words.words_in` gives it.
    :param fold_case: count ``Python`` and ``python`` together, shown in the form that is more
        frequent on the page (in lower case if both are equally so); otherwise each by itself.
    """
    if not fold_case:
        rows = [Ranked(word, times) for word, times in counts.items()]
        return sorted(rows, key=lambda row: (-row.times, row.word))
    total: dict[str, int] = {}
    shown: dict[str, str] = {}
    # The most frequent form of a word comes first here, and is the one that stays.
    for word, times in sorted(
        counts.items(), key=lambda item: (-item[1], item[0] != fold(item[0]), item[0])
    ):
        key = fold(word)
        total[key] = total.get(key, 0) + times
        shown.setdefault(key, word)
    ordered = sorted(total.items(), key=lambda item: (-item[1], item[0]))
    return [Ranked(shown[key], times) for key, times in ordered]


def without(counts: Mapping[str, int], stop_words: Iterable[str]) -> dict[str, int]:
    """The counts of all words but these, whatever their case."""
    left_out = {fold(word) for word in stop_words}
    return {word: times for word, times in counts.items() if fold(word) not in left_out}
