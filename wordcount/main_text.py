"""HTML, and what was counted of it -> which lines of that are the main text of the page.

Which text is the main text, trafilatura decides (https://trafilatura.readthedocs.io). It reads the
page with a parser of its own, also what a browser hides, and gives a text of its own. That is found
again in the counted text, so that nothing is main text that was not counted.
"""

import logging
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy

from wordcount.alignment import aligned, words_of
from wordcount.indexed_text import Span

if TYPE_CHECKING:
    from lxml.html import HtmlElement

logger = logging.getLogger(__name__)

# What trafilatura is spared: it takes more than linear time for elements beside each other, more if
# there is text between them, and most in a paragraph. At these limits it takes some five seconds.
_MOST_ELEMENTS = 50_000
# Of all elements together: the square of how many are in one, times a weight of these.
_MOST_WORK = 160_000_000
_WITH_TEXT = 3
_IN_A_PARAGRAPH = 8
# Each of them takes 80 bytes while both texts are compared: 400 MB.
_MOST_WORDS = 5_000_000
# Control characters, which libxml2 has no place for; a form feed is white space in HTML.
_CONTROLS = bytes([*range(9), 11, *range(14, 32)])
_FORM_FEED = bytes.maketrans(b"\f", b" ")
# What heuristics run into in a tree that nobody has thought of.
_STUMBLES = (AttributeError, LookupError, RecursionError, TypeError, ValueError)


def main_spans(markup: bytes | str, text: str) -> list[Span] | None:
    """What of the text of a page is its main text.

    :param markup: the page, as UTF-8 or as text.
    :param text: what was counted of it, as :func:`wordcount.text.text_of_html` gives it.
    :returns: whole lines, in order; those that follow each other are one span. Empty if there is no
        main text; None if nobody knows, because the page has too many elements or words to look for
        it, or trafilatura stumbled over it.
    """
    found = _extracted(markup) if text else ""
    return spans_of(text, found) if found else [] if found == "" else None


def spans_of(text: str, part: str) -> list[Span] | None:
    """The lines of a text of which at least half of the words stand in a part of it.

    :param part: words of the text in their order. Some may be missing, and others between them; it
        may be cut into lines in another way.
    :returns: as :func:`main_spans`; None if both together have too many words.
    """
    known: dict[str, int] = {}
    words, wanted = words_of(text, known), words_of(part, known)
    if len(words.numbers) + len(wanted.numbers) > _MOST_WORDS:
        logger.info("a page has too many words to look for its main text")
        return None
    is_found, _ = aligned(words.numbers, wanted.numbers)
    lines = text.split("\n")
    sizes = numpy.bincount(words.lines, minlength=len(lines))
    found = numpy.bincount(words.lines[is_found], minlength=len(lines))
    is_main = _with_signs(sizes.tolist(), (2 * found >= sizes).tolist())
    return list(_spans([len(line) for line in lines], is_main))


def _with_signs(sizes: list[int], is_main: list[bool]) -> list[bool]:
    """Which lines are main text; one without words is, if those around it are.

    :param sizes: how many words each line has.
    :param is_main: right for those that have any.
    """
    said = [main if size else None for size, main in zip(sizes, is_main, strict=True)]
    around = zip(_latest(said), reversed(_latest(reversed(said))), strict=True)
    return [True in nearest and False not in nearest for nearest in around]


def _latest(said: Iterable[bool | None]) -> list[bool | None]:
    """For each line what was said of it, or else of the last before of which anything was."""
    latest: list[bool | None] = []
    for this in said:
        latest.append(latest[-1] if this is None and latest else this)
    return latest


def _spans(lengths: list[int], is_main: list[bool]) -> Iterator[Span]:
    """Where main text starts and ends.

    :param lengths: of all lines, without what ends them.
    """
    starts = accumulate((length + 1 for length in lengths), initial=0)
    start = end = 0
    for at, length, main in zip(starts, lengths, is_main, strict=False):
        if not main:
            continue
        if at != end + 1 and end:
            yield start, end
        if at != end + 1 or not end:
            start = at
        end = at + length
    if end:
        yield start, end


def _extracted(markup: bytes | str) -> str | None:
    """The main text as trafilatura gives it; empty if it finds none, None if it cannot be asked."""
    # Not for the web process, which never reads a page.
    from lxml.etree import LxmlError
    from lxml.html import HTMLParser, document_fromstring
    from trafilatura import bare_extraction
    from trafilatura.settings import Document

    from wordcount.justext_words import use_frequent_words

    use_frequent_words()
    logging.getLogger("trafilatura").setLevel(logging.WARNING)
    # We parse, because trafilatura would decompress what looks compressed, and would not take a
    # page of one element for HTML.
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    body = markup if isinstance(markup, bytes) else markup.encode(errors="replace")
    try:
        tree = document_fromstring(body.translate(_FORM_FEED, _CONTROLS), parser=parser)
        if _is_too_much(tree):
            logger.info("a page has too many elements to look for its main text")
            return None
        # Of a page with hardly any text it would take all, so without what is never main text.
        document = bare_extraction(tree, include_comments=False, prune_xpath="//nav")
    except LxmlError as error:  # of a page without any element
        logger.info("no main text: %s", error)
        return ""
    except _STUMBLES:
        logger.warning("trafilatura has failed, no main text", exc_info=True)
        return None
    return (document.text or "") if isinstance(document, Document) else ""


def _is_too_much(tree: "HtmlElement") -> bool:
    """Whether it would take too long to look for main text."""
    work = 0
    for number, element in enumerate(tree.iter()):
        if element.tag == "p":
            weight = _IN_A_PARAGRAPH
        else:
            is_mixed = any(child.tail and not child.tail.isspace() for child in element)
            weight = _WITH_TEXT if is_mixed else 1
        work += len(element) ** 2 * weight
        if number >= _MOST_ELEMENTS or work > _MOST_WORK:
            return True
    return False
