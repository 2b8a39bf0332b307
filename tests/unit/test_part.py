"""A part of a text keeps its words in their places."""

from wordcount.indexed_text import IndexedText, Layout
from wordcount.part import part_of
from wordcount.words import words_in

TEXT = "Home\nA rose is a rose\nShop"


def test_only_the_words_that_start_in_it() -> None:
    index = IndexedText.of(TEXT, words_in(TEXT), Layout([0, 5, 22], links=[(0, 4), (22, 26)]))
    part = part_of(index, [(5, 21)])
    assert [part.vocabulary[number] for number in part.words] == ["A", "rose", "is", "a", "rose"]
    assert [TEXT[a:b] for a, b in zip(part.starts, part.ends, strict=True)][1] == "rose"
    assert part.ranges(part.layout.links) == [(0, 0), (5, 5)]
    assert part.sentences == [(0, 5)]
    assert len(part_of(index, []).words) == 0
