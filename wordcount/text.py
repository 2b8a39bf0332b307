"""HTML -> the text that a reader sees.

The tree is built by lexbor as the HTML standard says, like a browser's.
"""

import re
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from wordcount.cascade import styles_of
from wordcount.errors import PageError
from wordcount.slices import slices
from wordcount.walk import LINE, WHITE_SPACE, seen

_ANY_WHITE_SPACE = re.compile(f"[{WHITE_SPACE}]+")
# What CSS takes away between lines of the source that may be broken there anyway.
# https://www.w3.org/TR/css-text-3/#line-break-transform
ZERO_WIDTH_SPACE = "\u200b"
# To the rules for words every other space is like these, but not this one.
NARROW_SPACE = "\u202f"


@dataclass(frozen=True)
class VisibleText:
    """What a reader sees of a page.

    :ivar title: of the window; empty if there is none.
    :ivar text: lines parted by ``\\n``, without blank ones; white space is collapsed.
    :ivar declared_language: the ``lang`` of the page as it stands there, if any.
    """

    title: str
    text: str
    declared_language: str | None = None


def text_of_html(html: str | bytes) -> VisibleText:
    """What a reader sees of an HTML page.

    :param html: any text at all, also as UTF-8; like a browser, this never refuses a page.
    :raises PageError: `too_complex`, if there is not enough memory for its tree.
    """
    title, language, text = _read(html)
    return VisibleText(title, _lines(text), language)


def _read(html: str | bytes) -> tuple[str, str | None, str]:
    """Title, language and what is seen. The tree, several times as large as the page, ends here."""
    # As in a browser that runs scripts, what stands in <noscript> is not even parsed: a tag that is
    # left open in it swallows nothing of the page.
    try:
        tree = LexborHTMLParser(html, scripting=True)
    except SelectolaxError as error:  # which is all that it says when it is given no memory
        raise PageError("too_complex") from error
    root, body = tree.root, tree.body
    title, language = _title_of(tree), root.attributes.get("lang") if root else None
    if root is None or body is None:  # a frameset
        return title, language, ""
    return title, language, seen(root, body, styles_of(tree))


def text_of_plain(text: str) -> VisibleText:
    """What a reader sees of a page of plain text."""
    # A database cannot store NUL in a text; to a reader it is nothing.
    text = text.replace("\0", "").replace("\r\n", LINE).replace("\r", LINE).replace("\n", LINE)
    return VisibleText("", _lines(text))


def _title_of(tree: LexborHTMLParser) -> str:
    """The text of the first <title>, but not of a picture's."""
    title = tree.css_first("title")
    if title and title.parent and title.parent.tag != "head":
        title = tree.css_first("title:not(svg title)")
    return _collapse(title.text(deep=True)) if title else ""


def _lines(text: str) -> str:
    if ZERO_WIDTH_SPACE in text:
        text = _without_breaks_at_zero_width(text)
    lines = (line.strip(" ") for line in _collapse(text).split(LINE))
    return "\n".join(line for line in lines if line)


def _without_breaks_at_zero_width(text: str) -> str:
    first, *others = text.split(ZERO_WIDTH_SPACE)
    kept = [first]
    for part in others:
        before = kept[-1].rstrip(WHITE_SPACE)
        if "\n" in kept[-1][len(before) :]:
            kept[-1] = before
        after = part.lstrip(WHITE_SPACE)
        kept.append(after if "\n" in part[: len(part) - len(after)] else part)
    return ZERO_WIDTH_SPACE.join(kept)


def _collapse(text: str) -> str:
    if NARROW_SPACE in text:
        return _ANY_WHITE_SPACE.sub(" ", text).strip(WHITE_SPACE)
    collapsed = (" ".join(part.split()) for part in slices(text))
    return " ".join(part for part in collapsed if part)
