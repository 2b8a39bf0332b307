"""Two counts side by side: which words tell one from the other, and what has changed.

Of each word it is asked how much there is to say that it is not as frequent in both (the log
likelihood), and how much more frequent it is in one (the log ratio):

- T. Dunning, "Accurate Methods for the Statistics of Surprise and Coincidence", Computational
  Linguistics 19:1 (1993), 61-74. https://aclanthology.org/J93-1003/
- P. Rayson and R. Garside, "Comparing Corpora using Frequency Profiling", Proceedings of the
  Workshop on Comparing Corpora (2000), 1-6. https://aclanthology.org/W00-0901/
- A. Hardie, "Log Ratio: an informal introduction" (2014).
  https://cass.lancs.ac.uk/log-ratio-an-informal-introduction/
"""

import heapq
from collections.abc import Collection, Mapping, Set
from dataclasses import dataclass
from functools import cached_property
from math import fsum, log, log2
from typing import NamedTuple

from wordcount.rows import by_key, keys_of


@dataclass(frozen=True)
class Counted:
    """One of two counts.

    :ivar counts: the words that are compared, as they are written -> how often.
    :ivar language: of the page; this and the choices are those of :func:`wordcount.counts.rank`.
    :ivar total: all words of the page, also those that are not compared, such as stop words.
    :raises ValueError: if the page has fewer words than are compared.
    """

    counts: Mapping[str, int]
    language: str | None
    total: int
    fold_case: bool = True
    together: bool = False

    def __post_init__(self) -> None:
        if self.total < sum(self.counts.values()):
            raise ValueError("a page has no fewer words than those that are compared")

    @cached_property
    def keys(self) -> list[str]:
        """What each form has in common with all that are one word with it, also on other pages."""
        return keys_of(
            list(self.counts), self.language, fold_case=self.fold_case, together=self.together
        )

    @cached_property
    def times(self) -> Mapping[str, int]:
        """Key -> how often the word is on the page."""
        times: dict[str, int] = {}
        for key, often in zip(self.keys, self.counts.values(), strict=True):
            times[key] = times.get(key, 0) + often
        return times

    def shown(self, keys: Set[str]) -> dict[str, str]:
        """Key -> the word as a ranking of the page shows it, all of it."""
        wanted = {
            form: times
            for (form, times), key in zip(self.counts.items(), self.keys, strict=True)
            if key in keys
        }
        rows = by_key(wanted, self.language, fold_case=self.fold_case, together=self.together)
        return {key: shown for key, (_, _, shown, _) in rows.items()}

    def per_thousand(self, times: int) -> float:
        """Of a thousand words of the page, how many these are."""
        return 1000 * times / self.total if self.total else 0.0


class Keyword(NamedTuple):
    """A word in two counts.

    :ivar word: as that page shows it on which it is more often, all of it.
    :ivar left: how often it is on the one page.
    :ivar right: and on the other.
    :ivar left_per_thousand: how often in a thousand words of the page.
    :ivar log_likelihood: see :func:`log_likelihood`.
    :ivar log_ratio: see :func:`log_ratio`. It is above 0 for a word that is more frequent on the
        left, below for one of the right.
    """

    word: str
    left: int
    right: int
    left_per_thousand: float
    right_per_thousand: float
    log_likelihood: float
    log_ratio: float


class Change(NamedTuple):
    """A word that is there more often than before, or less if the difference is below 0."""

    word: str
    difference: int


