"""Words -> ranked counts. Further rules, by example: test_counting_rules.py."""

import pytest

from wordcount.counts import distinct, rank, without
from wordcount.rows import keys_of


def test_most_frequent_first_then_the_alphabet() -> None:
    assert rank({"pear": 1, "apple": 1, "fig": 3}) == [("fig", 3), ("apple", 1), ("pear", 1)]


def test_only_the_first_rows() -> None:
    counts = {"pear": 1, "apple": 1, "fig": 3}
    assert rank(counts, top=2) == [("fig", 3), ("apple", 1)]
    assert rank(counts, top=0) == []
    assert rank(counts, fold_case=False, top=1) == [("fig", 3)]


def test_forms_that_differ_in_case_are_one_word_in_its_most_frequent_form() -> None:
    assert rank({"python": 2, "Python": 3, "PYTHON": 1}) == [("Python", 6)]


def test_equally_frequent_forms_are_shown_with_the_fewest_capitals() -> None:
    assert rank({"The": 1, "the": 1, "THE": 1}) == [("the", 3)]
    assert rank({"STRASSE": 1, "Straße": 1}) == [("Straße", 2)]


def test_as_written_each_form_counts_for_itself() -> None:
    assert rank({"python": 2, "Python": 3}, fold_case=False) == [("Python", 3), ("python", 2)]


def test_an_elided_word_counts_for_the_form_without_the_elision() -> None:
    counts = {"L'histoire": 2, "l’histoire": 1, "Histoire": 2}
    assert rank(counts, language="fr") == [("histoire", 5)]
    assert rank(counts, language="fr", fold_case=False) == [
        ("Histoire", 2),
        ("L'histoire", 2),
        ("l’histoire", 1),
    ]


def test_the_order_does_not_depend_on_the_order_of_the_page() -> None:
    counts = {"b": 1, "B": 1, "a": 2, "A": 2, "c": 4}
    backwards = dict(reversed(counts.items()))
    assert rank(counts) == rank(backwards) == [("a", 4), ("c", 4), ("b", 2)]


def test_forms_of_one_stem_are_one_row_in_the_form_that_comes_first() -> None:
    counts = {"garden": 2, "Garden": 1, "gardens": 4, "GARDENING": 1, "rose": 8}
    assert rank(counts, language="en", together=True) == [("gardens", 8), ("rose", 8)]
    assert rank(counts, language="en", together=True, top=1) == [("gardens", 8)]
    equally = {"garden": 1, "gardens": 1}
    assert rank(equally, language="en", together=True) == [("garden", 2)]


def test_rows_of_equal_counts_stand_in_the_order_of_what_they_show() -> None:
    counts = {"zoos": 2, "zoo": 1, "apples": 1, "apple": 2, "fig": 3}
    rows = [("apple", 3), ("fig", 3), ("zoos", 3)]
    assert rank(counts, language="en", together=True) == rows
    assert rank(dict(reversed(counts.items())), language="en", together=True, top=2) == rows[:2]


def test_forms_together_are_together_in_any_case() -> None:
    counts = {"Garden": 1, "garden": 1}
    assert rank(counts, language="en", together=True, fold_case=False) == [("garden", 2)]


def test_without_stems_together_is_as_without() -> None:
    counts = {"garden": 2, "Garden": 1, "gardens": 4}
    for language in (None, "ja", "xx"):
        assert rank(counts, language=language, together=True) == rank(counts, language=language)


def test_short_words_are_not_shown_in_any_ranking() -> None:
    counts = {"a": 3, "fig": 2, "Pear": 1, "pears": 1}
    assert rank(counts, shortest=4) == [("Pear", 1), ("pears", 1)]
    assert rank(counts, shortest=3, top=1) == [("fig", 2)]
    assert rank(counts, shortest=5, fold_case=False) == [("pears", 1)]
    assert rank(counts, shortest=1) == rank(counts)
    assert rank(counts, shortest=0) == rank(counts)
    assert rank(counts, shortest=99) == []


