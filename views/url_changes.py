"""What has changed from one count of a page to the next: which words, and by how much."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from models import Result, db, ranking_name
from wordcount.keyness import Change, Counted, changes

#: How many words of some counts are read at most, each form by itself.
MOST_FORMS = 200_000
#: How many changes are told of two counts.
MOST_TOLD = 6


def changes_of(counts: Sequence[Result]) -> list[list[Change] | None]:
    """What has changed in each of these counts since the one behind it, without stop words: the
    largest changes first, all of them.

    :param counts: of one URL, finished, the newest first; their large columns need not be loaded.
    :returns: one for each but the last; None from where on there would be too many words to read.
    """
    found: list[list[Change] | None] = []
    newer: Mapping[str, int] = {}
    forms = 0
    for number, count in enumerate(counts):
        forms += _forms_in(count)
        if forms > MOST_FORMS:
            found += [None] * (len(counts) - 1 - len(found))
            break
        words = _words_of(count)
        if number:
            found.append(_changes(words, count.language, newer, counts[number - 1].language))
        newer = words
    return found


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


def _forms_in(count: Result) -> int:
    """How many words are stored of a count, each form by itself; or more, where nobody knows."""
    rows, _ = (count.sizes or {}).get(
        ranking_name(stop_words=False, fold_case=False), (count.total_words or 0, 0)
    )
    return rows


def _words_of(count: Result) -> Mapping[str, int]:
    """Its words without stop words; they are not kept with it, for there may be many counts."""
    words = select(Result.result_no_stop_words).where(Result.id == count.id)
    return db.session.scalar(words) or {}
