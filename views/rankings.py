"""A stored count -> the ranking that was asked for."""

from dataclasses import dataclass

from models import TOP_ROWS, Result, ranking_name
from views.errors import Problem
from wordcount import Ranked, rank

#: Ranking takes about a second for this many. No page that people read has as many; one that was
#: made to keep the web busy has millions.
MOST_RANKED_WORDS = 200_000


@dataclass(frozen=True, kw_only=True)
class Ranking:
    """Which ranking: how many rows, with or without stop words, case folded or as written."""

    top: int
    stop_words: bool = False
    fold_case: bool = True

    def of(self, result: Result) -> list[Ranked]:
        """The rows of a finished count.

        The first rows are stored ready-made, so that the usual question costs the same for a page
        of any size; for more, all words of the page are read and ranked.

        :raises views.errors.Problem: if that would keep the web busy for too long.
        """
        if self.top <= TOP_ROWS:
            name = ranking_name(stop_words=self.stop_words, fold_case=self.fold_case)
            rows = (result.tops or {}).get(name, [])
            return [Ranked(*row) for row in rows[: self.top]]
        if (result.distinct_words or 0) > MOST_RANKED_WORDS:
            raise Problem(
                400,
                "too_many_words",
                f"This page has {result.distinct_words:,} different words:"
                f" only the first {TOP_ROWS} can be asked for.",
            )
        counts = result.result_all if self.stop_words else result.result_no_stop_words
        return rank(counts or {}, fold_case=self.fold_case, top=self.top)
