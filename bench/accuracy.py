"""How near the counted words come to those that a browser shows: ``make accuracy PAGES=FOLDER``.

Both sides are compared as the ranking sees them: case folded, apostrophes straightened, and only
what has a letter. A word that is counted three times, where the browser shows it twice, is found
twice. Precision is the part of the counted words that is found, recall that of the shown ones,
F1 their harmonic mean. Micro figures are of all words together, so that long pages weigh more;
macro F1 is the mean over pages.
"""

import argparse
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.markdown import code, table
from bench.pages import PagesError, SavedPage, saved_pages, true_counts
from wordcount import count_page
from wordcount.errors import WordcountError

#: F1 from which on a page counts as nearly right.
NEARLY = 0.99


@dataclass(frozen=True)
class Score:
    """How well words were counted, on one page or on several together.

    :ivar found: how many of the counted words are also shown, with their repetitions.
    :ivar counted: how many were counted.
    :ivar shown: how many a browser shows.
    """

    found: int
    counted: int
    shown: int

    @property
    def precision(self) -> float:
        """From 0 to 1."""
        return self.found / self.counted if self.counted else float(not self.shown)

    @property
    def recall(self) -> float:
        """From 0 to 1."""
        return self.found / self.shown if self.shown else float(not self.counted)

    @property
    def f1(self) -> float:
        """From 0 to 1; 1 also where nothing is shown and nothing was counted."""
        both = self.counted + self.shown
        return 2 * self.found / both if both else 1.0

    @property
    def exact(self) -> bool:
        """Every word as often as it is shown, and no other."""
        return self.found == self.counted == self.shown


@dataclass(frozen=True)
class Outcome:
    """One page, counted.

    :ivar error: the code of what was raised, if the page could not be counted.
    """

    page: SavedPage
    ours: Counter[str]
    truth: Counter[str]
    error: str | None = None

    @property
    def score(self) -> Score:
        """How well this page was counted."""
        found = (self.ours & self.truth).total()
        return Score(found, self.ours.total(), self.truth.total())

    def differences(self) -> list[tuple[str, int, int]]:
        """The words with another count than in a browser, the furthest off first: word, ours,
        truth."""
        words = self.ours.keys() | self.truth.keys()
        rows = [(word, self.ours[word], self.truth[word]) for word in words]
        differing = [row for row in rows if row[1] != row[2]]
        return sorted(differing, key=lambda row: (-abs(row[1] - row[2]), row[0]))


def compared(counts: Mapping[str, int]) -> Counter[str]:
    """Counts as they are compared: folded, and without what has no letter.

    Here also a character such as ``½`` or ``Ⅷ`` is a letter: the figures that were published for
    these pages take for one whatever is alphanumeric, but no decimal digit.
    """
    words: Counter[str] = Counter()
    for word, times in counts.items():
        normal = unicodedata.normalize("NFC", word)
        if any(char.isalnum() and not char.isdecimal() for char in normal):
            words[normal.replace("\u2019", "'").casefold()] += times
    return words


def together(scores: Iterable[Score]) -> Score:
    """The score of all words of several pages."""
    found, counted, shown = map(
        sum, zip(*((s.found, s.counted, s.shown) for s in scores), strict=True)
    )
    return Score(found, counted, shown)


def outcome_of(page: SavedPage, truth: Mapping[str, int]) -> Outcome:
    """Count a page. One that cannot be counted has no words."""
    ours: Mapping[str, int] = {}
    code_of_error = None
    try:
        ours = count_page(page.body, page.content_type).counts
    except WordcountError as error:
        code_of_error = error.code
    except Exception as error:
        error.add_note(f"while {page.name} was counted")
        raise
    return Outcome(page, compared(ours), compared(truth), code_of_error)


def summary(outcomes: Sequence[Outcome]) -> str:
    """A table of all pages together, and of those in each language."""
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        groups[outcome.page.language].append(outcome)
    ordered = sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    rows = [_group_row("**all**", outcomes), *(_group_row(*group) for group in ordered)]
    heads = ("language", "pages", "micro P", "micro R", "micro F1", "macro F1", "exact", "F1 ≥ .99")
    return table(heads, rows)


def _group_row(name: str, outcomes: Sequence[Outcome]) -> Sequence[str]:
    scores = [outcome.score for outcome in outcomes]
    micro = together(scores)
    macro = sum(score.f1 for score in scores) / len(scores)
    figures = (micro.precision, micro.recall, micro.f1, macro)
    exact = sum(outcome.ours == outcome.truth for outcome in outcomes)
    nearly = sum(score.f1 >= NEARLY for score in scores)
    return (
        name,
        str(len(scores)),
        *(f"{figure:.4f}" for figure in figures),
        str(exact),
        str(nearly),
    )


def per_page(outcomes: Iterable[Outcome], words: int = 0) -> str:
    """A table of pages, one row for each.

    :param words: how many of the words that differ are named.
    """
    heads = ["page", "F1", "P", "R", "counted", "shown"]
    if words:
        heads.append("word ours/truth")
    return table(heads, (_page_row(outcome, words) for outcome in outcomes))


def _page_row(outcome: Outcome, words: int) -> Sequence[str]:
    score = outcome.score
    name = f"{outcome.page.name} ({outcome.error})" if outcome.error else outcome.page.name
    figures = (f"{figure:.4f}" for figure in (score.f1, score.precision, score.recall))
    row = (name, *figures, f"{score.counted:,}", f"{score.shown:,}")
    if not words:
        return row
    differing = outcome.differences()
    named = [f"{code(word)} {ours}/{truth}" for word, ours, truth in differing[:words]]
    if len(differing) > words:
        named.append(f"and {len(differing) - words:,} more")
    return (*row, ", ".join(named))


def report(outcomes: Sequence[Outcome], *, worst: int, words: int, every_page: bool) -> str:
    """The whole report, in Markdown."""
    exact = sum(outcome.ours == outcome.truth for outcome in outcomes)
    parts = [f"{exact} of {len(outcomes)} pages are exact.", summary(outcomes)]
    if every_page:
        parts += ["### Every page", per_page(outcomes)]
    inexact = sorted(
        (outcome for outcome in outcomes if outcome.ours != outcome.truth),
        key=lambda outcome: outcome.score.f1,
    )
    if worst and inexact:
        parts += ["### The worst pages", per_page(inexact[:worst], words)]
    return "\n\n".join(parts)


def main(arguments: Sequence[str] | None = None) -> None:
    """Count the pages of a folder and print how well that went."""
    parser = argparse.ArgumentParser(prog="make accuracy", description="Compare with a browser.")
    parser.add_argument("pages", type=Path, help="a folder of saved pages with their truth")
    parser.add_argument("--worst", type=int, default=10, metavar="N", help="how many bad pages")
    parser.add_argument("--words", type=int, default=12, metavar="N", help="words for each of them")
    parser.add_argument("--per-page", action="store_true", help="list every page")
    given = parser.parse_args(arguments)
    try:
        pages, truth = saved_pages(given.pages), true_counts(given.pages)
        without = [page.name for page in pages if page.name not in truth]
        if without:
            raise PagesError(f"{given.pages} has no truth for {without[0]}.")
    except PagesError as error:
        sys.exit(str(error))
    outcomes = [outcome_of(page, truth[page.name]) for page in pages]
    print(report(outcomes, worst=given.worst, words=given.words, every_page=given.per_page))


if __name__ == "__main__":
    main()
