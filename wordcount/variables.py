"""Custom properties: ``display: var(--menu, none)``.

https://www.w3.org/TR/css-variables-1/
"""

import re

from selectolax.lexbor import LexborHTMLParser

from wordcount.style_sheets import is_valid

# Deeper than anybody refers from one to the next; longer chains and cycles are void.
DEEPEST = 10
# The properties that matter here are of one keyword, so a value is one reference or none.
_REFERENCE = re.compile(r"var\(\s*(--[^\s,)]+)\s*(?:,(.*))?\)", re.DOTALL)


class Variables:
    """Looks custom properties up, from an element upwards.

    :param said: what was declared of each element, by its `mem_id`: property -> value.
    """

    def __init__(self, tree: LexborHTMLParser, said: dict[int, dict[str, str]]) -> None:
        self._said = said
        self._done: dict[tuple[str, int], str | None] = {}
        self._parents = {
            node.mem_id: node.parent.mem_id if node.parent else None for node in tree.css("*")
        }

    def fill_in(self) -> None:
        """Replace every ``var()``; what comes to nothing valid is ``unset``."""
        for element, values in self._said.items():
            for name, value in values.items():
                if "var(" in value and not name.startswith("--"):
                    filled = (self._filled(value, element) or "").strip().lower()
                    values[name] = filled if is_valid(name, filled) else "unset"

    def _filled(self, value: str, element: int, depth: int = 0) -> str | None:
        """A value without references; None if it is void, which an empty one is not."""
        reference = _REFERENCE.fullmatch(value.strip())
        if not reference:
            return value
        if depth == DEEPEST:
            return None
        key = value, element
        if key not in self._done:
            self._done[key] = None  # what refers to itself is void
            name, fallback = reference.groups()
            for said in (self._value_of(name, element), fallback):
                if said is not None and self._done[key] is None:
                    self._done[key] = self._filled(said, element, depth + 1)
        return self._done[key]

    def _value_of(self, name: str, element: int | None) -> str | None:
        while element is not None:
            value = self._said.get(element, {}).get(name)
            if value is not None and value.lower() not in {"inherit", "unset", "revert"}:
                return None if value.lower() == "initial" else value
            element = self._parents.get(element)
        return None
