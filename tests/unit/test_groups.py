"""Which forms one row of a ranking counts together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wordcount.counts import rank
from wordcount.groups import group_of

COUNTS = {"garden": 2, "Garden": 1, "gardens": 2, "GARDENING": 1, "rose": 8, "L’été": 1}


def test_a_row_and_its_forms() -> None:
    assert group_of("GARDEN", COUNTS, "en") == (
        "garden",
        3,
        [("garden", 2), ("Garden", 1)],
        "garden",
    )


def test_word_forms_together() -> None:
    assert group_of("gardening", COUNTS, "en", together=True) == (
        "garden",
        6,
        [("garden", 2), ("gardens", 2), ("GARDENING", 1), ("Garden", 1)],
        "garden",
    )


def test_as_written_a_form_stands_for_itself() -> None:
    assert group_of("Garden", COUNTS, "en", fold_case=False) == (
        "Garden",
        1,
        [("Garden", 1)],
        "Garden",
    )
    assert group_of("GARDEN", COUNTS, "en", fold_case=False) is None
    spaced = {"Ah\u202f": 1}
    assert group_of("Ah\u202f", spaced, "fr", fold_case=False) is not None


@pytest.mark.parametrize(
    "typed", ["été", "ÉTÉ", "l'été", "e\u0301te\u0301", " été ", "é\u00adté"],
    ids=["bare", "capitals", "elided", "decomposed", "spaces", "soft-hyphen"],
)  # fmt: skip
def test_a_word_may_be_typed_in_any_spelling_of_its_row(typed: str) -> None:
    group = group_of(typed, COUNTS, "fr")
    assert group is not None
    assert (group.word, group.forms) == ("été", [("L’été", 1)])


@pytest.mark.parametrize(
    ("typed", "times"),
    [("un'ora", 2), ("un’ora", 2), ("d'un'ora", 2), ("ora", 4), ("l'ora", 4), ("un'altra", 1)],
)
def test_what_a_row_shows_loses_no_other_elision(typed: str, times: int) -> None:
    counts = {"d'un'ora": 1, "D'un'ora": 1, "l'ora": 2, "un'ora": 1, "ora": 1, "d'un'altra": 1}
    group = group_of(typed, counts, "it")
    assert group is not None
    assert group.times == times


@pytest.mark.parametrize(
    "typed",
    ["", " ", "\u00ad", "garde", "garden rose", "garden\nrose", "\ud800", "garden\udfff", "\0"],
    ids=["empty", "space", "unseen", "part", "two", "lines", "half", "half-at-end", "NUL"],
)
def test_what_is_no_word_of_the_page_has_no_row(typed: str) -> None:
    for together in (True, False):
        assert group_of(typed, COUNTS, "en", together=together) is None
        assert group_of(typed, {}, "en", together=together) is None


def test_what_somebody_types_may_be_long() -> None:
    typed = "e" + "\u0301\u0323" * 200_000
    for together in (True, False):
        assert group_of(typed, COUNTS, "en", together=together) is None


FORMS = [
    *("Rose", "rose", "ROSE", "roses", "Straße", "STRASSE"),
    *("l'été", "ÉTÉ", "été", "d’été", "qu'd'été", "L'D'ÉTÉ", "d'un'ora", "un'ora", "ora"),
]


@given(
    st.dictionaries(st.sampled_from(FORMS), st.integers(1, 3)),
    st.sampled_from(["en", "fr", "it", "de", "tr", None]),
    st.booleans(),
    st.booleans(),
)
def test_groups_are_the_rows_of_the_ranking(
    counts: dict[str, int], language: str | None, fold_case: bool, together: bool
) -> None:
    rows = rank(counts, language=language, fold_case=fold_case, together=together)
    found = [
        group_of(row.word, counts, language, fold_case=fold_case, together=together) for row in rows
    ]
    assert [(group.word, group.times) for group in found if group] == rows
    forms = [form for group in found if group for form in group.forms]
    assert sorted(forms) == sorted(counts.items())
