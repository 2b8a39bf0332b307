"""The words of a count as one view shows them: found, sorted, cut."""

import unicodedata
from dataclasses import dataclass
from functools import cached_property

from models import Result
from views.rankings import MOST_RANKED_WORDS, words_to_rank
from views.selection import MOST_ROWS, Selection
from wordcount import Ranked
from wordcount.normal_form import bare_forms, ranking_forms
from wordcount.stems import has_stems


@dataclass(frozen=True)
class Row:
    """One word of the table.

    :ivar share: of all words of the page, from 0 to 1.
    :ivar bar: its count beside the most frequent word's, from 0 to 1.
    """

    word: str
    times: int
    share: float
    bar: float


@dataclass(frozen=True)
class Words:
    """What one view shows of a finished count."""

    result: Result
    selection: Selection

    @property
    def are_too_many(self) -> bool:
        """The page has so many words that only the stored tops can be shown."""
        return words_to_rank(self.result) > MOST_RANKED_WORDS

    @property
    def can_join_forms(self) -> bool:
        """Whether the forms of a word are known in this language."""
        return has_stems(self.result.language)

    @cached_property
    def ranked(self) -> list[Ranked]:
        """All words of the view, most frequent first, whatever is searched for."""
        if self.are_too_many:
            return self.selection.stored_ranking.of(self.result)
        return self.selection.ranking.all_rows(self.result)

    @cached_property
    def found(self) -> list[Ranked]:
        """Those that contain what is searched for, in the order that was asked for."""
        return _sorted(self._matching(), self.selection.sort)

    @cached_property
    def rows(self) -> list[Row]:
        """Those that are shown."""
        most = self.ranked[0].times if self.ranked else 1
        total = self.result.total_words or 1
        return [
            Row(word, times, times / total, times / most)
            for word, times in self.found[: self.selection.top]
        ]

    @property
    def left_out(self) -> int:
        """How many words of the text are stop words, and not shown."""
        if self.selection.stopwords == "keep" or self.are_too_many:
            return 0
        return (self.result.total_words or 0) - sum(
            (self.result.result_no_stop_words or {}).values()
        )

    @property
    def can_show_more(self) -> bool:
        """Whether there are rows that are not shown, and may be."""
        return len(self.rows) < min(len(self.found), MOST_ROWS)

    def _matching(self) -> list[Ranked]:
        if not self.selection.q:
            return self.ranked
        language = self.result.language
        (wanted,) = ranking_forms(bare_forms([self.selection.q], language), language)
        forms = ranking_forms(bare_forms([word for word, _ in self.ranked], language), language)
        return [
            row for row, form in zip(self.ranked, forms, strict=True) if wanted and wanted in form
        ]


def _sorted(rows: list[Ranked], sort: str) -> list[Ranked]:
    match sort:
        case "rare":
            return sorted(rows, key=lambda row: row.times)  # equal ones stay in their order
        case "az" | "za":
            return sorted(rows, key=lambda row: _place(row.word), reverse=sort == "za")
        case _:
            return rows


def _place(word: str) -> tuple[str, str]:
    """Where a word stands in the alphabet: letters first, then accents, as in most dictionaries."""
    folded = word.casefold()
    plain = "".join(
        char for char in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(char)
    )
    return plain, folded
