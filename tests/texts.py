"""Texts with their words in order, for tests of what is made of these."""

import re
import unicodedata
from functools import cache
from pathlib import Path

from hypothesis import strategies as st

from wordcount import PageCount, count_page
from wordcount.indexed_text import IndexedText, Layout
from wordcount.stop_words import stop_words_of
from wordcount.text import text_of_plain
from wordcount.words import words_in

PROJECT = Path(__file__).parent.parent

_END = re.compile(r"\n|[.!?]+[”\"’)]* ")


def indexed(text: str) -> IndexedText:
    """A text whose sentences end with a line, or with a full stop and the like and a space."""
    sentences = [0, *(end.end() for end in _END.finditer(text))] if text else []
    return IndexedText.of(text, words_in(text), Layout(sentences=sentences))


@cache
def sample() -> tuple[PageCount, IndexedText]:
    """The sample page of the site."""
    page = count_page((PROJECT / "static" / "sample.html").read_bytes())
    return page, indexed(page.text)


@cache
def long_text() -> IndexedText:
    """Some thousand words of English, with code and tables in them."""
    files = [PROJECT / "docs/DESIGN.md", PROJECT / "docs/API.md", PROJECT / "README.md"]
    return indexed(text_of_plain("\n".join(file.read_text("utf-8") for file in files)).text)


def written(index: IndexedText) -> list[str]:
    """The words of a text, one after another."""
    return [index.vocabulary[number] for number in index.words]


def english_stop_words(index: IndexedText) -> set[str]:
    """Which of its words are stop words of English, as they are written."""
    return {word for word in index.vocabulary if word.lower() in stop_words_of("en")}


def runs(index: IndexedText) -> list[list[str]]:
    """The words of each sentence that follow one another, character by character as the rules say:
    parted by a number, or a sign of mathematics, money or another kind."""
    found = []
    for first, end in index.sentences:
        found.append([index.vocabulary[index.words[first]]])
        for at in range(first + 1, end):
            between = index.text[index.ends[at - 1] : index.starts[at]]
            if {unicodedata.category(sign) for sign in between} & {"Nd", "No", "Sm", "Sc", "So"}:
                found.append([])
            found[-1].append(index.vocabulary[index.words[at]])
    return found


_PIECES = [
    *("rose", "Rose", "garden", "gardens", "the", "of", "été", "e\u0301te\u0301", "公园", "a-b"),
    *("sea.", "sea,", "“lamp”", "ship?", "don’t", "12", "|", "—", "👩‍👩‍👧", "\n"),
]

#: Texts as they are stored, of few different words, so that these meet again.
texts = st.lists(st.sampled_from(_PIECES), max_size=40).map(
    lambda pieces: text_of_plain(" ".join(pieces)).text
)
