"""A stored count -> the ranking that was asked for."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import NamedTuple

from models import TOP_ROWS, Result, ranking_name
from views.errors import Problem
from views.sizes import MOST_RANKED_WORDS, is_large, is_large_to_rank, words_to_rank
from views.texts import counts_of
from views.turns import turn, turn_of_a_list
from wordcount import Ranked, rank


class Size(NamedTuple):
    """How large a ranking is: its rows, and how many words those are in sum."""

    rows: int
    words: int


class Part(NamedTuple):
    """Some rows of a ranking, and how many it has; None where nobody knows."""

    rows: list[Ranked]
    total: int | None


@dataclass(frozen=True, kw_only=True)
class Ranking:
    """Which ranking: how many rows, with or without stop words, case folded or as written.

    :param main: of the main text only.
    :param together: count the forms of a word, such as *garden* and *gardens*, as one.
    :param shortest: leave out words of fewer letters.
    """

    top: int
    main: bool = False
    stop_words: bool = False
    fold_case: bool = True
    together: bool = False
    shortest: int = 1

    def of(self, result: Result) -> list[Ranked]:
        """The first rows of a finished count.

        :raises views.errors.Problem: if that would keep the web busy for too long.
        """
        return self.part_of(result, 0).rows

    def part_of(self, result: Result, first: int) -> Part:
        """So many rows of a finished count, and how many there are in all.

        The first rows are stored ready-made, so that the usual question costs the same for a page
        of any size; for anything else, all words of the page are read and ranked, in turn.

        :param first: from which on; 0 for the most frequent.
        :raises views.errors.Problem: as :meth:`of`.
        """
        if self.is_ready_made(first):
            size = self.size_of(result)
            rows = (result.tops or {}).get(self.name)
            return self.ready_part(rows, size.rows if size else None, first)
        refuse_many(result)
        with in_turn(result, main=self.main):
            everything = self.rows_of(self.counts_of(result), result.language)
        return Part(everything[first : first + self.top], len(everything))

    def is_ready_made(self, first: int) -> bool:
        """Whether these rows are among those that are stored.

        :param first: from which on.
        """
        is_usual = not (self.main or self.together) and self.shortest == 1
        return is_usual and first + self.top <= TOP_ROWS

    def ready_part(
        self,
        rows: Sequence[tuple[str, int]] | None,
        total: int | None,
        first: int,
    ) -> Part:
        """So many of the rows that are stored.

        :param rows: of this ranking.
        :param total: how many it has; counts of the first releases do not say.
        :param first: from which on.
        """
        return Part([Ranked(*row) for row in (rows or [])[first : first + self.top]], total)

    def counts_of(self, result: Result) -> Mapping[str, int]:
        """What is ranked: each word as it is written -> how often.

        To be called within :func:`in_turn`.

        :raises views.errors.Problem: if there is no main text.
        """
        return counts_of(result, main=self.main, stop_words=self.stop_words)

    def rows_of(
        self, counts: Mapping[str, int], language: str | None, top: int | None = None
    ) -> list[Ranked]:
        """The rows of these counts, however many `top` of the ranking asks for."""
        return rank(
            counts,
            language=language,
            fold_case=self.fold_case,
            top=top,
            together=self.together,
            shortest=self.shortest,
        )

    def size_of(self, result: Result) -> Size | None:
        """Of all its rows, forms apart and of any length; None where nobody knows."""
        size = None if self.main else (result.sizes or {}).get(self.name)
        return Size(*size) if size else None

    @property
    def name(self) -> str:
        """By which it is stored."""
        return ranking_name(stop_words=self.stop_words, fold_case=self.fold_case)


def in_turn(result: Result, *, main: bool = False) -> AbstractContextManager[None]:
    """To be held while all words of a count are read and ranked: those of large ones take turns.

    :param main: those of its main text, which are found in its whole text.
    :raises views.errors.Problem: as :func:`views.turns.turn`.
    """
    return turn(is_large=_is_large(result, main=main))


def in_turn_of_a_list(result: Result, *, main: bool = False) -> AbstractContextManager[None]:
    """As :func:`in_turn`, for a page of a list."""
    return turn_of_a_list(is_large=_is_large(result, main=main))


def _is_large(result: Result, *, main: bool) -> bool:
    return is_large(result) if main else is_large_to_rank(result)


def refuse_many(
    result: Result,
    advice: str = f"only the first {TOP_ROWS} can be asked for, forms apart and of any length.",
) -> None:
    """Refuse to rank a count that would keep the web busy for too long.

    :param advice: what may be asked for in its place.
    :raises views.errors.Problem: if so.
    """
    words = words_to_rank(result)
    if words > MOST_RANKED_WORDS:
        raise Problem(
            400,
            "too_many_words",
            f"This page has {words:,} different words or forms of words: {advice}",
        )
