"""Which rows of a table are shown, and how: of phrases, of collocations, of where words stand.

It is read from the address, and written into it. As in :mod:`views.selection`, what is as usual is
left out.
"""

from dataclasses import dataclass
from typing import Any, Self

from views.parameters import Asked, case_and_forms, choice, number, sought
from views.selection import FIRST_ROWS, MOST_ROWS, PARTS

#: How many words a phrase has.
LENGTHS = ("2", "3")
PHRASE_SORTS = ("frequent", "rare", "az", "za")
PAIR_SORTS = ("score", "frequent", "az")
WHERE_SORTS = ("frequent", "az", "headings", "links", "text", "title", "images")


@dataclass(frozen=True, kw_only=True)
class TableAsked(Asked):
    """What these views have in common. The fields are parameters, the defaults what is usual.

    :ivar q: what a row must contain.
    """

    of: str = "page"
    stopwords: str = "drop"
    case: str = "fold"
    forms: str = "apart"
    q: str = ""
    top: int = FIRST_ROWS


@dataclass(frozen=True, kw_only=True)
class PhrasesAsked(TableAsked):
    """Phrases by their counts.

    :ivar n: how many words each has.
    """

    n: str = "2"
    sort: str = "frequent"

    @classmethod
    def asked(cls) -> Self:
        """What the request asks for.

        :raises views.errors.Problem: if a parameter makes no sense.
        """
        return cls(**_asked(), n=choice("n", *LENGTHS), sort=choice("sort", *PHRASE_SORTS))


@dataclass(frozen=True, kw_only=True)
class CollocationsAsked(TableAsked):
    """Pairs of words by how surprising they are."""

    sort: str = "score"

    @classmethod
    def asked(cls) -> Self:
        """What the request asks for.

        :raises views.errors.Problem: if a parameter makes no sense.
        """
        return cls(**_asked(), sort=choice("sort", *PAIR_SORTS))


@dataclass(frozen=True, kw_only=True)
class WhereAsked(TableAsked):
    """Where words stand, by one of the places."""

    sort: str = "frequent"

    @classmethod
    def asked(cls) -> Self:
        """What the request asks for.

        :raises views.errors.Problem: if a parameter makes no sense.
        """
        return cls(**_asked(), sort=choice("sort", *WHERE_SORTS))


def _asked() -> dict[str, Any]:
    case, forms = case_and_forms()
    return {
        "of": choice("of", *PARTS),
        "stopwords": choice("stopwords", "drop", "keep"),
        "case": case,
        "forms": forms,
        "q": sought(),
        "top": number("top", otherwise=FIRST_ROWS, high=MOST_ROWS),
    }
