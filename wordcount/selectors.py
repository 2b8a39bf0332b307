"""The selectors of style rules, made ready for the HTML engine.

lexbor matches them; what it cannot know, or does not know, is settled here: nobody hovers over
this page, ``&`` is the rule around, and a list with one selector that no browser knows is void as
a whole. https://www.w3.org/TR/selectors-4/
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeGuard

import tinycss2
from tinycss2.ast import FunctionBlock, HashToken, IdentToken, LiteralToken, Node

from wordcount import pseudo
from wordcount.css import parse_values
from wordcount.simple_rules import ATTRIBUTE

Specificity = tuple[int, int, int]

# Longer than any author writes one, also with the selectors of the rules around it: each level of
# nesting may double it.
LONGEST = 5000  # characters
# Names and the most usual conditions, joined by combinators and commas: `.menu > li:first-child`.
_CONDITION = (
    rf"[.#]-?[_a-zA-Z][-\w]*|:(?:{'|'.join(sorted(pseudo.KNOWN))})(?![-\w(])|{ATTRIBUTE.pattern}"
)
_COMPOUND = rf"(?:\*|-?[_a-zA-Z][-\w]*)?+(?:{_CONDITION})*+"
_START = r"(?=[*.#:\[\-_a-zA-Z])"
_COMPLEX = rf"\s*+{_START}{_COMPOUND}(?:(?:\s*+[>+~]\s*+|\s++){_START}{_COMPOUND})*+\s*+"
_PLAIN = re.compile(rf"{_COMPLEX}(?:,{_COMPLEX})*+", re.ASCII)
_TYPE = re.compile(r"(?:^|(?<=[\s>+~]))-?[_a-zA-Z]")
_NAME = re.compile(r"[.#][-\w]+", re.ASCII)
_NAMES = re.compile(rf"(?:{_NAME.pattern})+", re.ASCII)
_COMMA_IN_STRING = re.compile(r"\"[^\"]*,|'[^']*,").search


class _InvalidError(Exception):
    """No browser knows this selector, so the rule that it is in is void."""


@dataclass(frozen=True)
class Selector:
    """One selector without commas.

    :ivar text: for the HTML engine; empty if it matches no element of any page.
    :ivar names: classes (``.name``) and ids (``#name``) without which nothing matches.
    """

    text: str
    specificity: Specificity
    names: frozenset[str]


def selectors_in(prelude: Sequence[Node], parents: Sequence[Selector]) -> tuple[Selector, ...]:
    """The selectors of a rule; none if the rule is void.

    :param parents: the selectors of the rule around it.
    """
    try:
        return tuple(_Reading(part, parents).whole(nested=True) for part in _parts(prelude))
    except _InvalidError:
        return ()


def selectors_of(text: str, parents: Sequence[Selector]) -> tuple[Selector, ...]:
    """The same, of text."""
    if not parents and _PLAIN.fullmatch(text) and not _COMMA_IN_STRING(text):
        return tuple(map(_plain, text.split(",")))
    return selectors_in(parse_values(text), parents)


@lru_cache(maxsize=4096)
def _plain(text: str) -> Selector:
    """A selector of nothing but names."""
    bare = ATTRIBUTE.sub("[", text) if "[" in text else text
    ids, classes = bare.count("#"), bare.count(".") + bare.count(":") + bare.count("[")
    types = len(_TYPE.findall(bare))
    return Selector(text.strip(), (ids, classes, types), frozenset(_NAME.findall(bare)))


def _parts(tokens: Sequence[Node]) -> list[list[Node]]:
    """What stands between the commas, without white space and comments at its ends."""
    parts: list[list[Node]] = [[]]
    for token in tokens:
        if token.type == "literal" and token.value == ",":
            parts.append([])
        elif token.type == "whitespace" and not parts[-1]:
            pass
        elif token.type != "comment":
            parts[-1].append(token)
    for part in parts:
        while part and part[-1].type == "whitespace":
            part.pop()
    return parts


def _is(token: Node | None, literal: str) -> TypeGuard[LiteralToken]:
    return token is not None and token.type == "literal" and token.value == literal


class _Reading:
    """Reads one selector from left to right."""

    def __init__(self, tokens: list[Node], parents: Sequence[Selector]) -> None:
        if not tokens:
            raise _InvalidError
        self._tokens = tokens
        self._parents = parents
        self._specificity = [0, 0, 0]
        self._names: set[str] = set()
        self._says_parent = False

    def whole(self, *, nested: bool = False) -> Selector:
        """The selector; if `nested`, it is within its parents also when it does not say so."""
        relative = nested and bool(self._parents)
        if not relative and self._tokens[0].type == "literal" and self._tokens[0].value in "+~>":
            raise _InvalidError
        pieces = list(self._pieces())
        if relative and not self._says_parent:
            pieces[:0] = [self._parent(), " "]
        matches = None not in pieces
        text = "".join(piece for piece in pieces if piece) or "*" if matches else ""
        if len(text) > LONGEST:
            raise _InvalidError
        a, b, c = self._specificity
        return Selector(text, (a, b, c), frozenset(self._names))

    def _pieces(self) -> Iterator[str | None]:
        """The selector in the words of the HTML engine; None for what matches no element."""
        tokens = iter(self._tokens)
        starts = True  # a compound, which is where a type may stand
        for token in tokens:
            started, starts = starts, False
            if token.type == "whitespace":
                starts = True
                yield " "
            elif token.type == "ident" and started:
                self._specificity[2] += 1
                yield token.serialize()
            elif isinstance(token, HashToken) and token.is_identifier:
                self._specificity[0] += 1
                self._names.add(f"#{token.value}")
                yield token.serialize()
            elif token.type == "[] block":
                self._specificity[1] += 1
                yield token.serialize()
            elif _is(token, "."):
                name = next(tokens, None)
                if not isinstance(name, IdentToken):
                    raise _InvalidError
                self._specificity[1] += 1
                self._names.add(f".{name.value}")
                yield f".{name.serialize()}"
            elif _is(token, "&"):
                yield self._parent()
            elif _is(token, ":"):
                yield self._pseudo(next(tokens, None), tokens)
            elif token.type == "literal" and token.value in {"*", ">", "+", "~", "|"}:
                starts = token.value != "*"
                yield token.value
            else:
                raise _InvalidError

    def _parent(self) -> str | None:
        self._says_parent = True
        if not self._parents:
            return ":root"
        greatest = max(parent.specificity for parent in self._parents)
        self._specificity = [a + b for a, b in zip(self._specificity, greatest, strict=True)]
        if len(self._parents) == 1:
            self._names |= self._parents[0].names
        texts = [parent.text for parent in self._parents if parent.text]
        return _any_of("is", texts) if texts else None

    def _pseudo(self, token: Node | None, rest: Iterator[Node]) -> str | None:
        if _is(token, ":"):
            if not pseudo.is_element(next(rest, None)):
                raise _InvalidError
            return None  # it is taken for no element in any case
        if isinstance(token, FunctionBlock):
            return self._function(token)
        if not isinstance(token, IdentToken):
            raise _InvalidError
        name = token.lower_value
        if name in pseudo.BEFORE_THEY_HAD_TWO_COLONS:
            return None
        self._specificity[1] += 1
        if name in pseudo.NEVER:
            return None
        if name in pseudo.IN_OTHER_WORDS:
            return pseudo.IN_OTHER_WORDS[name]
        if name not in pseudo.KNOWN:
            raise _InvalidError
        return f":{name}"

    def _function(self, function: FunctionBlock) -> str | None:
        name = function.lower_name
        if name in pseudo.OF_LISTS:
            return self._of_list(pseudo.OF_LISTS[name], function.arguments)
        self._specificity[1] += 1
        said = tinycss2.serialize(function.arguments).replace("/**/", "").strip()
        if name in pseudo.COUNTING:
            return f":{name}({said})"
        if name in {"active-view-transition-type", "host", "host-context", "state"}:
            return None
        if name == "lang":
            return f":is([lang|={said}], [lang|={said}] *)"
        if name == "dir":
            right_to_left = "[dir=rtl i], [dir=rtl i] *"
            return f":is({right_to_left})" if said == "rtl" else f":not({right_to_left})"
        raise _InvalidError

    def _of_list(self, name: str, arguments: Sequence[Node]) -> str | None:
        selectors = []
        for part in _parts(arguments):
            try:
                selectors.append(self._argument(name, part))
            except _InvalidError:
                if name not in pseudo.FORGIVING:
                    raise
        if name != "where" and selectors:
            greatest = max(selector.specificity for selector in selectors)
            self._specificity = [a + b for a, b in zip(self._specificity, greatest, strict=True)]
        texts = [selector.text for selector in selectors if selector.text]
        if not texts:
            return "" if name == "not" else None
        return _any_of(name, texts)

    def _argument(self, name: str, tokens: list[Node]) -> Selector:
        combinator = ""
        if name == "has" and tokens and tokens[0].type == "literal" and tokens[0].value in "+~>":
            combinator, tokens = f"{tokens[0].value} ", tokens[1:]
            while tokens and tokens[0].type == "whitespace":
                tokens = tokens[1:]
        reading = _Reading(tokens, self._parents)
        inner = reading.whole()
        self._says_parent |= reading._says_parent
        return replace(inner, text=inner.text and combinator + inner.text)


def _any_of(name: str, texts: list[str]) -> str:
    """A list of selectors. One of names alone goes without `:is()` around it: before a space lexbor
    compares what is in there with the parent of an element, and with nothing further up."""
    if len(texts) == 1 and name in {"is", "where"} and _NAMES.fullmatch(texts[0]):
        return texts[0]
    return f":{name}({', '.join(texts)})"
