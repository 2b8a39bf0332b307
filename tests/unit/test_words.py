"""Text in, words out."""

import unicodedata
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icu4py.breakers import WordBreaker

from wordcount.words import is_letter, words_in


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("one two  one", {"one": 2, "two": 1}),
        (
            "Don't stop – the café's open!",
            {"Don't": 1, "stop": 1, "the": 1, "café's": 1, "open": 1},
        ),
        ("Съешь булок", {"Съешь": 1, "булок": 1}),
        ("καλημέρα κόσμε", {"καλημέρα": 1, "κόσμε": 1}),
        ("مرحبا بالعالم", {"مرحبا": 1, "بالعالم": 1}),
        ("שלום עולם", {"שלום": 1, "עולם": 1}),
        ("नमस्ते दुनिया", {"नमस्ते": 1, "दुनिया": 1}),
        ("我们去公园", {"我们": 1, "去": 1, "公园": 1}),
        ("สวัสดีชาวโลก", {"สวัสดี": 1, "ชาว": 1, "โลก": 1}),
        ("도서관에 갔다", {"도서관에": 1, "갔다": 1}),
        ("2026 3.14 😀 --- ...", {}),
        ("B2B and H2O", {"B2B": 1, "and": 1, "H2O": 1}),
        ("", {}),
    ],
)
def test_words(text: str, words: dict[str, int]) -> None:
    assert words_in(text) == words


def test_composed_and_decomposed_letters_are_one_word() -> None:
    text = "café " + unicodedata.normalize("NFD", "café")
    assert words_in(text) == {"café": 2}


def test_a_word_may_have_any_length() -> None:
    assert words_in("a" * 2_000_000) == {"a" * 2_000_000: 1}


def test_a_letter_may_have_any_number_of_marks() -> None:
    # Sorted one by one, as unicodedata.normalize() does, these take minutes.
    assert words_in("e" + "\u0301\u0323" * 300_000).keys() == {
        "ẹ" + "\u0323" * 299_999 + "\u0301" * 300_000
    }


def test_spellings_are_counted_apart() -> None:
    assert words_in("Don't don’t exam\u00adple example") == {
        "Don't": 1,
        "don’t": 1,
        "exam\u00adple": 1,
        "example": 1,
    }


# What joins, parts or begins words in its own way, beside all other characters.
TELLING = (
    "  \n\t\u00a0\u202f\u200b\u200d\u0301\u00ad.,;:!?\"()'’«»_-@/0129abAZéЖאا한中のカ"
    "ก\u0e33Ⅷ🇦🇧👩\u0b95\u0bcd\u3000\x85"
)


@settings(max_examples=400, deadline=None)
@given(st.text(st.one_of(st.sampled_from(TELLING), st.characters(exclude_categories=["Cs"]))))
def test_asking_once_for_each_piece_changes_nothing(text: str) -> None:
    """ICU is asked about each different piece between white space once: all words are the same."""
    plainly = Counter(
        unicodedata.normalize("NFC", segment)
        for segment in WordBreaker(text, "root")
        if any(map(is_letter, segment))
    )
    assert words_in(text) == plainly
