"""One element among its neighbours: how it stands there, and what it shows of what it holds."""

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from selectolax.lexbor import LexborNode

from wordcount.cascade import Style
from wordcount.display import KEEPS_LINES, REPLACED, WITHIN, Display, default_display

IN_THE_LINE = {Display.INLINE, Display.CONTENTS}
ALWAYS_BLOCKS = {"legend", "p"}  # if they are there
# In a flex container, or out of the flow.
BECOMES_A_BLOCK = {Display.INLINE, Display.ATOMIC, Display.ROW, Display.CELL}


class Context(NamedTuple):
    """What an element hands on to what it holds.

    :ivar visible: not ``visibility: hidden``.
    :ivar lays_out: a flex or grid container, whose children are blocks.
    :ivar keeps_lines: a line break in the source is one on the screen.
    :ivar within: in what the children stand: ``html``, ``math`` or a ``mi`` in it, ``select`` or an
        ``option`` in it, ``svg`` or a ``text`` in it.
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
PLAIN = Context()


def display_among(tag: str, style: Style | None, context: Context) -> Display:
    """How an element stands among its neighbours."""
    default = default_display(tag, context.within)
    # Nobody sees a comment; options are shown as their list is, whatever is said of them; and a
    # chance to break a line is no box.
    if tag in {"-comment", "wbr"} or context.within in {"select", "option"}:
        return default
    display = default
    if tag == "br" and style and style.display not in {Display.NONE, Display.CONTENTS}:
        return default
    if style and style.display is not None and tag not in {"noscript", "template"}:
        display = style.display
    if display in BECOMES_A_BLOCK and (
        context.lays_out or tag in ALWAYS_BLOCKS or (style is not None and style.is_out_of_flow)
    ):
        return Display.BLOCK
    return display


def inner_context(tag: str, display: Display, style: Style | None, context: Context) -> Context:
    """What an element hands on to what it holds."""
    visible = context.visible
    within = WITHIN.get((context.within, tag), context.within)
    if style and style.is_visible is not None and within != "option":
        visible = style.is_visible
    lays_out = style is not None and style.lays_out
    if display is Display.CONTENTS:
        lays_out = context.lays_out
    inner = Context(visible, lays_out, context.keeps_lines or tag in KEEPS_LINES, within)
    return PLAIN if inner == PLAIN else inner


def shown_children(
    node: LexborNode, tag: str, style: Style | None, display: Display, within: str
) -> Iterator[LexborNode]:
    """What an element shows of what it holds."""
    if tag in REPLACED:
        return iter(())
    if style and style.hides_contents and display not in IN_THE_LINE and tag != "table":
        return iter(())
    if (tag, within) in {("maction", "math"), ("switch", "svg")}:
        return islice((child for child in node.iter() if child.tag != "-comment"), 1)
    if tag == "details" and "open" not in node.attributes:
        return iter([child for child in node.iter() if child.tag == "summary"][:1])
    return node.iter(include_text=True)
