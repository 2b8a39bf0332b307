"""Work on a stranger's page in a process of its own, so that no page can hold up who asks for it.

Parsers are C code, which hears neither Ctrl-C nor an exception. A process can be killed at any
time, and the kernel ends it when it has used up its processor time or memory.
"""

import multiprocessing
import signal
from collections.abc import Callable, Generator, Iterable
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from confine import confine, end_out_of_memory, is_overload

_FORK = multiprocessing.get_context("fork")
# What the child sends after its last answer.
_END = "end"
Answer = TypeVar("Answer")


class DiedError(Exception):
    """The process ended before its work did.

    :ivar is_overload: because that was more than its limits allow.
    :ivar how: in a few words, for the log or the terminal.
    """

    def __init__(self, exit_code: int | None) -> None:
        self.is_overload = is_overload(exit_code)
        by_signal = signal.strsignal(-exit_code) if exit_code and exit_code < 0 else None
        self.how = by_signal or "a defect"
        super().__init__(self.how)


def answers(
    work: Callable[[], Iterable[Answer]], *, cpu_seconds: int, memory_bytes: int
) -> Generator[Answer]:
    """What some work gives, each thing as soon as it is there.

    The process is a fork, so it has all that is loaded here, and ends when nobody asks it any more.

    :param work: gives what can be pickled.
    :param cpu_seconds: the processor time that it may take.
    :param memory_bytes: how much memory, on top of what there is already.
    :raises DiedError: if it ends before its work does; what it gave until then has been given.
    """
    receiver, sender = _FORK.Pipe(duplex=False)
    limits = {"cpu_seconds": cpu_seconds, "memory_bytes": memory_bytes}
    process = _FORK.Process(target=_answer, args=(sender, work, limits), daemon=True)
    # The child inherits the mask, and lifts it when Ctrl-C ends it without a word.
    masked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        process.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, masked)
    sender.close()
    try:
        while (answer := _next(receiver, process)) != (_END, None):
            yield answer[1]
    finally:
        process.kill()
        process.join()
        receiver.close()


def _next(receiver: Connection, process: Any) -> tuple[str, Any]:
    try:
        answer: tuple[str, Any] = receiver.recv()
    except (EOFError, OSError):  # it died before its answer, or in the middle of it
        process.join()
        raise DiedError(process.exitcode) from None
    return answer


def _answer(
    sender: Connection, work: Callable[[], Iterable[object]], limits: dict[str, int]
) -> None:
    """The child: do the work, and send what it gives."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    confine(**limits)
    try:
        for answer in work():
            sender.send(("answer", answer))
        sender.send((_END, None))
    except MemoryError:
        end_out_of_memory()
