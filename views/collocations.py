"""The collocations of a count: words that stand side by side more often than chance has it."""

from dataclasses import dataclass
from functools import cached_property
from itertools import compress

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from models import Result
from views.downloads import facts_of
from views.files import DIGITS, ENDING, Table, download, file_name, table_file
from views.finding import containing, place
from views.finished import finished_count
from views.phrases import LONGEST_PHRASE
from views.table_selection import CollocationsAsked
from views.tables import how, table_page
from views.texts import in_turn_of_text, indexed
from views.unchanging import unchanging
from wordcount.collocations import MOST_COMPARED, Collocation, Collocations
from wordcount.collocations import collocations as collocations_of
from wordcount.counts import shortened

#: A score that two words which have nothing to do with each other have once in a thousand times:
#: chi-square with one degree of freedom. https://www.itl.nist.gov/div898/handbook/eda/section3/eda3674.htm
ONCE_IN_A_THOUSAND = 10.83
#: Of each pair: how it is written most often, how often it is there, its share of all words from 0
#: to 1, how often it would be there by chance, and how surprising that is.
COLUMNS = ("pair", "count", "share", "expected", "score")

collocations = Blueprint("collocations", __name__)


@collocations.get("/counts/<job_key>/collocations")
def show(job_key: str) -> ResponseReturnValue:
    """Pairs of words, the most surprising first."""
    asked = CollocationsAsked.asked()
    shown = ShownPairs(finished_count(job_key), asked)
    with in_turn_of_text(shown.result):
        return table_page(
            "collocations.html",
            shown.result,
            "collocations.show",
            asked,
            found=shown.found,
            pairs=shown,
            limit=ONCE_IN_A_THOUSAND,
        )


@collocations.get(f"/counts/<job_key>/collocations.{ENDING}")
@unchanging
@download
def show_file(job_key: str, ending: str) -> Response:
    """All pairs to take along."""
    shown = ShownPairs(finished_count(job_key), CollocationsAsked.asked())
    with in_turn_of_text(shown.result):
        facts = facts_of(shown.result, shown.asked.of) | {"least": shown.all.least}
        rows = map(_rounded, shown.all.rows)
        table = Table("collocations", COLUMNS, rows, facts)
        return table_file(table, ending, file_name(shown.result, "collocations"))


@dataclass(frozen=True)
class ShownPairs:
    """The pairs that one view shows. To be asked within :func:`views.texts.in_turn_of_text`."""

    result: Result
    asked: CollocationsAsked

    @cached_property
    def all(self) -> Collocations:
        """All pairs, the most surprising first."""
        return self._first(MOST_COMPARED)

    @property
    def found(self) -> int:
        """How many there are in which is what was searched for."""
        return self._shown.total

    @property
    def least(self) -> int:
        """How often a pair has to be there."""
        return self._shown.least

    @cached_property
    def rows(self) -> list[Collocation]:
        """Those that are shown."""
        return [
            pair._replace(pair=shortened(pair.pair, LONGEST_PHRASE))
            for pair in self._shown.rows[: self.asked.top]
        ]

    @cached_property
    def _shown(self) -> Collocations:
        """What was searched for, in the order that was asked for; if that is as usual, only what
        is shown, for to put all pairs into words takes as long as everything else.
        """
        asked = self.asked
        if asked.sort == "score" and not asked.q:
            return self._first(asked.top)
        found = self._matching()
        match asked.sort:
            case "frequent":
                found.sort(key=lambda pair: -pair.times)
            case "az":
                found.sort(key=lambda pair: place(pair.pair))
        return self.all._replace(total=len(found), rows=found)

    def _matching(self) -> list[Collocation]:
        found = self.all.rows
        wanted = " ".join(self.asked.q.split())
        if not wanted:
            return list(found)
        pairs = [pair.pair for pair in found]
        return list(compress(found, containing(wanted, pairs, self.result.language)))

    def _first(self, top: int) -> Collocations:
        index = indexed(self.result)
        return collocations_of(index, **how(self.result, self.asked, index), top=top)


def _rounded(pair: Collocation) -> Collocation:
    share, expected, score = (round(figure, DIGITS) for figure in pair[2:])
    return pair._replace(share=share, expected=expected, score=score)
