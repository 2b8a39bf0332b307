"""Words in their places are the words that are counted."""

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wordcount.normal_form import nfc
from wordcount.tokens import tokens_in
from wordcount.words import words_in

TEXTS = [
    "",
    "One two, two. (Three)\nfour",
    "don't “quoted” well-known e\u0301te\u0301 3 B2B C++",
    "我们去公园。我们 去",
    "Quoi\u202f! Encore\u202fune fois",
    "two  spaces\tand\xa0others ",
    "สวัสดีชาวโลก hello",
]
ALPHABET = "abÉe\u0301'’.,-1 \n\t\xa0\u202f我公ส\u200b\u200d👩😀"


def placed(text: str) -> list[tuple[str, int, int]]:
    return list(zip(*tokens_in(text), strict=True))


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_the_words_are_those_that_are_counted(text: str) -> None:
    assert Counter(tokens_in(text).words) == words_in(text)


@given(st.text(st.sampled_from(ALPHABET), max_size=40))
def test_any_text_gives_the_words_that_are_counted(text: str) -> None:
    tokens = tokens_in(text)
    assert Counter(tokens.words) == words_in(text)
    spans = list(zip(tokens.starts, tokens.ends, strict=True))
    assert [nfc(text[start:end]) for start, end in spans] == tokens.words
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))


def test_each_word_stands_where_it_is_said_to() -> None:
    assert placed("A rose,\n«rose».") == [("A", 0, 1), ("rose", 2, 6), ("rose", 9, 13)]


def test_words_without_spaces_between_them_have_places_of_their_own() -> None:
    assert placed("去公园。公园") == [("去", 0, 1), ("公园", 1, 3), ("公园", 4, 6)]


def test_a_place_is_that_of_the_text_not_of_the_normal_form() -> None:
    assert placed("e\u0301t e") == [("ét", 0, 3), ("e", 4, 5)]
