"""Which words of a text stand in another one as well, in the same order.

Runs of words that are rare in both texts are chained, such that as many words as possible are in
the chain; what is left between them is searched for shorter runs. (Patience diff does so with
lines that are unique: https://bramcohen.livejournal.com/73318.html) It takes about as long as
sorting all words, whatever the texts are.
"""

import re
from array import array
from typing import NamedTuple

import numpy
from numpy.typing import NDArray

from wordcount.chains import Runs, chain_of
from wordcount.slices import slices

Numbers = NDArray[numpy.int64]
Flags = NDArray[numpy.bool_]

# Scripts without spaces between words: of ideographs and kana each is a word here.
_IDEOGRAPHS = "\u2e80-\ua4cf\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
_WORDS = re.compile(rf"[{_IDEOGRAPHS}]|[^\W{_IDEOGRAPHS}]+|\n")
_END_OF_LINE = 0

# How many words a run has at least, from the first search to the last.
_SHORTEST_RUNS = (8, 4, 2, 1)
# What stands more often in either text does not tell where it belongs.
_MOST_PLACES = 4
# An odd number of 64 bits whose bits look like chance: the golden ratio (Knuth, vol. 3, 6.4).
_FACTOR = numpy.uint64(0x9E3779B97F4A7C15)
_FEW = 16


class Words(NamedTuple):
    """The words of a text.

    :ivar numbers: of each word; the same for the same words.
    :ivar lines: which line each stands in, from 0 on.
    """

    numbers: Numbers
    lines: Numbers


def words_of(text: str, known: dict[str, int]) -> Words:
    """The words of a text: letters and digits in a row, in any script.

    They are cut in a simple way, for they are compared only. What nobody sees in a word is passed
    by.

    :param known: the numbers of words; new ones are added.
    """
    known.setdefault("\n", _END_OF_LINE)
    unseen = {ord(one): None for one in set(text) if not (one.isprintable() or one.isspace())}
    numbers = array("q")
    for part in slices(text.translate(unseen) if unseen else text):
        numbers.extend([known.setdefault(word, len(known)) for word in _WORDS.findall(part)])
    found = numpy.array(numbers, numpy.int64)
    is_word = found != _END_OF_LINE
    return Words(found[is_word], numpy.cumsum(~is_word)[is_word])


def aligned(ours: Numbers, theirs: Numbers) -> tuple[Flags, Flags]:
    """Which words of either text have a counterpart in the other.

    The counterpart of the first that has one in `ours` is the first that has one in `theirs`, and
    so on: it is a common subsequence, if not always the longest.
    """
    pairing = _Pairing(ours, theirs)
    for shortest in _SHORTEST_RUNS:
        pairing.add(pairing.runs(shortest))
        pairing.extend()
        if pairing.here.all() or pairing.there.all():
            break  # mostly at once: all of the main text stands in the page
    if not pairing.here.any():  # there is nothing rare
        pairing.pair(0, 0, _same(ours, theirs))
    return pairing.here, pairing.there


