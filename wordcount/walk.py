"""What a browser's ``innerText`` gives, by one walk through the tree, from top to bottom.

What browsers do not show is passed by; where they start a new line or a new cell, words are kept
apart; what stands in the line leaves words whole (``w<b>or</b>d`` is one word).
https://html.spec.whatwg.org/multipage/dom.html#the-innertext-idl-attribute
"""

from collections.abc import Callable, Collection, Iterator, Mapping

from selectolax.lexbor import LexborNode

from wordcount.cascade import Style
from wordcount.display import DEFAULT, KEEPS_LINES, Display
from wordcount.element import PLAIN, Context, display_among, inner_context, shown_children
from wordcount.outline import Pieces, Range, cut
from wordcount.roles import HEADING_TAGS, IMAGE_TAGS, Roles, alternative_of, leads_elsewhere

# A separator of our own, so that a line break in the source, which a browser shows as a space, is
# not taken for one that is shown. The HTML parser leaves no NUL in any text.
LINE = "\0"
CELL = "\t"
END_OF_BOX = "end of box"
# The elements that need no closer look, and what parts them from their neighbours.
SIMPLE = {
    **{tag: LINE for tag, display in DEFAULT.items() if display is Display.BLOCK},
    **dict.fromkeys(
        "a abbr b bdi bdo big cite code data del dfn em font i ins kbd label mark q s samp small "
        "span strike strong sub sup time tt u var".split(),
        "",
    ),
}
for _tag in {"a", "details", *HEADING_TAGS, *KEEPS_LINES}:
    del SIMPLE[_tag]
# Those of which there is nothing to see, and that part nothing.
NOTHING = frozenset("-comment img input link meta noscript script source style template".split())

# What CSS collapses.
WHITE_SPACE = " \t\n\r\f"
# MathML shows a variable of one letter in italics, which are characters of their own.
# https://www.w3.org/TR/mathml-core/#italic-mappings
ITALIC = {
    **{ord("A") + i: 0x1D434 + i for i in range(26)},
    **{ord("a") + i: 0x1D44E + i for i in range(26)},
    ord("h"): 0x210E,
}

# Is told through which pieces an element went.
_Note = Callable[[Range], None]


def seen(root: LexborNode, body: LexborNode, styles: Mapping[int, Style], roles: Roles) -> Pieces:
    """All text that is seen, with :data:`LINE` and :data:`CELL` between what is apart.

    A body that is ``display: none`` is read all the same: a script will show it.

    :param styles: of the elements that need a closer look; those that have a role are among them.
    :param roles: as :func:`wordcount.roles.roles_of` gives them.
    """
    context = PLAIN
    for node in (root, body):
        context = inner_context(node.tag or "", Display.BLOCK, styles.get(node.mem_id), context)
    return _Walk(styles, roles, context).through(body)


