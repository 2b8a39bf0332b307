"""Where the forms of a word occur in an indexed text."""

from collections.abc import Set
from itertools import compress

from wordcount.indexed_text import IndexedText


def occurrences(index: IndexedText, forms: Set[str]) -> list[int]:
    """The numbers of the words of a text that are one of these forms, in their order.

    :param forms: as they are counted, such as those of :class:`wordcount.groups.Group`.
    """
    wanted = {number for number, word in enumerate(index.vocabulary) if word in forms}
    return list(compress(range(len(index.words)), map(wanted.__contains__, index.words)))
