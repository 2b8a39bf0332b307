"""Forms of one word. Further rules, by example: test_counting_rules.py."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import Stemmer
from hypothesis import given
from hypothesis import strategies as st

from wordcount import rank
from wordcount.normal_form import bare_forms, ranking_forms
from wordcount.stems import LONGEST_STEMMED, has_stems, stems_of

LANGUAGES = (
    "ar bs ca cs da de el en eo es et eu fa fi fr ga hi hr hu hy id it lt ms ne nl nn no pl pt ro "
    "ru sr sv ta tr yi"
).split()


def stems(words: str, language: str) -> list[str]:
    """The stems of words as a page writes them."""
    return stems_of(ranking_forms(bare_forms(words.split(), language), language), language)


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        ("ar", "كتاب الكتاب كِتَاب كتابه"),
        ("bs", "kuća kuće KUĆAMA"),
        ("ca", "home L'home homes"),
        ("cs", "zahrada zahrady zahradě zahradách"),
        ("da", "have haver haven havens"),
        ("de", "Haus Häuser Hause"),
        ("de", "Straße Strassen STRASSEN"),
        ("el", "κήπος κήποι κήπων ΚΗΠΟΣ"),
        ("en", "garden gardens gardening Gardened"),
        ("en", "keeper keepers keeper's keeper’s"),
        ("eo", "ĝardeno ĝardenoj ĝardenojn"),
        ("es", "jardín jardines"),
        ("et", "raamat raamatud"),
        ("eu", "etxe etxeak etxeetan"),
        ("fa", "کتاب کتاب\u200cها کتابها كتاب"),
        ("fi", "talo talot talossa talojen"),
        ("fr", "cheval chevaux"),
        ("ga", "bád bhád"),
        ("hi", "किताब किताबें किताबों"),
        ("hr", "knjiga knjige knjigama"),
        ("hu", "kertek kertben kertekben"),
        ("hy", "աղոթք աղոթքը աղոթքներ"),
        ("id", "kebun kebunnya berkebun"),
        ("it", "amico l'amico amici"),
        ("lt", "sodas sodai soduose"),
        ("ms", "buku bukunya"),
        ("ne", "घर घरको घरमा"),
        ("nl", "boek boeken"),
        ("nl", "foto foto’s"),
        ("nn", "hage hagen hagane"),
        ("no", "hage hager hagene"),
        ("pl", "książka książki"),
        ("pt", "cidade cidades"),
        ("ro", "oraş orașe"),
        ("ru", "ёлка елка ёлки"),
        ("sr", "кућа куће kuća kućama"),
        ("sv", "trädgård trädgårdar trädgården"),
        ("ta", "வீடு வீடுகள்"),
        ("tr", "ISPARTA ısparta'da"),
        ("tr", "İstanbul İstanbul’da istanbul'un"),
        ("yi", "הונט הונטס"),
    ],
)
def test_forms_that_have_one_stem(language: str, forms: str) -> None:
    assert has_stems(language)
    assert len(set(stems(forms, language))) == 1


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "don't do we'll well news new"),
        ("de", "Garten Haus Hand Hund"),
        ("tr", "ılık ilik"),
        ("ru", "сад село"),
    ],
)
def test_words_that_have_stems_of_their_own(language: str, words: str) -> None:
    assert len(set(stems(words, language))) == len(words.split())


@pytest.mark.parametrize(
    "language", [None, "", "ja", "zh", "st", "xx", "english", "../en", "\ud800"]
)
def test_of_other_languages_each_word_is_its_own_stem(language: str | None) -> None:
    words = ["gardens", "garden", "don't"]
    assert not has_stems(language)
    assert stems_of(iter(words), language) == words


def test_every_stemmer_is_used_but_those_that_will_not_do() -> None:
    for language in LANGUAGES:
        assert has_stems(language)
    neighbours = {"bs", "hr", "ms", "nn"}
    left_out = {"dutch_porter", "porter", "sesotho"}
    assert len(LANGUAGES) - len(neighbours) == len(set(Stemmer.algorithms()) - left_out)


def test_no_word_is_without_a_stem() -> None:
    # To the stemmers these are nothing but endings.
    assert stems_of(["छ", "यो"], "ne") == ["छ", "यो"]
    assert stems_of(["'s"], "nl") == ["'s"]
    assert stems_of([], "en") == []


def test_a_word_that_is_too_long_is_its_own_stem() -> None:
    longest = "a" * (LONGEST_STEMMED - 4) + "dens"
    assert stems_of([longest, "b" + longest], "en") == [longest[:-1], "b" + longest]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_word_as_long_as_a_page_may_be(language: str) -> None:
    # Some stemmers need minutes for one of 200,000 letters, because they take quadratic time.
    for piece in ("ك", "ாா", "гн", "s"):
        word = piece * 1_000_000
        assert stems_of([word], language) == [word]


def test_threads_do_not_disturb_each_other() -> None:
    words = [f"{letter}ardens{number}ing" for letter in "gwj" for number in range(2000)]
    alone = stems_of(words, "en")
    with ThreadPoolExecutor(8) as pool:
        assert all(found == alone for found in pool.map(lambda _: stems_of(words, "en"), range(16)))


words = st.text(
    st.sampled_from("gardensing'éßłıİςёжсадовكتاب\u064e\u200cकताबो்ள"), min_size=1, max_size=9
)


@given(st.lists(words), st.sampled_from(LANGUAGES))
def test_one_stem_for_each_word_whatever_stands_beside_it(some: list[str], language: str) -> None:
    forms = ranking_forms(bare_forms(some, language), language)
    assert stems_of(forms, language) == [stems_of([form], language)[0] for form in forms]


@given(
    st.dictionaries(words, st.integers(1, 9)),
    st.sampled_from([*LANGUAGES, "ja", None]),
    st.integers(0, 5),
    st.integers(0, 5),
)
def test_together_every_word_is_counted_once(
    counts: dict[str, int], language: str | None, top: int, shortest: int
) -> None:
    apart = rank(counts, language=language)
    together = rank(counts, language=language, together=True)
    assert sum(row.times for row in together) == sum(counts.values())
    assert {row.word for row in together} <= {row.word for row in apart}
    assert len(together) <= len(apart)
    assert together[:top] == rank(counts, language=language, together=True, top=top)
    fewer = rank(counts, language=language, together=True, shortest=shortest)
    assert [row for row in together if row in fewer] == fewer
