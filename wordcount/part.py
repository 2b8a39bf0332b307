"""A part of a text as a text of its own: of its words only those in some stretches."""

from array import array
from collections.abc import Iterable
from dataclasses import replace

from wordcount.indexed_text import IndexedText, Span


def part_of(index: IndexedText, spans: Iterable[Span]) -> IndexedText:
    """The index of the words that start in these stretches; each is in its place in the whole text.

    :param spans: in their order, none over another.
    """
    words, starts, ends = array("I"), array("I"), array("I")
    for first, end in index.ranges(spans):
        words.extend(index.words[first:end])
        starts.extend(index.starts[first:end])
        ends.extend(index.ends[first:end])
    return replace(index, words=words, starts=starts, ends=ends)
