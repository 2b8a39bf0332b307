"""Looking words up as people do: what is typed is found whatever its case and accents."""

import unicodedata
from collections.abc import Sequence
from itertools import filterfalse

from wordcount.normal_form import bare_forms, ranking_forms


def containing(typed: str, words: Sequence[str], language: str | None) -> list[bool]:
    """Of each word, whether it contains what somebody has typed.

    :param typed: any text at all.
    :param language: by whose rules case is folded.
    """
    one_line = typed.replace("\n", " ")  # which no word contains
    wanted, *forms = plain_forms([one_line, *words], language)
    return [bool(wanted) and wanted in form for form in forms]


def place(word: str) -> tuple[str, str]:
    """Where a word stands in the alphabet: letters first, then accents, as in most dictionaries."""
    folded = word.casefold()
    return _unmarked(folded), folded


def plain_forms(words: Sequence[str], language: str | None) -> list[str]:
    """Words as they are compared: without case, elisions and accents.

    :param words: without line breaks; of a word that nobody sees, nothing is left.
    """
    forms = ranking_forms(bare_forms(words, language), language)
    return [_unmarked(form) for form in forms or [""] * len(words)]


def _unmarked(word: str) -> str:
    """A word without its accents; most have none."""
    if word.isascii():
        return word
    return "".join(filterfalse(unicodedata.combining, unicodedata.normalize("NFKD", word)))
