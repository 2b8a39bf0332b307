"""The phrases of a text, also against NLTK's n-grams."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nltk import FreqDist, ngrams

from tests.texts import english_stop_words, indexed, long_text, runs, sample, texts
from wordcount.indexed_text import IndexedText
from wordcount.phrases import Phrase, phrases
from wordcount.sequences import most_frequent


def ranked(text: str, length: int = 2, stop_words: set[str] | None = None) -> list[tuple[str, int]]:
    rows = phrases(indexed(text), length, language="en", stop_words=stop_words or set()).rows()
    return [row[:2] for row in rows]


def test_most_frequent_first_then_the_alphabet_word_by_word() -> None:
    assert ranked("b a. b a. a z. a-b c. A b.") == [
        ("a b", 2),
        ("b a", 2),
        ("a z", 1),
        ("b c", 1),
    ]


def test_a_phrase_is_shown_as_it_is_written_most_often() -> None:
    text = "New York. new york. New York. NEW YORK. the sea. The sea"
    assert ranked(text) == [("New York", 4), ("the sea", 2)]


def test_no_two_stop_words_side_by_side() -> None:
    text = "of the king of France and the sea"
    stop_words = {"of", "the", "and"}
    assert ranked(text, 2, stop_words) == [
        ("France and", 1),
        ("king of", 1),
        ("of France", 1),
        ("the king", 1),
        ("the sea", 1),
    ]
    assert ranked(text, 3, stop_words) == [
        ("king of France", 1),
        ("of France and", 1),
        ("the king of", 1),
    ]
    assert ("of the", 1) in ranked(text)
    assert ranked("of the", 3, stop_words) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("red, white", ["red white"]),
        ("red - (white)", ["red white"]),
        ("red-white “blue”", ["red white", "white blue"]),
        ("red 12 white", []),
        ("red ½ white", []),
        ("red | white", []),
        ("red → white", []),
        ("red 👩‍👩‍👧 white", []),
        ("red€ white", []),
        ("red+white", []),
        ("B2B 3D", ["B2B 3D"]),
        ("mp3+3D", []),
        ("12 red white 12", ["red white"]),
        ("red. White", []),
        ("red\nwhite", []),
        ("公园东京 红", ["东京 红", "公园东京"]),
        ("", []),
        ("12", []),
    ],
)
def test_what_parts_words(text: str, found: list[str]) -> None:
    assert [phrase for phrase, _ in ranked(text)] == found


def test_signs_of_all_kinds_are_found_also_if_there_are_many() -> None:
    signs = [chr(code) for code in range(0x2190, 0x2200)]
    assert ranked(" ".join(f"red {sign} white" for sign in signs)) == [("white red", 111)]
    assert ranked(" ".join(f"red {sign} white." for sign in signs)) == []


def test_word_forms_together_and_as_written() -> None:
    index = indexed("red roses. red rose. Red roses")
    together = phrases(index, 2, language="en", together=True)
    assert together.rows() == [("red rose", 3, 1)]
    as_written = phrases(index, 2, language="en", fold_case=False)
    assert as_written.rows() == [
        Phrase("Red roses", 1, 1 / 3),
        Phrase("red rose", 1, 1 / 3),
        Phrase("red roses", 1, 1 / 3),
    ]


def test_only_in_some_parts_of_the_text() -> None:
    index = indexed("red rose\nwhite rose. red sea\nred rose")
    found = phrases(index, 2, language="en", spans=[(9, 28)])
    assert found.rows() == [("red sea", 1, 0.5), ("white rose", 1, 0.5)]
    assert phrases(index, 2, language="en", spans=[]).total == 0


def test_only_some_rows() -> None:
    found = phrases(indexed("a b c. a b. A B. b c. c d"), 2, language="en")
    assert [row.phrase for row in found.rows(2)] == ["a b", "b c"]
    assert found.rows(0) == []
    codes = list(found.found.counts)
    assert [row.phrase for row in found.rows_with(codes)] == ["a b", "b c", "c d"]
    assert found.rows_with(codes[::-1]) == found.rows_with(codes)[::-1]


def test_one_word_is_no_phrase() -> None:
    with pytest.raises(ValueError, match="two words"):
        phrases(indexed("a b"), 1, language="en")


def by_nltk(index: IndexedText, length: int, stop_words: set[str]) -> FreqDist:
    """NLTK's n-grams of the words that follow one another, in small letters."""
    small = {word.lower() for word in stop_words}
    return FreqDist(
        gram
        for run in runs(index)
        for gram in ngrams([word.lower() for word in run], length)
        if not any(gram[at] in small and gram[at + 1] in small for at in range(length - 1))
    )


@pytest.mark.parametrize("length", [2, 3])
@pytest.mark.parametrize("kept", [True, False], ids=["all-words", "no-stop-words"])
@pytest.mark.parametrize("name", ["sample", "long"])
def test_the_same_phrases_as_nltk_counts(name: str, kept: bool, length: int) -> None:
    index = sample()[1] if name == "sample" else long_text()
    stop_words = set() if kept else english_stop_words(index)
    theirs = by_nltk(index, length, stop_words)
    ours = phrases(index, length, language="en", stop_words=stop_words)
    assert (ours.total, ours.total > 50) == (theirs.N(), True)
    # The sample has some words in scripts without spaces.
    spaced = {" ".join(gram): times for gram, times in theirs.items() if is_spaced(*gram)}
    rows = {row.phrase.lower(): row.times for row in ours.rows() if is_spaced(row.phrase)}
    assert rows == spaced
    assert sum(row.share for row in ours.rows()) == pytest.approx(1)


def is_spaced(*words: str) -> bool:
    return all(max(word) < "\u0e00" for word in words)


@given(texts, st.sampled_from([2, 3]), st.booleans())
def test_any_text(text: str, length: int, kept: bool) -> None:
    index = indexed(text)
    stop_words = set() if kept else {"the", "of"}
    theirs = by_nltk(index, length, stop_words)
    ours = phrases(index, length, language=None, stop_words=stop_words)
    rows = ours.rows()
    assert ours.total == theirs.N() == sum(row.times for row in rows)
    assert [row.times for row in rows] == sorted(theirs.values(), reverse=True)
    for top in (1, 5):
        assert ours.rows(top) == rows[:top]


@given(
    counts=st.dictionaries(st.integers(0, 99), st.integers(1, 3)),
    top=st.none() | st.integers(0, 120),
)
def test_the_most_frequent_are_the_first_of_all(counts: dict[int, int], top: int | None) -> None:
    ordered = sorted(counts, key=lambda code: (-counts[code], code))
    assert most_frequent(counts, top) == ordered[:top]
