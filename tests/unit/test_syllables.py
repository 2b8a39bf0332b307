"""How many syllables a word has."""

import pytest

from wordcount.syllables import LONGEST_SPOKEN, languages, syllables_of

# Parted by hand.
PARTED = {
    "de": "Gar-ten Häu-ser The-a-ter Quel-le schrei-en Bau-er neu-e See A-bend Stra-ße Sys-tem "
    "Leucht-turm-wär-ter Na-ti-on lie-gen mai Boot ak-tu-ell Qua-li-tät Bay-ern",
    "en": "gar-den the light-house don't cre-ate i-de-a ros-es keep-er read po-em wo-man",
    "es": "ciu-dad dí-a con-struí-a ca-í-a cuí-da-te quie-re gui-ta-rra ver-güen-za muy rey yo "
    "cu-yo le-ón a-é-re-o pa-ís U-ru-guay hay y a-gua bue-no o-í-do vein-ti-dós "
    "pin-güi-no pro-hí-be hue-vo",
    "fr": "rose les le cré-a-tion na-ïf vo-yage thé-âtre na-tion an-née rue eau l'eau "
    "au-jour-d'hui No-ël y sty-lo mai-son mer-veil-leux gui-tare quelque portes tête "
    "en-fant es é-té rêve heu-reux",
    "nl": "be-ïn-vloe-den tuin zee-ën mooi leeuw nieu-we huis vuur-to-ren Bel-gi-ë één goed "
    "vrou-wen bij ijs i-dee-ën ta-fel boei-en waai-en gou-den",
    "pt": "ra-i-nha sa-ir fa-mí-li-a pai mão co-ra-ção ci-da-de sa-ú-de mui-to viu quei-jo "
    "guer-ra á-gua di-a ru-a ju-iz a-in-da mães põe lei-te au-la ou-ro quan-do vo-ou "
    "i-déi-a",
    "ru": "Ма-як ро-за в лес жёл-тый и-ю-ля со-ба-ка чи-та-ю Ё-жик МО-РЕ",
    "tr": "İs-tan-bul I-şık ka-pı göz-lük-çü-ler a-ra-ba o-ku-mak sa-at hâ-lâ",
}


@pytest.mark.parametrize("language", PARTED)
def test_syllables(language: str) -> None:
    parted = PARTED[language].split()
    expected = {word.replace("-", ""): word.count("-") + 1 for word in parted}
    assert dict(zip(expected, syllables_of(list(expected), language), strict=True)) == expected


def test_every_language_is_tried() -> None:
    assert languages() == PARTED.keys()


def test_english_words_that_no_dictionary_has_are_counted_by_their_spelling() -> None:
    # wug is Jean Berko's; the forms after it have a mute e, or one that is spoken.
    words = {"wug": 1, "wugs": 1, "wugged": 1, "blated": 2, "snarpes": 1, "snarses": 2, "wugle": 2,
             "snope": 1, "wugism": 3, "wuggy's": 2, "zxcv": 1, "": 1}  # fmt: skip
    assert dict(zip(words, syllables_of(list(words), "en"), strict=True)) == words


def test_apostrophes_and_case_make_no_difference() -> None:
    assert syllables_of(["didn't", "didn’t", "DIDN’T", "U.S", "Garden"], "en") == [2, 2, 2, 2, 2]


@pytest.mark.parametrize("language", sorted(languages()))
def test_every_word_has_at_least_one(language: str) -> None:
    words = ["\ud800", "brr", "5kg", "公园", "\x00a", "a" * 10_000_000, "ae" * 5_000_000]
    syllables = syllables_of(words, language)
    assert len(syllables) == len(words)
    assert all(1 <= number <= LONGEST_SPOKEN for number in syllables)
