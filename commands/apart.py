"""Count a page in a process of its own, so that no page can hold up or end the command.

Parsers are C code, which hears neither Ctrl-C nor an exception. A process can be killed at any
time, and the kernel ends it when it has used up its processor time or memory, as it ends a
worker's.
"""

import multiprocessing
import signal
from dataclasses import dataclass
from functools import cache
from multiprocessing.connection import Connection

from commands.sources import Page, SourceError
from config import Config
from confine import confine, end_out_of_memory, is_overload
from wordcount import Ranked
from wordcount.counts import LONGEST_SHOWN
from wordcount.errors import SENTENCES, WordcountError

_FORK = multiprocessing.get_context("fork")


@dataclass(frozen=True)
class Choice:
    """Which words are wanted, and how.

    :ivar top: how many; None for all.
    :ivar keep_case: each word whole and as ICU cut it, `Python` and `python` apart.
    :ivar keep_stop_words: also such as *the*.
    """

    top: int | None = 10
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
    receiver, sender = _FORK.Pipe(duplex=False)
    process = _FORK.Process(target=_answer, args=(sender, page, choice, settings), daemon=True)
    # The child inherits the mask, and lifts it when Ctrl-C ends it without a word.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        process.start()
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    sender.close()
    try:
        answer: Counted | SourceError = receiver.recv()
    except (EOFError, OSError):  # it died before its answer, or in the middle of it
        process.join()
        raise _death(process.exitcode) from None
    finally:
        process.kill()
        process.join()
        receiver.close()
    if isinstance(answer, SourceError):
        raise answer
    return answer


@cache
def _warm_up() -> None:
    """Import the parsers and load the language model: once, for all processes to come."""
    from wordcount import count_page

    count_page(b"<p>" + b"Ready to count the words of a page. " * 20).ranking()


def _answer(sender: Connection, page: Page, choice: Choice, settings: Config) -> None:
    """The child: count, and send the outcome."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    confine(cpu_seconds=settings.JOB_CPU_SECONDS, memory_bytes=settings.JOB_MEMORY_BYTES)
    try:
        sender.send(_count(page, choice))
    except WordcountError as error:
        sender.send(SourceError(error.code, error.detail))
    except MemoryError:
        end_out_of_memory()


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


def _death(exit_code: int | None) -> SourceError:
    """What it means that a child ended before it had answered."""
    if is_overload(exit_code):
        return SourceError("too_complex", SENTENCES["too_complex"])
    how = signal.strsignal(-exit_code) if exit_code and exit_code < 0 else None
    return SourceError("crashed", f"Counting this page stopped unexpectedly: {how or 'a defect'}.")
