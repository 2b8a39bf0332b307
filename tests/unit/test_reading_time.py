"""How long it takes to read a page."""

import pytest

from wordcount.reading_time import MEAN_WORDS_PER_MINUTE, WORDS_PER_MINUTE, minutes_to_read


@pytest.mark.parametrize(
    ("words", "language", "minutes"),
    [(228, "en", 1), (179, "de", 1), (69, "ar", 0.5), (395, "zh", 2.5), (0, "en", 0)],
)
def test_minutes_to_read(words: int, language: str, minutes: float) -> None:
    assert minutes_to_read(words, language) == minutes


@pytest.mark.parametrize("language", [None, "", "sw", "xx", "EN", "\ud800"])
def test_other_languages_are_read_at_the_mean_speed(language: str | None) -> None:
    assert minutes_to_read(368, language) == 2


def test_the_mean_is_that_of_the_languages() -> None:
    assert len(WORDS_PER_MINUTE) == 17
    mean = sum(WORDS_PER_MINUTE.values()) / len(WORDS_PER_MINUTE)
    assert round(mean) == MEAN_WORDS_PER_MINUTE
