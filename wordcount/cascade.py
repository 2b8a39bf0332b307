"""What the styles of a page make of its elements: the cascade.

https://www.w3.org/TR/css-cascade-5/#cascade-sort
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from operator import itemgetter

from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from wordcount import media
from wordcount.display import DEFAULT, Display, display_of, lays_out_its_children
from wordcount.style_sheets import Declaration, declarations_in, rules_in

# What attributes say of an element; any style of the page wins over it.
BY_ATTRIBUTE = (
    ("[hidden], dialog:not([open])", Declaration("display", "none", important=False)),
    ("[hidden=until-found i]", Declaration("display", "revert", important=False)),
    ("[hidden=until-found i]", Declaration("content-visibility", "hidden", important=False)),
)
# What `all` stands for.
ALL = ("display", "visibility", "float", "position", "content-visibility")
# Where a `style` attribute may say something that matters here.
STYLED = ", ".join(
    f"[style*={word} i]" for word in ("display", "visibility", "float", "position", "all")
)

# Greater wins: important or not, in an attribute or a sheet, its layer, specificity, order.
_Weight = tuple[bool, bool, tuple[float, ...], tuple[int, int, int], int]
# A declaration, and the elements that it is for, by their `mem_id`.
_Applied = tuple[_Weight, Declaration, list[int]]


@dataclass(frozen=True, slots=True)
class Style:
    """What the page says of one element; None where it says nothing.

    :ivar lays_out: a flex or grid container.
    :ivar is_out_of_flow: floating, or placed apart from the text around it.
    :ivar hides_contents: takes its place, but shows nothing of what it holds.
    """

    display: Display | None
    lays_out: bool
    is_visible: bool | None
    is_out_of_flow: bool
    hides_contents: bool


def styles_of(tree: LexborHTMLParser) -> dict[int, Style]:
    """The style of every element of which the page's own styles say something, by its `mem_id`."""
    applied = [*_from_attributes(tree), *_from_sheets(tree)]
    applied.sort(key=itemgetter(0))
    said: dict[int, dict[str, str]] = {}
    for _, declaration, elements in applied:
        for name in ALL if declaration.name == "all" else (declaration.name,):
            for element in elements:
                said.setdefault(element, {})[name] = declaration.value
    styles = {element: _style(*map(values.get, ALL)) for element, values in said.items()}
    inheriting = [key for key, values in said.items() if values.get("display") == "inherit"]
    if inheriting:
        _inherit(tree, frozenset(inheriting), styles)
    return styles


def _from_attributes(tree: LexborHTMLParser) -> Iterator[_Applied]:
    for selector, declaration in BY_ATTRIBUTE:
        if elements := [node.mem_id for node in tree.css(selector)]:
            yield (False, False, (-1.0,), (0, 0, 0), 0), declaration, elements
    for node in tree.css(STYLED):
        for declaration in declarations_in(node.attributes.get("style") or ""):
            yield (declaration.important, True, (), (0, 0, 0), 0), declaration, [node.mem_id]


def _from_sheets(tree: LexborHTMLParser) -> Iterator[_Applied]:
    sheets = _sheets_of(tree)
    if not sheets:
        return
    names = _names_in(tree)
    found: dict[str, list[int]] = {}
    for order, rule in enumerate(rules_in(sheets, names)):
        for selector in rule.selectors:
            text = selector.text
            if text not in found:
                there = text and names.issuperset(map(str.lower, selector.names))
                found[text] = _matches(tree, text) if there else []
            if not found[text]:
                continue
            for declaration in rule.declarations:
                important = declaration.important
                # Among important declarations the order of the layers is turned round.
                layer = tuple(-place for place in rule.layer) if important else rule.layer
                weight = (important, False, layer, selector.specificity, order)
                yield weight, declaration, found[text]


def _sheets_of(tree: LexborHTMLParser) -> list[str]:
    sheets = []
    for node in tree.css("style"):
        attributes = node.attributes
        kind = attributes.get("type") or "text/css"
        if kind.lower() == "text/css" and media.applies(attributes.get("media") or ""):
            sheets.append(node.text(deep=True))
    return sheets


def _names_in(tree: LexborHTMLParser) -> frozenset[str]:
    """The classes and ids of a page, in lower case: some pages do not tell case apart."""
    names = {f"#{node.attributes.get('id')}".lower() for node in tree.css("[id]")}
    classes = {node.attributes.get("class") or "" for node in tree.css("[class]")}
    names.update(f".{name}" for of_one in classes for name in of_one.lower().split())
    return frozenset(names)


def _matches(tree: LexborHTMLParser, selector: str) -> list[int]:
    try:
        return [node.mem_id for node in tree.css(selector)]
    except SelectolaxError:  # lexbor does not know it
        return []


@lru_cache(maxsize=1024)
def _style(
    display: str | None,
    visibility: str | None,
    floating: str | None,
    position: str | None,
    content_visibility: str | None,
) -> Style:
    if display in {"initial", "unset"}:
        display = "inline"
    elif display in {"inherit", "revert", "revert-layer"}:
        display = None
    is_visible = visibility in {"visible", "initial"}
    return Style(
        display=display_of(display) if display else None,
        lays_out=bool(display and lays_out_its_children(display)),
        is_visible=is_visible if is_visible or visibility in {"hidden", "collapse"} else None,
        is_out_of_flow=floating in {"left", "right", "inline-start", "inline-end"}
        or position in {"absolute", "fixed"},
        hides_contents=content_visibility == "hidden",
    )


def _inherit(tree: LexborHTMLParser, inheriting: frozenset[int], styles: dict[int, Style]) -> None:
    """Give elements that say ``display: inherit`` the display of their parents, from above."""
    for node in tree.css("*"):
        if node.mem_id in inheriting and node.parent:
            of_parent = styles.get(node.parent.mem_id)
            default = DEFAULT.get(node.parent.tag or "", Display.INLINE)
            styles[node.mem_id] = replace(
                styles[node.mem_id],
                display=default
                if of_parent is None or of_parent.display is None
                else of_parent.display,
                lays_out=bool(of_parent and of_parent.lays_out),
            )
