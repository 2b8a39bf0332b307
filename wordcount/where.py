"""Where the words of a ranking stand: in the title, in headings, in links, in place of images."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import chain, compress, repeat
from typing import NamedTuple

from wordcount.indexed_text import IndexedText
from wordcount.rows import keys_of

# The parts of a text, as the number of each of its words.
_BODY, _LINK, _HEADING = range(3)


class Where(NamedTuple):
    """How often a word stands where.

    It is counted in headings, in links and in the body; its count is the sum of these three.

    :ivar title: in the title of the window.
    :ivar headings: in headings.
    :ivar links: in links, but in no heading.
    :ivar body: in the rest of the text.
    :ivar alts: in what is said in place of images.
    """

    title: int = 0
    headings: int = 0
    links: int = 0
    body: int = 0
    alts: int = 0


class Beside(NamedTuple):
    """What a page says beside its text, each as :func:`wordcount.words.words_in` counts its words.

    :ivar title: of the window.
    :ivar alts: what is said in place of images.
    """

    title: Mapping[str, int]
    alts: Mapping[str, int]


class Places(NamedTuple):
    """How often the words of a text, by their numbers, stand in each part of it."""

    headings: Counter[int]
    links: Counter[int]
    body: Counter[int]


def places_of_all(index: IndexedText) -> Places:
    """How often each word stands in headings, in links that are in no heading, and in the rest."""
    parts = _part_of_each(index)

    def words_in(part: int) -> Counter[int]:
        is_there = bytes(number == part for number in range(256))
        return Counter(compress(index.words, parts.translate(is_there)))

    return Places(words_in(_HEADING), words_in(_LINK), words_in(_BODY))


def where_of_all(
    index: IndexedText,
    beside: Beside,
    language: str | None,
    *,
    fold_case: bool = True,
    together: bool = False,
) -> dict[str, Where]:
    """Where the words of each row of a ranking stand, by the key of the row.

    Words that stand only beside the text are among them; their count is nothing.

    :param fold_case: and `together`: which words are one row; see :func:`wordcount.rows.keys_of`.
    """
    keys_for = partial(keys_of, language=language, fold_case=fold_case, together=together)
    keys = keys_for(index.vocabulary)
    headings, links, body = (
        _sums(keys, map(counts.get, range(len(keys)), repeat(0))) for counts in places_of_all(index)
    )
    title, alts = (_sums(keys_for([*words]), words.values()) for words in beside)
    return {
        key: Where(
            title.get(key, 0),
            headings.get(key, 0),
            links.get(key, 0),
            body.get(key, 0),
            alts.get(key, 0),
        )
        for key in dict.fromkeys(chain(keys, title, alts))
    }


def where_of(  # noqa: PLR0913 -- the choices are named
    key: str,
    index: IndexedText,
    beside: Beside,
    language: str | None,
    *,
    fold_case: bool = True,
    together: bool = False,
) -> Where:
    """The same of one row, in a fraction of the time.

    :param key: as :func:`wordcount.rows.keys_of` gives it, for the same choices.
    """
    keys_for = partial(keys_of, language=language, fold_case=fold_case, together=together)
    numbers = {number for number, other in enumerate(keys_for(index.vocabulary)) if other == key}
    is_one = map(numbers.__contains__, index.words)
    times = Counter(compress(_part_of_each(index), is_one))
    title, alts = (
        sum(compress(words.values(), map(key.__eq__, keys_for([*words])))) for words in beside
    )
    return Where(title, times[_HEADING], times[_LINK], times[_BODY], alts)


def _part_of_each(index: IndexedText) -> bytearray:
    """The part of the text that each of its words stands in, by where it starts."""
    parts = bytearray(len(index.words))
    for part, spans in ((_LINK, index.layout.links), (_HEADING, index.layout.headings)):
        for first, end in index.ranges(spans):
            parts[first:end] = bytes([part]) * (end - first)
    return parts


def _sums(keys: Sequence[str], counts: Iterable[int]) -> dict[str, int]:
    """The counts of the words of each row together."""
    sums = dict.fromkeys(keys, 0)
    for key, times in zip(keys, counts, strict=True):
        if times:
            sums[key] += times
    return sums
