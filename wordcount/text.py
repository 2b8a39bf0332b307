"""HTML -> the text that a reader sees.

The tree is built by lexbor as the HTML standard says, like a browser's.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import repeat

from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from wordcount.cascade import UNSTYLED, styles_of
from wordcount.errors import PageError
from wordcount.indexed_text import Span
from wordcount.outline import Pieces, with_signs, without_signs
from wordcount.roles import roles_of
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
    :ivar headings: the stretches of the text that stand in headings: ordered and apart, without
        white space at either end; none is empty.
    :ivar links: those that stand in links, whether in a heading or not.
    :ivar alts: what the page says in place of the images that are seen, one line for each
        that has anything; no part of the text.
    """

    title: str
    text: str
    declared_language: str | None = None
    headings: Sequence[Span] = ()
    links: Sequence[Span] = ()
    alts: str = ""


def text_of_html(html: str | bytes) -> VisibleText:
    """What a reader sees of an HTML page.

    :param html: any text at all, also as UTF-8; like a browser, this never refuses a page.
    :raises PageError: `too_complex`, if there is not enough memory for its tree.
    """
    title, language, pieces = _read(html)
    alts = "\n".join(filter(None, map(_collapse, pieces.alts)))
    text, headings, links = without_signs(_lines(with_signs(pieces)))
    return VisibleText(title, text, language, headings, links, alts)


def _read(html: str | bytes) -> tuple[str, str | None, Pieces]:
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
        return title, language, Pieces()
    styles, roles = styles_of(tree), roles_of(tree)
    for element in roles.named:  # only what has a style is looked at closely
        styles.setdefault(element, UNSTYLED)
    return title, language, seen(root, body, styles, roles)


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
    lines = map(str.strip, _collapse(text).split(LINE), repeat(" "))
    return "\n".join(filter(None, lines))


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
