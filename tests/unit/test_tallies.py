"""What is added up in a process, before it is written."""

from events import tallies
from events.tallies import FETCHES, OUTCOMES, Tallies


def test_amounts_of_one_name_are_one() -> None:
    added = Tallies()
    added.add(OUTCOMES, "finished")
    added.add(OUTCOMES, "finished", 2)
    added.add(OUTCOMES, "crashed", 0)
    added.add(tallies.REJECTED)
    assert added.take() == {"outcomes:finished": 3, "rejected": 1}
    assert added.take() == {}


def test_what_could_not_be_written_is_kept_with_what_came_meanwhile() -> None:
    added = Tallies()
    added.add(OUTCOMES, "finished")
    amounts = added.take()
    added.add(OUTCOMES, "finished")
    added.give_back(amounts)
    assert added.take() == {"outcomes:finished": 2}


def test_times_are_sorted_by_bounds_that_they_do_not_exceed() -> None:
    added = Tallies()
    for seconds in (0.0, 0.05, 0.050001, 29.9999994, 31.0):
        added.observe(FETCHES, seconds)
    assert added.take() == {
        "fetch_seconds:0.05": 2,
        "fetch_seconds:0.1": 1,
        "fetch_seconds:30.0": 1,
        "fetch_seconds:+Inf": 1,
        "fetch_seconds:sum": 61_100_000,
    }
