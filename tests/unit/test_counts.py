"""Every rule of the ranking."""

from wordcount.counts import fold, rank, without


def test_most_frequent_first_then_the_alphabet() -> None:
    assert rank({"pear": 1, "apple": 1, "fig": 3}) == [("fig", 3), ("apple", 1), ("pear", 1)]


def test_forms_that_differ_in_case_are_one_word_in_its_most_frequent_form() -> None:
    assert rank({"python": 2, "Python": 3, "PYTHON": 1}) == [("Python", 6)]


def test_equally_frequent_forms_are_shown_in_lower_case() -> None:
    assert rank({"The": 1, "the": 1, "THE": 1}) == [("the", 3)]


def test_as_written_each_form_counts_for_itself() -> None:
    assert rank({"python": 2, "Python": 3}, fold_case=False) == [("Python", 3), ("python", 2)]


def test_folding() -> None:
    assert fold("STRASSE") == fold("Straße") == "strasse"
    assert fold("Don’t") == fold("don't")
    assert fold("ΣΊΣΥΦΟΣ") == fold("σίσυφος")


def test_the_order_does_not_depend_on_the_order_of_the_page() -> None:
    counts = {"b": 1, "B": 1, "a": 2, "A": 2, "c": 4}
    backwards = dict(reversed(counts.items()))
    assert rank(counts) == rank(backwards) == [("a", 4), ("c", 4), ("b", 2)]


def test_stop_words_are_left_out_in_any_case() -> None:
    counts = {"The": 2, "the": 1, "Don’t": 1, "garden": 3}
    assert without(counts, {"the", "don't"}) == {"garden": 3}
