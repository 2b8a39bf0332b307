"""Languages and their stop words."""

import pytest
from nltk.corpus import stopwords

from wordcount.language import NLTK_DATA, NLTK_LISTS, language_of, stop_words_of

SENTENCES = {
    "en": "The keeper of the lighthouse planted a garden behind the wall and watered it daily. ",
    "de": "Der Wärter des Leuchtturms pflanzte hinter der Mauer einen Garten und goss ihn. ",
    "ru": "Смотритель маяка посадил за стеной сад и поливал его каждый день до самой осени. ",
    "ja": "灯台守は壁の向こうに庭を作り、毎日水をやっていました。秋まで続きました。",
    "th": "ผู้ดูแลประภาคารปลูกสวนไว้หลังกำแพงและรดน้ำทุกวันจนถึงฤดูใบไม้ร่วง ",
}


@pytest.mark.parametrize("language", SENTENCES)
def test_the_text_tells_whatever_the_page_says(language: str) -> None:
    assert language_of(SENTENCES[language] * 10, declared="pt") == language


@pytest.mark.parametrize("declared", ["pt-BR", "pt_BR", " PT "])
def test_a_short_text_is_what_the_page_says(declared: str) -> None:
    assert language_of("Garden", declared) == "pt"


@pytest.mark.parametrize("text", ["", "x", "1234 5678"])
def test_where_nothing_tells(text: str) -> None:
    assert language_of(text) is None


def test_stop_words() -> None:
    assert {"the", "of", "don't"} <= stop_words_of("en")
    assert {"der", "und"} <= stop_words_of("de")
    assert "の" in stop_words_of("ja")  # not a language of NLTK's
    assert stop_words_of("tlh") == stop_words_of(None) == frozenset()


def test_nltk_reads_the_lists_of_this_project() -> None:
    assert str(stopwords.root).startswith(str(NLTK_DATA))
    assert set(NLTK_LISTS.values()) <= set(stopwords.fileids())
