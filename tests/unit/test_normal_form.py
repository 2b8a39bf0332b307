"""When two spellings are one word."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wordcount.normal_form import bare_forms, matching_forms, nfc, ranking_forms

# Letters and marks that are sorted, composed and taken apart in all the ways there are.
MARKED = st.text(
    "aoeιΐгий가\u1100\u1161\u0301\u0308\u0323\u0327\u0328\u0344\u0345\u093c", max_size=80
)


@given(MARKED)
def test_nfc_is_unicodes(word: str) -> None:
    assert nfc(word) == unicodedata.normalize("NFC", word)


def test_a_long_run_of_marks_is_put_in_order() -> None:
    # unicodedata.normalize() needs minutes for this, and seconds for what came out.
    word = nfc("e" + "\u0301\u0323" * 300_000)
    assert word == "ẹ" + "\u0323" * 299_999 + "\u0301" * 300_000
    assert ranking_forms([word]) == [word]


def test_all_words_at_once_or_one_by_one() -> None:
    words = ["L’été", "ΣΊΣΥΦΟΣ", "exam\u00adple", "plain", "İzmir", "ŉ"]
    for language in ("fr", "tr", "el", None):
        bare = bare_forms(words, language)
        assert bare == [form for word in words for form in bare_forms([word], language)]
        ranking = ranking_forms(bare, language)
        assert ranking == [form for word in bare for form in ranking_forms([word], language)]
        matching = matching_forms(ranking, language)
        assert matching == [form for word in ranking for form in matching_forms([word], language)]
    assert bare_forms([]) == ranking_forms([]) == matching_forms([]) == []


@pytest.mark.parametrize("apostrophe", "'‘’ʼʻ＇")
def test_every_apostrophe_is_one(apostrophe: str) -> None:
    assert ranking_forms([f"don{apostrophe}t"]) == ["don't"]
    assert bare_forms([f"l{apostrophe}eau", f"L{apostrophe}Eau"], "fr") == ["eau", "Eau"]


@pytest.mark.parametrize(
    ("language", "elided", "bare"),
    [
        ("fr", "c'est d'eau j'ai m'a n'y s'il t'es qu'on", "est eau ai a y il es on"),
        ("fr", "jusqu'à lorsqu'elle puisqu'il quoiqu'un", "à elle il un"),
        ("fr", "L'Œuvre D'HIVER l'Île", "Œuvre HIVER Île"),
        (
            "it",
            "l'ora un'ora d'oro gl'inni all'ora dell'ora nell'ora",
            "ora ora oro inni ora ora ora",
        ),
        ("it", "sull'ora dall'ora coll'ora quest'ora quell'ora", "ora ora ora ora ora"),
        ("it", "c'è m'ha t'ha s'è v'è n'è com'è dov'è anch'io", "è ha ha è è è è è io"),
        ("ca", "l'home d'aigua m'agrada t'estimo s'ha n'hi", "home aigua agrada estimo ha hi"),
    ],
)
def test_elisions_are_taken_off(language: str, elided: str, bare: str) -> None:
    assert bare_forms(elided.split(), language) == bare.split()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", "aujourd'hui quelqu'un presqu'île entr'ouvrir prud'homme grand'mère O'Brien"),
        ("fr", "N'Djamena M'Bappé d' l'"),
        ("it", "mezz'ora tutt'altro dev'essere sant'Antonio"),
        ("ca", "dona'm compra'l fes-me'n"),
        ("en", "l'eau d'eau don't o'clock"),
        (None, "l'eau"),
    ],
)
def test_what_is_no_elision_stays(language: str | None, words: str) -> None:
    assert bare_forms(words.split(), language) == words.split()


@pytest.mark.parametrize(
    ("language", "spellings"),
    [
        ("ar", "كتاب كِتَاب كتـــاب"),
        ("ar", "أن ان إن آن"),
        ("fa", "می\u200cشود میشود مي\u200cشود ميشود"),
        ("he", "שלום שָׁלוֹם"),
        ("he", 'צה"ל צה״ל'),
        ("el", "και καί καὶ ΚΑΙ ΚΑΊ"),
        ("el", "ᾅδης αιδης"),
        ("ro", "și şi"),
        ("ru", "ещё еще ЕЩЁ"),
        ("hi", "ज़्यादा ज्यादा"),
    ],
)
def test_spellings_that_a_stop_word_is_found_in(language: str, spellings: str) -> None:
    words = [nfc(word) for word in spellings.split()]
    ranking = ranking_forms(bare_forms(words, language), language)
    assert len(set(ranking)) > 1  # in the ranking they are apart,
    assert len(set(matching_forms(ranking, language))) == 1


def test_of_other_languages_only_the_ranking_form_counts() -> None:
    words = ["élève", "elève", "ё"]
    assert matching_forms(words, "fr") == words
