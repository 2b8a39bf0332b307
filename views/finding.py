"""Where people look for a word: by what they type, and in the alphabet."""

import unicodedata
from collections.abc import Iterable
from itertools import filterfalse

from wordcount.normal_form import bare_forms, ranking_forms


def plain_forms(words: Iterable[str], language: str | None) -> list[str]:
    """Words as people type them who look for something: without case, elisions and accents.

    :param words: without line breaks; nothing may be left of one.
    """
    words = list(words)
    forms = ranking_forms(bare_forms(words, language), language)
    return [_unmarked(form) for form in forms or [""] * len(words)]


def in_alphabet(word: str) -> tuple[str, str]:
    """Where a word stands in the alphabet: letters first, then accents, as in most dictionaries."""
    folded = word.casefold()
    return _unmarked(folded), folded


def _unmarked(word: str) -> str:
    """A word without its accents; most have none."""
    if word.isascii():
        return word
    return "".join(filterfalse(unicodedata.combining, unicodedata.normalize("NFKD", word)))
