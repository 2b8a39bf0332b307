"""Forms of one word, such as ``garden`` and ``gardens``: words that have one stem.

The stemmers are Snowball's. They go by the endings of a word, in a few languages also by its
beginning, and know neither its meaning nor exceptions of every kind. https://snowballstem.org/
"""

from collections.abc import Iterable

import Stemmer

#: A longer word has no stem but itself, in code points: it is no word of a language, and some
#: stemmers take quadratic time.
LONGEST_STEMMED = 100

# By ISO 639 code. Left out are Snowball's older stemmers for English and Dutch, and the one for
# Sesotho, which takes so much off that it makes one of many words.
_ALGORITHMS = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek",
    "en": "english", "eo": "esperanto", "es": "spanish", "et": "estonian", "eu": "basque",
    "fa": "persian", "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi",
    "hu": "hungarian", "hy": "armenian", "id": "indonesian", "it": "italian", "lt": "lithuanian",
    "ne": "nepali", "nl": "dutch", "no": "norwegian", "pl": "polish", "pt": "portuguese",
    "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish", "ta": "tamil",
    "tr": "turkish", "yi": "yiddish",
    # Neighbours, with the same endings; wordcount.language hardly tells them apart, either.
    "bs": "serbian", "hr": "serbian", "ms": "indonesian", "nn": "norwegian",
}  # fmt: skip


def has_stems(language: str | None) -> bool:
    """Whether the stems of a language are known.

    :param language: an ISO 639 code, as :func:`wordcount.language.language_of` gives it.
    """
    return language in _ALGORITHMS


def stems_of(words: Iterable[str], language: str | None) -> list[str]:
    """What the forms of a word have in common.

    What stemmers want to know of spelling is done already: case is folded, and there is one kind
    of apostrophe. The rest, such as vowel marks, cedillas, and the two scripts of Serbian, they see
    to themselves.

    :param words: as :func:`wordcount.normal_form.ranking_forms` gives them.
    :param language: an ISO 639 code; of a language that is not known each word is its own stem.
    :returns: a stem for each word, in their order.
    """
    words = list(words)
    algorithm = _ALGORITHMS.get(language or "")
    if algorithm is None:
        return words
    # Threads must not share a stemmer, and a new one costs next to nothing. Its cache would cost
    # more than it saves: each word comes once.
    stemmer = Stemmer.Stemmer(algorithm, 0)
    stems: list[str] = stemmer.stemWords(
        [word if len(word) <= LONGEST_STEMMED else "" for word in words]
    )
    # Some words are nothing but endings.
    return [stem or word for stem, word in zip(stems, words, strict=True)]
