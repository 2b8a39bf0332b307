"""What has changed from one count of a page to the next: which words, and by how much."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, takewhile
from typing import NamedTuple

from sqlalchemy import select

from models import Result, db, ranking_name
from views.sizes import LARGE, LARGE_TEXT_BYTES
from wordcount.keyness import Change, Counted, changes

#: How much of some counts is read at most: words, each form by itself; and bytes of their pages,
#: for a stranger's words may be long.
MOST_FORMS = 200_000
MOST_BYTES = 200_000_000
#: The same of what is read at once: in one query, so that many small counts take no long time, and
#: of large ones not much is in memory.
COUNTS_AT_ONCE = 100
FORMS_AT_ONCE = 20_000
BYTES_AT_ONCE = 5_000_000
#: How many changes are told of two counts: to people, and to programs.
MOST_TOLD = 6
MOST_IN_JSON = 100


def changes_of(counts: Sequence[Result]) -> list[list[Change] | None]:
    """What has changed in each of these counts since the one behind it, without stop words: the
    largest changes first, all of them.

    :param counts: of one URL, finished, the newest first; their large columns need not be loaded.
    :returns: one for each but the last; None from where on there would be too much to read.
    """
    sums = accumulate(map(_size_of, counts), Size.plus)
    few = sum(1 for _ in takewhile(lambda size: size.is_within(MOST_FORMS, MOST_BYTES), sums))
    found: list[list[Change] | None] = []
    newer: Mapping[str, int] = {}
    for number, (count, words) in enumerate(_words_of(counts[:few])):
        if number:
            found.append(_changes(words, count.language, newer, counts[number - 1].language))
        newer = words
    return found + [None] * (len(counts) - 1 - len(found))


def take_long(counts: Sequence[Result]) -> bool:
    """Whether it takes long to find these changes, so that one waits for one's turn."""
    forms = sum(_size_of(count).forms for count in counts)
    longest = max((count.bytes or 0 for count in counts), default=0)
    return len(counts) > COUNTS_AT_ONCE or forms > LARGE or longest > LARGE_TEXT_BYTES


class Size(NamedTuple):
    """How much there is to read: words, each form by itself, and bytes, both at most."""

    forms: int
    bytes: int

    def plus(self, other: "Size") -> "Size":
        """Both together."""
        return Size(self.forms + other.forms, self.bytes + other.bytes)

    def is_within(self, forms: int, length: int) -> bool:
        """Whether it is no more than this."""
        return self.forms <= forms and self.bytes <= length


def told(change: Change) -> str:
    """A change as in ``+pricing 6``."""
    sign = "+" if change.difference > 0 else "-"
    return f"{sign}{change.word} {abs(change.difference)}"


def _changes(
    old: Mapping[str, int], old_language: str | None, new: Mapping[str, int], language: str | None
) -> list[Change]:
    """The words of which there are more or fewer than before."""
    # Nearly all forms are as often there as before, and need not be looked at: what a row has more
    # is what its forms have more.
    gone = {word: times for word, times in old.items() if new.get(word) != times}
    come = {word: times for word, times in new.items() if old.get(word) != times}
    if old_language != language:  # a form may be another word then
        gone, come = dict(old), dict(new)
    before = Counted(gone, old_language, sum(gone.values()))
    return changes(before, Counted(come, language, sum(come.values())))


def _size_of(count: Result) -> Size:
    """How much is stored of a count; or more, where nobody knows."""
    forms, _ = (count.sizes or {}).get(
        ranking_name(stop_words=False, fold_case=False), (count.total_words or 0, 0)
    )
    return Size(forms, count.bytes or 0)


def _words_of(counts: Sequence[Result]) -> Iterator[tuple[Result, Mapping[str, int]]]:
    """Each with its words without stop words, some counts at a time; they are not kept with it, for
    there may be many counts.
    """
    at = 0
    while at < len(counts):
        some = list(_first_of(counts[at : at + COUNTS_AT_ONCE]))
        words = select(Result.id, Result.result_no_stop_words).where(
            Result.id.in_([count.id for count in some])
        )
        of_counts = {row.id: row.result_no_stop_words or {} for row in db.session.execute(words)}
        yield from ((count, of_counts.pop(count.id, {})) for count in some)
        at += len(some)


def _first_of(counts: Sequence[Result]) -> Iterator[Result]:
    """The first, and more of them as long as they can be read at once."""
    size = Size(0, 0)
    for number, count in enumerate(counts):
        size = size.plus(_size_of(count))
        if number and not size.is_within(FORMS_AT_ONCE, BYTES_AT_ONCE):
            return
        yield count
