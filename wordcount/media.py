"""Which conditions of a style sheet hold: ``@media``, ``@supports``, ``@container``.

They are asked of the window in which the truth of this project is taken: a screen of 1280 by 720
pixels with a mouse, in light colours. What is not known is neither true nor false, and a rule
under it does not apply. https://www.w3.org/TR/mediaqueries-5/
"""

import operator
import re
from collections.abc import Callable, Sequence
from functools import lru_cache

import tinycss2
from tinycss2.ast import Node

from wordcount.css import parse_values
from wordcount.display import is_display

WIDTH, HEIGHT = 1280.0, 720.0  # pixels
_NUMBERS = {
    "width": WIDTH,
    "height": HEIGHT,
    "device-width": WIDTH,
    "device-height": HEIGHT,
    "inline-size": WIDTH,
    "block-size": HEIGHT,
    "aspect-ratio": WIDTH / HEIGHT,
    "device-aspect-ratio": WIDTH / HEIGHT,
    "resolution": 1.0,  # dots per pixel
    "-webkit-device-pixel-ratio": 1.0,
    "color": 8.0,  # bits
    "color-index": 0.0,
    "monochrome": 0.0,
    "grid": 0.0,
}
_LENGTHS = {"width", "height", "device-width", "device-height", "inline-size", "block-size"}
_WORDS = {
    "orientation": {"landscape"},
    "hover": {"hover"},
    "any-hover": {"hover"},
    "pointer": {"fine"},
    "any-pointer": {"fine"},
    "update": {"fast"},
    "scripting": {"enabled"},
    "display-mode": {"browser"},
    "color-gamut": {"srgb"},
    "dynamic-range": {"standard"},
    "overflow-block": {"scroll"},
    "overflow-inline": {"scroll"},
    "prefers-color-scheme": {"light"},
    "prefers-contrast": {"no-preference"},
    "prefers-reduced-data": {"no-preference"},
    "prefers-reduced-motion": {"no-preference"},
    "prefers-reduced-transparency": {"no-preference"},
    "forced-colors": {"none"},
    "inverted-colors": {"none"},
    "-webkit-transform-3d": {"1"},
}
_FALSE_WORDS = {"none", "no-preference"}
# In pixels, or in dots per pixel.
_UNITS = {
    "px": 1.0, "em": 16.0, "rem": 16.0, "ch": 8.0, "ex": 8.0, "vw": WIDTH / 100, "vh": HEIGHT / 100,
    "in": 96.0, "cm": 96 / 2.54, "mm": 9.6 / 2.54, "pt": 96 / 72, "pc": 16.0, "q": 24 / 25.4,
    "dppx": 1.0, "x": 1.0, "dpi": 1 / 96, "dpcm": 2.54 / 96,
}  # fmt: skip
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq,
}  # fmt: skip
# What the browser that gives the truth does not have; it has nearly everything else that is asked.
_UNSUPPORTED = re.compile(
    r"-(?:moz|ms|o|khtml)-|-webkit-(?:touch-callout|overflow-scrolling)|behavior"
)

# True, False, or None for what is not known.
Truth = bool | None


def media_apply(prelude: Sequence[Node]) -> bool:
    """Whether a list of media queries holds, as in ``@media screen and (min-width: 600px)``."""
    queries = _split(_solid(prelude), ",")
    return queries == [[]] or any(_query(query) for query in queries)


@lru_cache(maxsize=1024)
def applies(media: str) -> bool:
    """The same, of text, such as the ``media`` attribute of a ``<style>``."""
    try:
        return media_apply(parse_values(media))
    except RecursionError:  # brackets in brackets, deeper than any author writes
        return False


def is_supported(prelude: Sequence[Node]) -> bool:
    """Whether the condition of an ``@supports`` holds."""
    return _condition(_solid(prelude), _supports) is True


def container_applies(prelude: Sequence[Node]) -> bool:
    """Whether an ``@container`` holds, as if every container were as wide as the window."""
    tokens = _solid(prelude)
    if tokens and tokens[0].type == "ident" and tokens[0].lower_value != "not":
        del tokens[0]  # its name
    return _condition(tokens, _feature) is True


def _solid(tokens: Sequence[Node]) -> list[Node]:
    return [token for token in tokens if token.type not in {"whitespace", "comment"}]


def _word(token: Node) -> str:
    """An identifier or a sign, in lower case; empty for anything else."""
    if token.type == "ident":
        return str(token.lower_value)
    return str(token.value) if token.type == "literal" else ""


