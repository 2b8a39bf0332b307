"""Work in a process of its own: whatever becomes of that, who asked goes on with what there is."""

import os
import signal
import time
from collections.abc import Iterator

import psutil
import pytest

from tests.support import wait_for
from workers.apart import DiedError, answers

LIMITS = {"cpu_seconds": 5, "memory_bytes": 512 * 2**20}


def given(work: Iterator[int], **limits: float) -> tuple[list[int], DiedError | None]:
    """What some work gave, and how it ended if not well."""
    got: list[int] = []
    try:
        for answer in answers(lambda: work, **{**LIMITS, **limits}):  # type: ignore[arg-type]
            got.append(answer)
    except DiedError as death:
        return got, death
    return got, None


def test_each_answer_is_given_as_it_comes() -> None:
    assert given(iter([1, 2, 3])) == ([1, 2, 3], None)


def killed() -> Iterator[int]:
    yield 1
    os.kill(os.getpid(), signal.SIGKILL)


def failing() -> Iterator[int]:
    yield 1
    raise ValueError("nobody foresaw this")


def computing() -> Iterator[int]:
    yield 1
    while True:
        pass


def filling() -> Iterator[int]:
    yield 1
    kept = bytearray(2**30)
    yield len(kept)


def sleeping() -> Iterator[int]:
    yield 1
    time.sleep(60)


@pytest.mark.parametrize(
    ("work", "limits", "is_overload", "how"),
    [
        (killed, {}, False, "Killed"),
        (failing, {}, False, "a defect"),
        (computing, {"cpu_seconds": 1}, True, "CPU time limit exceeded"),
        (filling, {}, True, "a defect"),
        (sleeping, {"patience": 0.5}, True, "it took too long"),
    ],
    ids=["killed", "an error", "processor time", "memory", "the clock"],
)
def test_what_was_given_before_the_end_stays(
    work: type[Iterator[int]], limits: dict[str, float], is_overload: bool, how: str
) -> None:
    got, death = given(work(), **limits)
    assert got == [1]
    assert death
    assert (death.is_overload, death.how) == (is_overload, how)


def test_no_process_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    before = set(psutil.Process().children())
    given(sleeping(), patience=0.2)
    assert set(psutil.Process().children()) == before

    def no_more() -> int:
        raise BlockingIOError("Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", no_more)
    got, death = given(iter([1]))
    assert got == []
    assert death
    assert "could not be started" in death.how


def test_it_ends_with_who_has_asked() -> None:
    """Workers kill a horse alone; what it has started must not go on for nobody."""
    receiver, sender = os.pipe()
    horse = os.fork()
    if horse == 0:

        def pid_and_sleep() -> Iterator[int]:
            yield os.getpid()
            time.sleep(60)

        for pid in answers(pid_and_sleep, **LIMITS):
            os.write(sender, str(pid).encode())
    child = psutil.Process(int(os.read(receiver, 100)))
    os.kill(horse, signal.SIGKILL)
    os.waitpid(horse, 0)
    os.close(receiver)
    os.close(sender)
    wait_for(
        "end of the child",
        lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE,
        5,
    )
