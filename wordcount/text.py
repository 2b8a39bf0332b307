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
from itertools import islice
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from wordcount.cascade import Style, styles_of
from wordcount.display import DEFAULT, Display
from wordcount.slices import slices

# A separator of our own, so that a line break in the source, which a browser shows as a space, is
# not taken for one that is shown. The HTML parser leaves no NUL in any text.
LINE = "\0"
CELL = "\t"
END_OF_BOX = "end of box"

# Something else is shown in their place, or nothing is.
REPLACED = frozenset(
    "audio canvas iframe img input meter noscript progress template textarea video".split()
)
NOT_DRAWN = frozenset("desc metadata script style title".split())  # of a picture
NOT_IN_FORMULAS = frozenset("annotation annotation-xml mphantom script style".split())
# Where an element is, by where it stands and its tag, if that is not where it stands.
WITHIN = {
    ("html", "math"): "math",
    ("html", "select"): "select",
    ("html", "svg"): "svg",
    ("math", "mi"): "mi",
    ("select", "option"): "option",
    ("svg", "foreignObject"): "html",
    ("svg", "text"): "text",
    ("text", "foreignObject"): "html",
}
# Where white space is kept, so a line break in the source is one on the screen.
KEEPS_LINES = frozenset({"listing", "plaintext", "pre", "xmp"})
# The elements that need no closer look, and what parts them from their neighbours.
SIMPLE = {
    **{tag: LINE for tag, display in DEFAULT.items() if display is Display.BLOCK},
    **dict.fromkeys(
        "a abbr b bdi bdo big cite code data del dfn em font i ins kbd label mark q s samp small "
        "span strike strong sub sup time tt u var".split(),
        "",
    ),
}
for _tag in {"details", *KEEPS_LINES}:
    del SIMPLE[_tag]
# Those of which there is nothing to see, and that part nothing.
NOTHING = frozenset("-comment img input link meta noscript script source style template".split())
IN_THE_LINE = {Display.INLINE, Display.CONTENTS}
# In a flex container, or out of the flow; and paragraphs always.
BECOMES_A_BLOCK = {Display.INLINE, Display.ATOMIC, Display.ROW, Display.CELL}

