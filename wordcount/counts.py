"""Words -> ranked counts. The rules are told to users in docs/COUNTING.md."""

import heapq
import unicodedata
from collections.abc import Iterator, Mapping, Set
from typing import NamedTuple

from wordcount.normal_form import bare_forms, matching_forms, ranking_forms
from wordcount.rows import Row, as_written, folded, joined, letters_in, without_short

#: Goes up whenever the same page would be counted or ranked differently; stored with each result.
RULE_VERSION = 2

#: The characters of a word that a ranking shows.
LONGEST_SHOWN = 100


class Ranked(NamedTuple):
    """One row of a ranking; as JSON, ``[word, count]``."""

    word: str
    times: int


def rank(  # noqa: PLR0913 -- named, and each a choice of the reader
    counts: Mapping[str, int],
    *,
    language: str | None = None,
    fold_case: bool = True,
    together: bool = False,
    shortest: int = 1,
    top: int | None = None,
    longest: int | None = LONGEST_SHOWN,
) -> list[Ranked]:
    """The words, most frequent first; equal counts in the order of the alphabet.

    :param counts: word -> how often, as :func:`wordcount.words.words_in` gives it.
    :param language: of the page, an ISO 639 code; some fold case and elide by rules of their own.
    :param fold_case: count ``Python`` and ``python`` together, shown in the form that is more
        frequent on the page (with fewer capitals if both are equally so); otherwise each by
        itself, untouched.
    :param together: count the forms of a word that have one stem together, such as ``garden`` and
        ``gardens``, shown in the form that comes first in the ranking; whatever their case. Which
        languages have stems, :func:`wordcount.stems.has_stems` says.
    :param shortest: show only words of at least so many letters, of which a word has as many as
        :func:`wordcount.rows.letters_in` its ranking form. No count changes: forms that are
        together stand and fall with the one that is shown.
    :param top: how many rows; all by default.
    :param longest: how many characters of a word are shown, in code points; None for all of them.
        What is cut off gives way to an ellipsis; words are told apart by all of it.
    """
    rows = _rows(counts, language, fold_case=fold_case, together=together, shortest=shortest)
    # A page may have a million different words, and hardly anybody asks for more than a hundred.
    ordered = sorted(rows) if top is None else heapq.nsmallest(top, rows)
    return [
        Ranked(word if longest is None else shortened(word, longest), times)
        for _, _, word, times in ordered
    ]


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


def _rows(
    counts: Mapping[str, int],
    language: str | None,
    *,
    fold_case: bool,
    together: bool,
    shortest: int,
) -> Iterator[Row]:
    """The rows of a ranking, in no order."""
    if not fold_case and not together:
        long_enough = counts if shortest <= 1 else without_short(counts, shortest, language)
        return as_written(long_enough)
    rows = folded(counts, language)
    if together:
        rows = joined(rows, language)
    if shortest > 1:
        rows = (row for row in rows if letters_in(row[1]) >= shortest)
    return rows


def shortened(text: str, longest: int) -> str:
    """The beginning of a text that is too long to show, and an ellipsis.

    :param longest: how many characters of it are shown, in code points.
    """
    if len(text) <= longest:
        return text
    # A letter keeps its marks, unless there is nothing else.
    end = longest
    while end and unicodedata.category(text[end]).startswith("M"):
        end -= 1
    return text[: end or longest] + "…"