class _Pairing:
    """Which words have a counterpart so far; the gaps are what is between those.

    :ivar here: for each of our words, whether it has one.
    :ivar there: for each of theirs.
    """

    def __init__(self, ours: Numbers, theirs: Numbers) -> None:
        self._ours, self._theirs = ours, theirs
        self.here = numpy.zeros(len(ours), numpy.bool_)
        self.there = numpy.zeros(len(theirs), numpy.bool_)

    def pair(self, here: int, there: int, length: int) -> None:
        """So many words from here on are the same as those from there on."""
        self.here[here : here + length] = True
        self.there[there : there + length] = True

    def runs(self, shortest: int) -> Runs:
        """The runs of at least so many words that stand in the same gap, and are rare in it."""
        at_here, here = _hashes(self._ours, self.here, shortest)
        at_there, there = _hashes(self._theirs, self.there, shortest)
        at_here, at_there = _same_and_rare(at_here, here, at_there, there)
        # Other words may have the same hash.
        is_same = numpy.cumsum(self.here)[at_here] == numpy.cumsum(self.there)[at_there]
        for step in range(shortest):
            is_same &= self._ours[at_here + step] == self._theirs[at_there + step]
        return _joined(at_here[is_same], at_there[is_same], shortest)

    def add(self, runs: Runs) -> None:
        """Pair the words of the best chain of these runs."""
        end_here = end_there = 0
        for here, there, length in chain_of(runs):
            taken = max(end_here - here, end_there - there, 0)
            if taken < length:
                self.pair(here + taken, there + taken, length - taken)
                end_here, end_there = here + length, there + length

    def extend(self) -> None:
        """Pair what goes on in the same way, after each pair and then before each."""
        self._extend(+1)
        self._extend(-1)

    def _extend(self, step: int) -> None:
        here, there, room = self._gaps(step)
        # All gaps at once for a few words, for there may be very many; few go on for longer.
        for _ in range(_FEW):
            goes_on = (room > 0).nonzero()[0]
            goes_on = goes_on[self._ours[here[goes_on]] == self._theirs[there[goes_on]]]
            here, there, room = here[goes_on], there[goes_on], room[goes_on] - 1
            self.here[here] = self.there[there] = True
            here, there = here + step, there + step
        for number in (room > 0).nonzero()[0].tolist():
            left = int(room[number])
            ours = _stretch(int(here[number]), step, left)
            theirs = _stretch(int(there[number]), step, left)
            length = _same(self._ours[ours], self._theirs[theirs])
            self.here[ours][:length] = self.there[theirs][:length] = True

    def _gaps(self, step: int) -> tuple[Numbers, Numbers, Numbers]:
        """The first words after all pairs, or the last before them, and how many there are."""
        heres, theres = numpy.flatnonzero(self.here), numpy.flatnonzero(self.there)
        if step > 0:
            room_here = numpy.diff(heres, append=len(self.here)) - 1
            room_there = numpy.diff(theres, append=len(self.there)) - 1
        else:
            room_here = numpy.diff(heres, prepend=-1) - 1
            room_there = numpy.diff(theres, prepend=-1) - 1
        return heres + step, theres + step, numpy.minimum(room_here, room_there)


def _stretch(start: int, step: int, length: int) -> slice:
    """So many words from one on, forwards or backwards."""
    end = start + step * length
    return slice(start, end if end >= 0 else None, step)


def _hashes(words: Numbers, has_pair: Flags, length: int) -> tuple[Numbers, Numbers]:
    """Where so many words stand together in a gap, and a number made of those and of the gap."""
    last = len(words) - length + 1
    if last <= 0:
        return numpy.zeros(0, numpy.int64), numpy.zeros(0, numpy.int64)
    pairs_before = numpy.cumsum(has_pair)
    hashed = pairs_before[:last].astype(numpy.uint64)
    for step in range(length):
        hashed *= _FACTOR
        hashed ^= hashed >> numpy.uint64(29)
        hashed += words[step : last + step].astype(numpy.uint64)
    hashed *= _FACTOR
    is_free = ~has_pair[:last] & (pairs_before[:last] == pairs_before[length - 1 :])
    places = numpy.flatnonzero(is_free)
    return places, hashed[places].view(numpy.int64)


def _same_and_rare(
    at_here: Numbers, here: Numbers, at_there: Numbers, there: Numbers
) -> tuple[Numbers, Numbers]:
    """The places of ours and theirs that have the same number, if there are few of them."""
    order, other = numpy.argsort(here, kind="stable"), numpy.argsort(there, kind="stable")
    here, there = here[order], there[other]
    first = numpy.searchsorted(here, there)
    times = numpy.searchsorted(here, there, "right") - first
    theirs = numpy.searchsorted(there, there, "right") - numpy.searchsorted(there, there)
    times[(times > _MOST_PLACES) | (theirs > _MOST_PLACES)] = 0
    number = numpy.arange(times.sum()) - numpy.repeat(numpy.cumsum(times) - times, times)
    return at_here[order[numpy.repeat(first, times) + number]], at_there[
        other[numpy.repeat(numpy.arange(len(there)), times)]
    ]


def _joined(here: Numbers, there: Numbers, length: int) -> Runs:
    """Runs made of pieces of so many words that go on from each other."""
    if not len(here):
        return Runs(here, there, here)
    order = numpy.lexsort((here, here - there))
    here, there = here[order], there[order]
    goes_on = (numpy.diff(here) == 1) & (numpy.diff(there) == 1)
    first = numpy.flatnonzero(numpy.insert(~goes_on, 0, True))
    pieces = numpy.diff(first, append=len(here))
    return Runs(here[first], there[first], pieces + (length - 1))


def _same(ours: Numbers, theirs: Numbers) -> int:
    """How many words are the same from the start on."""
    size, start, look = min(len(ours), len(theirs)), 0, _FEW
    while start < size:
        end = min(start + look, size)
        others = numpy.flatnonzero(ours[start:end] != theirs[start:end])
        if len(others):
            return start + int(others[0])
        start, look = end, 2 * look
    return size
