"""Which word is looked for in the text of a count, and how it is shown: in the address, and back.

As in :mod:`views.selection`, what is as usual is left out of addresses.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

from flask import request

from views.parameters import Asked, case_and_forms, choice, number
from views.selection import MOST_ROWS

#: Lines of a concordance at first, and how many more come at a time.
FIRST_LINES = 50
#: What of a page may be looked at: ``around`` is all that is not main text.
STRETCHES = ("page", "main", "around")
SORTS = ("text", "left", "right")
LAYOUTS = ("aligned", "whole")


@dataclass(frozen=True, kw_only=True)
class WordAsked(Asked):
    """A word that somebody looks for. The fields are parameters, the defaults what is usual.

    :ivar w: the word, as it was typed: any text at all.
    :ivar of: where it is looked for.
    :ivar case: whether words that differ in case are one, as in the ranking.
    :ivar forms: whether all forms of a word are one.
    """

    #: The fields that every view of a word has.
    SHARED: ClassVar = ("w", "of", "case", "forms")

    w: str = ""
    of: str = "page"
    case: str = "fold"
    forms: str = "apart"

    @property
    def shared(self) -> dict[str, Any]:
        """Of these parameters those that every view of a word has."""
        return self.only(*self.SHARED)


@dataclass(frozen=True, kw_only=True)
class LinesAsked(WordAsked):
    """The page of one word.

    :ivar sort: the lines of its concordance: as in the text, or by the word on one side.
    :ivar lines: aligned at the word, or each sentence whole.
    :ivar top: how many lines.
    """

    sort: str = "text"
    lines: str = "aligned"
    top: int = FIRST_LINES

    @property
    def of_files(self) -> dict[str, Any]:
        """Of these parameters those that files of the lines have."""
        return {
            name: value for name, value in self.address().items() if name not in {"lines", "top"}
        }

    @classmethod
    def asked(cls) -> Self:
        """What the request asks for.

        :raises views.errors.Problem: if a parameter makes no sense.
        """
        return cls(
            **_word_asked(),
            sort=choice("sort", *SORTS),
            lines=choice("lines", *LAYOUTS),
            top=number("top", otherwise=FIRST_LINES, high=MOST_ROWS),
        )


@dataclass(frozen=True, kw_only=True)
class TextAsked(WordAsked):
    """The text as it was counted.

    :ivar part: of a long text, from 1.
    """

    part: int = 1

    @classmethod
    def asked(cls) -> Self:
        """What the request asks for.

        :raises views.errors.Problem: if a parameter makes no sense.
        """
        return cls(**_word_asked(), part=number("part", otherwise=1))


def _word_asked() -> dict[str, str]:
    case, forms = case_and_forms()
    return {
        "w": request.args.get("w", "").strip(),
        "of": choice("of", *STRETCHES),
        "case": case,
        "forms": forms,
    }
