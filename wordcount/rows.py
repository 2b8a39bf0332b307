"""Counts -> the rows of a ranking, in no order: which words are one row, and what it shows."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from wordcount.normal_form import bare_forms, ranking_forms
from wordcount.stems import stems_of

# A row with what it is ordered by: the count, most frequent first; the alphabet; word and count.
Row = tuple[int, str, str, int]


def as_written(counts: Mapping[str, int]) -> Iterator[Row]:
    """One row for each form."""
    return ((-times, word, word, times) for word, times in counts.items())


def folded(counts: Mapping[str, int], language: str | None) -> Iterator[Row]:
    """One row for all forms of a word that differ in case and the like."""
    of_form: dict[str, int] = {}
    for form, times in zip(bare_forms(counts, language), counts.values(), strict=True):
        of_form[form] = of_form.get(form, 0) + times
    of_key: dict[str, list[str]] = {}
    keys = ranking_forms(of_form, language)
    for form, key in zip(of_form, keys, strict=True):
        of_key.setdefault(key, []).append(form)
    for key, forms in of_key.items():
        if len(forms) == 1:  # as nearly all words have
            shown, total = forms[0], of_form[forms[0]]
        else:
            shown = min(forms, key=partial(_preference, of_form))
            total = sum(of_form[form] for form in forms)
        yield -total, key, shown, total


def joined(rows: Iterator[Row], language: str | None) -> Iterator[Row]:
    """One row for all words that have one stem; it shows the word that would have come first.

    :param rows: as :func:`folded` gives them.
    """
    yield from _by_stem(rows, language).values()


def by_key(
    counts: Mapping[str, int],
    language: str | None,
    *,
    fold_case: bool = True,
    together: bool = False,
) -> dict[str, Row]:
    """The rows of a ranking, each under the key that its words have by :func:`keys_of`."""
    if not fold_case and not together:
        return {row[1]: row for row in as_written(counts)}
    rows = folded(counts, language)
    return _by_stem(rows, language) if together else {row[1]: row for row in rows}


def keys_of(
    words: Sequence[str], language: str | None, *, fold_case: bool = True, together: bool = False
) -> list[str]:
    """What the words of one row of a ranking have in common, for each word: words with the same
    key are counted together. The choices are those of :func:`wordcount.counts.rank`.

    :param words: as they are counted.
    """
    if not fold_case and not together:
        return list(words)
    keys = ranking_forms(bare_forms(words, language), language)
    return stems_of(keys, language) if together else keys


def letters_in(form: str) -> int:
    """How many letters a word has; digits are letters of ``B2B``.

    Marks, joiners, apostrophes and full stops are none. So a letter counts once, with whatever
    stands over and under it.

    :param form: as :func:`wordcount.normal_form.ranking_forms` gives it.
    """
    return len(form) if form.isalnum() else sum(map(str.isalnum, form))


def without_short(counts: Mapping[str, int], shortest: int, language: str | None) -> dict[str, int]:
    """The counts of the words that have at least so many letters."""
    forms = ranking_forms(bare_forms(counts, language), language)
    return {
        word: times
        for (word, times), form in zip(counts.items(), forms, strict=True)
        if letters_in(form) >= shortest
    }


def _by_stem(rows: Iterator[Row], language: str | None) -> dict[str, Row]:
    words = list(rows)
    of_stem: dict[str, list[Row]] = {}
    for stem, row in zip(stems_of([key for _, key, _, _ in words], language), words, strict=True):
        of_stem.setdefault(stem, []).append(row)
    return {stem: _together(group) for stem, group in of_stem.items()}


def _together(group: list[Row]) -> Row:
    _, key, shown, _ = min(group)
    total = sum(times for _, _, _, times in group)
    return -total, key, shown, total


def _preference(counts: Mapping[str, int], form: str) -> tuple[int, int, str]:
    """The most frequent form, then that with the fewest capitals, then by the alphabet."""
    return -counts[form], sum(map(str.isupper, form)), form
