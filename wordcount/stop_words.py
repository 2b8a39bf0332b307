"""The stop words of a language: those that carry grammar rather than meaning.

They come from NLTK, from stopwordsiso, and from ``stop_words.toml``, which says for each language
what is taken from where, and why.
"""

import json
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from wordcount.normal_form import bare_forms, matching_forms, nfc, ranking_forms
from wordcount.words import LETTERS, words_in

#: The lists are part of this project, so that every machine counts alike and none has to be
#: downloaded. They are read without NLTK itself, which takes a third of a second to load.
NLTK_LISTS = Path(__file__).parent.parent / "nltk_data" / "corpora" / "stopwords"

# Of the package only this file is read: its code would keep all lists in memory.
_ISO_LISTS = "stopwordsiso/stopwords-iso.json"

OUR_DATA = Path(__file__).with_suffix(".toml")


@cache
def stop_words_of(language: str | None) -> frozenset[str]:
    """The stop words of a language; empty if none are known.

    Each is cut and normalised as the words of a page are, so that a page's word is a stop word if
    its :func:`wordcount.normal_form.matching_forms` is one of these. What ICU cuts into several
    words is never one word of a page, and so is left out.

    :param language: an ISO 639 code, as :func:`wordcount.language.language_of` gives it.
    """
    if language is None:
        return frozenset()
    words = _listed(language)
    return frozenset(matching_forms(_normal(words, language), language))


@cache
def languages() -> frozenset[str]:
    """The languages whose stop words are known."""
    return frozenset(_our_data()) | _iso_lists().keys()


def _listed(language: str) -> set[str]:
    """A list as it was written, of whole words and of phrases."""
    ours = _our_data().get(language, {})
    words: set[str] = set()
    for name in ours.get("nltk", []):
        words.update(_nltk_list(name))
    if ours.get("iso", "nltk" not in ours):
        listed = set(_iso_lists().get(language, []))
        if encoding := ours.get("encoding"):
            listed = {word.encode("latin-1").decode(encoding) for word in listed}
        words |= listed
    for other in ours.get("like", []):
        words |= _listed(other)
    words.difference_update(ours.get("less", "").split())
    return words.union(ours.get("more", "").split())


def _nltk_list(name: str) -> list[str]:
    """One word, or one phrase, a line."""
    lines = (NLTK_LISTS / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.strip()]


def _iso_lists() -> dict[str, list[str]]:
    """By ISO 639 code."""
    path = Path(str(distribution("stopwordsiso").locate_file(_ISO_LISTS)))
    lists: dict[str, list[str]] = json.loads(path.read_bytes())
    return lists


def _normal(words: Iterable[str], language: str) -> list[str]:
    single = []
    for word in words:
        if LETTERS(word):
            single.append(nfc(word))
        elif len(cut := words_in(word)) == 1:
            single.extend(cut)
    return ranking_forms(bare_forms(single, language), language)


@cache
def _our_data() -> dict[str, Any]:
    return tomllib.loads(OUR_DATA.read_text(encoding="utf-8"))