def test_forms_that_are_together_stand_and_fall_with_what_is_shown() -> None:
    counts = {"pear": 2, "pears": 1, "figs": 2, "fig": 1}
    assert rank(counts, language="en", together=True, shortest=4) == [("figs", 3), ("pear", 3)]
    assert rank(counts, language="en", together=True, shortest=5) == []


@pytest.mark.parametrize(
    ("word", "language", "letters"),
    [
        ("garden", "en", 6),
        ("don't", "en", 4),
        ("snake_case", "en", 9),
        ("Ⅷ", "en", 1),
        ("L'été", "fr", 3),
        ("o\u0328\u0307", "lt", 1),
        ("שָׁלוֹם", "he", 4),
        ("สวัสดี", "th", 4),
        ("x" * 1_000_000, "en", 1_000_000),
    ],
    ids=[
        "plain",
        "apostrophe",
        "underscore",
        "numeral",
        "elided",
        "marks",
        "points",
        "Thai",
        "long",
    ],
)
def test_what_is_a_letter(word: str, language: str, letters: int) -> None:
    for fold_case in (True, False):
        shown = [
            rank({word: 1}, language=language, fold_case=fold_case, shortest=least)
            for least in (letters, letters + 1)
        ]
        assert [len(rows) for rows in shown] == [1, 0]


def test_a_long_word_is_shown_shortened_in_both_ways() -> None:
    long = "a" * 101
    for fold_case in (True, False):
        assert rank({long: 1}, fold_case=fold_case) == [("a" * 100 + "…", 1)]
        assert rank({long: 1}, fold_case=fold_case, longest=None) == [(long, 1)]
    assert rank({"a" * 100: 1}) == [("a" * 100, 1)]
    assert rank({"garden": 1}, longest=3) == [("gar…", 1)]


def test_long_words_are_told_apart_by_all_of_them() -> None:
    assert rank({"a" * 150 + "b": 1, "a" * 150 + "c": 2}) == [
        ("a" * 100 + "…", 2),
        ("a" * 100 + "…", 1),
    ]


def test_a_letter_is_not_parted_from_its_marks() -> None:
    word = "a" * 99 + "o" + "\u0328\u0307" * 3 + "b"
    assert rank({word: 1}) == [("a" * 99 + "…", 1)]
    assert rank({"o" + "\u0328" * 200: 1}) == [("o" + "\u0328" * 99 + "…", 1)]


def test_how_many_different_words() -> None:
    assert distinct({}) == 0
    assert distinct({"The": 1, "the": 1, "garden": 1}) == 2
    assert distinct({"l'eau": 1, "eau": 1}) == 2
    assert distinct({"l'eau": 1, "eau": 1}, "fr") == 1


def test_stop_words_are_left_out_in_any_case() -> None:
    counts = {"The": 2, "the": 1, "Don’t": 1, "garden": 3}
    assert without(counts, {"the", "don't"}) == {"garden": 3}


def test_an_elided_stop_word_is_left_out() -> None:
    counts = {"qu’il": 2, "l'eau": 1}
    assert without(counts, {"il", "l"}, "fr") == {"l'eau": 1}
    assert without(counts, {"il", "l"}, "en") == counts


def test_nothing_in_nothing_out() -> None:
    assert rank({}) == []
    assert without({}, {"the"}) == {}
    assert without({"a": 1}, frozenset()) == {"a": 1}


def test_words_of_one_row_have_one_key() -> None:
    words = ["Garden", "garden", "gardens", "L’été"]
    assert keys_of(words, "en") == ["garden", "garden", "gardens", "l'été"]
    assert keys_of(words, "en", together=True) == ["garden", "garden", "garden", "l'été"]
    assert keys_of(words, "fr", fold_case=False) == words
    assert keys_of(words[3:], "fr") == ["été"]
