"""The words of a count as one view shows them: found, sorted, cut."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import compress

from models import TOP_ROWS, Result
from views.finding import containing, place
from views.rankings import Ranking, in_turn, refuse_many
from views.selection import MOST_ROWS, Selection
from views.sizes import MOST_RANKED_WORDS, words_to_rank
from views.texts import words_of
from wordcount import Ranked
from wordcount.counts import LONGEST_SHOWN, shortened
from wordcount.forms import forms_of_rows
from wordcount.stems import has_stems

#: The forms of a word that a row has room for. A page may write it in any number of ways.
_FORMS = 12


@dataclass(frozen=True)
class Row:
    """One word of the table.

    :ivar share: of all words of the page, from 0 to 1.
    :ivar bar: its count beside the most frequent word's, from 0 to 1.
    :ivar forms: how it is written on the page, most frequent first, if that is to be seen.
    :ivar other_forms: how many further forms it has.
    """

    word: str
    times: int
    share: float
    bar: float
    forms: Sequence[Ranked] = ()
    other_forms: int = 0


@dataclass(frozen=True)
class Words:
    """What one view shows of a finished count.

    :ivar asked: the view that was asked for; what is shown is :attr:`selection`.
    """

    result: Result
    asked: Selection

    @cached_property
    def are_too_many(self) -> bool:
        """The page has so many words that only the stored tops can be shown."""
        return words_to_rank(self.result) > MOST_RANKED_WORDS

    @cached_property
    def selection(self) -> Selection:
        """The view that is shown: of too many words, one of those that are stored."""
        return self.asked.within_stored if self.are_too_many else self.asked

    @property
    def total(self) -> int:
        """Of how many words a share is."""
        return words_of(self.result, self.selection.of)

    def in_turn(self) -> AbstractContextManager[None]:
        """To be held while anything else is asked of it: large counts are ranked one at a time.

        :raises views.errors.Problem: if the turn does not come.
        """
        if self._are_stored:
            return nullcontext()
        return in_turn(self.result, main=self.selection.of == "main")

    @property
    def can_join_forms(self) -> bool:
        """Whether the forms of a word are known in this language."""
        return has_stems(self.result.language)

    @cached_property
    def ranked(self) -> list[Ranked]:
        """The words of the view, most frequent first, whatever is searched for.

        All of them; only the first where no more are needed, or there are too many.
        """
        if self._are_stored:
            return self._stored.of(self.result)
        refuse_many(self.result)
        return self.selection.ranking.rows_of(self._counts, self.result.language)

    @cached_property
    def matching(self) -> list[Ranked]:
        """Those that contain what is searched for, most frequent first."""
        return self._matching() if self.selection.q else self.ranked

    @cached_property
    def found(self) -> list[Ranked]:
        """The same in the order that was asked for."""
        return _sorted(self.matching, self.selection.sort)

    @property
    def found_count(self) -> int:
        """How many those are, also if they were not needed."""
        size = self._stored.size_of(self.result)
        if self._are_stored and not self.are_too_many and size:
            return size.rows
        return len(self.found)

    @cached_property
    def rows(self) -> list[Row]:
        """Those that are shown."""
        most = self.ranked[0].times if self.ranked else 1
        total = self.total or 1
        shown = self.found[: self.selection.top]
        return [
            Row(word, times, times / total, times / most, *forms)
            for (word, times), forms in zip(shown, self._forms_of(shown), strict=True)
        ]

    @cached_property
    def left_out(self) -> int | None:
        """How many words of the text are stop words, and not shown; None if nobody knows."""
        if self.selection.stopwords == "keep":
            return 0
        is_main = self.selection.of == "main"
        if not is_main and (size := self._stored.size_of(self.result)):
            return self.total - size.words
        if self.are_too_many:
            return None
        return self.total - sum(self._counts.values())

    @property
    def grouping(self) -> dict[str, str]:
        """What addresses of files say, for their words to be grouped like these, if they can be."""
        if self.are_too_many:
            return {"case": "keep"}
        return self.evidence

    @property
    def evidence(self) -> dict[str, str]:
        """What addresses of the page of one word say, for it to be what it is in this view."""
        return self.selection.only("of", "case", "forms")

    @property
    def can_show_more(self) -> bool:
        """Whether there are rows that are not shown, and may be."""
        return len(self.rows) < min(self.found_count, MOST_ROWS)

    @cached_property
    def _counts(self) -> Mapping[str, int]:
        """What is ranked: each word as it is written -> how often."""
        return self.selection.ranking.counts_of(self.result)

    def _forms_of(self, shown: list[Ranked]) -> list[tuple[Sequence[Ranked], int]]:
        """The forms of these words, of each only the first, and how many more there are.

        They are for who asks for forms, or looks for a word. Nobody else waits for them.
        """
        selection = self.selection
        are_asked_for = selection.forms == "together" or selection.q
        if self._are_stored or selection.case == "keep" or not are_asked_for:
            return [((), 0)] * len(shown)
        written = forms_of_rows(
            [word for word, _ in shown],
            self._counts,
            self.result.language,
            together=selection.forms == "together",
        )
        return [
            ((), 0)
            if [form for form, _ in forms] == [word]
            else (
                [Ranked(shortened(form, LONGEST_SHOWN), times) for form, times in forms[:_FORMS]],
                max(0, len(forms) - _FORMS),
            )
            for (word, _), forms in zip(shown, written, strict=True)
        ]

    @property
    def _stored(self) -> Ranking:
        """The ranking whose first rows are stored ready-made."""
        return replace(self.selection.within_stored.ranking, top=TOP_ROWS)

    @cached_property
    def _are_stored(self) -> bool:
        """Whether all that is shown is stored ready-made, and so costs the same for any page."""
        is_known = self._stored.size_of(self.result) is not None
        return self.are_too_many or (is_known and self.selection.is_stored)

    def _matching(self) -> list[Ranked]:
        words = [word for word, _ in self.ranked]
        return list(
            compress(self.ranked, containing(self.selection.q, words, self.result.language))
        )


def _sorted(rows: list[Ranked], sort: str) -> list[Ranked]:
    match sort:
        case "rare":
            return sorted(rows, key=lambda row: row.times)  # equal ones stay in their order
        case "az" | "za":
            return sorted(rows, key=lambda row: place(row.word), reverse=sort == "za")
        case _:
            return rows
