"""Words -> ranked counts. The rules are told to users in docs/COUNTING.md."""

import heapq
import unicodedata
from collections.abc import Iterator, Mapping, Set
from functools import partial
from typing import NamedTuple

from wordcount.normal_form import bare_forms, matching_forms, ranking_forms

#: Goes up whenever the same page would be counted or ranked differently; stored with each result.
RULE_VERSION = 2

#: The characters of a word that a ranking shows.
LONGEST_SHOWN = 100


class Ranked(NamedTuple):
    """One row of a ranking; as JSON, ``[word, count]``."""

    word: str
    times: int


def rank(
    counts: Mapping[str, int],
    *,
    language: str | None = None,
    fold_case: bool = True,
    top: int | None = None,
    longest: int | None = LONGEST_SHOWN,
) -> list[Ranked]:
    """The words, most frequent first; equal counts in the order of the alphabet.

    :param counts: word -> how often, as :func:`wordcount.words.words_in` gives it.
    :param language: of the page, an ISO 639 code; some fold case and elide by rules of their own.
    :param fold_case: count ``Python`` and ``python`` together, shown in the form that is more
        frequent on the page (with fewer capitals if both are equally so); otherwise each by
        itself, untouched.
    :param top: how many rows; all by default.
    :param longest: how many characters of a word are shown, in code points; None for all of them.
        What is cut off gives way to an ellipsis; words are told apart by all of it.
    """
    rows = _folded(counts, language) if fold_case else _as_written(counts)
    # A page may have a million different words, and hardly anybody asks for more than a hundred.
    ordered = sorted(rows) if top is None else heapq.nsmallest(top, rows)
    return [Ranked(_shown(word, longest), times) for _, _, word, times in ordered]


def distinct(counts: Mapping[str, int], language: str | None = None) -> int:
    """How many different words there are, as they are ranked together."""
    return len(set(ranking_forms(bare_forms(counts, language), language)))


def without(
    counts: Mapping[str, int], stop_words: Set[str], language: str | None = None
) -> dict[str, int]:
    """The counts of all words but these, in whatever spelling.

    :param stop_words: of the language, as :func:`wordcount.stop_words.stop_words_of` gives them.
    """
    if not stop_words:
        return dict(counts)
    forms = matching_forms(ranking_forms(bare_forms(counts, language), language), language)
    return {
        word: times
        for (word, times), form in zip(counts.items(), forms, strict=True)
        if form not in stop_words
    }


# A row with what it is ordered by: the count, most frequent first; the alphabet; word and count.
_Row = tuple[int, str, str, int]


def _as_written(counts: Mapping[str, int]) -> Iterator[_Row]:
    """One row for each form."""
    return ((-times, word, word, times) for word, times in counts.items())


def _folded(counts: Mapping[str, int], language: str | None) -> Iterator[_Row]:
    """One row for all forms of a word together."""
    of_form: dict[str, int] = {}
    for form, times in zip(bare_forms(counts, language), counts.values(), strict=True):
        of_form[form] = of_form.get(form, 0) + times
    of_key: dict[str, list[str]] = {}
    keys = ranking_forms(of_form, language)
    for form, key in zip(of_form, keys, strict=True):
        of_key.setdefault(key, []).append(form)
    for key, forms in of_key.items():
        total = sum(of_form[form] for form in forms)
        # Nearly all words have one form.
        shown = forms[0] if len(forms) == 1 else min(forms, key=partial(_preference, of_form))
        yield -total, key, shown, total


def _preference(counts: Mapping[str, int], form: str) -> tuple[int, int, str]:
    """The most frequent form, then that with the fewest capitals, then by the alphabet."""
    return -counts[form], sum(map(str.isupper, form)), form


def _shown(word: str, longest: int | None) -> str:
    """The beginning of a word that is too long to show."""
    if longest is None or len(word) <= longest:
        return word
    # A letter keeps its marks, unless there is nothing else.
    end = longest
    while end and unicodedata.category(word[end]).startswith("M"):
        end -= 1
    return word[: end or longest] + "…"
