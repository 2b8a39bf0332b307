"""How easy a text is to read, by the formula that was published for its language.

All of them go by the length of sentences and of words, and by nothing else: they know neither what
a text says nor how it is laid out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from wordcount.rows import letters_in

#: Of fewer words no formula tells anything: Flesch takes samples of a hundred.
FEWEST_WORDS = 100
#: To LIX a word of more letters is a long one.
LONG_WORD = 6


class ReadingEase(NamedTuple):
    """What a formula says of a text.

    :ivar formula: its key in :data:`FORMULAS`.
    :ivar score: as it is, which may be beyond the ends of the scale.
    """

    formula: str
    score: float


@dataclass(frozen=True)
class Formula:
    """A published formula.

    :ivar name: what people call it.
    :ivar authors: who published it.
    :ivar year: when.
    :ivar source: where.
    :ivar bands: from which score on a text is what, in words; highest first.
    :ivar weights: the score of a formula after Flesch: a constant, less so much for each word of a
        sentence, less so much for each syllable of a word, both on average; None for the others.
    """

    name: str
    authors: str
    year: int
    source: str
    bands: tuple[tuple[float, str], ...]
    weights: tuple[float, float, float] | None = None


_LOWEST = float("-inf")
_OF_FLESCH = (
    (90.0, "very easy"), (80.0, "easy"), (70.0, "fairly easy"), (60.0, "standard"),
    (50.0, "fairly difficult"), (30.0, "difficult"), (_LOWEST, "very difficult"),
)  # fmt: skip

FORMULAS = {
    "flesch": Formula(
        "Flesch Reading Ease", "Rudolf Flesch", 1948,
        "A new readability yardstick. Journal of Applied Psychology 32, 221-233",
        _OF_FLESCH, weights=(206.835, 1.015, 84.6),
    ),
    "amstad": Formula(
        "Flesch Reading Ease, for German by Amstad", "Toni Amstad", 1978,
        "Wie verständlich sind unsere Zeitungen? Dissertation, Universität Zürich",
        _OF_FLESCH, weights=(180.0, 1.0, 58.5),
    ),
    # The bands are those of the scale INFLESZ: I. M. Barrio-Cantalejo et al., Validación de la
    # Escala INFLESZ, Anales del Sistema Sanitario de Navarra 31 (2008), 135-152.
    "szigriszt_pazos": Formula(
        "Perspicuity of Szigriszt-Pazos", "Francisco Szigriszt Pazos", 1993,
        "Sistemas predictivos de legibilidad del mensaje escrito: fórmula de perspicuidad. "
        "Tesis doctoral, Universidad Complutense de Madrid",
        (
            (80.0, "very easy"), (65.0, "fairly easy"), (55.0, "standard"),
            (40.0, "somewhat difficult"), (_LOWEST, "very difficult"),
        ),
        weights=(206.835, 1.0, 62.3),
    ),
    "kandel_moles": Formula(
        "Flesch Reading Ease, for French by Kandel and Moles", "L. Kandel and A. Moles", 1958,
        "Application de l'indice de Flesch à la langue française. "
        "Cahiers d'études de radio-télévision 19, 253-274",
        _OF_FLESCH, weights=(207.0, 1.015, 73.6),
    ),
    "douma": Formula(
        "Flesch-Douma", "W. H. Douma", 1960,
        "De leesbaarheid van landbouwbladen. Bulletin 17, Landbouwhogeschool Wageningen",
        (
            (90.0, "very easy"), (80.0, "easy"), (70.0, "fairly easy"), (60.0, "standard"),
            (45.0, "fairly difficult"), (30.0, "difficult"), (_LOWEST, "very difficult"),
        ),
        weights=(206.84, 0.93, 77.0),
    ),
    "gulpease": Formula(
        "Gulpease", "Pietro Lucisano and Maria Emanuela Piemontese", 1988,
        "GULPEASE: una formula per la predizione della difficoltà dei testi in lingua italiana. "
        "Scuola e città 39, 110-124",
        (
            (80.0, "easy after primary school"), (60.0, "easy after middle school"),
            (40.0, "easy after secondary school"),
            (_LOWEST, "difficult even after secondary school"),
        ),
    ),
    "oborneva": Formula(
        "Flesch Reading Ease, for Russian by Oborneva", "I. V. Oborneva", 2006,
        "Автоматизированная оценка сложности учебных текстов на основе статистических параметров. "
        "Диссертация, Москва",
        _OF_FLESCH, weights=(206.835, 1.3, 60.1),
    ),
    "martins": Formula(
        "Flesch Reading Ease, for Portuguese by Martins et al.",
        "T. B. F. Martins, C. M. Ghiraldelo, M. G. V. Nunes and O. N. Oliveira Jr.", 1996,
        "Readability formulas applied to textbooks in Brazilian Portuguese. "
        "Notas do ICMSC-USP, Série Computação 28",
        (
            (75.0, "very easy"), (50.0, "easy"), (25.0, "difficult"), (_LOWEST, "very difficult"),
        ),
        weights=(248.835, 1.015, 84.6),
    ),
    "atesman": Formula(
        "Ateşman", "Ender Ateşman", 1997,
        "Türkçede okunabilirliğin ölçülmesi. Dil Dergisi 58, 71-74",
        (
            (90.0, "very easy"), (70.0, "easy"), (50.0, "standard"), (30.0, "difficult"),
            (_LOWEST, "very difficult"),
        ),
        weights=(198.825, 2.61, 40.175),
    ),
    # The bands are those that are usual in Sweden; Danes and Norwegians have others of their own.
    "lix": Formula(
        "LIX", "Carl-Hugo Björnsson", 1968, "Läsbarhet. Liber, Stockholm",
        (
            (60.0, "very difficult"), (50.0, "difficult"), (40.0, "standard"), (30.0, "easy"),
            (_LOWEST, "very easy"),
        ),
    ),
}  # fmt: skip

#: By ISO 639 code.
FORMULA_OF = {
    "da": "lix", "de": "amstad", "en": "flesch", "es": "szigriszt_pazos", "fr": "kandel_moles",
    "it": "gulpease", "nb": "lix", "nl": "douma", "nn": "lix", "no": "lix", "pt": "martins",
    "ru": "oborneva", "sv": "lix", "tr": "atesman",
}  # fmt: skip


def reading_ease(
    words: Mapping[str, int], sentences: int, language: str | None
) -> ReadingEase | None:
    """How easy a text is to read.

    :param words: every word of it -> how often, as :func:`wordcount.words.words_in` gives it.
    :param sentences: how many it has that have a word.
    :param language: an ISO 639 code, as :func:`wordcount.language.language_of` gives it.
    :returns: None if there is no formula for the language, or not text enough for one.
    """
    code = FORMULA_OF.get(language or "")
    total = sum(words.values())
    if language is None or code is None or sentences < 1 or total < FEWEST_WORDS:
        return None
    if code == "gulpease":
        letters = sum(letters_in(word) * times for word, times in words.items())
        return ReadingEase(code, gulpease(total, sentences, letters))
    if code == "lix":
        long = sum(times for word, times in words.items() if letters_in(word) > LONG_WORD)
        return ReadingEase(code, lix(total, sentences, long))

    from wordcount.syllables import syllables_of  # with a dictionary, which the web does without

    counted = zip(syllables_of(list(words), language), words.values(), strict=True)
    return ReadingEase(
        code, flesch(code, total, sentences, sum(syllables * times for syllables, times in counted))
    )


def flesch(code: str, words: int, sentences: int, syllables: int) -> float:
    """The score of a formula after Flesch.

    :param code: of one in :data:`FORMULAS` that has weights.
    :raises ValueError: if it has none.
    """
    weights = FORMULAS[code].weights
    if weights is None:
        raise ValueError(code)
    constant, per_word, per_syllable = weights
    return constant - per_word * words / sentences - per_syllable * syllables / words


def gulpease(words: int, sentences: int, letters: int) -> float:
    """The score of Gulpease: 89, and 300 a sentence less 10 a letter, shared by all words."""
    return 89 + (300 * sentences - 10 * letters) / words


def lix(words: int, sentences: int, long_words: int) -> float:
    """The score of LIX: words to a sentence, and how many in a hundred are long."""
    return words / sentences + 100 * long_words / words


def describe(ease: ReadingEase) -> str:
    """What a score means: ``64.2, standard``."""
    # As it is shown, so that 59.97 is not "60.0, fairly difficult".
    score = round(ease.score, 1) + 0.0  # which is never -0.0
    bands = FORMULAS[ease.formula].bands
    return f"{score:.1f}, {next(words for least, words in bands if score >= least)}"
