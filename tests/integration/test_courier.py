"""A courier, look by look, in this process."""

from collections.abc import Iterator

import pytest
from flask import Flask

import callbacks
from callbacks import MOST_ATTEMPTS, Callback
from courier import Courier
from tests.callback_rows import attempted, make_due, promise, row
from tests.counts import finished
from tests.receiver import Receiver
from tests.support import wait_for


@pytest.fixture
def courier(app: Flask) -> Iterator[Courier]:
    """One that looks when it is told to."""
    started = Courier(app)
    yield started
    started.end()


def look_for(courier: Courier, state: str) -> Callback:
    """The one callback that there is, in this state, after some looks."""

    def look() -> Callback | None:
        courier.look()
        return row() if row().state == state else None

    return wait_for(f"callback that is {state}", look)


def test_what_broke_off_every_time_is_given_up(courier: Courier, receiver: Receiver) -> None:
    promise(finished(), receiver.url("/told"))
    attempted(MOST_ATTEMPTS - 1)
    assert callbacks.take(1)  # by a courier that was killed by it
    make_due()
    found = look_for(courier, "given_up")
    assert (found.attempts, found.last_error, found.secret) == (MOST_ATTEMPTS, "crashed", None)
    assert receiver.heard == []
