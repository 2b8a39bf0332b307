"""Where the forms of a word occur in an indexed text."""

from bisect import bisect_left
from collections.abc import Iterable, Set
from itertools import compress

from wordcount.indexed_text import IndexedText, Span


def occurrences(
    index: IndexedText, forms: Set[str], spans: Iterable[Span] | None = None
) -> list[int]:
    """The numbers of the words of a text that are one of these forms, in their order.

    :param forms: as they are counted, such as those of :class:`wordcount.groups.Group`.
    :param spans: only words that start in one of these stretches, which do not overlap and stand
        in the order of the text.
    """
    wanted = {number for number, word in enumerate(index.vocabulary) if word in forms}
    found = list(compress(range(len(index.words)), map(wanted.__contains__, index.words)))
    if spans is None:
        return found
    inside: list[int] = []
    for first, end in index.ranges(spans):
        inside += found[bisect_left(found, first) : bisect_left(found, end)]
    return inside
