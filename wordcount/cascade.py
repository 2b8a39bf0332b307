"""What the styles of a page make of its elements: the cascade.

https://www.w3.org/TR/css-cascade-5/#cascade-sort
"""

import binascii
from base64 import b64decode
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from operator import itemgetter
from urllib.parse import unquote_to_bytes

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from wordcount import media
from wordcount.display import DEFAULT, Display, display_of, lays_out_its_children
from wordcount.simple_rules import WORDS, shortened, uses_variables
from wordcount.style_sheets import Declaration, declarations_in, rules_in
from wordcount.variables import Variables

# All elements whose tag or attributes may say something that matters here. One question to the
# tree costs as much as another, so there is one.
TELLING = (
    ":is(style, link[rel~=stylesheet i][href*='data:' i]:not([disabled]), dialog, [hidden], "
    "[popover], " + ", ".join(f"[style*={word} i]" for word in WORDS) + ")"
)
# What `all` stands for.
ALL = ("display", "visibility", "float", "position", "content-visibility")

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


#: The style of an element of which the page says nothing.
UNSTYLED = Style(None, False, None, False, False)


def styles_of(tree: LexborHTMLParser) -> dict[int, Style]:
    """The style of every element of which the page's own styles say something, by its `mem_id`."""
    sheets: list[str] = []
    titles = {""}  # of the sheets that apply: those without one, and the first that has one
    applied: list[_Applied] = []
    for node in tree.css(TELLING):
        attributes = node.attributes
        if sheet := _sheet_of(node, attributes):
            title = attributes.get("title") or ""
            if len(titles) == 1 and "alternate" not in (attributes.get("rel") or "").lower():
                titles.add(title)
            if title in titles:
                sheets.append(sheet)
        for weight, declaration in _from_attributes(node.tag, attributes):
            applied.append((weight, declaration, [node.mem_id]))
    if sheets:
        variables = any("var(" in declaration.value for _, declaration, _ in applied)
        applied += _from_sheets(tree, sheets, variables)
    applied.sort(key=itemgetter(0))
    # Of all that is said of the same elements, only the last matters.
    last: dict[tuple[int, str], tuple[str, list[int]]] = {}
    for _, declaration, elements in applied:
        for name in ALL if declaration.name == "all" else (declaration.name,):
            last.pop((id(elements), name), None)
            last[id(elements), name] = declaration.value, elements
    said: dict[int, dict[str, str]] = {}
    for (_, name), (value, elements) in last.items():
        for element in elements:
            said.setdefault(element, {})[name] = value
    if any("var(" in declaration.value for _, declaration, _ in applied):
        Variables(tree, said).fill_in()
    styles = {element: _style(*map(values.get, ALL)) for element, values in said.items()}
    inheriting = {element for element, values in said.items() if values.get("display") == "inherit"}
    if inheriting:
        _inherit(tree, inheriting, styles)
    return styles


def _from_attributes(
    tag: str | None, attributes: Mapping[str, str | None]
) -> Iterator[tuple[_Weight, Declaration]]:
    """What the attributes of an element say of it; only ``style`` wins over the page's sheets."""
    least = (False, False, (-1.0,), (0, 0, 0), 0)
    is_dialog, is_popover = tag == "dialog", "popover" in attributes
    if is_dialog or is_popover:
        yield least, Declaration("position", "absolute")
    if "open" not in attributes and (is_dialog or is_popover):
        yield least, Declaration("display", "none")
    if "hidden" in attributes:
        if (attributes["hidden"] or "").lower() == "until-found":
            yield least, Declaration("content-visibility", "hidden")
        else:
            yield least, Declaration("display", "none")
    for declaration in declarations_in(shortened(attributes.get("style") or "")):
        yield (declaration.important, True, (), (0, 0, 0), 0), declaration


def _sheet_of(node: LexborNode, attributes: Mapping[str, str | None]) -> str | None:
    """The style sheet of a ``<style>`` or of a link that holds one, if it is one for screens."""
    if node.tag not in {"style", "link"}:
        return None
    kind = attributes.get("type") or "text/css"
    if kind.lower() != "text/css" or not media.applies(attributes.get("media") or ""):
        return None
    return (
        node.text(deep=True) if node.tag == "style" else _text_of_data(attributes.get("href") or "")
    )


def _from_sheets(tree: LexborHTMLParser, sheets: list[str], variables: bool) -> Iterator[_Applied]:
    by_name = _elements_by_name(tree)
    spellings = Counter(map(str.lower, by_name))
    names = frozenset(spellings)
    variables |= any("var(" in sheet and uses_variables(sheet) for sheet in sheets)
    found: dict[str, list[int]] = {}
    for order, rule in enumerate(rules_in(sheets, names, variables=variables)):
        for selector in rule.selectors:
            text = selector.text
            if text not in found:
                there = text and names.issuperset(map(str.lower, selector.names))
                # Some pages do not tell `.Menu` from `.menu`; which do, only lexbor knows.
                if text in by_name and spellings[text.lower()] == 1:
                    found[text] = by_name[text]
                else:
                    found[text] = _matches(tree, text) if there else []
            if not found[text]:
                continue
            for declaration in rule.declarations:
                important = declaration.important
                # Among important declarations the order of the layers is turned round.
                layer = tuple(-place for place in rule.layer) if important else rule.layer
                weight = (important, False, layer, selector.specificity, order)
                yield weight, declaration, found[text]


def _text_of_data(url: str) -> str:
    """The style sheet that a ``data:`` URL holds; empty if it holds none, or is no such URL."""
    head, _, data = url.strip().partition(",")
    content = unquote_to_bytes(data)
    if head.rstrip().lower().endswith(";base64"):
        try:
            content = b64decode(content + b"==")  # browsers do without it; too much does no harm
        except binascii.Error:
            return ""
    is_sheet = head.lower().startswith("data:") and "text/css" in head.lower()
    return content.decode("utf-8", "replace") if is_sheet else ""


def _elements_by_name(tree: LexborHTMLParser) -> dict[str, list[int]]:
    """The elements that have a class (``.name``) or an id (``#name``)."""
    by_name: dict[str, list[int]] = {}
    for node in tree.css(":is([class], [id])"):
        attributes = node.attributes
        for name in {*(attributes.get("class") or "").split()}:
            by_name.setdefault(f".{name}", []).append(node.mem_id)
        if identifier := attributes.get("id"):
            by_name.setdefault(f"#{identifier}", []).append(node.mem_id)
    return by_name


def _matches(tree: LexborHTMLParser, selector: str) -> list[int]:
    try:
        return [node.mem_id for node in tree.css(selector)]
    except (SelectolaxError, UnicodeEncodeError):  # lexbor does not know it; half a character
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


def _inherit(tree: LexborHTMLParser, inheriting: set[int], styles: dict[int, Style]) -> None:
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
