"""The stop words of each language."""

import tomllib
from typing import Any

import nltk
import pytest
import stopwordsiso
from nltk import pathsec
from nltk.corpus import stopwords

from wordcount.normal_form import bare_forms, matching_forms, ranking_forms
from wordcount.stop_words import NLTK_LISTS, OUR_DATA, _nltk_list, languages, stop_words_of
from wordcount.words import words_in

OURS: dict[str, dict[str, Any]] = tomllib.loads(OUR_DATA.read_text(encoding="utf-8"))

# Sentences of nothing but stop words, and of what learners of a language learn first.
GRAMMAR = {
    "ar": "هذا هو الذي كان في ذلك من على إلى",
    "bg": "той е на и от за да не се с като по",
    "ca": "el de la i que a les els no per amb és",
    "cs": "ale to je se na že který byl jako pro",
    "da": "det er en af og i på som ikke med til for",
    "de": "der die das und ist nicht mit auf ein auch es werden",
    "el": "ο η το και να από της του με για είναι που δεν στην",
    "en": "the of and to in is that would could it's they’re also",
    "es": "el la de que y en los se del las por con no una su para es",
    "et": "ja on ei et see oli ka kui mis aga",
    "fa": "این است و در به از که را با آن برای",
    "fi": "ja on ei että se oli myös kun joka mutta hän",
    "fr": "le la les de des et est un une que qui dans pas plus cette comme l' a qu'il c’est",
    "he": "של את על הוא לא זה עם היא אם גם כי",
    "hi": "है के में की को से और का यह नहीं हैं था",
    "hr": "je i u na se da za su od s koji kao nije",
    "hu": "a az és hogy nem is egy van ez azt de meg",
    "hy": "և է որ են այդ այս համար իր նա մի ու",
    "id": "yang dan di itu dengan untuk tidak ini dari dalam akan pada",
    "it": "il di che e la per un non sono una con l'altro dell'altra",
    "ja": "それはこれのことでした",
    "ka": "და არის რომ ეს არ ის თუ კი მისი",
    "ko": "그 이 있다 그리고 것 수 있는 그는",
    "lt": "ir yra kad ne tai su iš bet kaip jis į",
    "lv": "un ir ka ar no par bet tas kas uz",
    "mk": "и на да се во е од со не за што",
    "nl": "de het een en van in is dat op te zijn niet met voor maar zoals",
    "no": "det er en og i på som ikke med til for av",
    "nn": "ikkje eg ein det er og i på som med til for frå",
    "pl": "w i na z do się nie że jest to który jak",
    "pt": "o a de que e do da em um para com não uma os no se na você",
    "ro": "și şi în de la cu pe care este nu un o mai din",
    "ru": "и в не на что он я с это как но его её ещё",
    "sk": "a v na je sa že to s ako aj ale pre ktorý",
    "sl": "in je se da na v za so pri lahko kot ki",
    "sr": "је и у на се да за су од који није je koji nije",
    "sv": "det är en och i på som inte med till för av ska",
    "th": "และ ที่ ใน ของ เป็น การ มี ได้ ไม่ ว่า",
    "tr": "bir ve bu için ile de da çok daha gibi olarak değil kadar",
    "uk": "і в не на що він я з це як але його та",
    "ur": "کے میں کی ہے اور سے کا کو اس کہ یہ",
    "vi": "và của là có trong được cho không một các với này",
    "zh": "这是我们的 這個是他們的 和 在 了 不 也",
}  # fmt: skip

MEANING = {
    "cs": "zprávy článek",
    "de": "garten jahr welt arbeit",
    "en": "home world system open page information state computer won us",
    "fa": "مردم خدمات",
    "fr": "histoire monde travail accord",
    "hu": "cikk isten",
    "id": "rumah hari kata masalah",
    "it": "casa mondo ultimo grazie",
    "ms": "malaysia bank ekonomi kerajaan",
    "ru": "время дом слово",
    "vi": "nhà năm người",
    "zh": "人 安全 问题 任务",
}


def forms(text: str, language: str) -> set[str]:
    words = words_in(text)
    return set(matching_forms(ranking_forms(bare_forms(words, language), language), language))


@pytest.mark.parametrize("language", GRAMMAR)
def test_grammar_is_left_out(language: str) -> None:
    assert forms(GRAMMAR[language], language) - stop_words_of(language) == set()


@pytest.mark.parametrize("language", MEANING)
def test_meaning_is_kept(language: str) -> None:
    assert forms(MEANING[language], language) & stop_words_of(language) == set()


def test_at_least_fifty_languages_have_a_list_that_is_worth_its_name() -> None:
    assert sum(len(stop_words_of(language)) >= 50 for language in languages()) >= 100


@pytest.mark.parametrize("language", ["tlh", None])
def test_of_other_languages_none_are_known(language: str | None) -> None:
    assert stop_words_of(language) == frozenset()


@pytest.mark.parametrize("language", sorted(languages()))
def test_every_stop_word_can_be_a_word_of_a_page(language: str) -> None:
    for word in stop_words_of(language):
        assert len(words_in(word)) == 1, word
        assert matching_forms(ranking_forms([word], language), language) == [word]


def test_a_phrase_leaves_nothing_out() -> None:
    # "au moins" and the like are cut into words that are judged by themselves.
    assert "conséquent" not in stop_words_of("fr")
    assert "according" not in stop_words_of("en")


@pytest.fixture
def _nltk_with_our_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    """NLTK itself, on the lists of this project, also in a clone made under umask 002."""
    monkeypatch.setattr(nltk.data, "path", [str(NLTK_LISTS.parent.parent)])
    monkeypatch.setattr(pathsec, "ENFORCE", False)


@pytest.mark.usefixtures("_nltk_with_our_lists")
def test_the_lists_are_read_as_nltk_reads_them() -> None:
    names = {name for ours in OURS.values() for name in ours.get("nltk", [])}
    for name in names:
        assert _nltk_list(name) == [word.rstrip("\r") for word in stopwords.words(name)]


@pytest.mark.usefixtures("_nltk_with_our_lists")
def test_none_is_missing_that_nltk_itself_adds() -> None:
    extended = " ".join(stopwords.words("english-extended"))
    left_out = forms(OURS["en"]["less"], "en")
    assert forms(extended, "en") - stop_words_of("en") == left_out


@pytest.mark.parametrize("language", OURS)
def test_our_own_data_is_in_order(language: str) -> None:
    ours = OURS[language]
    assert ours.keys() <= {"nltk", "iso", "like", "encoding", "less", "more"}
    assert set(ours.get("nltk", [])) <= {file.name for file in NLTK_LISTS.iterdir()}
    assert set(ours.get("like", [])) <= languages()
    base = {word for name in ours.get("nltk", []) for word in _nltk_list(name)}
    if stopwordsiso.has_lang(language) and ours.get("iso", "nltk" not in ours):
        base |= stopwordsiso.stopwords(language)
    # What is taken out is there, and what is added is not.
    assert set(ours.get("less", "").split()) <= base
    more = ours.get("more", "").split()
    assert len(more) == len(set(more))
    assert not base - set(ours.get("less", "").split()) & set(more)
    assert all(list(words_in(word)) == [word] for word in more)
