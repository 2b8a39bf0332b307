"""The phrases of a text: two or three words that follow one another, and how often.

Which words do, :mod:`wordcount.neighbours` says. Where stop words are left out, a phrase never has
two of them side by side: "king of France" is one, "of the king" is none.
"""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from typing import NamedTuple

from wordcount.indexed_text import IndexedText, Span
from wordcount.neighbours import both, either, flagged, parted_in, ranges_in
from wordcount.sequences import Sequences, most_frequent, rows_of, sequences


class Phrase(NamedTuple):
    """A row of the ranking of phrases.

    :ivar phrase: as it is written most often.
    :ivar share: of all sequences of as many words that are counted.
    """

    phrase: str
    times: int
    share: float


@dataclass(frozen=True)
class Phrases:
    """All phrases of so many words, ranked when they are asked for.

    :ivar total: how many there are, each as often as it stands there.
    """

    total: int
    found: Sequences

    def rows(self, top: int | None = None) -> list[Phrase]:
        """The phrases, most frequent first; of equally frequent ones in the order of the alphabet,
        word by word.

        :param top: how many; all by default, which takes some time for a large text.
        """
        return self.rows_with(most_frequent(self.found.counts, top))

    def rows_with(self, codes: Sequence[int]) -> list[Phrase]:
        """The rows of some phrases.

        :param codes: theirs among all that were found; the rows stand in this order.
        """
        shown, counts = self.found.shown(set(codes)), self.found.counts
        return [Phrase(shown[code], counts[code], counts[code] / self.total) for code in codes]


def phrases(  # noqa: PLR0913 -- named, and each a choice of the reader
    index: IndexedText,
    length: int,
    *,
    language: str | None,
    stop_words: Set[str] = frozenset(),
    fold_case: bool = True,
    together: bool = False,
    spans: Iterable[Span] | None = None,
) -> Phrases:
    """The phrases of a text.

    :param length: of each, in words: two or more.
    :param language: of the page; this and `fold_case` and `together` say which words are the same,
        as in :func:`wordcount.counts.rank`.
    :param stop_words: the words of the text that are stop words, as they are counted; none if
        stop words are kept.
    :param spans: only sentences that start in these stretches of the text.
    :raises ValueError: if a phrase is to have fewer than two words.
    """
    if length < 2:
        raise ValueError("a phrase has two words or more")
    parted = bytes(parted_in(index, ranges_in(index, spans)))
    if stop_words:
        stops = flagged(index, stop_words)
        parted = either(parted, both(stops, stops[1:]))
    rows = rows_of(index, language, fold_case=fold_case, together=together)
    found = sequences(index, length, rows, parted)
    return Phrases(found.counts.total(), found)
