"""What people call a language."""

import pytest

from wordcount.language import _OTHER_CODES, _USUALLY, _model
from wordcount.language_names import language_name

# What wordcount.language may give.
CODES = sorted({*map(str, _model().nb_classes), *_OTHER_CODES.values(), *_USUALLY} - {"zxx"})


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("de", "German"),
        ("en", "English"),
        ("zh", "Chinese"),
        ("no", "Norwegian"),
        ("he", "Hebrew"),
        ("kik", "Kikuyu"),
        (None, None),
    ],
)
def test_the_english_name(code: str | None, name: str | None) -> None:
    assert language_name(code) == name


@pytest.mark.parametrize("code", ["xx", "qqq", "", "../../etc", "de\0", "\ud800", "_" * 10_000])
def test_an_unknown_code_is_shown_as_itself(code: str) -> None:
    assert language_name(code) == code


def test_every_language_that_is_told_apart_has_a_name() -> None:
    assert len(CODES) > 130
    assert [code for code in CODES if language_name(code) == code] == []
