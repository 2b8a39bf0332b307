"""A word in context: the sentences in which it occurs, one line for each occurrence.

Such a list is a concordance; sorted by the words beside the word, it shows with which of them it
is used: J. Sinclair, "Corpus, Concordance, Collocation", Oxford University Press 1991, chapter 2.
"""

import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Sequence, Set
from typing import Literal, NamedTuple

from wordcount.indexed_text import IndexedText
from wordcount.normal_form import bare_forms, ranking_forms
from wordcount.occurrences import occurrences

Sort = Literal["text", "left", "right"]

#: How much of a sentence is shown on either side of the word, in code points.
LONGEST_SIDE = 300
#: How many words on one side decide the order of the lines.
NEIGHBOURS = 3

# What stands for the edge of a sentence, where others have the number of a word.
_EDGE = -1
# By what a word is sorted.
_Order = tuple[str, str]


class Line(NamedTuple):
    """An occurrence of a word in its sentence, which is `before`, `hit` and `after`.

    :ivar number: of the word in the text, from 0.
    :ivar before: the sentence up to the word; if that is too much, an ellipsis and its end.
    :ivar hit: the word as it stands there.
    :ivar after: the rest of it; if that is too much, its beginning and an ellipsis.
    :ivar left: the word before it in the sentence, as it is counted; empty if it is the first.
    :ivar right: the word after it; empty if it is the last.
    :ivar place: where the hit starts in the text, in code points.
    """

    number: int
    before: str
    hit: str
    after: str
    left: str
    right: str
    place: int


class Concordance(NamedTuple):
    """The first lines of a concordance.

    :ivar total: how many lines it has altogether.
    """

    total: int
    lines: list[Line]


def concordance(
    index: IndexedText,
    forms: Set[str],
    *,
    sort: Sort = "text",
    first: int = 50,
) -> Concordance:
    """The occurrences of a word, each in its sentence.

    :param forms: of the word, as they are counted.
    :param sort: in the order of the text; or by the word on one side, with case and accents
        folded, then by the second and the third on that side, then by the text. Where the sentence
        has no more words comes before all others.
    :param first: how many lines.
    """
    hits = occurrences(index, forms)
    shown = first_of(index, hits, sort=sort, first=first)
    return Concordance(len(hits), [line_at(index, number) for number in shown])


def first_of(index: IndexedText, hits: list[int], *, sort: Sort, first: int) -> list[int]:
    """The first of some occurrences in the order of a :func:`concordance`.

    :param hits: the numbers of their words in the text, in order.
    """
    return hits[:first] if sort == "text" else _first_by(index, hits, sort, first)


def _first_by(index: IndexedText, hits: list[int], sort: Sort, first: int) -> list[int]:
    """The first of these, by their neighbours on one side.

    Lines are told apart by one neighbour after the other, and only those that may be shown: so it
    takes no long time for any word, not even on a page that is nothing but one.
    """
    step = -1 if sort == "left" else 1
    # Which words have no neighbour on this side.
    alone = bytearray(len(index.words))
    for start, end in [(0, len(index.words)), *index.sentences] if hits else []:
        alone[start if sort == "left" else end - 1] = 1
    orders: dict[int, _Order] = {_EDGE: ("", "")}
    # What is still to be told apart, from how many words away; the last comes first.
    groups = [(hits, 0)]
    found: list[int] = []
    while groups and len(found) < first:
        group, distance = groups.pop()
        if len(group) == 1 or distance == NEIGHBOURS:
            found += group
            continue
        ats = [number + distance * step for number in group]
        neighbours = [_EDGE if alone[at] else index.words[at + step] for at in ats]
        orders |= _orders_of(set(neighbours) - orders.keys(), index.vocabulary)
        parts: dict[_Order, list[int]] = {}
        for number, neighbour in zip(group, neighbours, strict=True):
            parts.setdefault(orders[neighbour], []).append(number)
        for order in sorted(parts, reverse=True):
            groups.append((parts[order], distance + 1 if order[0] else NEIGHBOURS))
    return found[:first]


def _orders_of(numbers: Set[int], vocabulary: Sequence[str]) -> dict[int, _Order]:
    """By what words are sorted: by their letters, then by these with all that is on them."""
    words = [vocabulary[number] for number in numbers]
    forms = ranking_forms(bare_forms(words))
    return {number: (_letters(form), form) for number, form in zip(numbers, forms, strict=True)}


def _letters(form: str) -> str:
    """A word without accents and the like."""
    if form.isascii():
        return form
    decomposed = unicodedata.normalize("NFD", form)
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign)) or form


def line_at(index: IndexedText, number: int) -> Line:
    """The line of one occurrence.

    :param number: of the word in the text, from 0.
    """
    start, end = index.starts[number], index.ends[number]
    sentences = index.layout.sentences
    at = bisect_right(sentences, start)
    opened = sentences[at - 1] if at else 0
    closed = max(end, sentences[at]) if at < len(sentences) else len(index.text)
    before, after = number - 1, number + 1
    has_left = number > 0 and index.starts[before] >= opened
    has_right = after < len(index.words) and index.starts[after] < closed
    return Line(
        number=number,
        before=_before(index, number, opened),
        hit=index.text[start:end],
        after=_after(index, number, closed),
        left=index.vocabulary[index.words[before]] if has_left else "",
        right=index.vocabulary[index.words[after]] if has_right else "",
        place=start,
    )


# A sentence is cut where a word begins or ends, or at a space: there no letter is parted from its
# marks, and nothing else that readers see as one. It goes before the space, which may carry marks.


def _before(index: IndexedText, number: int, opened: int) -> str:
    """What of the sentence stands before a word."""
    text, start = index.text, index.starts[number]
    if start - opened <= LONGEST_SIDE:
        return text[opened:start].lstrip()
    earliest = start - LONGEST_SIDE
    cut = index.starts[bisect_left(index.starts, earliest, 0, number)]
    space = text.find(" ", earliest, cut)
    return "…" + text[cut if space < 0 else space : start]


def _after(index: IndexedText, number: int, closed: int) -> str:
    """What of the sentence stands after a word."""
    text, end = index.text, index.ends[number]
    if closed - end <= LONGEST_SIDE:
        return text[end:closed].rstrip()
    latest = end + LONGEST_SIDE
    cut = index.ends[bisect_right(index.ends, latest, number) - 1]
    space = text.rfind(" ", cut, latest)
    return text[end : max(cut, space)] + "…"
