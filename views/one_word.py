"""One word in the text of a count: its forms, how often it occurs, and where."""

from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from functools import cached_property
from heapq import nlargest
from typing import Generic, TypeVar

from models import TOP_ROWS, Result
from views.evidence_selection import WordAsked
from views.finding import alike
from views.rankings import Ranking
from views.sizes import MOST_RANKED_WORDS, words_to_rank
from views.texts import beside_of, has_main_text, indexed, spans_of, words_of
from wordcount.counts import LONGEST_SHOWN, rank
from wordcount.groups import Group, group_of, group_of_forms
from wordcount.indexed_text import IndexedText, Span
from wordcount.occurrences import occurrences
from wordcount.stems import has_stems
from wordcount.where import Where, where_of

# What the tables show for the rest of a very long word.
_ELLIPSIS = "…"
# The words that are looked through for one like that which was typed, and those that are named.
_MOST_LOOKED_THROUGH = 20_000
_MOST_MEANT = 6

Asked = TypeVar("Asked", bound=WordAsked)


@dataclass(frozen=True)
class OneWord(Generic[Asked]):
    """A word that is looked for. To be asked within :func:`views.texts.in_turn_of_text`.

    :ivar asked: what was asked for; what is shown is :attr:`selection`.
    """

    result: Result
    asked: Asked

    @cached_property
    def are_too_many(self) -> bool:
        """The page has so many words that each form of one is shown by itself."""
        return words_to_rank(self.result) > MOST_RANKED_WORDS

    @cached_property
    def selection(self) -> Asked:
        """What is shown."""
        return replace(self.asked, case="keep", forms="apart") if self.are_too_many else self.asked

    @property
    def total(self) -> int:
        """How many words there are where it is looked for."""
        if self.selection.of == "around":
            return words_of(self.result, "page") - words_of(self.result, "main")
        return words_of(self.result, self.selection.of)

    @cached_property
    def whole(self) -> IndexedText:
        """The text of the page.

        :raises views.errors.Problem: as :func:`views.texts.indexed`.
        """
        return indexed(self.result)

    @cached_property
    def spans(self) -> list[Span]:
        """The stretches of the text in which it is looked for.

        :raises views.errors.Problem: if there is no main text, and so nothing around it.
        """
        text = self.whole
        if self.selection.of != "around":
            return list(spans_of(self.result, text, self.selection.of))
        return around(spans_of(self.result, text, "main"), text.text)

    @cached_property
    def index(self) -> IndexedText:
        """The text with the words of these stretches only."""
        return self.whole if self.selection.of == "page" else self.whole.within(self.spans)

    @cached_property
    def on_the_page(self) -> Group | None:
        """What is counted together with the word on the whole page; None if nothing is.

        Of a long word in the table of words only the start is known. Then it is a guess: of the
        words with this start the most frequent.
        """
        counts = self.result.result_all or {}
        found = self._group(self.selection.w, counts)
        start = self.selection.w.removesuffix(_ELLIPSIS)
        if found is None and LONGEST_SHOWN // 2 < len(start) < len(self.selection.w):
            # Anywhere in it, for the table leaves out an elision before it. The most frequent one
            # stands above the others there.
            longer = [word for word in counts if len(word) > len(start) and start in word]
            if longer:
                found = self._group(max(longer, key=counts.__getitem__), counts)
        return found

    @cached_property
    def meant(self) -> list[str]:
        """Words of the page that may be meant, if what was typed is none of them: a few at most.

        They are looked for among its most frequent words, none of them long, so that it costs
        hardly more for any page.
        """
        typed = self.selection.w
        if self.on_the_page or len(typed) > LONGEST_SHOWN:
            return []
        language = self.result.language
        if self.are_too_many:
            stored = Ranking(top=TOP_ROWS, stop_words=True, fold_case=False).of(self.result)
            return alike(typed, [row.word for row in stored], language, _MOST_MEANT)
        counts = self.result.result_all or {}
        short = (word for word in counts if len(word) <= LONGEST_SHOWN)
        first = nlargest(_MOST_LOOKED_THROUGH, short, key=counts.__getitem__)
        rows = rank({word: counts[word] for word in first}, language=language, **self._choices)
        return alike(typed, [row.word for row in rows], language, _MOST_MEANT)

    @cached_property
    def group(self) -> Group | None:
        """The same, of these stretches."""
        page = self.on_the_page
        if page is None or self.selection.of == "page":
            return page
        numbers = Counter(self.index.words[number] for number in self.hits)
        counts = {self.index.vocabulary[number]: times for number, times in numbers.items()}
        if not counts:
            return None
        return group_of_forms(page.key, counts, self.result.language, **self._choices)

    @cached_property
    def forms(self) -> Set[str]:
        """As which the word is written on the page."""
        return {form for form, _ in self.on_the_page.forms} if self.on_the_page else set()

    @cached_property
    def hits(self) -> list[int]:
        """The numbers of its occurrences among the words of :attr:`index`."""
        return occurrences(self.index, self.forms) if self.forms else []

    @property
    def times(self) -> int:
        """How often it occurs there."""
        return len(self.hits)

    @cached_property
    def where(self) -> Where:
        """How often it stands in which part of the page; on the page it must be."""
        assert self.on_the_page
        return where_of(
            self.on_the_page.key,
            self.index,
            beside_of(self.result),
            self.result.language,
            **self._choices,
        )

    @property
    def is_stop_word(self) -> bool:
        """Whether it is left out where stop words are."""
        return self.forms.isdisjoint(self.result.result_no_stop_words or {})

    @property
    def can_join_forms(self) -> bool:
        """Whether its forms can be found on this page, and in its language."""
        return not self.are_too_many and has_stems(self.result.language)

    @property
    def has_main_text(self) -> bool:
        """Whether parts of the page can be told apart."""
        return has_main_text(self.result)

    @property
    def _choices(self) -> dict[str, bool]:
        """Which words are one, as :mod:`wordcount` has it."""
        return {
            "fold_case": self.selection.case == "fold",
            "together": self.selection.forms == "together",
        }

    def _group(self, word: str, counts: dict[str, int]) -> Group | None:
        return group_of(word, counts, self.result.language, **self._choices)


def around(main: Sequence[Span], text: str) -> list[Span]:
    """The lines of a text that are not in these stretches.

    :param main: whole lines, in order, none over another.
    """
    edges = [0, *(place for span in main for place in span), len(text)]
    spans = zip(edges[::2], edges[1::2], strict=True)
    # The end of a line before them is none of theirs.
    begun = [(start + text.startswith("\n", start), end) for start, end in spans]
    return [(start, end) for start, end in begun if start < end]
