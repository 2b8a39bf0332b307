"""CSS text -> what tinycss2 makes of it, whatever a stranger has written."""

import re

import tinycss2
from tinycss2.ast import Node

# Python reads no number of more than 4,300 digits; no sheet means one of 300.
_ENDLESS_NUMBER = re.compile(r"\d{300,}")
_GREAT = "9" * 300


def parse_sheet(css: str) -> list[Node]:
    """The rules of a style sheet."""
    return list(tinycss2.parse_stylesheet(_readable(css), True, True))


def parse_block(css: str) -> list[Node]:
    """The declarations of a block or of a ``style`` attribute."""
    return list(tinycss2.parse_blocks_contents(_readable(css), True, True))


def parse_values(css: str) -> list[Node]:
    """The tokens of a selector or a condition."""
    return list(tinycss2.parse_component_value_list(_readable(css)))


def _readable(css: str) -> str:
    return _ENDLESS_NUMBER.sub(_GREAT, css) if len(css) > len(_GREAT) else css
