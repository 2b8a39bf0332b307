"""Two counts side by side, also against figures that others have published."""

from math import log, log2

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nltk.metrics import BigramAssocMeasures

from tests.texts import long_text, sample
from wordcount.keyness import Change, Counted, Keyness, changes, log_likelihood, log_ratio
from wordcount.words import words_in

# T. Dunning, "Accurate Methods for the Statistics of Surprise and Coincidence", Computational
# Linguistics 19:1 (1993), his first table: -2 log λ, and the four cells it is made of.
DUNNING = [
    ("the swiss", 270.72, 110, 2442, 111, 29114),
    ("can be", 263.90, 29, 13, 123, 31612),
    ("previous year", 256.84, 31, 23, 139, 31584),
    ("mineral water", 167.23, 10, 0, 3, 31764),
    ("at the", 157.21, 76, 104, 2476, 29121),
    ("real terms", 157.03, 16, 16, 51, 31694),
    ("natural gas", 146.80, 9, 0, 5, 31763),
    ("owing to", 115.02, 16, 0, 865, 30896),
    ("health insurance", 104.53, 10, 9, 41, 31717),
    ("stiff competition", 100.96, 8, 2, 27, 31740),
]


@pytest.mark.parametrize(
    ("score", "a", "b", "c", "d"), [pytest.param(*row, id=name) for name, *row in DUNNING]
)
def test_the_table_of_dunning(score: float, a: int, b: int, c: int, d: int) -> None:
    # His tables have the word in the first row; here, pages are the columns.
    assert log_likelihood(a, c, a + b, c + d) == pytest.approx(score, abs=0.005)


def test_of_rare_words_it_is_that_of_rayson_and_garside() -> None:
    # Their formula has two cells; the figures are an example for UCREL's calculator, which gives
    # 2.65: https://ucrel.lancs.ac.uk/llwizard.html
    expected = [50_000 * 109 / 125_000, 75_000 * 109 / 125_000]
    two_cells = 2 * (52 * log(52 / expected[0]) + 57 * log(57 / expected[1]))
    assert two_cells == pytest.approx(2.65, abs=0.005)
    assert log_likelihood(52, 57, 50_000, 75_000) == pytest.approx(two_cells, abs=0.005)


def test_the_example_of_hardie() -> None:
    # 0.0006 and 0.0002 of all words: three times as many.
    # https://cass.lancs.ac.uk/log-ratio-an-informal-introduction/
    assert log_ratio(60, 40, 100_000, 200_000) == pytest.approx(log2(3))
    assert log_ratio(6, 6, 1_000, 1_000) == 0
    assert log_ratio(1, 4, 1_000, 1_000) == -2
    assert log_ratio(2, 0, 1_000, 1_000) == 2  # half a word for none
    assert log_ratio(0, 2, 1_000, 1_000) == -2
    # But of what a long page has once, a short one without it has not more.
    assert log_ratio(0, 1, 10, 1_000) == log_ratio(1, 0, 1_000, 10) == 0


@given(st.integers(0, 50), st.integers(0, 50), st.integers(1, 10**6), st.integers(1, 10**6))
def test_it_is_what_nltk_gives(left: int, right: int, others: int, more: int) -> None:
    totals = left + others, right + more
    theirs = BigramAssocMeasures.likelihood_ratio(left, (left + right, totals[0]), sum(totals))
    ours = log_likelihood(left, right, *totals)
    assert ours == pytest.approx(theirs, abs=1e-6)
    assert ours == log_likelihood(right, left, *reversed(totals))
    assert log_ratio(left, right, *totals) == -log_ratio(right, left, *reversed(totals))


def test_pages_without_words_say_nothing() -> None:
    assert log_likelihood(0, 5, 0, 9) == log_likelihood(0, 0, 0, 0) == 0
    assert log_ratio(0, 5, 0, 9) == log_ratio(5, 0, 9, 0) == 0
    left, right = Counted({}, "en", 0), Counted({"rose": 1}, "en", 1)
    assert Keyness(left, right).words() == [("rose", 0, 1, 0, 1000, 0, 0)]
    assert Keyness(left, left).words() == []
    assert changes(left, left) == []


LEFT = Counted({"Rose": 2, "rose": 1, "sea": 2, "lamp": 1, "garden": 1}, "en", 10)
RIGHT = Counted({"roses": 4, "ROSE": 4, "sea": 4, "boat": 1, "apple": 1}, "en", 20)


def test_a_word_on_both_pages() -> None:
    words = {row.word: row for row in Keyness(LEFT, RIGHT).words()}
    rose = words["ROSE"]
    assert rose[1:5] == (3, 4, 300, 200)
    assert rose.log_likelihood == log_likelihood(3, 4, 10, 20)
    assert rose.log_ratio == log_ratio(3, 4, 10, 20) == pytest.approx(log2(1.5))
    assert words["sea"][1:] == (2, 4, 200, 200, 0, 0)


