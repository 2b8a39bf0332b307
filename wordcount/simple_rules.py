"""Most of a style sheet, done with quickly.

Nearly all rules of a sheet are simple: selectors without brackets, a block without blocks. Most of
those are of no account on a page, because they speak of colours or of classes that are not there.
They are taken out, and the others set aside, before the sheet is parsed; what is parsed is the
little that remains, with a mark in the place of each rule that was set aside.
"""

import re
from collections.abc import Set as AbstractSet
from itertools import accumulate
from typing import NamedTuple

from wordcount import media

# The start of an identifier, so that a mark with its number is a rule like any other to a parser.
# It is private to this file: U+F8FF is no letter of any script.
MARK = "\uf8ff"

# What is looked for in a block before it is looked at more closely.
WORDS = ("display", "visibility", "float", "position", "all")

# Possessive, so that what fails fails at once.
_STRING = r"\"(?:[^\"\\{}]|\\[^{}])*+\"|'(?:[^'\\{}]|\\[^{}])*+'"
_SOLID = rf"[^{{}}\"'\\/]++|/(?!\*)|\\[^{{}}]|{_STRING}"
# A rule or an at-rule begins where the one before it ends.
_BEGIN = r"(?:\A|(?<=[{};]))"
_RULE = re.compile(
    rf"{_BEGIN}((?:\s*+@font-face)?(?:[^{{}};\"'/\\@]|{_STRING})*+)\{{((?:{_SOLID})*+)\}}"
)
# A comment, if it stands where white space may stand; or a string, also one that is not closed, for
# what looks like a comment in there is none.
_COMMENT = re.compile(
    r"\"(?:[^\"\\{}]|\\[^{}])*+\"?+|'(?:[^'\\{}]|\\[^{}])*+'?+"
    r"|/\*(?:(?<=[{};/\s]/\*)|(?<=\A/\*))((?:[^*]++|\*(?!/))*+)\*/"
)
_PRELUDE = r"[^@{};\"'/\\]*+"
_MEDIA = re.compile(
    rf"@media\b({_PRELUDE})\{{(?:{_SOLID}|\{{(?:{_SOLID})*+\}})*+\}}", re.IGNORECASE
)
_EMPTY = re.compile(rf"(?:\A|(?<=[{{}}]))\s*+@(?!layer){_PRELUDE}\{{\s*+\}}")
_PROPERTY = rf"(?:content-)?(?:{'|'.join(WORDS)})"
_DECLARATION = re.compile(rf"(?:^|;)\s*({_PROPERTY}\s*:[^;]*)", re.IGNORECASE)
_DECLARATION_OR_VARIABLE = re.compile(
    rf"(?:^|;)\s*((?:{_PROPERTY}|--[^:;]*)\s*:[^;]*)", re.IGNORECASE
)
#: Whether a sheet has a declaration that matters and refers to a custom property.
uses_variables = re.compile(rf"(?:{'|'.join(WORDS)})\s*:\s*var\(", re.IGNORECASE).search
_IS_SIMPLE = re.compile(r"[^{}()\[\]\"'\\/]*+").fullmatch
# An attribute in a selector.
ATTRIBUTE = re.compile(r"\[\s*[-\w]+\s*(?:[~|^$*]?=\s*(?:\"[^\"\\]*\"|'[^'\\]*'|[-\w]+)\s*)?\]")
# What is not seen from outside: attributes with their values, and what a condition is about.
_IN_BRACKETS = re.compile(rf"{ATTRIBUTE.pattern}|\((?:[^()\"'\[\]]++|{ATTRIBUTE.pattern})*+\)")
_OPEN = re.compile(r"\((?! *\))|\[").search
_NAME = re.compile(r"[.#][^\s.#:>+~*|&()]+")
_NEVER = re.compile(r":(?::|hover|active|focus|visited|before|after)").search


class SimpleRule(NamedTuple):
    """A rule without blocks in its block.

    :ivar selectors: as they stand in the sheet.
    :ivar block: its declarations that matter.
    """

    selectors: str
    block: str