@dataclass(frozen=True)
class Keyness:
    """Two counts, compared word by word.

    Each list has the words for whose difference there is most evidence first, by the log
    likelihood; then those with the larger difference, by the log ratio on either side; then the
    order of the alphabet, in which word forms that are together have the place of their stem.
    """

    left: Counted
    right: Counted

    def words(self, top: int | None = None) -> list[Keyword]:
        """All words of either.

        :param top: how many; all by default. So in all lists.
        """
        return self._ranked(self.left.times.keys() | self.right.times.keys(), top)

    def both(self, top: int | None = None) -> list[Keyword]:
        """The words that both have."""
        return self._ranked(self.left.times.keys() & self.right.times.keys(), top)

    def only_left(self, top: int | None = None) -> list[Keyword]:
        """The words that the right does not have."""
        return self._ranked(self.left.times.keys() - self.right.times.keys(), top)

    def only_right(self, top: int | None = None) -> list[Keyword]:
        """The words that the left does not have."""
        return self._ranked(self.right.times.keys() - self.left.times.keys(), top)

    def _ranked(self, keys: Set[str], top: int | None) -> list[Keyword]:
        # Hundreds of thousands of words have few different pairs of counts, and only these are
        # compared.
        alike: dict[tuple[int, int], list[str]] = {}
        left, right = self.left.times, self.right.times
        for key in keys:
            alike.setdefault((left.get(key, 0), right.get(key, 0)), []).append(key)
        figures = {pair: self._figures(*pair) for pair in alike}
        of_order: dict[tuple[float, float], list[str]] = {}
        for pair, (evidence, ratio) in figures.items():
            of_order.setdefault((-evidence, -abs(ratio)), []).extend(alike[pair])
        ordered: list[str] = []
        for order in sorted(of_order):
            if top is not None and len(ordered) >= top:
                break
            ordered += _first(of_order[order], None if top is None else top - len(ordered))
        shown = _shown(self.left, self.right, ordered)
        return [
            self._keyword(shown[key], pair, figures[pair])
            for key in ordered
            for pair in [(left.get(key, 0), right.get(key, 0))]
        ]

    def _keyword(self, shown: str, times: tuple[int, int], figures: tuple[float, float]) -> Keyword:
        left, right = self.left.per_thousand(times[0]), self.right.per_thousand(times[1])
        return Keyword(shown, *times, left, right, *figures)

    def _figures(self, left: int, right: int) -> tuple[float, float]:
        totals = self.left.total, self.right.total
        return log_likelihood(left, right, *totals), log_ratio(left, right, *totals)


def changes(old: Counted, new: Counted) -> list[Change]:
    """What has changed between two counts of one page: the largest differences first, then in the
    order of the alphabet, as in :class:`Keyness`.
    """
    before, after = old.times, new.times
    differences = {
        key: difference
        for key in before.keys() | after.keys()
        if (difference := after.get(key, 0) - before.get(key, 0))
    }
    ordered = sorted(differences, key=lambda key: (-abs(differences[key]), key))
    shown = _shown(old, new, ordered)
    return [Change(shown[key], differences[key]) for key in ordered]


def log_likelihood(left: int, right: int, left_total: int, right_total: int) -> float:
    """How much there is to say that a word is not as frequent on one page as on the other.

    It is Dunning's, over all four cells of the table: the word and all other words, on either page.
    Rayson and Garside leave the other words out, which makes no difference for a word that is rare;
    on a short page even a word that matters is not. 0 says nothing; by chance it would be more than
    10.83 once in a thousand times (chi-square with one degree of freedom).

    :param left: how often the word is on the one page, which has `left_total` words.
    :param right: how often it is on the other. A page without words says nothing.
    """
    total, times = left_total + right_total, left + right
    cells = [
        (left, left_total, times),
        (right, right_total, times),
        (left_total - left, left_total, total - times),
        (right_total - right, right_total, total - times),
    ]
    # Each cell is compared with what it would be if the word were as frequent on both pages. Added
    # up without loss, so that the same figures on the other side have the same sum.
    terms = [seen * log(seen * total / (page * row)) for seen, page, row in cells if seen]
    return max(0.0, 2 * fsum(terms))


def log_ratio(left: int, right: int, left_total: int, right_total: int) -> float:
    """How many times more frequent a word is on the left than on the right, as a power of two: 1 is
    twice, 2 is four times, 0 as often, -1 half as often.

    As Hardie has it, half a word stands for none at all. On a much shorter page even that is more
    than what the other has; then it is 0, for the word is not more frequent where it is missing.
    So it is if a page has no words.
    """
    if not left_total or not right_total:
        return 0.0
    more, less = (left or 0.5) * right_total, (right or 0.5) * left_total
    # The same figures on the other side are the same number below 0.
    ratio = log2(more / less) if more >= less else -log2(less / more)
    return ratio if (left if ratio > 0 else right) else 0.0


def _first(keys: list[str], top: int | None) -> list[str]:
    return sorted(keys) if top is None else heapq.nsmallest(top, keys)


def _shown(left: Counted, right: Counted, keys: Collection[str]) -> dict[str, str]:
    """Words as that page shows them on which they are more often; the left, if on both alike."""
    on_right = {key for key in keys if right.times.get(key, 0) > left.times.get(key, 0)}
    return left.shown(set(keys) - on_right) | right.shown(on_right)
