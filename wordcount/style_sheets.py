"""CSS text -> the rules that decide what is seen, and where words are parted.

The text is parsed by tinycss2 as the CSS Syntax standard says, errors included. Only a few
properties matter here; what a sheet says of anything else is taken out first, because most of a
sheet is colours and sizes.
"""

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import tinycss2
from tinycss2.ast import Node

from wordcount import media
from wordcount.css import parse_block, parse_sheet
from wordcount.display import is_display
from wordcount.selectors import Selector, selectors_in, selectors_of
from wordcount.simple_rules import MARK, SimpleRule, set_aside

# The properties that matter here, besides `display`, and the values of each.
KEYWORDS = {
    "visibility": {"visible", "hidden", "collapse"},
    "float": {"none", "left", "right", "inline-start", "inline-end"},
    "position": {"static", "relative", "absolute", "fixed", "sticky", "-webkit-sticky"},
    "content-visibility": {"visible", "auto", "hidden"},
    "all": set[str](),
}
# The values that every property has.
FOR_ALL = {"inherit", "initial", "unset", "revert", "revert-layer"}
# Deeper than anybody nests by hand; a stranger's sheet must not exhaust Python's stack.
DEEPEST = 50


@dataclass(frozen=True)
class Declaration:
    """One valid declaration of a property that matters here, or of a custom property.

    :ivar value: in lower case, unless it has to do with custom properties.
    """

    name: str
    value: str
    important: bool = False


@dataclass(frozen=True)
class Rule:
    """One style rule.

    :ivar selectors: each with its specificity.
    :ivar layer: the place of its cascade layer among all, greater wins; see :class:`Layers`.
    """

    selectors: tuple[Selector, ...]
    declarations: tuple[Declaration, ...]
    layer: tuple[float, ...]


@dataclass
class Layers:
    """The cascade layers of a page, in the order in which they are first named.

    A layer's rank is the path of its places; what stands in a layer itself wins over what stands
    in layers within it, and what stands in none wins over all.
    https://www.w3.org/TR/css-cascade-5/#layering
    """

    _places: dict[tuple[str, ...], int] = field(default_factory=dict)
    _in: dict[tuple[str, ...], int] = field(default_factory=dict)

    def name(self, path: tuple[str, ...]) -> None:
        """Give a layer, and those it is in, their places."""
        for end in range(1, len(path) + 1):
            if path[:end] not in self._places:
                outer = path[: end - 1]
                self._places[path[:end]] = self._in[outer] = self._in.get(outer, -1) + 1

    def unnamed(self, path: tuple[str, ...]) -> tuple[str, ...]:
        """A new layer that nobody else can name."""
        return (*path, f" {len(self._places)}")

    def rank(self, path: tuple[str, ...]) -> tuple[float, ...]:
        """What layers are compared by: greater wins."""
        places = (self._places[path[:end]] for end in range(1, len(path) + 1))
        return (*places, float("inf"))


def rules_in(
    sheets: Iterable[str], names: AbstractSet[str], *, variables: bool = False
) -> list[Rule]:
    """The rules of the sheets of a page that can apply on a screen, in their order.

    :param names: the classes (``.name``) and ids (``#name``) of the page, in lower case. Most rules
        of a sheet are for other pages of its site; what needs a name that is not there is left out.
    :param variables: declarations of custom properties are wanted, too.
    """
    layers = Layers()
    found: list[_Found] = []
    for sheet in sheets:
        skeleton, simple = set_aside(sheet, names, variables=variables)
        nodes = parse_sheet(skeleton)
        try:
            found += _Reader(layers, simple).rules(nodes, (), (), 0)
        except RecursionError:  # brackets in brackets, deeper than any author writes
            continue
    return [Rule(selectors, block, layers.rank(path)) for selectors, block, path in found]


_Found = tuple[tuple[Selector, ...], tuple[Declaration, ...], tuple[str, ...]]


