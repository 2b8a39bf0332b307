"""Phrases that hold what somebody looks for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wordcount.indexed_text import IndexedText, Layout
from wordcount.phrase_search import holding
from wordcount.phrases import phrases
from wordcount.words import words_in

TEXT = "said Prince Andrew to Prince Vasili and Princess Mary said to prince Andrew"


def found_in(text: str, length: int, wanted: list[str]) -> list[str]:
    """The phrases of a text that hold these words, in order."""
    index = IndexedText.of(text, words_in(text), Layout([0] if text else []))
    found = phrases(index, length, language="en").found
    codes = holding(found, wanted, [word.casefold() for word in index.vocabulary])
    return sorted(found.shown(codes).values(), key=str.casefold)


@pytest.mark.parametrize(
    ("length", "wanted", "found"),
    [
        (2, ["vas"], ["Prince Vasili", "Vasili and"]),
        (2, ["nce", "and"], ["prince Andrew"]),
        (2, ["prince", "andrew"], ["prince Andrew"]),
        (2, ["rin", "and"], []),  # "rin" is no end of a word
        (3, ["said", "to"], ["Mary said to", "said to prince"]),
        (3, ["id", "prince", "a"], ["said Prince Andrew"]),
        (3, ["id", "princ", "a"], []),
        (2, ["said", "to", "prince"], []),  # more words than a phrase has
        (2, [], []),
        (2, [""], []),
        (2, ["nowhere"], []),
    ],
)
def test_phrases_that_hold_it(length: int, wanted: list[str], found: list[str]) -> None:
    assert found_in(TEXT, length, wanted) == found


def test_no_text_has_nothing() -> None:
    assert found_in("", 2, ["a"]) == []


@given(
    words=st.lists(st.sampled_from(["a", "ab", "ba", "b", "aba"]), max_size=12),
    length=st.sampled_from([2, 3]),
    wanted=st.lists(st.sampled_from(["a", "b", "ab", "aba"]), min_size=1, max_size=4),
)
def test_it_is_what_a_search_in_the_phrases_finds(
    words: list[str], length: int, wanted: list[str]
) -> None:
    every = {" ".join(words[at : at + length]) for at in range(len(words) - length + 1)}
    expected = sorted(phrase for phrase in every if " ".join(wanted) in phrase)
    assert found_in(" ".join(words), length, wanted) == expected
