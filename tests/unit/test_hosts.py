"""What `python -m bench.hosts` makes of what it has seen; it runs by itself, as root."""

import math
import os

import pytest

from bench.bars import NotMeasuredError
from bench.cut import Story, problems_of, report
from bench.hosts import Step, row
from bench.network import NETWORK, PREFIX, SITES, network
from bench.rates import Job, rate, spread
from chaos.records import Outcome


def step(processes: int, rate_: float) -> Step:
    return Step(processes, rate_, counts=18, exact=18, again=0, cores=1.5, connections={})


def test_jobs_count_by_their_part_of_the_time_until_the_queue_is_empty() -> None:
    one_after_the_other = [Job(at, at + 1) for at in range(10)]
    assert rate(one_after_the_other, 0) == pytest.approx(1)
    assert rate(one_after_the_other, 2.5) == pytest.approx(1)
    assert rate([*one_after_the_other, *one_after_the_other], 2.5) == pytest.approx(2)


def test_pauses_between_jobs_are_no_work() -> None:
    assert rate([Job(0, 1), Job(2, 3), Job(4, 5)], 0) == pytest.approx(0.5)


def test_without_work_there_is_no_rate() -> None:
    assert rate([], 5) == 0
    assert rate([Job(0, 1)], 5) == 0


@pytest.mark.parametrize(
    ("processes", "expected"),
    [(1, [1, 0, 0, 0]), (4, [1, 1, 1, 1]), (6, [2, 2, 1, 1]), (16, [4, 4, 4, 4])],
)
def test_processes_are_spread_over_hosts(processes: int, expected: list[int]) -> None:
    assert spread(processes, 4) == expected


def test_the_bar_is_a_part_of_what_one_process_does() -> None:
    assert row(step(16, 14.4), step(1, 1))[2:5] == ("14.4", "0.90", "yes")
    assert row(step(16, 14.2), step(1, 1))[4] == "**no**"


def test_a_count_has_one_outcome_and_is_finished() -> None:
    def outcome(key: str, status: str = "finished", attempt: int = 1) -> Outcome:
        return Outcome(key, status, attempt, 0.0)

    assert problems_of(["a", "b"], [outcome("a"), outcome("b", attempt=2)]) == []
    seen = [outcome("a"), outcome("a", attempt=2), outcome("b", "failed")]
    assert problems_of(["a", "b", "c"], seen) == [
        "b is not finished.",
        "c is not finished.",
        "a has 2 outcomes.",
    ]


def test_what_has_not_happened_is_told_last() -> None:
    story = Story(0.0, ["a"], "b", {"let go of": math.inf, "taken back": 15.04}, dropped=1)
    lines = report(2, story).splitlines()
    assert lines[-2:] == ["| taken back | 15.0 |", "| let go of | never |"]


def test_names_fit_and_networks_are_apart() -> None:
    assert len(f"{PREFIX}work4-") <= 15
    assert not NETWORK.overlaps(SITES)


def test_who_may_not_make_hosts_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(NotMeasuredError, match="root"), network(["one"], sites="one"):
        pass
