"""A stored count -> the ranking that was asked for."""

from dataclasses import dataclass

from models import TOP_ROWS, Result, ranking_name
from views.errors import Problem
from wordcount import Ranked, rank

#: No page that people read has as many; one that was made to keep the web busy has millions.
MOST_RANKED_WORDS = 200_000


@dataclass(frozen=True, kw_only=True)
class Ranking:
    """Which ranking: how many rows, with or without stop words, case folded or as written.

    :param together: count the forms of a word, such as *garden* and *gardens*, as one.
    :param shortest: leave out words of fewer letters.
    """

    top: int
    stop_words: bool = False
    fold_case: bool = True
    together: bool = False
    shortest: int = 1

    def of(self, result: Result) -> list[Ranked]:
        """The rows of a finished count.

        The first rows are stored ready-made, so that the usual question costs the same for a page
        of any size; for anything else, all words of the page are read and ranked.

        :raises views.errors.Problem: if that would keep the web busy for too long.
        """
        if self.top <= TOP_ROWS and not self.together and self.shortest == 1:
            name = ranking_name(stop_words=self.stop_words, fold_case=self.fold_case)
            rows = (result.tops or {}).get(name, [])
            return [Ranked(*row) for row in rows[: self.top]]
        return self._ranked(result, self.top)

    def all_rows(self, result: Result) -> list[Ranked]:
        """All rows of a finished count, however many `top` asks for.

        :raises views.errors.Problem: as :meth:`of`.
        """
        return self._ranked(result, None)

    def _ranked(self, result: Result, top: int | None) -> list[Ranked]:
        refuse_many(result)
        counts = (result.result_all if self.stop_words else result.result_no_stop_words) or {}
        return rank(
            counts,
            language=result.language,
            fold_case=self.fold_case,
            top=top,
            together=self.together,
            shortest=self.shortest,
        )


def words_to_rank(result: Result) -> int:
    """How many words there are of a count to be ranked, each form by itself if there are many."""
    words = result.distinct_words or 0
    # A word may have many forms; few words in all cannot.
    if words > MOST_RANKED_WORDS or (result.total_words or 0) <= MOST_RANKED_WORDS:
        return words
    return len(result.result_all or {})


def refuse_many(result: Result) -> None:
    """Refuse to rank a count that would keep the web busy for too long.

    :raises views.errors.Problem: if so.
    """
    words = words_to_rank(result)
    if words > MOST_RANKED_WORDS:
        raise Problem(
            400,
            "too_many_words",
            f"This page has {words:,} different words or forms of words:"
            f" only the first {TOP_ROWS} can be asked for, forms apart and of any length.",
        )
