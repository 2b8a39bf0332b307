"""A stored count -> the ranking that was asked for."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import func, select

from models import TOP_ROWS, Result, db, ranking_name
from views.errors import Problem
from views.texts import counts_of
from views.turns import turn, turn_of_a_list
from wordcount import Ranked, rank

#: No page that people read has as many; one that was made to keep the web busy has millions.
MOST_RANKED_WORDS = 200_000
#: Counts of more words are ranked one at a time in a process: with 200,000 that takes
#: seconds and a hundred megabytes. Hardly a book has as many.
LARGE = 20_000


class Size(NamedTuple):
    """How large a ranking is: its rows, and how many words those are in sum."""

    rows: int
    words: int


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
        """The rows of a finished count.

        The first rows are stored ready-made, so that the usual question costs the same for a page
        of any size; for anything else, all words of the page are read and ranked, in turn.

        :raises views.errors.Problem: if that would keep the web busy for too long.
        """
        if self.top <= TOP_ROWS and not (self.main or self.together) and self.shortest == 1:
            rows = (result.tops or {}).get(self._name, [])
            return [Ranked(*row) for row in rows[: self.top]]
        refuse_many(result)
        with in_turn(result):
            return self.rows_of(self.counts_of(result), result.language, self.top)

    def all_rows(self, result: Result) -> list[Ranked]:
        """All rows of a finished count, however many `top` asks for. To be called :func:`in_turn`.

        :raises views.errors.Problem: as :meth:`of`.
        """
        refuse_many(result)
        return self.rows_of(self.counts_of(result), result.language)

    def counts_of(self, result: Result) -> Mapping[str, int]:
        """What is ranked: each word as it is written -> how often. To be called :func:`in_turn`.

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
        size = None if self.main else (result.sizes or {}).get(self._name)
        return Size(*size) if size else None

    @property
    def _name(self) -> str:
        return ranking_name(stop_words=self.stop_words, fold_case=self.fold_case)


def in_turn(result: Result) -> AbstractContextManager[None]:
    """To be held while all words of a count are read and ranked: those of large ones take turns.

    :raises views.errors.Problem: as :func:`views.turns.turn`.
    """
    return turn(is_large=_is_large(result))


def in_turn_of_a_list(result: Result) -> AbstractContextManager[None]:
    """As :func:`in_turn`, for a page of a list."""
    return turn_of_a_list(is_large=_is_large(result))


def _is_large(result: Result) -> bool:
    return words_to_rank(result) > LARGE


def words_to_rank(result: Result) -> int:
    """How many words there are of a count to be ranked, each form by itself if there are many."""
    words = result.distinct_words or 0
    # A word may have many forms; few words in all cannot.
    if words > MOST_RANKED_WORDS or (result.total_words or 0) <= MOST_RANKED_WORDS:
        return words
    as_written = Ranking(top=0, stop_words=True, fold_case=False).size_of(result)
    return as_written.rows if as_written else _forms_of(result)


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


def _forms_of(result: Result) -> int:
    """How many words are stored, counted where they are: to load them is what is to be avoided."""
    words = func.json_object_keys(Result.result_all).table_valued("word")
    count = select(func.count()).select_from(words).correlate(Result).scalar_subquery()
    return db.session.scalar(select(count).where(Result.id == result.id)) or 0
