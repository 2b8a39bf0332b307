"""Small pages, each about one rule or one trap, and what a browser shows of each.

``SUBJECT/NAME.html`` is a page. ``SUBJECT/NAME.json`` beside it says what Chromium 150 shows of it
in a window of 1280 x 720 pixels:

* ``rule``: the rule in a sentence.
* ``content_type``: the HTTP header; ``text/html; charset=utf-8`` if it is not there.
* ``text``: what a reader sees, line by line.
* ``counts``: every word as it is written -> how often.
* ``ignore_case``: whether a style sheet changes the case, which is not counted as it looks.

No expectation comes from code of ours: ``tests/browser/test_golden_truth.py`` compares each with
the browser, ``tests/unit/test_golden.py`` compares ours with each. For a new page write both files;
the first of these tests says where the browser sees it otherwise.
"""

import json
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from icu4py.breakers import WordBreaker

FOLDER = Path(__file__).parent
UTF_8 = "text/html; charset=utf-8"


@dataclass(frozen=True)
class Golden:
    """A page and what a browser shows of it; what the fields mean is said above."""

    name: str
    body: bytes
    content_type: str
    text: tuple[str, ...]
    counts: Mapping[str, int]
    ignore_case: bool

    @property
    def may_be_written(self) -> bool:
        """Whether a document that is there already may be overwritten with it.

        Not if the page is about its encoding; and not in quirks mode, for Chromium would take a
        style sheet as it took the same one in another mode before.
        """
        try:
            markup = self.body.decode()
        except UnicodeDecodeError:
            return False
        return self.content_type == UTF_8 and markup.lower().startswith("<!doctype html>")

    def shows(self, text: str) -> bool:
        """Whether this is the text of the page, one line per line."""
        return self._cased(text) == self._cased("\n".join(self.text))

    def has(self, counts: Mapping[str, int]) -> bool:
        """Whether these counts are the ones of the page."""
        return self._folded(counts) == self._folded(self.counts)

    def _cased(self, text: str) -> str:
        return text.casefold() if self.ignore_case else text

    def _folded(self, counts: Mapping[str, int]) -> Counter[str]:
        folded: Counter[str] = Counter()
        for word, times in counts.items():
            folded[self._cased(word)] += times
        return folded


def golden_pages() -> list[Golden]:
    """All of them, by name; it fails if a file has lost the other of its pair."""
    pages = {path.with_suffix("") for path in FOLDER.glob("*/*.html")}
    expectations = {path.with_suffix("") for path in FOLDER.glob("*/*.json")}
    assert pages == expectations, f"without the other file: {pages ^ expectations}"
    return [_read(path) for path in sorted(pages)]


def _read(path: Path) -> Golden:
    # Not with_suffix, which takes what follows a dot in a name for the suffix.
    told = json.loads(Path(f"{path}.json").read_text(encoding="utf-8"))
    return Golden(
        name=path.relative_to(FOLDER).as_posix(),
        body=Path(f"{path}.html").read_bytes(),
        content_type=told.get("content_type", UTF_8),
        text=tuple(told["text"]),
        counts=told["counts"],
        ignore_case=told.get("ignore_case", False),
    )


def lines_of(text: str) -> list[str]:
    """Lines as a reader sees them: runs of white space are one space, blank lines are dropped."""
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return [line for line in lines if line]


def words_of(text: str) -> Counter[str]:
    """The words of a text by ICU, apart from our own code: what has a letter, in NFC."""
    return Counter(
        unicodedata.normalize("NFC", segment)
        for segment in WordBreaker(text, "root")
        if any(
            character.isalpha() or unicodedata.category(character) == "Nl" for character in segment
        )
    )
