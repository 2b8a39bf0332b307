"""A stored count -> the ranking that was asked for."""

from dataclasses import dataclass

from models import TOP_ROWS, Result, ranking_name
from wordcount import Ranked, rank


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
        """
        if self.top <= TOP_ROWS:
            name = ranking_name(stop_words=self.stop_words, fold_case=self.fold_case)
            rows = (result.tops or {}).get(name, [])
            return [Ranked(*row) for row in rows[: self.top]]
        counts = result.result_all if self.stop_words else result.result_no_stop_words
        return rank(counts or {}, fold_case=self.fold_case)[: self.top]
