"""When two spellings are one word.

Three forms, from the narrowest to the widest:

- :func:`nfc`: the same characters, however they are encoded. So words are counted.
- :func:`bare_forms`, then :func:`ranking_forms`: also without elisions and case, and with one kind
  of apostrophe. So words are ranked together.
- :func:`matching_forms`: also without what writers often leave out, such as the vowel marks of
  Arabic. So a word is found in a list of stop words. Readers see these spellings as different, or
  as different words, and so they are ranked apart.
"""

import re
import unicodedata
from collections.abc import Iterable

# A word longer than this may hold so many marks in a row that sorting them takes too long.
_LONG = 64

#: How people type an apostrophe, and how printers set it: single quotation marks, the letter
#: apostrophe, the letter of Hawaiian and Uzbek, and the wide one of East Asia.
APOSTROPHES = "\u2018\u2019\u02bc\u02bb\uff07"
# What is in a word and not seen: the soft hyphen, the word joiner and the byte order mark, which
# only rule line breaks, and what only sets the direction of writing.
_INVISIBLE = (
    "\u00ad\u2060\ufeff\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)

# The space before a French exclamation mark: by the rules it belongs to the word.
_SPACE_AT_AN_END = re.compile("^\u202f+|\u202f+$", re.MULTILINE)

# In these languages I is the capital of ı, and İ that of i (Unicode's CaseFolding.txt, status T).
_DOTLESS_I = {"az", "crh", "tr"}


def _elided(words: str) -> re.Pattern[str]:
    """These words at the beginning of a line, elided.

    A word is elided before a vowel or a mute h, and before nothing else: N'Djamena is a name.
    """
    return re.compile(
        rf"^(?:{words})['{APOSTROPHES}](?=[aàáâãäæeèéêëhiìíîïoòóôöœuùúûüyÿ])",
        re.IGNORECASE | re.MULTILINE,
    )


# What stands apart in the dictionary is left whole: aujourd'hui, quelqu'un, presqu'île, mezz'ora.
_ELIDED = {
    "ca": _elided("[dlmnst]"),
    "fr": _elided("[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu"),
    "it": _elided(
        "[cdlmnstv]|un|gl|(?:a|co|da|de|ne|su)(?:gl|ll)|quell|quest|anch|ch|com|cos|dov|quand"
        "|alcun|ciascun|nessun|ognun|qualcun"
    ),
}

_Table = dict[int, int | str | None]

# Arabic script: tatweel only stretches a word; vowel marks, and the hamza of an alef, are mostly
# left out, and often the non-joiner; Arabic and Persian have each their own yeh and kaf.
_ARABIC: _Table = {
    **dict.fromkeys((0x0640, *range(0x064B, 0x0660), 0x0670, 0x200C)),
    **str.maketrans("أإآٱىیک", "اااايي\u0643"),
}
# Hebrew: points and accents, and how people type geresh and gershayim.
_HEBREW: _Table = {
    **dict.fromkeys((*range(0x0591, 0x05BE), 0x05BF, 0x05C1, 0x05C2, 0x05C4, 0x05C5, 0x05C7)),
    **str.maketrans("׳״", "'\""),
}
# Greek: the accents and breathings of every letter.
_GREEK: _Table = {
    code: unicodedata.normalize("NFD", chr(code))[0]
    for code in (*range(0x0370, 0x0400), *range(0x1F00, 0x2000))
    if unicodedata.decomposition(chr(code))
}
_IGNORED: dict[str, _Table] = {
    **dict.fromkeys(("ar", "ary", "arz", "ckb", "fa", "ps", "sd", "ug", "ur"), _ARABIC),
    **dict.fromkeys(("hbo", "he", "yi"), _HEBREW),
    "el": _GREEK,
    "hi": {0x093C: None},  # the nukta: ज़्यादा and ज्यादा
    "bg": {ord("ѝ"): "и"},
    "mk": {ord("ѐ"): "е", ord("ѝ"): "и"},
    "ro": {ord("ş"): "ș", ord("ţ"): "ț"},  # the cedillas of old character sets
    "ru": {ord("ё"): "е"},
}


def nfc(word: str) -> str:
    """A word in Normalization Form C, in time that grows with its length only.

    :func:`unicodedata.normalize` sorts marks one by one, so that 200,000 of them take 20 seconds.
    """
    if len(word) > _LONG and not unicodedata.is_normalized("NFC", word):
        word = _sorted_marks(word)
    return unicodedata.normalize("NFC", word)


def bare_forms(words: Iterable[str], language: str | None = None) -> list[str]:
    """The words as a ranking shows them: without elisions, and without what nobody sees.

    :param words: in NFC, and without line breaks, as :func:`wordcount.words.words_in` gives them.
    :param language: an ISO 639 code. Only French, Italian and Catalan have elisions taken off:
        ``L’histoire`` is ``histoire``.
    :returns: a form for each word, in their order.
    """
    # All at once, in C: a page may have a million different words.
    text = "\n".join(words)
    if not text.isascii():
        seen = text
        for character in _INVISIBLE:
            seen = seen.replace(character, "")
        if seen != text:  # marks that they kept apart may have come together
            text = "\n".join(map(nfc, seen.split("\n")))
        if "\u202f" in text:
            text = _SPACE_AT_AN_END.sub("", text)
    if elided := _ELIDED.get(language or ""):
        text = elided.sub("", text)
    return text.split("\n") if text else []


def ranking_forms(bare: Iterable[str], language: str | None = None) -> list[str]:
    """What words have in common that are ranked together.

    Unicode's full case folding (``Straße`` and ``STRASSE`` are one word) and straight apostrophes.

    :param bare: as :func:`bare_forms` gives them.
    :param language: by whose rules case is folded: in Turkish, ``I`` is the capital of ``ı``.
    """
    text = "\n".join(bare)
    if language in _DOTLESS_I:
        text = text.replace("I", "ı").replace("İ", "i")
    if text.isascii():
        text = text.lower()
    else:
        text = text.casefold()
        for apostrophe in APOSTROPHES:
            text = text.replace(apostrophe, "'")
        text = unicodedata.normalize("NFC", text)
    return text.split("\n") if text else []


def matching_forms(forms: Iterable[str], language: str | None = None) -> list[str]:
    """What a word and a stop word have in common.

    :param forms: as :func:`ranking_forms` gives them, for the same language.
    """
    text = "\n".join(forms)
    if table := _IGNORED.get(language or ""):
        text = text.translate(table)
    return text.split("\n") if text else []


def _sorted_marks(word: str) -> str:
    """A word in Normalization Form D: decomposed, each run of marks in canonical order.

    https://www.unicode.org/versions/latest/core-spec/chapter-3/#G49591
    """
    done: list[str] = []
    marks: list[str] = []
    for composed in word:
        for character in unicodedata.normalize("NFD", composed):
            if unicodedata.combining(character):
                marks.append(character)
            else:
                done += sorted(marks, key=unicodedata.combining)
                done.append(character)
                marks.clear()
    return "".join([*done, *sorted(marks, key=unicodedata.combining)])
