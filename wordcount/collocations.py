"""Collocations: words that follow one another more often than chance would have it.

They are ranked by the likelihood ratio: T. Dunning, "Accurate Methods for the Statistics of
Surprise and Coincidence", Computational Linguistics 19:1 (1993), 61-74.
https://aclanthology.org/J93-1003/
It is NLTK's own function that is asked, with what NLTK's BigramCollocationFinder would give it: how
often the pair is there, each of its words, and all words together.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Set
from itertools import chain
from typing import NamedTuple

from wordcount.indexed_text import IndexedText, Span
from wordcount.neighbours import either, flagged, parted_in, ranges_in
from wordcount.sequences import rows_of, sequences

#: How often a pair has to be there.
LEAST = 2
#: How many pairs are compared at most; if there are more, those have to be there more often.
MOST_COMPARED = 10_000

# Digits of a score behind the point: the same figures summed in another order may differ in the
# last ones.
_EXACT = 9


class Collocation(NamedTuple):
    """A pair of words that follow one another.

    :ivar pair: as it is written most often.
    :ivar share: of all words of the text.
    :ivar expected: how often it would be there if the words stood in any order.
    :ivar score: the likelihood ratio, -2 log λ. Of two words that have nothing to do with each
        other it would be more than 10.83 once in a thousand times (chi-square with one degree of
        freedom).
    """

    pair: str
    times: int
    share: float
    expected: float
    score: float


class Collocations(NamedTuple):
    """The collocations of a text.

    :ivar total: how many there are.
    :ivar least: how often each is there, at least.
    :ivar rows: the first of them.
    """

    total: int
    least: int
    rows: list[Collocation]


def collocations(  # noqa: PLR0913 -- named, and each a choice of the reader
    index: IndexedText,
    *,
    language: str | None,
    stop_words: Set[str] = frozenset(),
    fold_case: bool = True,
    together: bool = False,
    spans: Iterable[Span] | None = None,
    top: int = 100,
) -> Collocations:
    """The collocations of a text, those with the highest score first; of equal ones the more
    frequent, then in the order of the alphabet, word by word.

    Of all pairs without a stop word, those count that are there often enough, and more often than
    is to be expected.

    :param language: of the page; this and `fold_case` and `together` say which words are the same,
        as in :func:`wordcount.counts.rank`.
    :param stop_words: the words of the text that are stop words, as they are counted; none if
        stop words are kept.
    :param spans: only sentences that start in these stretches of the text.
    :param top: how many rows.
    """
    ranges = ranges_in(index, spans)
    parted = bytes(parted_in(index, ranges))
    if stop_words:
        stops = flagged(index, stop_words)
        parted = either(parted, either(stops, stops[1:]))
    rows = rows_of(index, language, fold_case=fold_case, together=together)
    pairs = sequences(index, 2, rows, parted)
    words = Counter(chain.from_iterable(index.words[first:end] for first, end in ranges))
    times: Counter[int] = Counter()
    for word, often in words.items():
        times[rows.of_forms[word]] += often
    least = _least(pairs.counts)
    scored = _scored(pairs.counts, rows.number, times, least)
    first = scored[:top]
    shown = pairs.shown({code for _, _, code, _ in first})
    total = words.total()
    found = [
        Collocation(shown[code], -often, -often / total, expected, -score)
        for score, often, code, expected in first
    ]
    return Collocations(len(scored), least, found)


def _least(pairs: Mapping[int, int]) -> int:
    """How often a pair has to be there, so that there are not too many."""
    enough = 0
    for often, many in sorted(Counter(pairs.values()).items(), reverse=True):
        enough += many
        if enough > MOST_COMPARED:
            return max(often + 1, LEAST)
    return LEAST


def _scored(
    pairs: Mapping[int, int], base: int, words: Counter[int], least: int
) -> list[tuple[float, int, int, float]]:
    """The pairs in their order, each with minus its score, minus how often it is there, its code,
    and how often it would be there by chance.

    :param base: two rows are a code, the first of them times this.
    :param words: how often each row is there.
    """
    # Late, for it takes a tenth of a second, and no other page of the web needs it.
    from wordcount.nltk_parts import BigramAssocMeasures

    total = words.total()
    scored = []
    for code, times in pairs.items():
        if times < least:
            continue
        left, right = (words[row] for row in divmod(code, base))
        # Otherwise the words keep apart; and where they fill the text, NLTK has no score for them.
        if times * total > left * right:
            score = BigramAssocMeasures.likelihood_ratio(times, (left, right), total)
            scored.append((-round(score, _EXACT), -times, code, left * right / total))
    return sorted(scored)