class _Reader:
    """Reads one sheet."""

    def __init__(self, layers: Layers, simple: Sequence[SimpleRule]) -> None:
        self._layers = layers
        self._simple = simple

    def rules(
        self,
        nodes: Iterable[Node],
        layer: tuple[str, ...],
        parents: tuple[Selector, ...],
        depth: int,
    ) -> Iterator[_Found]:
        """The rules among these nodes, also those within at-rules and within other rules.

        Declarations that stand in a conditional at-rule within a rule belong to that rule.
        """
        if depth > DEEPEST:
            return
        own: list[Declaration] = []
        for node in nodes:
            if node.type == "declaration" and parents:
                own += _relevant(node)
                continue
            if own:
                yield parents, tuple(own), layer
                own = []
            if node.type == "qualified-rule":
                if simple := self._set_aside(node):
                    if selectors := selectors_of(simple.selectors, parents):
                        yield selectors, declarations_in(simple.block), layer
                elif selectors := selectors_in(node.prelude, parents):
                    content = tinycss2.parse_blocks_contents(node.content, True, True)
                    yield from self.rules(content, layer, selectors, depth + 1)
            elif node.type == "at-rule":
                yield from self._at_rule(node, layer, parents, depth)
        if own:
            yield parents, tuple(own), layer

    def _set_aside(self, rule: Node) -> SimpleRule | None:
        mark = getattr(rule.prelude[0], "value", None) if rule.prelude else None
        number = mark[1:] if isinstance(mark, str) and mark[:1] == MARK else ""
        # A page may have such marks of its own.
        is_ours = number.isdecimal() and len(number) < 10 and int(number) < len(self._simple)
        return self._simple[int(number)] if is_ours else None

    def _at_rule(
        self, rule: Node, layer: tuple[str, ...], parents: tuple[Selector, ...], depth: int
    ) -> Iterator[_Found]:
        name = rule.lower_at_keyword
        if name == "layer":
            names = [
                (*layer, *part.strip().split("."))
                for part in tinycss2.serialize(rule.prelude).split(",")
                if part.strip()
            ] or [self._layers.unnamed(layer)]
            if max(map(len, names)) > DEEPEST:
                return
            for path in names:
                self._layers.name(path)
            layer = names[0]
        elif not (
            (name == "media" and media.media_apply(rule.prelude))
            or (name == "supports" and media.is_supported(rule.prelude))
            or (name == "container" and media.container_applies(rule.prelude))
        ):
            return
        if rule.content is not None:
            parse = tinycss2.parse_blocks_contents if parents else tinycss2.parse_rule_list
            content = parse(rule.content, True, True)
            yield from self.rules(content, layer, parents, depth + 1)


def _relevant(node: Any) -> list[Declaration]:
    name = node.name if node.name.startswith("--") else node.lower_name
    if name != "display" and name not in KEYWORDS and not name.startswith("--"):
        return []
    solid = (token for token in node.value if token.type not in {"whitespace", "comment"})
    value = " ".join(token.serialize() for token in solid)
    is_variable = name.startswith("--") or "var(" in value
    if not is_variable:
        value = value.lower()
    valid = is_variable or is_valid(name, value)
    return [Declaration(name, value, node.important)] if valid else []


def is_valid(name: str, value: str) -> bool:
    """Whether a property has this value, given in lower case."""
    return value in FOR_ALL or (is_display(value) if name == "display" else value in KEYWORDS[name])


@lru_cache(maxsize=4096)
def declarations_in(style: str) -> tuple[Declaration, ...]:
    """The declarations of a ``style`` attribute, or of a block without blocks."""
    nodes = parse_block(style)
    found = (_relevant(node) for node in nodes if node.type == "declaration")
    try:
        return tuple(declaration for of_node in found for declaration in of_node)
    except RecursionError:  # brackets in brackets, deeper than any author writes
        return ()
