"""Who may be at something large: one at a time in one web process, and few may wait for it."""

from collections.abc import Iterator
from contextlib import contextmanager

from views.errors import Problem
from views.places import Places, Turns

#: How many may be at a large count at once: one works on it, the others wait for their turn.
MAX_AT_LARGE = 3
#: How long they wait, in seconds.
PATIENCE = 8.0
#: How long a list waits for a turn of one of its pages, which are being sent already.
PATIENCE_OF_LISTS = 60.0


def _busy() -> Problem:
    return Problem(
        503,
        "busy",
        "Other large pages are being looked at just now. Please try again in a moment.",
        headers={"Retry-After": "5"},
    )


AT_LARGE = Places(MAX_AT_LARGE, _busy)
TURNS = Turns(_busy)


@contextmanager
def turn(*, is_large: bool) -> Iterator[None]:
    """While something is worked on; what is not large need not wait.

    :raises views.errors.Problem: if too many wait already, or it would take too long.
    """
    if not is_large:
        yield
        return
    with AT_LARGE.held(), TURNS.taken(PATIENCE):
        yield


@contextmanager
def turn_of_a_list(*, is_large: bool) -> Iterator[None]:
    """As :func:`turn`, for a page of a list, whose file cannot be refused any more.

    So it waits for longer. There are not many of those, for each has a place as a download.
    """
    if not is_large:
        yield
        return
    with TURNS.taken(PATIENCE_OF_LISTS):
        yield
