"""Places and turns: so many at once, each given back whatever happens."""

import runpy
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from flask import Response

from tests.support import PROJECT
from views.errors import Problem
from views.files import MAX_DOWNLOADS
from views.live import MAX_STREAMS
from views.places import Places, Turns
from views.turns import MAX_AT_LARGE


def full() -> Problem:
    return Problem(503, "full", "There is no place.")


def answer() -> Response:
    return Response(iter(["a", "b"]))


def fails() -> Response:
    raise ValueError("before the first byte")


def free(places: Places) -> int:
    """How many places there are just now."""
    with ExitStack() as held:
        for number in range(10):
            try:
                held.enter_context(places.held())
            except Problem:
                return number
    raise AssertionError("there is no end of places")


def test_there_are_so_many_and_no_more() -> None:
    places = Places(2, full)
    with places.held(), places.held():
        with pytest.raises(Problem, match="no place"), places.held():
            pytest.fail("there was a third")
        with pytest.raises(Problem, match="no place"):
            places.serve(answer)
    assert free(places) == 2


def test_a_place_is_given_back_once_its_answer_is_closed() -> None:
    places = Places(2, full)
    response = places.serve(answer)
    assert free(places) == 1
    assert list(response.iter_encoded()) == [b"a", b"b"]
    assert free(places) == 1
    response.close()
    response.close()
    assert free(places) == 2


def test_a_place_of_an_answer_that_nobody_closes() -> None:
    places = Places(2, full)
    response = places.serve(answer)
    assert free(places) == 1
    del response
    assert free(places) == 2


def test_a_place_of_an_answer_that_never_was() -> None:
    places = Places(2, full)
    with pytest.raises(ValueError, match="first byte"):
        places.serve(fails)
    with pytest.raises(ValueError, match="meanwhile"), places.held():
        raise ValueError("meanwhile")
    assert free(places) == 2


def test_a_place_of_an_answer_that_breaks_off() -> None:
    def broken() -> Iterator[str]:
        yield "a"
        raise ValueError("after the first byte")

    places = Places(1, full)
    with places.serve(lambda: Response(broken())) as response:
        with pytest.raises(ValueError, match="after the first byte"):
            list(response.iter_encoded())
        assert free(places) == 0
    assert free(places) == 1


def test_one_at_a_time() -> None:
    turns = Turns(full)
    with turns.taken(0):
        with pytest.raises(Problem, match="no place"), turns.taken(0):
            pytest.fail("there were two")
        with pytest.raises(Problem, match="no place"), turns.taken(0.01):
            pytest.fail("there were two")
    with pytest.raises(ValueError, match="meanwhile"), turns.taken(0):
        raise ValueError("meanwhile")
    with turns.taken(0):
        pass


def test_a_thread_remains_for_what_is_short(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    served = runpy.run_path(str(PROJECT / "gunicorn.conf.py"))
    assert served["threads"] > MAX_STREAMS + MAX_DOWNLOADS + MAX_AT_LARGE