# What CSS collapses.
WHITE_SPACE = " \t\n\r\f"
_ANY_WHITE_SPACE = re.compile(f"[{WHITE_SPACE}]+")
# What CSS takes away between lines of the source that may be broken there anyway.
# https://www.w3.org/TR/css-text-3/#line-break-transform
ZERO_WIDTH_SPACE = "\u200b"
_BREAK_AT_ZERO_WIDTH = re.compile(
    f"[ \t]*\n[{WHITE_SPACE}]*{ZERO_WIDTH_SPACE}|{ZERO_WIDTH_SPACE}[ \t]*\n[{WHITE_SPACE}]*"
)
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
    :ivar within: ``html``; ``math`` or a ``mi`` of it; ``select`` or an ``option`` of it; ``svg`` or a
        ``text`` of it.
    """

    visible: bool = True
    lays_out: bool = False
    keeps_lines: bool = False
    within: str = "html"

    @property
    def shows_text(self) -> bool:
        """Whether text that stands here is seen."""
        return self.visible and self.within not in {"select", "svg"}


#: The context of nearly all elements.
PLAIN = _Context()


def text_of_html(html: str | bytes) -> VisibleText:
    """What a reader sees of an HTML page.

    :param html: any text at all, also as UTF-8; like a browser, this never refuses a page.
    """
    title, language, text = _read(html)
    return VisibleText(title, _lines(text), language)


def _read(html: str | bytes) -> tuple[str, str | None, str]:
    """Title, language and what is seen. The tree, several times as large as the page, ends here."""
    # As in a browser that runs scripts, what stands in <noscript> is not even parsed: a tag that is
    # left open in it swallows nothing of the page.
    tree = LexborHTMLParser(html, scripting=True)
    root, body = tree.root, tree.body
    title, language = _title_of(tree), root.attributes.get("lang") if root else None
    if root is None or body is None:  # a frameset
        return title, language, ""
    return title, language, _seen(root, body, styles_of(tree))


def text_of_plain(text: str) -> VisibleText:
    """What a reader sees of a page of plain text."""
    # A database cannot store NUL in a text; to a reader it is nothing.
    text = text.replace("\0", "").replace("\r\n", LINE).replace("\r", LINE).replace("\n", LINE)
    return VisibleText("", _lines(text))


def _seen(root: LexborNode, body: LexborNode, styles: Mapping[int, Style]) -> str:
    """All text that is seen, with :data:`LINE` and :data:`CELL` between what is apart.

    A body that is ``display: none`` is read all the same: a script will show it.
    """
    context = PLAIN
    for node in (root, body):
        context = _inner(node.tag or "", Display.BLOCK, styles.get(node.mem_id), context)
    pieces: list[str] = []
    # At the start of a box in the line white space is gone, as at its end; after <wbr> it is gone
    # if it holds a line break.
    trim = ""
    around: list[tuple[Iterator[LexborNode], _Context, str, int]] = []
    children = body.iter(include_text=True)
    while True:
        plain = context is PLAIN
        for node in children:
            tag = node.tag or ""
            if tag == "-text":
                if plain and not trim:
                    pieces.append(node.text_content or "")
                elif context.shows_text:
                    text = _trimmed(_text_of(node, context), trim)
                    trim = "" if text else trim
                    pieces.append(text)
                continue
            style = styles.get(node.mem_id) if styles else None
            # Nearly all elements are of this kind, and need no closer look.
            if plain and style is None:
                if (after := SIMPLE.get(tag)) is not None:
                    if after:
                        pieces.append(after)
                    around.append((children, context, after, 0))
                    children = node.iter(include_text=True)
                    break
                if tag in NOTHING:
                    continue
            display = _display(tag, style, context)
            if display is Display.NONE:
                continue
            inner = _inner(tag, display, style, context)
            if display is Display.BLOCK and inner.visible:
                pieces.append(LINE)
            if display is Display.ATOMIC or tag == "wbr":
                trim = tag
            around.append((children, context, _after(node, display, inner), len(pieces)))
            children, context = _children(node, tag, style, display), inner
            break
        else:
            if not around:
                return "".join(pieces)
            children, context, after, start = around.pop()
            if after == END_OF_BOX:
                trim = ""
                _strip_end(pieces, start)
            elif after:
                pieces.append(after)


def _trimmed(text: str, after: str) -> str:
    """Text without its white space at the start, as far as that is gone there."""
    if not after:
        return text
    kept = text.lstrip(WHITE_SPACE)
    return text if after == "wbr" and "\n" not in text[: len(text) - len(kept)] else kept


def _text_of(node: LexborNode, context: _Context) -> str:
    text = node.text_content or ""
    if context.keeps_lines:
        return text.replace("\n", LINE)
    if context.within == "mi":
        return text.strip().translate(ITALIC) if len(text.strip()) == 1 else text
    return text


def _display(tag: str, style: Style | None, context: _Context) -> Display:
    """How an element stands among its neighbours."""
    default = _default_display(tag, context.within)
    # Nobody sees a comment; options are shown as their list is, whatever is said of them; and a
    # chance to break a line is no box.
    if tag in {"-comment", "wbr"} or context.within in {"select", "option"}:
        return default
    display = default
    if style and style.display is not None and tag not in {"noscript", "template"}:
        display = style.display
    if display in BECOMES_A_BLOCK and (
        context.lays_out or tag == "p" or (style is not None and style.is_out_of_flow)
    ):
        return Display.BLOCK
    return display


def _default_display(tag: str, within: str) -> Display:
    match within:
        case "html":
            return DEFAULT.get(tag, Display.INLINE)
        case "select" | "option":
            return Display.BLOCK if tag in {"optgroup", "option"} else Display.INLINE
        case "svg" | "text":
            if tag in NOT_DRAWN:
                return Display.NONE
            return Display.BLOCK if tag in {"foreignObject", "text"} else Display.INLINE
        case _:
            return Display.NONE if tag in NOT_IN_FORMULAS else Display.BLOCK


def _inner(tag: str, display: Display, style: Style | None, context: _Context) -> _Context:
    """What an element hands on to what it holds."""
    visible = context.visible
    within = WITHIN.get((context.within, tag), context.within)
    if style and style.is_visible is not None and within != "option":
        visible = style.is_visible
    lays_out = style is not None and style.lays_out
    if display is Display.CONTENTS:
        lays_out = context.lays_out
    inner = _Context(visible, lays_out, context.keeps_lines or tag in KEEPS_LINES, within)
    return PLAIN if inner == PLAIN else inner


def _after(node: LexborNode, display: Display, inner: _Context) -> str:
    """What parts an element from what follows."""
    if display is Display.ATOMIC:
        return END_OF_BOX
    if not inner.visible or display in {Display.INLINE, Display.CONTENTS}:
        return ""
    if display is Display.BLOCK:
        return LINE
    following = node.next
    if following is None or following.tag == "-text":
        return ""
    return CELL if display is Display.CELL else LINE


def _children(
    node: LexborNode, tag: str, style: Style | None, display: Display
) -> Iterator[LexborNode]:
    """What an element shows of what it holds."""
    if tag in REPLACED:
        return iter(())
    if style and style.hides_contents and display not in IN_THE_LINE and tag != "table":
        return iter(())
    if tag == "maction":
        return islice((child for child in node.iter() if child.tag != "-comment"), 1)
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
    title = tree.css_first("title")
    if title and title.parent and title.parent.tag != "head":
        title = tree.css_first("title:not(svg title)")
    return _collapse(title.text(deep=True)) if title else ""


def _lines(text: str) -> str:
    if ZERO_WIDTH_SPACE in text:
        text = _BREAK_AT_ZERO_WIDTH.sub(ZERO_WIDTH_SPACE, text)
    lines = (line.strip(" ") for line in _collapse(text).split(LINE))
    return "\n".join(line for line in lines if line)


def _collapse(text: str) -> str:
    if NARROW_SPACE in text:
        return _ANY_WHITE_SPACE.sub(" ", text).strip(WHITE_SPACE)
    return " ".join(" ".join(part.split()) for part in slices(text))
