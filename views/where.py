"""Where the words of a count stand: in headings, links, the rest; in the title, for images."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import compress
from operator import attrgetter
from typing import NamedTuple

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from models import Result
from views.downloads import facts_of
from views.files import ENDING, Table, download, file_name, table_file
from views.finding import containing, place
from views.finished import finished_count
from views.rankings import refuse_many
from views.table_selection import WhereAsked
from views.tables import table_page
from views.texts import beside_of, in_turn_of_text, indexed, spans_of
from views.unchanging import unchanging
from wordcount import rank
from wordcount.counts import LONGEST_SHOWN, shortened
from wordcount.forms import keys_of_rows
from wordcount.indexed_text import IndexedText
from wordcount.where import where_of_all

#: The columns of the files, which are the fields of a :class:`Row`.
COLUMNS = ("word", "count", "headings", "links", "text", "title", "images")

#: The characters of a word in an address. Each takes up to 12 there, of 8,190 for all of it.
_LONGEST_LINKED = 600

where = Blueprint("where", __name__)


class Row(NamedTuple):
    """One word of the table.

    :ivar times: what stands in headings, in links and in the rest of the text, in sum.
    :ivar title: how often it is in the title of the window, which is not counted.
    :ivar images: how often in what is said in place of images, which is not counted either.
    """

    word: str
    times: int
    headings: int
    links: int
    text: int
    title: int
    images: int


@where.get("/counts/<job_key>/where")
def show(job_key: str) -> ResponseReturnValue:
    """Where each word stands."""
    shown = ShownWords(finished_count(job_key), WhereAsked.asked())
    with in_turn_of_text(shown.result):
        return table_page(
            "where.html",
            shown.result,
            "where.show",
            shown.asked,
            found=len(shown.found),
            rows=shown.rows,
            shown_of=_shown_of,
            linked=_linked,
            evidence=shown.asked.only("of", "case", "forms"),
        )


@where.get(f"/counts/<job_key>/where.{ENDING}")
@unchanging
@download
def show_file(job_key: str, ending: str) -> Response:
    """All words to take along, the most frequent first."""
    shown = ShownWords(finished_count(job_key), WhereAsked.asked())
    with in_turn_of_text(shown.result):
        facts = facts_of(shown.result, shown.asked.of)
        table = Table("words", COLUMNS, shown.all, facts)
        return table_file(table, ending, file_name(shown.result, "where"))


def _shown_of(word: str) -> str:
    """What the table shows of a word."""
    return shortened(word, LONGEST_SHOWN)


def _linked(word: str) -> str:
    """The word in the address of its page: whole, unless that is more than an address may be."""
    return word if len(word) <= _LONGEST_LINKED else _shown_of(word)


@dataclass(frozen=True)
class ShownWords:
    """What one view shows. To be asked within :func:`views.texts.in_turn_of_text`."""

    result: Result
    asked: WhereAsked

    @cached_property
    def all(self) -> list[Row]:
        """All words of the ranking.

        :raises views.errors.Problem: if there are too many, no index, or no main text.
        """
        return list(self._all())

    @cached_property
    def found(self) -> list[Row]:
        """Those in which is what was searched for, in the order that was asked for."""
        rows = self.all
        if self.asked.q:
            words = [row.word for row in rows]
            rows = list(compress(rows, containing(self.asked.q, words, self.result.language)))
        match self.asked.sort:
            case "frequent":
                return rows
            case "az":
                return sorted(rows, key=lambda row: place(row.word))
            case column:
                # Equal ones stay in the order of the ranking.
                return sorted(rows, key=attrgetter(column), reverse=True)

    @property
    def rows(self) -> list[Row]:
        """Those that are shown, their words whole."""
        return self.found[: self.asked.top]

    def _all(self) -> Iterator[Row]:
        refuse_many(self.result, "it cannot be said where each of them stands.")
        index = indexed(self.result)
        if self.asked.of == "main":
            index = index.within(spans_of(self.result, index, "main"))
        language = self.result.language
        fold_case, together = self.asked.case == "fold", self.asked.forms == "together"
        standing = where_of_all(
            index, beside_of(self.result), language, fold_case=fold_case, together=together
        )
        ranked = rank(
            self._counts(index),
            language=language,
            fold_case=fold_case,
            together=together,
            longest=None,
        )
        words = [word for word, _ in ranked]
        keys = keys_of_rows(words, language, fold_case=fold_case, together=together)
        for word, key in zip(words, keys, strict=True):
            title, headings, links, text, images = standing[key]
            yield Row(word, headings + links + text, headings, links, text, title, images)

    def _counts(self, index: IndexedText) -> Mapping[str, int]:
        """The words that have a row, as they are written -> how often."""
        is_kept = self.asked.stopwords == "keep"
        kept = (self.result.result_all if is_kept else self.result.result_no_stop_words) or {}
        if self.asked.of == "page":
            return kept
        numbers = Counter(index.words)
        counts = {index.vocabulary[number]: times for number, times in numbers.items()}
        return {word: times for word, times in counts.items() if word in kept}
