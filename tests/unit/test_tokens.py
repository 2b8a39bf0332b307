"""Words in their places are the words that are counted."""

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wordcount.normal_form import nfc
from wordcount.tokens import Token, tokens_in
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


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_the_words_are_those_that_are_counted(text: str) -> None:
    assert Counter(word for word, _, _ in tokens_in(text)) == words_in(text)


@given(st.text(st.sampled_from(ALPHABET), max_size=40))
def test_any_text_gives_the_words_that_are_counted(text: str) -> None:
    tokens = list(tokens_in(text))
    assert Counter(word for word, _, _ in tokens) == words_in(text)
    assert [nfc(text[start:end]) for _, start, end in tokens] == [word for word, _, _ in tokens]
    assert all(one.end <= next_one.start for one, next_one in pairwise(tokens))


def test_each_word_stands_where_it_is_said_to() -> None:
    assert list(tokens_in("A rose,\n«rose».")) == [
        Token("A", 0, 1),
        Token("rose", 2, 6),
        Token("rose", 9, 13),
    ]


def test_words_without_spaces_between_them_have_places_of_their_own() -> None:
    assert list(tokens_in("去公园。公园")) == [
        Token("去", 0, 1),
        Token("公园", 1, 3),
        Token("公园", 4, 6),
    ]


def test_a_place_is_that_of_the_text_not_of_the_normal_form() -> None:
    assert list(tokens_in("e\u0301t e")) == [Token("ét", 0, 3), Token("e", 4, 5)]
