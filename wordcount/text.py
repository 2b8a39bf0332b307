"""HTML -> the text that a reader sees.

The tree is built by lexbor as the HTML standard says, like a browser's. What a browser does not
show is taken out; where a browser starts a new line or a new cell, words are kept apart; inline
elements leave words whole (``w<b>or</b>d`` is one word).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

# Not rendered as text by any browser, whatever the style (HTML standard, section "Rendering",
# hidden elements), or replaced by something that is not the element's own text.
NEVER_SHOWN = (
    "head, title, script, style, template, noscript, noframes, noembed, iframe, object, audio, "
    "video, canvas, textarea, datalist, rp, [hidden], dialog:not([open]), math annotation"
)

# Where a browser's default style sheet starts a new line (display: block, list-item, table-row
# and the like), and <br>, which is a line break itself.
STARTS_A_LINE = (
    "address, article, aside, blockquote, body, br, caption, center, dd, details, dialog, dir, "
    "div, dl, dt, fieldset, figcaption, figure, footer, form, h1, h2, h3, h4, h5, h6, header, "
    "hgroup, hr, legend, li, listing, main, menu, nav, ol, optgroup, option, p, plaintext, pre, "
    "search, section, summary, table, tbody, tfoot, thead, tr, ul, xmp"
)
# Cells stand side by side, but their words never touch.
STARTS_A_CELL = "td, th"

# A separator of our own, so that a line break in the source, which a browser shows as a space, is
# not taken for one that is shown. U+001E RECORD SEPARATOR parts words by itself, should a page
# hold one.
LINE = "\x1e"

_HIDDEN_BY_STYLE = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse))"
    r"\s*(?:!\s*important\s*)?(?:;|$)",
    re.IGNORECASE,
)


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


def text_of_html(html: str) -> VisibleText:
    """What a reader sees of an HTML page.

    :param html: any text at all; like a browser, this never refuses a page.
    """
    # As in a browser that runs scripts, what stands in <noscript> is not even parsed: a tag that is
    # left open in it swallows nothing of the page.
    tree = LexborHTMLParser(html, scripting=True)
    root, body = tree.root, tree.body
    title = _title_of(tree)
    language = root.attributes.get("lang") if root else None
    # Without a body it is a frameset. A hidden one is not taken out like any other node, for it
    # is what all the others are looked for in.
    if body is None or _is_hidden(body) or (root and _is_hidden(root)):
        return VisibleText(title, "", language)
    _remove_unseen(body)
    for node in body.css(STARTS_A_LINE):
        node.insert_before(LINE)
        node.insert_after(LINE)
    for node in body.css(STARTS_A_CELL):
        node.insert_before(" ")
    return VisibleText(title, _lines(body.text(deep=True), LINE), language)


def text_of_plain(text: str) -> VisibleText:
    """What a reader sees of a page of plain text."""
    return VisibleText("", _lines(text, "\n"))


def _title_of(tree: LexborHTMLParser) -> str:
    """The text of the first <title>, but not of a picture's."""
    of_pictures = {node.mem_id for node in tree.css("svg title")}
    titles = (node for node in tree.css("title") if node.mem_id not in of_pictures)
    title = next(titles, None)
    return _collapse(title.text(deep=True)) if title else ""


def _remove_unseen(body: LexborNode) -> None:
    _remove(body.css(NEVER_SHOWN))
    _remove(filter(_is_hidden, body.css("[style]")))
    for closed in reversed(body.css("details:not([open])")):
        summary = closed.css_first("summary")
        _remove(
            node
            for node in closed.iter(include_text=True)
            if summary is None or node.mem_id != summary.mem_id
        )


def _is_hidden(node: LexborNode) -> bool:
    """Whether an element hides itself, and so all that it holds."""
    attributes = node.attributes
    return "hidden" in attributes or bool(_HIDDEN_BY_STYLE.search(attributes.get("style") or ""))


def _remove(nodes: Iterable[LexborNode]) -> None:
    """Take nodes out, given in the order of the page.

    A node's memory is gone with it, and with that of all that it holds. So the innermost go first,
    and each once: a query names a node again for each selector that it matches.
    """
    for node in reversed({node.mem_id: node for node in nodes}.values()):
        node.decompose()


def _lines(text: str, separator: str) -> str:
    # A database cannot store NUL in a text; to a reader it is nothing.
    collapsed = (_collapse(line) for line in text.replace("\0", "").split(separator))
    return "\n".join(line for line in collapsed if line)


def _collapse(text: str) -> str:
    return " ".join(text.split())
