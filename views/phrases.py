"""The phrases of a count, of two words or of three."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from heapq import nlargest, nsmallest
from typing import NamedTuple

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from models import Result
from views.downloads import facts_of
from views.files import DIGITS, ENDING, Table, download, file_name, table_file
from views.finding import plain_forms
from views.finished import finished_count
from views.table_selection import PhrasesAsked
from views.tables import how, table_page
from views.texts import in_turn_of_text, indexed
from views.unchanging import unchanging
from wordcount.counts import shortened
from wordcount.phrase_search import holding, in_alphabet
from wordcount.phrases import Phrase, Phrases, phrases
from wordcount.sequences import most_frequent

#: The characters of a phrase that a page shows.
LONGEST_PHRASE = 200
#: Of each phrase: as it is written most often, how often it is there, its share of all phrases of
#: as many words, from 0 to 1.
COLUMNS = ("phrase", "count", "share")
#: The phrases that a file may have, the most frequent. A text of two million words may have as many
#: different ones, nearly all of them there once.
MOST_OF_A_FILE = 200_000

several_words = Blueprint("phrases", __name__)


class Row(NamedTuple):
    """One phrase of the table.

    :ivar bar: its count beside the most frequent phrase's, from 0 to 1.
    """

    phrase: str
    times: int
    share: float
    bar: float


@several_words.get("/counts/<job_key>/phrases")
def show(job_key: str) -> ResponseReturnValue:
    """The phrases of a count, ranked."""
    asked = PhrasesAsked.asked()
    shown = ShownPhrases(finished_count(job_key), asked)
    with in_turn_of_text(shown.result):
        return table_page(
            "phrases.html",
            shown.result,
            "phrases.show",
            asked,
            found=len(shown.codes),
            ranking=shown,
            most_of_a_file=MOST_OF_A_FILE,
        )


@several_words.get(f"/counts/<job_key>/phrases.{ENDING}")
@unchanging
@download
def show_file(job_key: str, ending: str) -> Response:
    """The phrases to take along, also those that are there once, the most frequent first."""
    shown = ShownPhrases(finished_count(job_key), PhrasesAsked.asked())
    result, asked = shown.result, shown.asked
    with in_turn_of_text(result):
        facts = facts_of(result, asked.of) | {
            "n": int(asked.n),
            "total_phrases": shown.total,
            "different_phrases": shown.different,
        }
        table = Table("phrases", COLUMNS, shown.all_rows(), facts)
        return table_file(table, ending, file_name(result, f"phrases-of-{asked.n}"))


@dataclass(frozen=True)
class ShownPhrases:
    """The phrases that one view shows. To be asked within :func:`views.texts.in_turn_of_text`."""

    result: Result
    asked: PhrasesAsked

    @property
    def total(self) -> int:
        """How many phrases there are, each as often as it stands there."""
        return self._phrases.total

    @property
    def different(self) -> int:
        """How many different ones there are, whatever is searched for."""
        return len(self._phrases.found.counts)

    @cached_property
    def codes(self) -> Mapping[int, int]:
        """The phrases in which is what was searched for, as numbers -> how often."""
        found = self._phrases.found
        wanted = self.asked.q.split()
        if not wanted:
            return found.counts
        codes = holding(found, plain_forms(wanted, self.result.language), self._plain)
        return {code: found.counts[code] for code in codes}

    @cached_property
    def rows(self) -> list[Row]:
        """Those that are shown."""
        ordered = self._ordered(self.asked.sort, self.asked.top)
        most = max(self._phrases.found.counts.values(), default=1)
        return [
            Row(shortened(phrase, LONGEST_PHRASE), times, share, times / most)
            for phrase, times, share in _rounded(self._phrases.rows_with(ordered))
        ]

    def all_rows(self) -> Iterator[tuple[str, int, float]]:
        """The phrases of a file, whatever is searched for, the most frequent first."""
        return _rounded(self._phrases.rows(MOST_OF_A_FILE))

    @cached_property
    def _phrases(self) -> Phrases:
        index = indexed(self.result)
        return phrases(index, int(self.asked.n), **how(self.result, self.asked, index))

    def _ordered(self, sort: str, top: int) -> list[int]:
        """The first of the phrases in which is what was searched for."""
        counts = self.codes
        match sort:
            case "rare":
                rarest = nsmallest(top, zip(counts.values(), counts, strict=True))
                return [code for _, code in rarest]
            case "az":
                return nsmallest(top, counts, in_alphabet(self._phrases.found, self._plain))
            case "za":
                return nlargest(top, counts, in_alphabet(self._phrases.found, self._plain))
            case _:
                return most_frequent(counts, top)

    @cached_property
    def _plain(self) -> list[str]:
        """The words of the page, as people type who look for them."""
        return plain_forms(self._phrases.found.index.vocabulary, self.result.language)


def _rounded(found: Iterable[Phrase]) -> Iterator[tuple[str, int, float]]:
    return ((phrase, times, round(share, DIGITS)) for phrase, times, share in found)
