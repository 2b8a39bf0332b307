"""Work on a stranger's page in a process of its own, so that no page can hold up who asks for it.

Parsers are C code, which hears neither Ctrl-C nor an exception. A process can be killed at any
time, and the kernel ends it when it has used up its processor time or memory.
"""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Generator, Iterable
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess
from typing import Any, TypeVar

from workers.confine import confine, end_out_of_memory, is_overload

_FORK = multiprocessing.get_context("fork")
Answer = TypeVar("Answer")


class DiedError(Exception):
    """The process ended, or was ended, before its work was done.

    :ivar is_overload: because that was more than its limits allow.
    :ivar how: in a few words, for the log or the terminal.
    :ivar exit_code: a signal is below zero; None if it was not the work that ended it.
    """

    def __init__(
        self, how: str, *, is_overload: bool = False, exit_code: int | None = None
    ) -> None:
        self.is_overload = is_overload
        self.how = how
        self.exit_code = exit_code
        super().__init__(how)

    @property
    def is_by_others(self) -> bool:
        """Because somebody ended it, and not by what it did itself."""
        return not self.is_overload and (self.exit_code is None or self.exit_code < 0)


def answers(
    work: Callable[[], Iterable[Answer]],
    *,
    cpu_seconds: int,
    memory_bytes: int,
    patience: float | None = None,
) -> Generator[Answer]:
    """What some work gives, each thing as soon as it is there.

    The process is a fork, so it has all that is loaded here; it ends when nobody asks it any more,
    or with this one.

    :param work: gives what can be pickled.
    :param cpu_seconds: the processor time that it may take.
    :param memory_bytes: how much memory, on top of what there is already; no more than is left of
        a limit that this process has itself.
    :param patience: how long all of it may take by the clock, in seconds.
    :raises DiedError: if it ends before its work does; what it gave until then has been given.
    """
    limits = {"cpu_seconds": cpu_seconds, "memory_bytes": memory_bytes}
    give_up = None if patience is None else time.monotonic() + patience
    try:
        receiver, sender = _FORK.Pipe(duplex=False)
    except OSError as error:
        raise DiedError(f"it could not be started: {error}") from error
    process = _FORK.Process(target=_answer, args=(sender, work, limits), daemon=True)
    try:
        _start(process)
        sender.close()
        while (answer := _next(receiver, process, give_up))[0]:
            yield answer[1]
    finally:
        sender.close()
        receiver.close()
        if process.pid:
            process.kill()
            process.join()


def _start(process: ForkProcess) -> None:
    # The child inherits the mask, and lifts it when Ctrl-C ends it without a word.
    masked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        process.start()
    except OSError as error:  # no memory or no place for another process
        raise DiedError(f"it could not be started: {error}") from error
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, masked)


def _next(receiver: Connection, process: ForkProcess, give_up: float | None) -> tuple[bool, Any]:
    """Whether there is another answer, and that."""
    if give_up is not None and not receiver.poll(max(0.0, give_up - time.monotonic())):
        raise DiedError("it took too long", is_overload=True)
    try:
        answer: tuple[bool, Any] = receiver.recv()
    except (EOFError, OSError):  # it died before its answer, or in the middle of it
        process.join()
        raise death_of(process.exitcode) from None
    return answer


def death_of(exit_code: int | None) -> DiedError:
    """How a process has died.

    :param exit_code: as of :func:`os.waitstatus_to_exitcode`; None if nobody knows it.
    """
    by_signal = signal.strsignal(-exit_code) if exit_code and exit_code < 0 else None
    return DiedError(
        by_signal or "a defect", is_overload=is_overload(exit_code), exit_code=exit_code
    )


def _end_with_parent() -> None:
    """End this process when the one that started it is gone, which may be killed at any time."""
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
        os._exit(1)


def _answer(
    sender: Connection, work: Callable[[], Iterable[object]], limits: dict[str, int]
) -> None:
    """The child: do the work, and send what it gives."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    threading.Thread(target=_end_with_parent, daemon=True).start()
    confine(**limits)
    serve(sender, work)


def serve(sender: Connection, work: Callable[[], Iterable[object]]) -> None:
    """In a confined process: do some work, and send what it gives, each with True; then False."""
    try:
        for answer in work():
            sender.send((True, answer))
        sender.send((False, None))
    except MemoryError:
        end_out_of_memory()
    except (BrokenPipeError, ConnectionResetError):  # nobody wants it any more
        os._exit(0)
