"""Where the words of a ranking stand: each occurrence once, and what is beside the text."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wordcount.indexed_text import IndexedText, Layout, Span
from wordcount.rows import keys_of
from wordcount.tokens import tokens_in
from wordcount.where import Beside, Where, places_of_all, where_of, where_of_all
from wordcount.words import words_in

TEXT = "Roses and sea\nA rose, roses\nSea"
HEADINGS = [(0, 13)]
LINKS = [(6, 9), (14, 20), (28, 31)]
NOTHING = Beside({}, {})


def indexed(text: str, headings: list[Span], links: list[Span]) -> IndexedText:
    return IndexedText.of(text, words_in(text), Layout(headings=headings, links=links))


INDEX = indexed(TEXT, HEADINGS, LINKS)
BESIDE = Beside(words_in("ROSES by the sea"), words_in("Rose\nrose"))


def test_every_word_is_in_one_part_of_the_text() -> None:
    headings, links, body = (
        {INDEX.vocabulary[number]: times for number, times in counts.items()}
        for counts in places_of_all(INDEX)
    )
    assert headings == {"Roses": 1, "and": 1, "sea": 1}
    assert links == {"A": 1, "rose": 1, "Sea": 1}
    assert body == {"roses": 1}


def test_the_rows_of_a_ranking() -> None:
    assert where_of_all(INDEX, BESIDE, "en") == {
        "roses": Where(title=1, headings=1, body=1),
        "and": Where(headings=1),
        "sea": Where(title=1, headings=1, links=1),
        "a": Where(links=1),
        "rose": Where(links=1, alts=2),
        "by": Where(title=1),
        "the": Where(title=1),
    }


@pytest.mark.parametrize(
    ("word", "fold_case", "together", "where"),
    [
        pytest.param("Roses", True, False, Where(title=1, headings=1, body=1), id="folded"),
        pytest.param("Roses", False, False, Where(headings=1), id="as written"),
        pytest.param("ROSES", False, False, Where(title=1), id="in the title only"),
        pytest.param("Roses", True, True, Where(1, 1, 1, 1, 2), id="forms together"),
        pytest.param("Roses", False, True, Where(1, 1, 1, 1, 2), id="forms together, as written"),
        pytest.param("tulip", True, False, Where(), id="nowhere"),
    ],
)
def test_one_row(word: str, fold_case: bool, together: bool, where: Where) -> None:
    (key,) = keys_of([word], "en", fold_case=fold_case, together=together)
    found = where_of(key, INDEX, BESIDE, "en", fold_case=fold_case, together=together)
    assert found == where


def test_the_rules_of_the_language_hold_beside_the_text_too() -> None:
    beside = Beside(words_in("L\u2019ÎLE"), words_in("d'île"))
    assert where_of("île", indexed("île", [], []), beside, "fr") == Where(title=1, body=1, alts=1)


def test_a_word_belongs_where_it_starts() -> None:
    index = indexed("abc def", [(2, 5)], [(0, 1)])
    assert where_of_all(index, NOTHING, None) == {"abc": Where(links=1), "def": Where(headings=1)}


def test_an_empty_page() -> None:
    empty = indexed("", [], [])
    assert where_of_all(empty, NOTHING, None) == {}
    assert where_of("a", empty, NOTHING, None) == Where()


places = st.lists(st.integers(0, 40), max_size=8).map(sorted)
spans = places.map(lambda ends: list(zip(ends[::2], ends[1::2], strict=False)))


@given(st.text("aAb é\n.", max_size=40), spans, spans, st.booleans(), st.booleans())
def test_all_rows_agree_with_each_and_with_the_count(
    text: str, headings: list[Span], links: list[Span], fold_case: bool, together: bool
) -> None:
    index = indexed(text, headings, links)
    beside = Beside(words_in(text[:5]), words_in(text[5:9]))
    rows = where_of_all(index, beside, "en", fold_case=fold_case, together=together)
    for key, row in rows.items():
        assert row == where_of(key, index, beside, "en", fold_case=fold_case, together=together)
    tokens = tokens_in(text)
    keys = keys_of(tokens.words, "en", fold_case=fold_case, together=together)
    parts: Counter[tuple[str, str]] = Counter()
    for key, start in zip(keys, tokens.starts, strict=True):
        in_heading = any(first <= start < end for first, end in headings)
        in_link = any(first <= start < end for first, end in links)
        parts[key, "headings" if in_heading else "links" if in_link else "body"] += 1
    found = {
        (key, part): times
        for key, row in rows.items()
        for part, times in row._asdict().items()
        if times and part not in {"title", "alts"}
    }
    assert found == parts