def _split(tokens: Sequence[Node], at: str) -> list[list[Node]]:
    parts: list[list[Node]] = [[]]
    for token in tokens:
        if _word(token) == at:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def _query(tokens: list[Node]) -> bool:
    if not tokens:
        return False
    negated = False
    if _word(tokens[0]) in {"not", "only"} and len(tokens) > 1 and tokens[1].type == "ident":
        negated = _word(tokens[0]) == "not"
        tokens = tokens[1:]
    if tokens[0].type == "ident" and _word(tokens[0]) != "not":
        matches: Truth = _word(tokens[0]) in {"all", "screen"}
        if len(tokens) > 1:
            if _word(tokens[1]) != "and":
                return False
            rest = _condition(tokens[2:], _feature)
            matches = None if rest is None else matches and rest
    else:
        matches = _condition(tokens, _feature)
    return matches is not None and matches != negated


def _condition(tokens: list[Node], ask: Callable[[Node], Truth]) -> Truth:
    """``not (...)``, ``(...) and (...)``, ``(...) or (...)``; each may hold another condition."""
    if tokens and _word(tokens[0]) == "not":
        inner = _condition(tokens[1:], ask) if len(tokens) == 2 else None
        return None if inner is None else not inner
    words = {_word(token) for token in tokens[1::2]}
    if not tokens or len(tokens) % 2 == 0 or words - {"and", "or"} or len(words) > 1:
        return None
    truths = [_operand(token, ask) for token in tokens[::2]]
    if words == {"or"}:
        return True if True in truths else None if None in truths else False
    return False if False in truths else None if None in truths else True


def _operand(token: Node, ask: Callable[[Node], Truth]) -> Truth:
    if token.type == "() block":
        inner = _solid(token.content)
        if inner and (inner[0].type in {"() block", "function"} or _word(inner[0]) == "not"):
            return _condition(inner, ask)
    return ask(token)


def _supports(token: Node) -> Truth:
    if token.type == "function":
        return str(token.lower_name) == "selector"
    if token.type != "() block":
        return None
    name, _, value = tinycss2.serialize(token.content).strip().lower().partition(":")
    value = value.strip()
    if not value or _UNSUPPORTED.match(name.strip()) or _UNSUPPORTED.match(value):
        return False
    return is_display(value) if name.strip() == "display" else True


def _feature(token: Node) -> Truth:
    if token.type != "() block":
        return None
    tokens = _solid(token.content)
    if not tokens:
        return None
    name = _word(tokens[0])
    if len(tokens) == 1:
        if name in _WORDS:
            return not _WORDS[name] & _FALSE_WORDS
        return bool(_NUMBERS[name]) if name in _NUMBERS else None
    if _word(tokens[1]) == ":":
        return _equals(name, tokens[2:])
    return _in_range(tokens)


def _equals(name: str, value: list[Node]) -> Truth:
    if name in _WORDS:
        return tinycss2.serialize(value).strip().lower() in _WORDS[name]
    way, bare = "=", name
    for prefix, sign in (("min-", ">="), ("max-", "<=")):
        if bare.removeprefix("-webkit-").startswith(prefix):
            way, bare = sign, bare.replace(prefix, "", 1)
    number = _number(value, bare)
    return None if number is None or bare not in _NUMBERS else _COMPARE[way](_NUMBERS[bare], number)


def _in_range(tokens: list[Node]) -> Truth:
    """``width >= 600px``, ``600px <= width < 900px``."""
    sides: list[list[Node]] = [[]]
    signs: list[str] = []
    for token in tokens:
        word = _word(token)
        if word in {"<", ">", "="} and signs and not sides[-1]:
            signs[-1] += word  # in case the tokens of <= come apart
        elif word in _COMPARE:
            signs.append(word)
            sides.append([])
        else:
            sides[-1].append(token)
    words = [_word(side[0]) if len(side) == 1 else "" for side in sides]
    name = "".join(words)
    values = [
        _NUMBERS.get(word) if word else _number(side, name)
        for word, side in zip(words, sides, strict=True)
    ]
    if not signs or None in values or not all(sign in _COMPARE for sign in signs):
        return None
    numbers = [value for value in values if value is not None]
    return all(
        _COMPARE[sign](left, right)
        for sign, left, right in zip(signs, numbers, numbers[1:], strict=False)
    )


def _number(tokens: list[Node], name: str) -> float | None:
    """A length in pixels, a resolution in dots per pixel, a ratio, or a plain number.

    :param name: of the feature that is asked for; a length needs a unit, if it is not 0.
    """
    if len(tokens) == 3 and _word(tokens[1]) == "/":
        above, below = _number(tokens[:1], name), _number(tokens[2:], name)
        return above / below if above is not None and below else None
    if len(tokens) != 1:
        return None
    token = tokens[0]
    if token.type == "number":
        return float(token.value) if not token.value or name not in _LENGTHS else None
    if token.type == "dimension" and token.lower_unit in _UNITS:
        return float(token.value) * _UNITS[token.lower_unit]
    return None
