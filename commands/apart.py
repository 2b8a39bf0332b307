"""Count a page in a process of its own, so that no page can hold up or end the command."""

from dataclasses import dataclass
from functools import cache

from commands.sources import Page, SourceError
from config import Config
from wordcount import Ranked
from wordcount.counts import LONGEST_SHOWN
from wordcount.errors import SENTENCES, WordcountError
from workers.apart import DiedError, answers
from workers.granted import granted, memory_of_a_page

#: How many words are printed if nobody says how many.
DEFAULT_TOP = 10


@dataclass(frozen=True)
class Choice:
    """Which words are wanted, and how.

    :ivar top: how many; None for all.
    :ivar keep_case: each word whole and as ICU cut it, `Python` and `python` apart.
    :ivar keep_stop_words: also such as *the*.
    """

    top: int | None = DEFAULT_TOP
    keep_case: bool = False
    keep_stop_words: bool = False


@dataclass(frozen=True)
class Counted:
    """What is told of a page; the figures are of all its words.

    :ivar ranking: the words that were chosen, most frequent first.
    """

    title: str
    language: str | None
    charset: str
    total_words: int
    distinct_words: int
    ranking: list[Ranked]


def count_apart(page: Page, choice: Choice, settings: Config) -> Counted:
    """Count a page in a process of its own, within the limits of a worker's job.

    :raises SourceError: if the page cannot be counted, or not within those limits.
    """
    _warm_up()
    counting = answers(
        lambda: [_answer(page, choice)],
        cpu_seconds=settings.JOB_CPU_SECONDS,
        memory_bytes=settings.JOB_MEMORY_BYTES or memory_of_a_page(granted(), at_once=1),
    )
    try:
        answer = next(counting)
    except DiedError as death:
        raise _death(death) from None
    finally:
        counting.close()
    if isinstance(answer, SourceError):
        raise answer
    return answer


@cache
def _warm_up() -> None:
    """Import the parsers and load the language model: once, for all processes to come."""
    from wordcount import count_page

    count_page(b"<p>" + b"Ready to count the words of a page. " * 20).ranking()


def _answer(page: Page, choice: Choice) -> Counted | SourceError:
    """The child: count."""
    try:
        return _count(page, choice)
    except WordcountError as error:
        return SourceError(error.code, error.detail)


def _count(page: Page, choice: Choice) -> Counted:
    from wordcount import count_page

    counted = count_page(page.body, page.content_type)
    return Counted(
        title=counted.title,
        language=counted.language,
        charset=counted.charset,
        total_words=counted.total_words,
        distinct_words=counted.distinct_words,
        ranking=counted.ranking(
            stop_words=choice.keep_stop_words,
            fold_case=not choice.keep_case,
            top=choice.top,
            longest=None if choice.keep_case else LONGEST_SHOWN,
        ),
    )


def _death(death: DiedError) -> SourceError:
    """What it means that a child ended before it had answered."""
    if death.is_overload:
        return SourceError("too_complex", SENTENCES["too_complex"])
    return SourceError("crashed", f"Counting this page stopped unexpectedly: {death.how}.")
