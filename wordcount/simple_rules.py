"""Most of a style sheet, done with quickly.

Nearly all rules of a sheet are simple: selectors without brackets, a block without blocks. Most of
those are of no account on a page, because they speak of colours or of classes that are not there.
They are taken out, and the others set aside, before the sheet is parsed; what is parsed is the
little that remains, with a mark in the place of each rule that was set aside.
"""

import re
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from wordcount import media

# The start of an identifier, so that a mark with its number is a rule like any other to a parser.
# It is private to this file: U+F8FF is no letter of any script.
MARK = "\uf8ff"

# Possessive, so that a hostile sheet is read once.
_STRING = r"\"(?:[^\"\\{}]|\\[^{}])*+\"|'(?:[^'\\{}]|\\[^{}])*+'"
_SOLID = rf"[^{{}}\"'\\/]++|/(?!\*)|\\[^{{}}]|{_STRING}"
# A rule, a comment or an at-rule begins where the one before it ends.
_BEGIN = r"(?:\A|(?<=[{};/]))"
_RULE = re.compile(
    rf"{_BEGIN}((?:\s*+@font-face)?(?:[^{{}};\"'/\\@]|{_STRING})*+)\{{((?:{_SOLID})*+)\}}"
)
_COMMENT = re.compile(r"/\*(?<![^{};/\s]/\*)(?:[^*]++|\*(?!/))*+\*/")
_PRELUDE = r"[^{};\"'/\\]*+"
_MEDIA = re.compile(
    rf"@media\b({_PRELUDE})\{{(?:{_SOLID}|\{{(?:{_SOLID})*+\}})*+\}}", re.IGNORECASE
)
_EMPTY = re.compile(rf"{_BEGIN}\s*+@(?!layer){_PRELUDE}\{{\s*+\}}")
_DECLARATION = re.compile(
    r"(?:^|;)\s*((?:display|(?:content-)?visibility|float|position|all)\s*:[^;]*)", re.IGNORECASE
)
_NAME = re.compile(r"[.#][^\s.#:>+~*|&]+")
_NEVER = re.compile(r":(?::|hover|active|focus|visited|before|after)").search
_HAS_BRACKETS = re.compile(r"[(\[]").search


class SimpleRule(NamedTuple):
    """A rule without blocks in its block.

    :ivar selectors: as they stand in the sheet.
    :ivar block: its declarations that matter.
    """

    selectors: str
    block: str


def set_aside(css: str, names: AbstractSet[str]) -> tuple[str, list[SimpleRule]]:
    """A sheet without its simple rules, and those of them that matter on this page.

    :param names: the classes (``.name``) and ids (``#name``) of the page, in lower case.
    """
    rules: list[SimpleRule] = []

    def mark(rule: re.Match[str]) -> str:
        selectors, block = rule.groups()
        declarations = _DECLARATION.findall(block)
        if not declarations or not _may_match(selectors, names):
            return ""
        rules.append(SimpleRule(selectors, ";".join(declarations)))
        return f"{MARK}{len(rules) - 1}{{}}"

    css = _MEDIA.sub(_unless_false, _COMMENT.sub("", css))
    return _EMPTY.sub("", _RULE.sub(mark, css)), rules


def _may_match(selectors: str, names: AbstractSet[str]) -> bool:
    return bool(_HAS_BRACKETS(selectors)) or any(
        names.issuperset(_NAME.findall(selector)) and not _NEVER(selector)
        for selector in selectors.lower().split(",")
    )


def _unless_false(rule: re.Match[str]) -> str:
    return rule[0] if media.applies(rule[1]) else ""
