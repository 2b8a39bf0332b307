"""The stored text of a count: its words in their places, and which of them are main text."""

import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, select

from models import EVIDENCE_WITHIN, Result, Status, db
from views.errors import Problem
from views.sizes import is_large
from views.turns import turn
from wordcount.indexed_text import IndexedText, Span
from wordcount.where import Beside

#: Of texts of no more words it is a matter of milliseconds to find out which word stands where, and
#: so it is waited for: until the count is so old, in seconds, by so many at once in a web process.
SHORT_TEXT = 100_000
_SOON = 2.0
_PLACES = threading.BoundedSemaphore(4)
#: How long to wait before the first look, in seconds; then twice as long each time.
_LOOK_AFTER = 0.01
PREPARED = (
    "Which word stands where in the text, and what is main text, will be known in some seconds."
    " Please try again in a moment."
)
#: What ended before that is whole, whatever clocks say.
_LONG_AGO = timedelta(hours=1)
#: How much of what a page says beside its text is looked at, in code points: of the title of its
#: window, and of its alternative texts. No page that people read says more.
LONGEST_TITLE = 10_000
LONGEST_ALTS = 200_000


def indexed(result: Result) -> IndexedText:
    """The text of a finished count, ready for analyses.

    To be called within :func:`in_turn_of_text`.

    :raises views.errors.Problem: if there is none, or not yet.
    """
    if result.text_index is not None and result.text is not None:
        return IndexedText.from_bytes(result.text_index, result.text, result.result_all or {})
    if is_being_prepared(result):
        raise _not_ready()
    raise Problem(
        409,
        "no_index",
        "It is not stored which word of this page stands where: the page was too complex for"
        " that, or was counted by an earlier release, or its worker was killed. Its counts are"
        " right all the same. Count it again, should it be an old count.",
    )


def is_being_prepared(result: Result) -> bool:
    """Whether a worker still finds out which word stands where, as it does after the count."""
    if not _lacks_evidence(result):
        return False
    is_young = select(_is_younger(EVIDENCE_WITHIN)).where(Result.id == result.id)
    return bool(db.session.scalar(is_young))


def wait_until_prepared(result: Result) -> None:
    """Wait for that, if it is worth it: who is shown a count right after its end is to see it."""
    if not _lacks_evidence(result) or (result.total_words or 0) > SHORT_TEXT:
        return
    if not _PLACES.acquire(blocking=False):
        return
    try:
        pause = _LOOK_AFTER
        is_missing = and_(Result.reading_ease.is_(None), _is_younger(_SOON))
        while db.session.scalar(select(is_missing).where(Result.id == result.id)):
            db.session.commit()
            time.sleep(pause)
            pause *= 2
        db.session.expire(result)
    finally:
        _PLACES.release()


def _not_ready() -> Problem:
    return Problem(409, "index_not_ready", PREPARED, headers={"Retry-After": "5"})


def _lacks_evidence(result: Result) -> bool:
    """What was counted long ago, by whosever clock, is not even asked about."""
    if result.status != Status.FINISHED or result.reading_ease is not None:
        return False
    return bool(result.finished_at and datetime.now(UTC) - result.finished_at < _LONG_AGO)


def _is_younger(seconds: float) -> ColumnElement[bool]:
    return Result.finished_at > func.now() - timedelta(seconds=seconds)


def in_turn_of_text(result: Result) -> AbstractContextManager[None]:
    """To be held while a text is looked at: large ones take turns.

    :raises views.errors.Problem: as :func:`views.turns.turn`.
    """
    return turn(is_large=is_large(result))


def has_main_text(result: Result) -> bool:
    """Whether main text was found."""
    return bool(result.main_words)


def spans_of(result: Result, index: IndexedText, of: str) -> Sequence[Span]:
    """The stretches of the text that a view is of.

    :param of: ``page`` or ``main``, as :class:`views.selection.Selection` has it.
    :raises views.errors.Problem: if there is no main text.
    """
    if of == "page":
        return [(0, len(index.text))]
    if not has_main_text(result):
        raise no_main_text(result)
    return index.layout.main or []


def words_of(result: Result, of: str) -> int:
    """How many words the page has, or its main text."""
    return (result.main_words if of == "main" else result.total_words) or 0


def counts_of(result: Result, *, main: bool, stop_words: bool) -> Mapping[str, int]:
    """The words of a count, or of its main text, each as it is written -> how often.

    :param stop_words: keep them in.
    :raises views.errors.Problem: if there is no main text.
    """
    kept = (result.result_all if stop_words else result.result_no_stop_words) or {}
    if not main:
        return kept
    if not has_main_text(result):
        raise no_main_text(result)
    index = indexed(result)
    numbers: Counter[int] = Counter()
    for first, end in index.ranges(index.layout.main or []):
        numbers.update(index.words[first:end])
    counts = {index.vocabulary[number]: times for number, times in numbers.items()}
    return {word: times for word, times in counts.items() if word in kept}


def beside_of(result: Result) -> Beside:
    """What a page says beside its text, which is not counted; of very much, the beginning."""
    # Late: ICU takes memory and time, and most visitors ask for nothing that needs it.
    from wordcount.words import words_in

    # One more shows whether a word goes on behind the end.
    first = select(func.left(Result.alt_texts, LONGEST_ALTS + 1)).where(Result.id == result.id)
    alts = db.session.scalar(first) or ""
    return Beside(
        words_in(_beginning(result.title or "", LONGEST_TITLE)),
        words_in(_beginning(alts, LONGEST_ALTS)),
    )


def _beginning(text: str, longest: int) -> str:
    """What of a text is looked at: up to a space, if there is one, so that no word is cut."""
    if len(text) <= longest:
        return text
    cut = text[: longest + 1]
    space = max(cut.rfind(" "), cut.rfind("\n"))
    return cut[: space if space > 0 else longest]


def stop_words_of(result: Result) -> Set[str]:
    """The words of the page that are stop words, as they are written."""
    return (result.result_all or {}).keys() - (result.result_no_stop_words or {}).keys()


def no_main_text(result: Result) -> Problem:
    """What is told to who asks for the main text of a page that has none."""
    if result.main_words == 0:
        return Problem(409, "no_main_text", "No main text was found on this page.")
    if is_being_prepared(result):
        return _not_ready()
    return Problem(
        409,
        "no_main_text",
        "It is not known what of this text is its main text: only pages of HTML have other parts,"
        " and very complex ones are not searched for it.",
    )
