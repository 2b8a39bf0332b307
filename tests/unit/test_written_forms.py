"""Which written forms stand behind the rows of a ranking."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wordcount.counts import rank
from wordcount.forms import forms_of_rows
from wordcount.normal_form import nfc

COUNTS = {"garden": 2, "Garden": 1, "gardens": 2, "rose": 8, "Roses": 1}


def test_spellings_of_a_word() -> None:
    assert forms_of_rows(["rose", "garden"], COUNTS, "en") == [
        [("rose", 8)],
        [("garden", 2), ("Garden", 1)],
    ]


def test_forms_of_a_word() -> None:
    assert forms_of_rows(["garden", "rose"], COUNTS, "en", together=True) == [
        [("garden", 2), ("gardens", 2), ("Garden", 1)],
        [("rose", 8), ("Roses", 1)],
    ]


def test_only_one_elision_is_taken_off() -> None:
    counts = {"d'un'ora": 2, "un'ora": 3}
    rows = rank(counts, language="it", longest=None)
    assert [word for word, _ in rows] == ["ora", "un'ora"]
    assert forms_of_rows(["ora", "un'ora"], counts, "it") == [
        [("un'ora", 3)],
        [("d'un'ora", 2)],
    ]


@pytest.mark.parametrize("shown", ["hous…", "\0", "not there"])
def test_what_is_no_row_has_no_forms(shown: str) -> None:
    assert forms_of_rows([shown], COUNTS, "en", together=True) == [[]]
    assert forms_of_rows([], COUNTS, "en") == []


@given(
    counts=st.dictionaries(
        st.text("aIıİßsL'\u2019\u00ad\u0301", min_size=1)
        .map(nfc)
        .filter(lambda word: any(map(str.isalpha, word))),
        st.integers(1, 9),
    ),
    language=st.sampled_from(["en", "fr", "tr", "de", None]),
    together=st.booleans(),
)
def test_the_forms_of_all_rows_are_all_words(
    counts: dict[str, int], language: str | None, together: bool
) -> None:
    rows = rank(counts, language=language, together=together, longest=None)
    forms = forms_of_rows([word for word, _ in rows], counts, language, together=together)
    assert [times for _, times in rows] == [sum(times for _, times in row) for row in forms]
    assert sorted(form for row in forms for form in row) == sorted(counts.items())
