"""Looking words up as people do: what is typed is found whatever its case and accents."""

import unicodedata
from collections.abc import Sequence
from itertools import chain, filterfalse, islice

from wordcount.normal_form import bare_forms, ranking_forms


def containing(typed: str, words: Sequence[str], language: str | None) -> list[bool]:
    """Of each word, whether it contains what somebody has typed.

    :param typed: any text at all.
    :param language: by whose rules case is folded.
    """
    one_line = typed.replace("\n", " ")  # which no word contains
    wanted, *forms = plain_forms([one_line, *words], language)
    return [bool(wanted) and wanted in form for form in forms]


def alike(typed: str, words: Sequence[str], language: str | None, most: int) -> list[str]:
    """Words that somebody may mean: those that differ in case and accents, then those around it.

    :param typed: and `language`: as for :func:`containing`.
    :param words: the likeliest first.
    :param most: how many.
    """
    wanted, *forms = plain_forms([typed.replace("\n", " "), *words], language)
    if not wanted:
        return []
    same = (word for word, form in zip(words, forms, strict=True) if form == wanted)
    around = (
        word for word, form in zip(words, forms, strict=True) if wanted in form and form != wanted
    )
    return list(islice(chain(same, around), most))


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
