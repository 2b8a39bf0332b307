"""An index keeps which word stands where, also through the database."""

from wordcount.indexed_text import IndexedText, Layout, Span
from wordcount.words import words_in

TEXT = "A rose is a rose.\nHome\nIs it? It is: 公园。"
LAYOUT = Layout(
    sentences=[0, 18, 23, 30], headings=[(0, 17)], links=[(18, 22)], main=[(0, 17), (23, 39)]
)


def indexed(layout: Layout = LAYOUT) -> IndexedText:
    return IndexedText.of(TEXT, words_in(TEXT), layout)


def test_words_are_numbers_of_the_vocabulary() -> None:
    index = indexed()
    words = [index.vocabulary[number] for number in index.words]
    assert words == ["A", "rose", "is", "a", "rose", "Home", "Is", "it", "It", "is", "公园"]
    spans = zip(index.starts, index.ends, strict=True)
    assert [TEXT[start:end] for start, end in spans] == words


def test_it_comes_back_from_bytes_as_it_was() -> None:
    index = indexed()
    back = IndexedText.from_bytes(index.to_bytes(), TEXT, words_in(TEXT))
    assert (list(back.words), list(back.starts)) == (list(index.words), list(index.starts))
    assert list(back.ends) == list(index.ends)
    assert (list(back.layout.sentences), back.layout.main) == ([0, 18, 23, 30], LAYOUT.main)
    assert (back.layout.headings, back.layout.links) == ([(0, 17)], [(18, 22)])


def test_no_main_text_and_nobody_having_looked_are_two_things() -> None:
    main: list[Span] | None
    for main in (None, []):
        packed = indexed(Layout(main=main)).to_bytes()
        assert IndexedText.from_bytes(packed, TEXT, words_in(TEXT)).layout.main == main


def test_the_sentences_of_a_part() -> None:
    index = indexed()
    assert index.sentences == [(0, 5), (5, 6), (6, 8), (8, 11)]
    assert index.sentences_in(LAYOUT.main or []) == [(0, 5), (6, 8), (8, 11)]
    assert index.ranges(LAYOUT.links) == [(5, 6)]


def test_a_sentence_without_words_is_none() -> None:
    text = "One. … Two."
    index = IndexedText.of(text, words_in(text), Layout(sentences=[0, 5, 7]))
    assert index.sentences == [(0, 1), (1, 2)]


def test_an_empty_text() -> None:
    index = IndexedText.of("", {}, Layout())
    assert IndexedText.from_bytes(index.to_bytes(), "", {}).sentences == []


def test_within_stretches_are_only_their_words() -> None:
    text = "Home\nA rose is a rose.\nImprint"
    index = IndexedText.of(text, words_in(text), Layout([0, 5, 23], links=[(0, 4), (23, 30)]))
    main = index.within([(5, 22)])
    assert [main.vocabulary[number] for number in main.words] == ["A", "rose", "is", "a", "rose"]
    assert [text[start:end] for start, end in zip(main.starts, main.ends, strict=True)] == [
        *("A", "rose", "is", "a", "rose")
    ]
    assert main.sentences == [(0, 5)]
    assert main.ranges(main.layout.links) == [(0, 0), (5, 5)]
    assert (main.text, main.layout) == (text, index.layout)
    assert list(index.within([]).words) == []
    assert index.within([(0, len(text))]).words == index.words