def test_words_of_one_and_of_both() -> None:
    found = Keyness(LEFT, RIGHT)
    assert [row.word for row in found.both()] == ["ROSE", "sea"]
    assert [row.word for row in found.only_left()] == ["garden", "lamp"]
    assert [row.word for row in found.only_right()] == ["roses", "apple", "boat"]
    assert [row.log_ratio for row in found.only_left()] == [2, 2]
    assert [row.log_ratio for row in found.only_right()] == [-2, 0, 0]
    assert found.words(3) == found.words()[:3]
    assert found.words(0) == []


def test_equal_evidence_then_the_larger_difference_then_the_alphabet() -> None:
    left = Counted({"b": 2, "d": 1, "e": 5, "f": 3}, None, 100)
    right = Counted({"a": 2, "c": 1, "e": 5, "f": 3}, None, 100)
    words = Keyness(left, right).words()
    assert [row.word for row in words] == ["a", "b", "c", "d", "e", "f"]
    assert [row.log_ratio for row in words] == [-2, 2, -1, 1, 0, 0]


def test_each_page_in_its_own_language() -> None:
    left, right = Counted({"L’eau": 1, "Ira": 1}, "fr", 2), Counted({"ıra": 1, "eau": 1}, "tr", 2)
    assert [row.word for row in Keyness(left, right).both()] == ["eau"]
    assert [row.word for row in Keyness(left, right).only_right()] == ["ıra"]


def test_word_forms_together_and_as_written() -> None:
    left = Counted({"garden": 1, "gardens": 2}, "en", 3, together=True)
    right = Counted({"Gardening": 1}, "en", 1, together=True)
    [row] = Keyness(left, right).words()
    assert row[:3] == ("gardens", 3, 1)
    assert changes(left, right) == [Change("gardens", -2)]
    left, right = (Counted(side.counts, "en", 20, fold_case=False) for side in (LEFT, RIGHT))
    assert [row.word for row in Keyness(left, right).both()] == ["sea"]


def test_what_has_changed() -> None:
    old = Counted({"free": 4, "Price": 2, "sea": 3, "lamp": 1}, "en", 10)
    new = Counted({"pricing": 6, "price": 2, "sea": 2, "boat": 1}, "en", 11)
    found = changes(old, new)
    assert found == [("pricing", 6), ("free", -4), ("boat", 1), ("lamp", -1), ("sea", -1)]
    assert changes(old, old) == []


def test_a_page_has_no_fewer_words_than_are_compared() -> None:
    with pytest.raises(ValueError, match="fewer words"):
        Counted({"rose": 2}, "en", 1)


def test_every_word_of_two_real_pages_against_nltk() -> None:
    pages = sample()[0].counts, words_in(long_text().text)
    left, right = (Counted(counts, "en", sum(counts.values())) for counts in pages)
    found = Keyness(left, right).words()
    assert len(found) > 1_000
    total = left.total + right.total
    for row in found:
        times = row.left + row.right
        theirs = BigramAssocMeasures.likelihood_ratio(row.left, (times, left.total), total)
        assert row.log_likelihood == pytest.approx(theirs, abs=1e-6)
    # What the sample is about tells it from the documentation of a program.
    assert {row.word for row in found[:6]} >= {"keeper", "garden", "lighthouse"}
    assert sum(row.left_per_thousand for row in found) == pytest.approx(1000)


FORMS = ["Rose", "rose", "sea", "été", "ÉTÉ", "公园"]
words = st.dictionaries(st.sampled_from(FORMS), st.integers(1, 9))


@given(words, words, st.integers(0, 9))
def test_any_two_counts(one: dict[str, int], other: dict[str, int], more: int) -> None:
    left = Counted(one, "en", sum(one.values()))
    right = Counted(other, "fr", sum(other.values()) + more)
    found = Keyness(left, right)
    rows = found.words()
    assert sum(row.left for row in rows) == sum(one.values())
    assert sum(row.right for row in rows) == sum(other.values())
    parts = found.both() + found.only_left() + found.only_right()
    assert sorted(parts) == sorted(rows)
    evidence = [row.log_likelihood for row in rows]
    assert evidence == sorted(evidence, reverse=True)
    for row in rows:
        more_on_the_left = row.left_per_thousand - row.right_per_thousand
        assert row.log_ratio * more_on_the_left >= 0
    differences = changes(left, right)
    assert sum(row.difference for row in differences) == sum(other.values()) - sum(one.values())
    mirrored = [(row.word.lower(), -row.difference) for row in changes(right, left)]
    assert mirrored == [(row.word.lower(), row.difference) for row in differences]
