"""Where in a text a word occurs: on all of it alike, or in one place only.

The text is parted into stretches of as many words each, and what is measured is how the
occurrences are spread over these:

- DP, the deviation of proportions: S. Th. Gries, "Dispersions and adjusted frequencies in corpora",
  International Journal of Corpus Linguistics 13:4 (2008), 403-437.
  https://doi.org/10.1075/ijcl.13.4.02gri
- DP, normalised: J. Lijffijt and S. Th. Gries, "Correction to Stefan Th. Gries' Dispersions and
  adjusted frequencies in corpora", the same journal, 17:1 (2012), 147-149.
  https://doi.org/10.1075/ijcl.17.1.08lij
- Juilland's D: A. Juilland and E. Chang-Rodríguez, "Frequency Dictionary of Spanish Words", Mouton
  1964; for parts that are not of one size as Gries works it out, from the shares of each.
"""

from bisect import bisect_left
from collections.abc import Sequence, Set
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from statistics import fmean, pstdev

from wordcount.indexed_text import IndexedText
from wordcount.occurrences import occurrences

#: Into how many parts a text is cut if nobody says otherwise. So many have room beside each other
#: on a small screen, each wide enough for a finger.
PARTS = 10


@dataclass(frozen=True)
class Dispersion:
    """How the occurrences of a word are spread over a text.

    :ivar words: of the text, in number.
    :ivar numbers: of the words of the text that are occurrences, from 0, in their order.
    :ivar sizes: of the parts, in words; they differ by one at most.
    :ivar counts: how many of the occurrences are in each part.
    """

    words: int
    numbers: Sequence[int]
    sizes: Sequence[int]
    counts: Sequence[int]

    @property
    def positions(self) -> list[float]:
        """Where the occurrences are: from 0, the first word of the text, to nearly 1."""
        return [number / self.words for number in self.numbers]

    @property
    def dp(self) -> float | None:
        """See :func:`deviation_of_proportions`."""
        return deviation_of_proportions(self.counts, self.sizes)

    @property
    def dp_norm(self) -> float | None:
        """See :func:`normalised_deviation`."""
        return normalised_deviation(self.counts, self.sizes)

    @property
    def juilland_d(self) -> float | None:
        """See :func:`juilland_d`."""
        return juilland_d(self.counts, self.sizes)


def dispersion(index: IndexedText, forms: Set[str], parts: int = PARTS) -> Dispersion:
    """Where in a text a word occurs.

    :param forms: of the word, as they are counted.
    :param parts: how many parts; if there are fewer words than that, some have none.
    :raises ValueError: if there is to be no part at all.
    """
    if parts < 1:
        raise ValueError("a text has one part or more")
    words = len(index.words)
    numbers = occurrences(index, forms)
    # Word number n is in part n * parts // words; so each part starts at the next whole number.
    firsts = [-(-part * words // parts) for part in range(parts + 1)]
    before = [bisect_left(numbers, first) for first in firsts]
    return Dispersion(words, numbers, _steps(firsts), _steps(before))


def deviation_of_proportions(counts: Sequence[int], sizes: Sequence[int]) -> float | None:
    """Gries' DP: half the sum of the differences between what share of the occurrences each part
    has, and what share of the words.

    It is 0 for a word that is spread exactly as the words are, and nearly 1 for one that occurs in
    a single small part; None for a word that does not occur.

    :param counts: how often the word occurs in each part.
    :param sizes: of the parts, in words.
    """
    times, words = sum(counts), sum(sizes)
    if not times:
        return None
    shares = zip(counts, sizes, strict=True)
    # In whole numbers to the last step, so that what is 0 is 0.
    return sum(abs(count * words - size * times) for count, size in shares) / (2 * times * words)


def normalised_deviation(counts: Sequence[int], sizes: Sequence[int]) -> float | None:
    """DP as a share of the largest that there can be: all occurrences in the smallest part.

    None where all is one part, and so nothing can be said.
    """
    deviation = deviation_of_proportions(counts, sizes)
    filled = [size for size in sizes if size]
    if deviation is None or len(filled) < 2:
        return None
    words = sum(filled)
    return deviation * words / (words - min(filled))


def juilland_d(counts: Sequence[int], sizes: Sequence[int]) -> float | None:
    """Juilland's D: 1 for a word that all parts have alike, 0 for one that only one part has.

    It is 1 - V / sqrt(n - 1), where n is the number of parts, and V the standard deviation of the
    word's share in each part, divided by the mean of these. None for a word that does not occur,
    or where all is one part.
    """
    shares = [count / size for count, size in zip(counts, sizes, strict=True) if size]
    if not any(shares) or len(shares) < 2:
        return None
    mean = fmean(shares)
    return 1 - pstdev(shares, mean) / mean / sqrt(len(shares) - 1)


def _steps(numbers: Sequence[int]) -> list[int]:
    return [after - before for before, after in pairwise(numbers)]