class _Walk:
    """A walk, and where it has come to.

    :ivar _around: what is left of the elements that the walk is in: their other children, their
        context, what comes after them, how many pieces there were before them, and who wants to
        know through which pieces they went.
    :ivar _trim: the tag of a box in the line that has begun, where white space is gone; or of a
        ``wbr``, after which it is gone if it holds a line break.
    """

    def __init__(self, styles: Mapping[int, Style], roles: Roles, context: Context) -> None:
        self._styles = styles
        self._roles = roles
        self._named = roles.named
        self._context = context
        self._seen = Pieces()
        self._pieces = self._seen.texts
        self._notes: dict[str, _Note] = {
            "a": self._seen.links.append,
            **dict.fromkeys(HEADING_TAGS, self._seen.headings.append),
        }
        self._around: list[tuple[Iterator[LexborNode], Context, str, int, _Note | None]] = []
        self._trim = ""

    # One loop with all that nearly every node needs; calls would double what it costs.
    def through(self, body: LexborNode) -> Pieces:  # noqa: PLR0912
        """All that is seen of a body."""
        styles, pieces, around, notes = self._styles, self._pieces, self._around, self._notes
        anchors = self._roles.anchors
        children = body.iter(include_text=True)
        while True:
            plain = self._context is PLAIN
            for node in children:
                tag = node.tag or ""
                if tag == "-text":
                    if plain and not self._trim:
                        pieces.append(node.text_content or "")
                    else:
                        self._add_text(node)
                    continue
                style = styles.get(node.mem_id) if styles else None
                if plain and style is None:
                    # Nearly all elements are of this kind, and need no closer look.
                    after = SIMPLE.get(tag)
                    if after is not None:
                        if after:
                            pieces.append(after)
                        around.append((children, PLAIN, after, 0, None))
                        children = node.iter(include_text=True)
                        break
                    note = notes.get(tag)
                    if note is not None:
                        after = "" if tag == "a" else LINE
                        if after:
                            pieces.append(after)
                        elif anchors and node.mem_id in anchors:
                            note = None
                        around.append((children, PLAIN, after, len(pieces), note))
                        children = node.iter(include_text=True)
                        break
                    if tag in NOTHING:
                        if tag in IMAGE_TAGS:
                            self._add_alt(node, tag)
                        continue
                inside = self._enter(node, tag, style, children)
                if inside is not None:
                    children = inside
                    break
            else:
                if not around:
                    return self._seen
                children, self._context, after, start, note = around.pop()
                if after:
                    if after == END_OF_BOX:
                        self._end_box(start)
                    else:
                        pieces.append(after)
                if note is not None:
                    note((start, len(pieces)))

    def _add_text(self, node: LexborNode) -> None:
        if self._context.shows_text:
            text = _trimmed(_text_of(node, self._context), self._trim)
            if text:
                self._trim = ""
                self._pieces.append(text)

    def _add_alt(self, node: LexborNode, tag: str) -> None:
        self._seen.alts.append(alternative_of(tag, node.attrs))

    def _enter(
        self, node: LexborNode, tag: str, style: Style | None, siblings: Iterator[LexborNode]
    ) -> Iterator[LexborNode] | None:
        """Go into an element, if it is there at all, and give what it shows of what it holds."""
        display = display_among(tag, style, self._context)
        if display is Display.NONE:
            # Of an image map nothing is drawn, but it is there.
            if tag == "area" and self._context.visible:
                self._add_alt(node, tag)
            return None
        inner = inner_context(tag, display, style, self._context)
        roles = self._named.get(node.mem_id) if self._named else None
        # An image that is only to show what it holds shows nothing.
        is_image = tag in IMAGE_TAGS or (roles is not None and "img" in roles)
        if is_image and inner.visible and display is not Display.CONTENTS:
            self._add_alt(node, tag)
        if display is Display.BLOCK and inner.visible:
            self._pieces.append(LINE)
        if display is Display.ATOMIC or tag == "wbr":
            self._trim = tag
        after = _after(node, display, inner)
        note = self._notes.get(tag)
        if note or roles:
            note = self._note_of(node, tag, roles)
        self._around.append((siblings, self._context, after, len(self._pieces), note))
        self._context = inner
        return shown_children(node, tag, style, display, inner.within)

    def _note_of(self, node: LexborNode, tag: str, roles: Collection[str] | None) -> _Note | None:
        roles = roles or ()
        is_heading = tag in HEADING_TAGS or "heading" in roles
        is_link = (tag == "a" and leads_elsewhere(node)) or "link" in roles
        if is_heading and is_link:
            return self._note_both
        if is_heading:
            return self._seen.headings.append
        return self._seen.links.append if is_link else None

    def _note_both(self, pieces: Range) -> None:
        self._seen.headings.append(pieces)
        self._seen.links.append(pieces)

    def _end_box(self, start: int) -> None:
        self._trim = ""
        _strip_end(self._pieces, start)
        for ranges in (self._seen.headings, self._seen.links):
            cut(ranges, len(self._pieces))


def _trimmed(text: str, after: str) -> str:
    """Text without its white space at the start, as far as that is gone there."""
    if not after:
        return text
    kept = text.lstrip(WHITE_SPACE)
    return text if after == "wbr" and "\n" not in text[: len(text) - len(kept)] else kept


def _text_of(node: LexborNode, context: Context) -> str:
    text = node.text_content or ""
    if context.keeps_lines:
        return text.replace("\n", LINE)
    if context.within == "mi":
        return text.strip().translate(ITALIC) if len(text.strip()) == 1 else text
    return text


def _after(node: LexborNode, display: Display, inner: Context) -> str:
    """What parts an element from what follows."""
    if display is Display.ATOMIC:
        return END_OF_BOX
    if not inner.visible or display in {Display.INLINE, Display.CONTENTS}:
        return ""
    if display is Display.BLOCK:
        return LINE
    following = node.next
    while following is not None and _is_nothing(following):
        following = following.next
    if following is None or following.tag == "-text":
        return ""
    return CELL if display is Display.CELL else LINE


def _is_nothing(node: LexborNode) -> bool:
    """Whether a node between rows or cells has no box: a comment, or white space."""
    if node.tag == "-text":
        return not (node.text_content or "").strip(WHITE_SPACE)
    return node.tag == "-comment"


def _strip_end(pieces: list[str], start: int) -> None:
    """Take the white space at the end of all pieces from `start` on."""
    while len(pieces) > start:
        pieces[-1] = pieces[-1].rstrip(WHITE_SPACE)
        if pieces[-1]:
            return
        del pieces[-1]
