"""Collocations, also against NLTK's own finder of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nltk.collocations import BigramCollocationFinder
from nltk.metrics import BigramAssocMeasures

import wordcount.collocations
from tests.texts import english_stop_words, indexed, long_text, runs, sample, texts
from wordcount.collocations import LEAST, collocations
from wordcount.indexed_text import IndexedText

TEXT = "New York is new. New York is old. The new old York, new York! Is it the old York?"


def test_pairs_that_are_there_more_often_than_by_chance() -> None:
    found = collocations(indexed(TEXT), language="en")
    assert [(row.pair, row.times) for row in found.rows] == [
        ("New York", 3),
        ("old York", 2),
        ("York is", 2),
    ]
    first = found.rows[0]
    # Of 19 words 5 are new, 5 are York, and 3 of these follow one of those.
    assert (first.share, first.expected) == (3 / 19, 25 / 19)
    assert first.score == pytest.approx(BigramAssocMeasures.likelihood_ratio(3, (5, 5), 19))
    assert (found.total, found.least) == (3, 2)


def test_no_pair_has_a_stop_word_unless_they_are_kept() -> None:
    without = collocations(indexed(TEXT), language="en", stop_words={"is", "Is", "the", "The"})
    assert [row.pair for row in without.rows] == ["New York", "old York"]
    # Stop words are left out, but are words all the same.
    assert without.rows[0] == collocations(indexed(TEXT), language="en").rows[0]


def test_only_in_some_parts_of_the_text() -> None:
    index = indexed("red rose\nred rose\nred rose. A sea\n" + "sea " * 20)
    part = collocations(index, language="en", spans=[(0, 34)])
    [row] = part.rows
    assert (row.pair, row.times, row.share, row.expected) == ("red rose", 3, 3 / 8, 9 / 8)
    assert collocations(index, language="en", spans=[]).rows == []


def test_word_forms_together_and_as_written() -> None:
    index = indexed("red rose. red roses. Red rose. a b c d e")
    assert [row.times for row in collocations(index, language="en").rows] == [2]
    together = collocations(index, language="en", together=True)
    assert [(row.pair, row.times) for row in together.rows] == [("red rose", 3)]
    assert collocations(index, language="en", fold_case=False).rows == []


@pytest.mark.parametrize("text", ["", "a", "a a a a", "a b a b", "12", "b a. b a. a b. a b"])
def test_words_that_fill_the_text_are_none(text: str) -> None:
    assert all(row.times > row.expected for row in collocations(indexed(text), language=None).rows)
    assert collocations(indexed("a " * 9), language=None).rows == []


def test_if_there_are_too_many_they_have_to_be_there_more_often(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    index = indexed("a b. a b. c d. c d. e f. e f. e f. g h")
    assert collocations(index, language=None).least == LEAST
    monkeypatch.setattr(wordcount.collocations, "MOST_COMPARED", 2)
    found = collocations(index, language=None)
    assert (found.total, found.least, [row.pair for row in found.rows]) == (1, 3, ["e f"])


def by_nltk(index: IndexedText, stop_words: set[str]) -> dict[str, tuple[int, float]]:
    """What NLTK finds in the words that follow one another, in small letters."""
    small = [[word.lower() for word in run] for run in runs(index)]
    finder = BigramCollocationFinder.from_documents(small)
    finder.apply_word_filter({word.lower() for word in stop_words}.__contains__)
    finder.apply_freq_filter(LEAST)
    times = finder.word_fd
    return {
        " ".join(pair): (finder.ngram_fd[pair], score)
        for pair, score in finder.score_ngrams(BigramAssocMeasures.likelihood_ratio)
        if finder.ngram_fd[pair] * finder.N > times[pair[0]] * times[pair[1]]
    }


@pytest.mark.parametrize("kept", [True, False], ids=["all-words", "no-stop-words"])
@pytest.mark.parametrize("name", ["sample", "long"])
def test_the_same_collocations_as_nltk_finds(name: str, kept: bool) -> None:
    index = sample()[1] if name == "sample" else long_text()
    stop_words = set() if kept else english_stop_words(index)
    theirs = by_nltk(index, stop_words)
    found = collocations(index, language="en", stop_words=stop_words, top=100_000)
    assert found.total == len(found.rows) == len(theirs) > 0
    ours = {row.pair.lower(): (row.times, row.score) for row in found.rows}
    assert ours.keys() == theirs.keys()
    for pair, (times, score) in ours.items():
        assert times == theirs[pair][0]
        assert score == pytest.approx(theirs[pair][1], abs=1e-6)
    scores = [row.score for row in found.rows]
    assert scores == sorted(scores, reverse=True)


@given(texts, st.booleans(), st.integers(0, 9))
def test_any_text(text: str, kept: bool, top: int) -> None:
    index = indexed(text)
    stop_words = set() if kept else {"the", "of"}
    found = collocations(index, language=None, stop_words=stop_words, top=top)
    assert found.rows == collocations(index, language=None, stop_words=stop_words).rows[:top]
    for row in found.rows:
        assert row.times >= found.least == LEAST
        assert row.share == row.times / len(index.words)
        assert 0 < row.expected < row.times
        assert row.score > 0
