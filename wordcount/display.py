"""How elements stand among their neighbours, as far as it matters for where words are parted.

https://www.w3.org/TR/css-display-3/
"""

from collections.abc import Mapping
from enum import IntEnum


class Display(IntEnum):
    """How an element stands among its neighbours."""

    INLINE = 0  # in the line, its words may join those around it
    ATOMIC = 1  # in the line as a whole, like a button; white space at its inner edges is gone
    BLOCK = 2  # on lines of its own
    ROW = 3  # of a table: the row that follows is on another line
    CELL = 4  # of a table: the cell that follows is apart
    CONTENTS = 5  # not there itself, only what it holds
    NONE = 6  # not there at all


# How a browser's own style sheet shows the elements of HTML; all others are in the line.
# https://html.spec.whatwg.org/multipage/rendering.html
DEFAULT: Mapping[str, Display] = {
    **dict.fromkeys(
        "address article aside blockquote body br caption center dd details dialog dir div dl dt "
        "fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li "
        "listing main menu nav ol optgroup option p plaintext pre search section summary table ul "
        "xmp".split(),
        Display.BLOCK,
    ),
    **dict.fromkeys("tbody tfoot thead tr".split(), Display.ROW),
    **dict.fromkeys("td th".split(), Display.CELL),
    "slot": Display.CONTENTS,
    **dict.fromkeys("button input marquee meter progress select".split(), Display.ATOMIC),
    **dict.fromkeys(
        "area base basefont col colgroup datalist frame frameset head link meta noembed noframes "
        "noscript param rp script style template title".split(),
        Display.NONE,
    ),
}
# Something else is shown in their place, or nothing is.
REPLACED = frozenset(
    "audio canvas iframe img input meter noscript progress template textarea video".split()
)
NOT_DRAWN = frozenset("desc metadata script style title".split())  # of a picture
NOT_IN_FORMULAS = frozenset("annotation annotation-xml mphantom script style".split())
# Where white space is kept, so a line break in the source is one on the screen.
KEEPS_LINES = frozenset({"listing", "plaintext", "pre", "xmp"})
# In what the children of an element stand, by what it stands in itself, and its tag; those of all
# others stand in the same. See wordcount.element.Context.
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

_OF_VALUE = {
    "none": Display.NONE,
    "contents": Display.CONTENTS,
    "table-column": Display.NONE,
    "table-column-group": Display.NONE,
    "table-cell": Display.CELL,
    "table-row": Display.ROW,
    "table-row-group": Display.ROW,
    "table-header-group": Display.ROW,
    "table-footer-group": Display.ROW,
}
_OF_VALUE |= dict.fromkeys(
    "inline math ruby ruby-base ruby-text ruby-base-container ruby-text-container".split(),
    Display.INLINE,
)
_OF_VALUE |= dict.fromkeys(
    "inline-block inline-flex inline-grid inline-table -webkit-inline-box "
    "-webkit-inline-flex".split(),
    Display.ATOMIC,
)
_OF_VALUE |= dict.fromkeys(
    "block flow-root list-item table table-caption flex grid -webkit-box -webkit-flex".split(),
    Display.BLOCK,
)
_LAYS_OUT = frozenset(
    {"flex", "grid", "inline-flex", "inline-grid", "-webkit-flex", "-webkit-inline-flex"}
)
# The short forms of values of two or more keywords, in any order.
_SHORT = {
    frozenset({outer, inner}): short
    for inner, (block, inline) in {
        "flow": ("block", "inline"),
        "flow-root": ("flow-root", "inline-block"),
        "table": ("table", "inline-table"),
        "flex": ("flex", "inline-flex"),
        "grid": ("grid", "inline-grid"),
        "ruby": ("block", "ruby"),
        "list-item": ("list-item", "inline"),
    }.items()
    for outer, short in {"block": block, "inline": inline}.items()
} | {
    frozenset({"list-item", "flow"}): "list-item",
    frozenset({"list-item", "flow-root"}): "list-item",
    frozenset({"list-item", "block", "flow"}): "list-item",
    frozenset({"list-item", "block", "flow-root"}): "list-item",
    frozenset({"list-item", "inline", "flow"}): "inline",
    frozenset({"list-item", "inline", "flow-root"}): "inline-block",
    frozenset({"flow"}): "block",
}


def _short(value: str) -> str:
    return _SHORT.get(frozenset(value.split()), value)


def is_display(value: str) -> bool:
    """Whether a browser knows this value, given in lower case."""
    return _short(value) in _OF_VALUE


def display_of(value: str) -> Display:
    """How an element with this value stands among its neighbours."""
    return _OF_VALUE[_short(value)]


def lays_out_its_children(value: str) -> bool:
    """Whether the children of such an element become blocks: those of flex and grid do."""
    return _short(value) in _LAYS_OUT


def default_display(tag: str, within: str) -> Display:
    """How a browser's own style sheet shows an element.

    :param within: what it stands in; see :data:`WITHIN`.
    """
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
