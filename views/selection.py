"""Which words of a count are shown, and how: read from the address, and written into it.

Every switch of the page is a parameter, so that what somebody sees can be shared as a link. What
is as usual is left out of the address.
"""

from dataclasses import dataclass, replace
from typing import Self

from models import TOP_ROWS
from views.parameters import Asked, case_and_forms, choice, number, sought
from views.rankings import Ranking
from wordcount.counts import LONGEST_SHOWN

#: Rows of the table at first, and how many more come at a time.
FIRST_ROWS = 10
MORE_ROWS = 50
#: The rows that a page may have. A browser draws no more with ease; downloads have them all.
MOST_ROWS = 1000

SORTS = ("frequent", "rare", "az", "za")
CHARTS = ("bars", "zipf")
#: What may be counted of a page.
PARTS = ("page", "main")


@dataclass(frozen=True, kw_only=True)
class Selection(Asked):
    """One view of a stored count. The fields are the parameters, the defaults what is usual.

    :ivar of: the whole page, or its main text only.
    :ivar min: letters that a word must have.
    :ivar q: what a word must contain.
    """

    of: str = "page"
    stopwords: str = "drop"
    case: str = "fold"
    forms: str = "apart"
    min: int = 1
    q: str = ""
    sort: str = "frequent"
    top: int = FIRST_ROWS
    chart: str = "bars"

    @classmethod
    def asked(cls) -> Self:
        """The view that the request asks for.

        :raises views.errors.Problem: if a parameter makes no sense.
        """
        case, forms = case_and_forms()
        return cls(
            of=choice("of", *PARTS),
            stopwords=choice("stopwords", "drop", "keep"),
            case=case,
            forms=forms,
            min=number("min", otherwise=1, high=LONGEST_SHOWN),
            q=sought(),
            sort=choice("sort", *SORTS),
            top=number("top", otherwise=FIRST_ROWS, high=MOST_ROWS),
            chart=choice("chart", *CHARTS),
        )

    @property
    def ranking(self) -> Ranking:
        """The ranking of which this view shows a part."""
        return Ranking(
            top=self.top,
            main=self.of == "main",
            stop_words=self.stopwords == "keep",
            fold_case=self.case == "fold",
            together=self.forms == "together",
            shortest=self.min,
        )

    @property
    def is_stored(self) -> bool:
        """Whether it shows nothing but first rows of a ranking, which are stored ready-made."""
        is_usual = not self.q and self.sort == "frequent" and self.chart == "bars"
        return is_usual and self.ranking.is_ready_made(0)

    @property
    def within_stored(self) -> Self:
        """This view of nothing but the stored rows, which can be sorted and searched as well."""
        return replace(self, of="page", forms="apart", min=1, top=min(self.top, TOP_ROWS))
