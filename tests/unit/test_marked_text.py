"""A text with marks is the text, and its marks are where they should be."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from tests.texts import indexed, texts
from views.evidence_selection import TextAsked
from views.marked_text import MarkedText, Piece, lines_in, stretches_of
from views.one_word import around
from views.text_parts import Addresses
from wordcount.indexed_text import IndexedText, Layout, Span
from wordcount.occurrences import occurrences


@pytest.fixture(autouse=True, scope="module")
def _in_a_request() -> Iterator[None]:
    app = Flask("test")
    app.add_url_rule("/<job_key>", "evidence.text")
    with app.test_request_context():
        yield


def marked(index: IndexedText, *forms: str) -> MarkedText:
    numbers = occurrences(index, set(forms))
    hits = [(index.starts[number], index.ends[number]) for number in numbers]
    return MarkedText(index, hits, Addresses("key", TextAsked(), [(0, len(index.text))]))


def laid_out(text: str, **layout: list[Span]) -> IndexedText:
    index = indexed(text)
    return replace(index, layout=Layout(sentences=index.layout.sentences, **layout))


def test_lines_words_and_headings() -> None:
    index = laid_out("Old roses\nA rose, a Rose", headings=[(4, 9), (12, 16)])
    [stretch] = marked(index, "rose", "roses").stretches((0, 24), "page")
    assert (stretch.is_main, stretch.words) == (None, 6)
    assert stretch.lines == [
        [Piece("Old ", False), Piece("roses", True, 4, "#at-12")],
        [
            Piece("A ", False),
            Piece("rose", True, 12, "#at-4"),
            Piece(", a Rose", False),
        ],
    ]


def test_main_text_and_what_is_around_it() -> None:
    index = laid_out("Home\nA rose\nIt is red\nImprint", main=[(5, 21)])
    text = marked(index)
    whole = text.stretches((0, 29), "page")
    assert [stretch.is_main for stretch in whole] == [False, True, False]
    assert [stretch.words for stretch in whole] == [1, 5, 1]
    [main] = text.stretches((0, 29), "main")
    assert main == whole[1]
    assert text.stretches((0, 29), "around") == [whole[0], whole[2]]
    [cut] = text.stretches((5, 12), "page")
    assert (cut.words, cut.lines) == (5, [[Piece("A rose", False)]])


def test_headings_over_several_lines() -> None:
    index = laid_out("One\ntwo three", headings=[(0, 7)])
    [stretch] = marked(index).stretches((0, 13), "page")
    assert stretch.lines == [
        [Piece("One", True)],
        [Piece("two", True), Piece(" three", False)],
    ]


@st.composite
def _layouts(draw: st.DrawFn) -> IndexedText:
    text = draw(texts)
    places = draw(st.lists(st.integers(0, len(text)), unique=True, max_size=8))
    places = sorted(places)[: len(places) // 2 * 2]
    lines = [start for start, _ in lines_in(text, (0, len(text)))] + [len(text)]
    edges = draw(st.lists(st.sampled_from(lines), unique=True, max_size=6))
    edges = sorted(edges)[: len(edges) // 2 * 2]
    return laid_out(
        text,
        headings=list(zip(places[::2], places[1::2], strict=True)),
        main=list(zip(edges[::2], edges[1::2], strict=True)),
    )


@given(_layouts())
def test_the_pieces_are_the_text(index: IndexedText) -> None:
    text = marked(index, "rose", "Rose", "garden")
    stretches = text.stretches((0, len(index.text)), "page")
    lines = [line for stretch in stretches for line in stretch.lines]
    shown = ["".join(piece.text for piece in line) for line in lines]
    assert shown == [line for line in index.text.split("\n") if line]
    assert sum(stretch.words for stretch in stretches) == len(index.words)
    marks = [piece for line in lines for piece in line if piece.place is not None]
    assert [(piece.place, piece.text) for piece in marks] == [
        (start, index.text[start:end]) for start, end in text.hits
    ]
    bold = {
        place
        for place in range(len(index.text))
        if any(start <= place < end for start, end in index.layout.headings)
    }
    for line_start, line in zip(line_starts(index.text), lines, strict=True):
        at = line_start
        for piece in line:
            assert piece.is_heading == (at in bold)
            at += len(piece.text)


def line_starts(text: str) -> list[int]:
    return [start for start, _ in lines_in(text, (0, len(text)))]


@given(_layouts())
def test_what_is_around_is_all_the_rest(index: IndexedText) -> None:
    main = list(index.layout.main or [])
    rest = around(main, index.text)
    covered = sorted(place for span in main + rest for place in range(*span))
    assert len(covered) == len(set(covered))
    missing = set(range(len(index.text))) - set(covered)
    assert {index.text[place] for place in missing} <= {"\n"}
    assert all(start < end and index.text[start] != "\n" for start, end in rest)
    assert {span for _, span in stretches_of(index)} >= set(main)
