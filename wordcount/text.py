"""HTML -> the text that a reader sees.

The tree is built by lexbor as the HTML standard says, like a browser's. It is walked once, from
top to bottom, as browsers do for ``innerText``: what they do not show is passed by; where they
start a new line or a new cell, words are kept apart; what stands in the line leaves words whole
(``w<b>or</b>d`` is one word).
https://html.spec.whatwg.org/multipage/dom.html#the-innertext-idl-attribute
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from wordcount.cascade import Style, styles_of
from wordcount.display import Display, display_of, lays_out_its_children

# How a browser's own style sheet shows the elements of HTML; all others are in the line.
# https://html.spec.whatwg.org/multipage/rendering.html
DISPLAY: Mapping[str, Display] = {
    **dict.fromkeys(
        "address article aside blockquote br caption center dd details dialog dir div dl dt "
        "fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr legend li "
        "listing main menu nav ol optgroup option p plaintext pre search section summary table ul "
        "xmp".split(),
        Display.BLOCK,
    ),
    **dict.fromkeys("tbody tfoot thead tr".split(), Display.ROW),
    **dict.fromkeys("td th".split(), Display.CELL),
    **dict.fromkeys("button marquee meter progress select".split(), Display.ATOMIC),
    **dict.fromkeys(
        "area base basefont col colgroup datalist frame frameset head input link meta noembed "
        "noframes noscript param rp script style template title".split(),
        Display.NONE,
    ),
}
# Something else is shown in their place, or nothing is.
REPLACED = frozenset(
    "audio canvas iframe img input meter noscript progress template textarea video".split()
)
# The parts of a picture that are drawn only by way of others, or not at all.
NOT_DRAWN = frozenset(
    "clipPath defs desc filter linearGradient marker mask metadata pattern radialGradient script "
    "style symbol title".split()
)
# Where white space is kept, so a line break in the source is one on the screen.
KEEPS_LINES = frozenset({"listing", "plaintext", "pre", "xmp"})
CHANGES_CONTEXT = KEEPS_LINES | {"math", "svg"}
# In a flex container, or out of the flow.
BECOMES_A_BLOCK = {Display.INLINE, Display.ATOMIC, Display.ROW, Display.CELL}

# Separators of our own, so that a line break in the source, which a browser shows as a space, is
# not taken for one that is shown. U+001E RECORD SEPARATOR parts words by itself, should a page
# hold one.
LINE = "\x1e"
CELL = "\t"
END_OF_BOX = "end of box"

# What CSS collapses.
WHITE_SPACE = " \t\n\r\f"
_ANY_WHITE_SPACE = re.compile(f"[{WHITE_SPACE}]+")
# To the rules for words every other space is like these, but not this one.
NARROW_SPACE = "\u202f"
# MathML shows a variable of one letter in italics, which are characters of their own.
# https://www.w3.org/TR/mathml-core/#italic-mappings
ITALIC = {
    **{ord("A") + i: 0x1D434 + i for i in range(26)},
    **{ord("a") + i: 0x1D44E + i for i in range(26)},
    ord("h"): 0x210E,
}


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


class _Context(NamedTuple):
    """What an element hands on to what it holds.

    :ivar visible: not ``visibility: hidden``.
    :ivar lays_out: a flex or grid container, whose children are blocks.
    :ivar keeps_lines: a line break in the source is one on the screen.
    :ivar within: ``html``, ``math``, a ``mi`` of it, ``svg`` or a ``text`` of it.
    """

    visible: bool = True
    lays_out: bool = False
    keeps_lines: bool = False
    within: str = "html"


def text_of_html(html: str) -> VisibleText:
    """What a reader sees of an HTML page.

    :param html: any text at all; like a browser, this never refuses a page.
    """
    # As in a browser that runs scripts, what stands in <noscript> is not even parsed: a tag that is
    # left open in it swallows nothing of the page.
    tree = LexborHTMLParser(html, scripting=True)
    root, body = tree.root, tree.body
    title, language = _title_of(tree), root.attributes.get("lang") if root else None
    if root is None or body is None:  # a frameset
        return VisibleText(title, "", language)
    return VisibleText(title, _lines(_seen(root, body, styles_of(tree)), LINE), language)


def text_of_plain(text: str) -> VisibleText:
    """What a reader sees of a page of plain text."""
    return VisibleText("", _lines(text, "\n"))


def _seen(root: LexborNode, body: LexborNode, styles: Mapping[int, Style]) -> str:
    """All text that is seen, with :data:`LINE` and :data:`CELL` between what is apart.

    A body that is ``display: none`` is read all the same: a script will show it.
    """
    context = _Context()
    for node in (root, body):
        context = _inner(node.tag or "", Display.BLOCK, styles.get(node.mem_id), context)
    pieces: list[str] = []
    # At the start of a box in the line white space is gone, as at its end.
    at_start_of_box = False
    around: list[tuple[Iterator[LexborNode], _Context, str, int]] = []
    children = body.iter(include_text=True)
    while True:
        for node in children:
            tag = node.tag or ""
            if tag == "-text":
                if context.visible and context.within != "svg":
                    text = _text_of(node, context)
                    if at_start_of_box:
                        text = text.lstrip(WHITE_SPACE)
                        at_start_of_box = not text
                    pieces.append(text)
                continue
            style = styles.get(node.mem_id)
            display = _display(tag, style, context)
            if display is Display.NONE:
                continue
            inner = context
            if style or tag in CHANGES_CONTEXT or context.lays_out or context.within != "html":
                inner = _inner(tag, display, style, context)
            if display is Display.BLOCK and inner.visible:
                pieces.append(LINE)
            around.append((children, context, _after(node, display, inner), len(pieces)))
            at_start_of_box = at_start_of_box or display is Display.ATOMIC
            children, context = _children(node, tag, style), inner
            break
        else:
            if not around:
                return "".join(pieces)
            children, context, after, start = around.pop()
            if after == END_OF_BOX:
                at_start_of_box = False
                _strip_end(pieces, start)
            elif after:
                pieces.append(after)


def _text_of(node: LexborNode, context: _Context) -> str:
    text = node.text_content or ""
    if context.keeps_lines:
        return text.replace("\n", LINE)
    if context.within == "mi":
        return text.strip().translate(ITALIC) if len(text.strip()) == 1 else text
    return text


def _display(tag: str, style: Style | None, context: _Context) -> Display:
    """How an element stands among its neighbours."""
    if context.within in {"svg", "text"}:
        display = Display.INLINE
        if tag in NOT_DRAWN:
            display = Display.NONE
        elif tag in {"text", "foreignObject"}:
            display = Display.BLOCK
    elif context.within == "math":
        display = Display.NONE if tag in {"annotation", "annotation-xml"} else Display.BLOCK
    else:
        display = DISPLAY.get(tag, Display.INLINE)
    if style and style.display and tag not in {"noscript", "template"}:
        display = display_of(style.display)
    is_block = context.lays_out or (style is not None and style.is_out_of_flow)
    return Display.BLOCK if is_block and display in BECOMES_A_BLOCK else display


def _inner(tag: str, display: Display, style: Style | None, context: _Context) -> _Context:
    """What an element hands on to what it holds."""
    visible, within = context.visible, context.within
    if style and style.visibility:
        visible = style.visibility == "visible"
    if tag in {"svg", "math"}:
        within = tag
    elif within == "svg" and tag in {"text", "foreignObject"}:
        within = "text" if tag == "text" else "html"
    elif within == "math" and tag == "mi":
        within = "mi"
    lays_out = bool(style and style.display and lays_out_its_children(style.display))
    if display is Display.CONTENTS:
        lays_out = context.lays_out
    return _Context(visible, lays_out, context.keeps_lines or tag in KEEPS_LINES, within)


def _after(node: LexborNode, display: Display, inner: _Context) -> str:
    """What parts an element from what follows."""
    if display is Display.ATOMIC:
        return END_OF_BOX
    if not inner.visible or display in {Display.INLINE, Display.CONTENTS}:
        return ""
    if display is Display.CELL:
        following = node.next
        return CELL if following and following.tag != "-text" else ""
    return LINE


def _children(node: LexborNode, tag: str, style: Style | None) -> Iterator[LexborNode]:
    """What an element shows of what it holds."""
    if tag in REPLACED or (style and style.hides_contents):
        return iter(())
    if tag == "details" and "open" not in node.attributes:
        return iter([child for child in node.iter() if child.tag == "summary"][:1])
    return node.iter(include_text=True)


def _strip_end(pieces: list[str], start: int) -> None:
    """Take the white space at the end of all pieces from `start` on."""
    while len(pieces) > start:
        pieces[-1] = pieces[-1].rstrip(WHITE_SPACE)
        if pieces[-1]:
            return
        del pieces[-1]


def _title_of(tree: LexborHTMLParser) -> str:
    """The text of the first <title>, but not of a picture's."""
    of_pictures = {node.mem_id for node in tree.css("svg title")}
    titles = (node for node in tree.css("title") if node.mem_id not in of_pictures)
    title = next(titles, None)
    return _collapse(title.text(deep=True)) if title else ""


def _lines(text: str, separator: str) -> str:
    # A database cannot store NUL in a text; to a reader it is nothing.
    collapsed = (_collapse(line) for line in text.replace("\0", "").split(separator))
    return "\n".join(line for line in collapsed if line)


def _collapse(text: str) -> str:
    if NARROW_SPACE in text:
        return _ANY_WHITE_SPACE.sub(" ", text).strip(WHITE_SPACE)
    return " ".join(text.split())
