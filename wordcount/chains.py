"""Stretches that two texts have in common -> those of them that keep the order of both.

It is the chaining of fragments, which biology does with genomes: among boxes in a plane, the
heaviest row of them that rises. https://doi.org/10.1007/3-540-44888-8_1
"""

from typing import NamedTuple

import numpy
from numpy.typing import NDArray

Numbers = NDArray[numpy.int64]

# Of more runs than these the longest are chained.
_MOST_RUNS = 100_000
# What comes after a gap often begins like the gap: so many words two runs may claim both.
_OVERLAP = 4


class Run(NamedTuple):
    """The same words in both texts: the first in ours, the first in theirs, and how many."""

    here: int
    there: int
    length: int


class Runs(NamedTuple):
    """Where the same words stand in a row: the first of ours, the first of theirs, how many."""

    here: Numbers
    there: Numbers
    length: Numbers


def chain_of(runs: Runs) -> list[Run]:
    """The runs that have the most words together, each after the one before in both texts.

    A run may begin up to four words before the end of the one before.
    """
    kept = numpy.sort(numpy.argsort(-runs.length, kind="stable")[:_MOST_RUNS])
    here, there, length = (values[kept] for values in runs)
    if not len(kept):
        return []
    reach = numpy.maximum(length - _OVERLAP, 1)
    reach_here, reach_there = here + reach, there + reach
    ends, ranks = numpy.unique(reach_there, return_inverse=True)
    limits = numpy.searchsorted(ends, there, "right").tolist()
    places, starts = reach_here.tolist(), here.tolist()
    best = _Best(ranks.tolist(), len(ends))
    total, before = length.tolist(), [-1] * len(kept)
    ended = iter(numpy.argsort(reach_here, kind="stable").tolist())
    next_ended = next(ended)
    for number in numpy.argsort(here, kind="stable").tolist():
        while places[next_ended] <= starts[number]:
            best.put(total[next_ended], places[next_ended], next_ended)
            next_ended = next(ended)
        so_far, _, before[number] = best.below(limits[number])
        total[number] += so_far
    chain = [total.index(max(total))]
    while before[chain[-1]] >= 0:
        chain.append(before[chain[-1]])
    chain.reverse()
    found = (values[chain].tolist() for values in (here, there, length))
    return [Run(*run) for run in zip(*found, strict=True)]


class _Best:
    """The chain with the most words of all that have ended: a Fenwick tree of maxima.

    Of chains that have as many, it is the one that has ended last: the same line may stand in the
    navigation, and beside the main text. https://doi.org/10.1002/spe.4380240306

    :param ranks: of each run, in the order in which they end in their text.
    """

    def __init__(self, ranks: list[int], size: int) -> None:
        self._ranks = ranks
        self._best = [(0, 0, -1)] * (size + 1)

    def put(self, words: int, end: int, number: int) -> None:
        """A run has ended in our text."""
        at = self._ranks[number] + 1
        while at < len(self._best):
            if self._best[at] >= (words, end, number):
                return  # and so is whatever covers this
            self._best[at] = (words, end, number)
            at += at & -at

    def below(self, limit: int) -> tuple[int, int, int]:
        """Words, end and number of the best of those with a rank below this."""
        found = (0, 0, -1)
        while limit:
            found = max(found, self._best[limit])
            limit &= limit - 1
        return found
