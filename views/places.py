"""How many may do the same at once in one web process, so that threads remain for what is short.

Of its 32 threads (gunicorn.conf.py) streams of events may have 16 (those of all counts 12 of them),
downloads 4 and what is large 3: nine are always there for everything else, of which four may wait a
little for the evidence of a count that has just ended (views/texts.py).
"""

import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from flask import Response

from views.errors import Problem


class Places:
    """So many at once, and no more.

    :param refusal: makes what is told to those for whom there is no place.
    """

    def __init__(self, most: int, refusal: Callable[[], Problem]) -> None:
        self._free = threading.BoundedSemaphore(most)
        self._refusal = refusal

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold a place meanwhile.

        :raises views.errors.Problem: if there is none.
        """
        self._enter()
        try:
            yield
        finally:
            self._free.release()

    def serve(self, make: Callable[[], Response]) -> Response:
        """An answer that holds its place until it is closed.

        :raises views.errors.Problem: if there is none, and whatever `make` raises.
        """
        self._enter()
        with ExitStack() as leaving:
            leaving.callback(self._free.release)
            response = make()
            leave = leaving.pop_all().close
        at_the_end_of(response, leave)
        return response

    def _enter(self) -> None:
        if not self._free.acquire(blocking=False):
            raise self._refusal()


def at_the_end_of(response: Response, act: Callable[[], object]) -> None:
    """Do something once, when an answer is closed; or gone, for an error may take its place."""
    response.call_on_close(weakref.finalize(response, act))


class Turns:
    """One at a time; the others wait, but not for ever.

    :param refusal: makes what is told to those who have waited for too long.
    """

    def __init__(self, refusal: Callable[[], Problem]) -> None:
        self._lock = threading.Lock()
        self._refusal = refusal

    @contextmanager
    def taken(self, patience: float) -> Iterator[None]:
        """Wait for one's turn and hold it meanwhile.

        :param patience: in seconds.
        :raises views.errors.Problem: if it does not come.
        """
        if not self._lock.acquire(timeout=patience):
            raise self._refusal()
        try:
            yield
        finally:
            self._lock.release()
