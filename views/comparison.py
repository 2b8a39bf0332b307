"""The words of two counts as one view compares them: found, sorted, cut."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property
from itertools import compress
from typing import Any, Self

from models import Result
from views.contrast_charts import PAIRS, Drawn
from views.finding import containing, place
from views.pairs import Pair
from views.parameters import Asked, choice, number, sought
from views.rankings import refuse_many
from views.selection import FIRST_ROWS, MORE_ROWS, MOST_ROWS, PARTS
from views.sizes import LARGE, is_large, words_to_rank
from views.texts import counts_of, stop_words_of, words_of
from views.turns import turn
from views.url_changes import changes_of
from wordcount.counts import LONGEST_SHOWN, shortened
from wordcount.keyness import Change, Counted, Keyness, Keyword, changes
from wordcount.rows import keys_of
from wordcount.stems import has_stems

#: Which words are shown, by what they are called in addresses.
KINDS = ("all", "both", "a", "b")
SORTS = ("keyness", "effect", "difference", "az")


@dataclass(frozen=True, kw_only=True)
class PairView(Asked):
    """One view of two counts. The fields are the parameters of its address, as in
    :class:`views.selection.Selection`, and what is as usual is left out of it.

    :ivar words: all of them, those that both counts have, or only one of them.
    """

    of: str = "page"
    stopwords: str = "drop"
    forms: str = "apart"
    q: str = ""
    words: str = "all"
    sort: str = "keyness"
    top: int = FIRST_ROWS

    @classmethod
    def asked(cls) -> Self:
        """The view that the request asks for.

        :raises views.errors.Problem: if a parameter makes no sense.
        """
        return cls(
            of=choice("of", *PARTS),
            stopwords=choice("stopwords", "drop", "keep"),
            forms=choice("forms", "apart", "together"),
            q=sought(),
            words=choice("words", *KINDS),
            sort=choice("sort", *SORTS),
            top=number("top", otherwise=FIRST_ROWS, high=MOST_ROWS),
        )

    @property
    def of_files(self) -> dict[str, Any]:
        """What addresses of files say, for their words to be chosen, grouped and sorted like these;
        in them are always stop words, and whatever is searched for.
        """
        return self.only("of", "forms", "words", "sort")


@dataclass(frozen=True)
class Comparison:
    """What one view shows of two finished counts. To be asked within :meth:`in_turn`."""

    pair: Pair
    view: PairView

    def in_turn(self) -> AbstractContextManager[None]:
        """To be held while anything else is asked of it: large counts are compared one at a time.

        :raises views.errors.Problem: if the turn does not come, or a count has too many words.
        """
        both = (self.pair.a, self.pair.b)
        for one in both:
            refuse_many(one, "so many cannot be compared with others.")
        if self.view.of == "main":
            self.pair.refuse_without_main_text()
        are_many = sum(map(words_to_rank, both)) > LARGE
        return turn(is_large=are_many or (self.view.of == "main" and any(map(is_large, both))))

    @property
    def can_join_forms(self) -> bool:
        """Whether the forms of a word are known in the language of one of them."""
        return has_stems(self.pair.a.language) or has_stems(self.pair.b.language)

    @cached_property
    def keyness(self) -> Keyness:
        """Both, ready to be compared word by word."""
        a, b = self.pair.a, self.pair.b
        return Keyness(self._counted(a, b), self._counted(b, a))

    @cached_property
    def sizes(self) -> Mapping[str, int]:
        """How many words there are of each kind, whatever is searched for."""
        a, b = self.keyness.left.times.keys(), self.keyness.right.times.keys()
        both = len(a & b)
        return {
            "all": len(a) + len(b) - both,
            "both": both,
            "a": len(a) - both,
            "b": len(b) - both,
        }

    @cached_property
    def changes(self) -> list[Change] | None:
        """What has changed from the older to the newer count of one page, whatever is shown here;
        None for two pages.
        """
        if not self.pair.is_same_page:
            return None
        if not self.view.address().keys() & {"of", "stopwords", "forms"}:  # it is all there
            sides = self.keyness.left, self.keyness.right
            return changes(*(sides if self.pair.in_time[0] is self.pair.a else sides[::-1]))
        return changes_of(self.pair.in_time[::-1])[0]

    @cached_property
    def found(self) -> list[Keyword]:
        """Those of the kind that is shown, with what is searched for, in their order; the first of
        them where no more are needed.
        """
        if self._are_first_enough:
            return self._of_kind(max(self.view.top, PAIRS))
        rows = self._of_kind(None)
        if self.view.q:
            language = self.pair.a.language if self._is_one_language else None
            words = [row.word for row in rows]
            rows = list(compress(rows, containing(self.view.q, words, language)))
        return in_order(rows, self.view.sort)

    @cached_property
    def all_rows(self) -> list[Keyword]:
        """All of the kind that is shown, whatever is searched for, in their order."""
        return in_order(self._of_kind(None), self.view.sort)

    @property
    def found_count(self) -> int:
        """How many those are, also if they were not needed."""
        return self.sizes[self.view.words] if self._are_first_enough else len(self.found)

    @cached_property
    def rows(self) -> list[Keyword]:
        """Those that are shown."""
        return self._shown(self.view.top)

    @property
    def drawn(self) -> list[Drawn]:
        """The first of them, as the chart wants them."""
        return [
            Drawn(row.word, row.left_per_thousand, row.right_per_thousand)
            for row in self._shown(PAIRS)
        ]

    @property
    def more(self) -> int:
        """How many rows there are after the next press."""
        return min(self.view.top + MORE_ROWS, MOST_ROWS)

    @property
    def most(self) -> int:
        """How many rows the page may have."""
        return min(self.found_count, MOST_ROWS)

    @property
    def can_show_more(self) -> bool:
        """Whether there are rows that are not shown, and may be."""
        return len(self.rows) < self.most

    def _shown(self, top: int) -> list[Keyword]:
        first = self.found[:top]
        return [row._replace(word=shortened(row.word, LONGEST_SHOWN)) for row in first]

    @property
    def _is_one_language(self) -> bool:
        return self.pair.a.language == self.pair.b.language

    @property
    def _are_first_enough(self) -> bool:
        return self.view.sort == "keyness" and not self.view.q

    def _of_kind(self, top: int | None) -> list[Keyword]:
        match self.view.words:
            case "both":
                return self.keyness.both(top)
            case "a":
                return self.keyness.only_left(top)
            case "b":
                return self.keyness.only_right(top)
            case _:
                return self.keyness.words(top)

    def _counted(self, one: Result, other: Result) -> Counted:
        keep = self.view.stopwords == "keep"
        counts = counts_of(one, main=self.view.of == "main", stop_words=keep)
        if not keep and not self._is_one_language:
            # What one of them shows no count of, the other would seem to have alone.
            of_other = set(keys_of(list(stop_words_of(other)), other.language))
            keys = keys_of(list(counts), one.language)
            counts = {
                word: times
                for (word, times), key in zip(counts.items(), keys, strict=True)
                if key not in of_other
            }
        total, together = words_of(one, self.view.of), self.view.forms == "together"
        return Counted(counts, one.language, total, together=together)


def in_order(rows: list[Keyword], sort: str) -> list[Keyword]:
    """Rows, the most telling first, in another order; equal ones stay as they are.

    :param sort: one of :data:`SORTS`.
    """
    match sort:
        case "effect":
            return sorted(rows, key=lambda row: -abs(row.log_ratio))
        case "difference":
            return sorted(
                rows, key=lambda row: -abs(row.left_per_thousand - row.right_per_thousand)
            )
        case "az":
            return sorted(rows, key=lambda row: place(row.word))
        case _:
            return rows
