"""What the styles of a page make of its elements: the cascade.

https://www.w3.org/TR/css-cascade-5/#cascade-sort
"""

from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from wordcount.media import media_attribute_applies
from wordcount.style_sheets import Declaration, declarations_in, rules_in

# What `all` stands for.
ALL = ("display", "visibility", "float", "position", "content-visibility")
# What may be seen in a `style` attribute that matters here.
STYLED = ", ".join(f"[style*={word} i]" for word in ("display", "visibility", "float", "position"))

# What attributes say of an element; any style of the page wins over it.
BY_ATTRIBUTE = (
    ("[hidden], dialog:not([open])", Declaration("display", "none", important=False)),
    ("[hidden=until-found i]", Declaration("display", "revert", important=False)),
    ("[hidden=until-found i]", Declaration("content-visibility", "hidden", important=False)),
)

# Greater wins: important or not, in an attribute or a sheet, its layer, specificity, order.
_Weight = tuple[bool, bool, tuple[float, ...], tuple[int, int, int], int]
_Won = dict[str, tuple[_Weight, str]]


@dataclass(frozen=True, slots=True)
class Style:
    """What the page says of one element; None where it says nothing, or ``revert``."""

    display: str | None
    visibility: str | None
    is_out_of_flow: bool
    hides_contents: bool


def styles_of(tree: LexborHTMLParser) -> dict[int, Style]:
    """The style of every element of which the page's own styles say something, by its `mem_id`."""
    won: dict[int, _Won] = {}
    for selector, declaration in BY_ATTRIBUTE:
        for node in tree.css(selector):
            _apply((declaration,), False, (-1.0,), (0, 0, 0), 0, won.setdefault(node.mem_id, {}))
    if sheets := _sheets_of(tree):
        _apply_sheets(tree, sheets, won)
    for node in tree.css(STYLED):
        style = declarations_in(node.attributes.get("style") or "")
        _apply(style, True, (), (0, 0, 0), 0, won.setdefault(node.mem_id, {}))
    return {key: _style(of_one) for key, of_one in won.items() if of_one}


def _sheets_of(tree: LexborHTMLParser) -> list[str]:
    sheets = []
    for node in tree.css("style"):
        attributes = node.attributes
        kind = attributes.get("type") or "text/css"
        if kind.lower() == "text/css" and media_attribute_applies(attributes.get("media") or ""):
            sheets.append(node.text(deep=True))
    return sheets


def _apply_sheets(tree: LexborHTMLParser, sheets: list[str], won: dict[int, _Won]) -> None:
    rules = rules_in(sheets)
    there = _names_in(tree) if rules else frozenset()
    found: dict[str, list[int]] = {}
    for order, rule in enumerate(rules):
        for selector in rule.selectors:
            # Most rules of a sheet are for other pages of its site.
            if not selector.text or not there.issuperset(map(str.lower, selector.names)):
                continue
            if selector.text not in found:
                found[selector.text] = _matches(tree, selector.text)
            for key in found[selector.text]:
                of_one = won.setdefault(key, {})
                _apply(rule.declarations, False, rule.layer, selector.specificity, order, of_one)


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


def _apply(
    declarations: tuple[Declaration, ...],
    inline: bool,
    layer: tuple[float, ...],
    specificity: tuple[int, int, int],
    order: int,
    won: _Won,
) -> None:
    for declaration in declarations:
        important = declaration.important
        # Among important declarations the order of the layers is turned round.
        place = tuple(-number for number in layer) if important else layer
        weight = (important, inline, place, specificity, order)
        for name in ALL if declaration.name == "all" else (declaration.name,):
            if name not in won or won[name][0] <= weight:
                won[name] = weight, declaration.value


def _style(won: _Won) -> Style:
    values = {name: value for name, (_, value) in won.items()}
    display = values.get("display")
    if display in {"initial", "unset"}:
        display = "inline"
    visibility = values.get("visibility")
    if visibility == "initial":
        visibility = "visible"
    return Style(
        display=None if display in {"revert", "revert-layer"} else display,
        visibility=visibility if visibility in {"visible", "hidden", "collapse"} else None,
        is_out_of_flow=values.get("float", "none") in {"left", "right", "inline-start", "inline-end"}
        or values.get("position") in {"absolute", "fixed"},
        hides_contents=values.get("content-visibility") == "hidden",
    )