def set_aside(
    css: str, names: AbstractSet[str], *, variables: bool = False
) -> tuple[str, list[SimpleRule]]:
    """A sheet without its simple rules, and those of them that matter on this page.

    :param names: the classes (``.name``) and ids (``#name``) of the page, in lower case.
    :param variables: declarations of custom properties matter, too.
    """
    rules: list[SimpleRule] = []
    wanted = (*WORDS, "\\", "--") if variables else (*WORDS, "\\")

    def mark(rule: re.Match[str]) -> str:
        selectors, block = rule.groups()
        lowered = block.lower()
        # What stands before a semicolon may belong to this rule, and be void with it.
        gone = "{}" if rule.string[rule.start() - 1 : rule.start()] == ";" else ""
        if "@" in selectors or not any(word in lowered for word in wanted):
            return gone
        selectors = _those_that_may_match(selectors, names)
        if not selectors:
            return gone
        if "\\" in block:  # who knows what is written there
            return rule[0]
        rules.append(SimpleRule(selectors, shortened(block, variables=variables)))
        return f"{MARK}{len(rules) - 1}{{}}"

    whole = css
    # To a sheet these are like white space; they are from a time of browsers without styles.
    css = css.replace("<!--", " ").replace("-->", " ")
    if "*/" in css:
        # No further than the last that is closed, or each that is not would be read to the end.
        end = css.rindex("*/") + 2
        comments_out = _COMMENT.sub(lambda it: it[0] if it[1] is None else "", css[:end])
        css = comments_out + css[end:]
    if not _is_balanced(css):
        return whole, []
    if not variables:
        css = "}".join([piece for piece in css.split("}") if _may_matter(piece)])
    css = _MEDIA.sub(_unless_false, css)
    return _EMPTY.sub("", _RULE.sub(mark, css)), rules


def _is_balanced(css: str) -> bool:
    """Whether all braces and brackets belong together, and no brace is in a string.

    One that does not spoils the rules after it, and so all of them must be there.
    """
    if css.count("(") != css.count(")") or css.count("[") != css.count("]"):
        return False
    pieces = css.split("}")
    if any(
        part.count('"') % 2 or part.count("'") % 2
        for piece in pieces
        if '"' in piece or "'" in piece
        for part in piece.split("{")
    ):
        return False
    *depths, end = accumulate(piece.count("{") - 1 for piece in pieces)
    return end == -1 and min(depths, default=0) >= 0


def _may_matter(piece: str) -> bool:
    """Whether what stands between two closing braces may be more than a rule of no account.

    Such a rule can be left out with its closing brace wherever it stands, be it in a string, and
    all other braces still belong together.
    """
    if piece.count("{") != 1 or '"' in piece or "'" in piece or "@" in piece or "*" in piece:
        return True
    if ";" in piece[: piece.index("{")]:
        return True
    block = piece.lower()
    for word in WORDS:  # `any` would take twice as long, and this is asked of every rule
        if word in block:
            return True
    return "\\" in block


def shortened(block: str, *, variables: bool = False) -> str:
    """The declarations of a block that matter, if it is simple; otherwise the block."""
    if not _IS_SIMPLE(block):
        return block
    return ";".join((_DECLARATION_OR_VARIABLE if variables else _DECLARATION).findall(block))


def _those_that_may_match(selectors: str, names: AbstractSet[str]) -> str:
    """A list without what matches nothing here; what may make it void as a whole is kept."""
    bare = _IN_BRACKETS.sub(_blank, selectors.lower())
    if len(bare) != len(selectors) or _OPEN(bare):
        return selectors
    kept, some_may_match, start = [], False, 0
    for part in bare.split(","):
        may_match = names >= {*_NAME.findall(part)} and not _NEVER(part)
        some_may_match = some_may_match or may_match
        if may_match or ":" in part or "(" in part:
            kept.append(selectors[start : start + len(part)])
        start += len(part) + 1
    return ",".join(kept) if some_may_match else ""


def _blank(bracket: re.Match[str]) -> str:
    return f"({' ' * (len(bracket[0]) - 2)})"


def _unless_false(rule: re.Match[str]) -> str:
    """Nothing in the place of an ``@media`` that does not hold, if it begins where a rule does."""
    before = rule.string[max(0, rule.start() - 100) : rule.start()].rstrip()
    begins = before.endswith(("{", "}")) or (not before and rule.start() < 100)
    return "" if begins and not media.applies(rule[1]) else rule[0]
