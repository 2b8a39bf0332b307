"""What `make chaos` knows beforehand, and how it judges."""

from collections import Counter
from typing import Any

import pytest

from chaos.answers import Answer
from chaos.faults import KINDS, schedule
from chaos.pages import Page, pages
from chaos.records import Outcome, Row
from chaos.submissions import Submission
from chaos.verdict import Evidence, Verdict, judge, ranking, total
from wordcount import count_page

URL = "http://127.0.0.1:1/1/0"
WORDS = {"rose": 2, "sea": 1}
PAGE = Page(path="/1/0", content_type="text/html", body=b"", delay=0, words=Counter(WORDS))
ROW = Row(key="k", url=URL, status="finished", attempt=1, error_code=None, words=WORDS)
OUTCOME = Outcome(key="k", status="finished", attempt=1, at=104)
ANSWER = Answer(10, 200, [["rose", 2], ["sea", 1]])


def verdict(**known: Any) -> Verdict:
    """The judgement on one page that was accepted at second 100, the last fault being at 101."""
    evidence: dict[str, Any] = {
        "submissions": [Submission(PAGE, URL, key="k", accepted_at=100)],
        "rows": [ROW],
        "outcomes": [OUTCOME],
        "answers": {"k": ANSWER},
        "last_fault": 101,
    }
    return judge(Evidence(**(evidence | known)))


def changed(**columns: Any) -> Row:
    return Row(**(vars(ROW) | columns))


def test_the_words_of_its_pages_are_known() -> None:
    for page in pages(seed=1, number=150):
        assert count_page(page.body, page.content_type).counts == page.words, page.path


def test_a_seed_gives_the_same_pages_and_faults_each_time() -> None:
    assert pages(1, 5) == pages(1, 5) != pages(2, 5)
    assert schedule(1, 60, 14) == schedule(1, 60, 14) != schedule(2, 60, 14)


@pytest.mark.parametrize("seed", range(5))
def test_every_kind_of_fault_happens_equally_often(seed: int) -> None:
    faults = schedule(seed, 60, 2 * len(KINDS))
    assert Counter(fault.kind for fault in faults) == dict.fromkeys(KINDS, 2)
    moments = [fault.at for fault in faults]
    assert moments == sorted(moments)
    assert 0 < moments[0] < moments[-1] < 60


def test_a_page_that_was_counted_is_no_problem() -> None:
    found = verdict()
    assert found.numbers == "accepted 1, finished 1, lost 0, doubled 0, wrong 0"
    assert found.times == "longest 4.0 s, longest after the last fault 3.0 s"
    assert not found.problems


@pytest.mark.parametrize(
    ("known", "number"),
    [
        pytest.param({"rows": []}, "lost", id="unknown"),
        pytest.param({"rows": [changed(status="queued")]}, "lost", id="queued"),
        pytest.param({"rows": [changed(status="running")]}, "lost", id="running"),
        pytest.param({"outcomes": [OUTCOME, OUTCOME]}, "doubled", id="finished twice"),
        pytest.param({"rows": [ROW, changed(key="l")]}, "doubled", id="two keys"),
        pytest.param(
            {"rows": [changed(status="failed", error_code="crashed")]}, "wrong", id="failed"
        ),
        pytest.param({"rows": [changed(words={"rose": 2, "sea": 2})]}, "wrong", id="other words"),
        pytest.param({"rows": [changed(words=None)]}, "wrong", id="no words"),
        pytest.param({"rows": [changed(url="http://example.com/")]}, "wrong", id="another page"),
        pytest.param({"answers": {"k": Answer(10, 202, {})}}, "wrong", id="pending in the web"),
        pytest.param({"answers": {"k": Answer(10, 200, [])}}, "wrong", id="empty in the web"),
        pytest.param({"answers": {}}, "wrong", id="no answer"),
    ],
)
def test_what_is_not_as_promised_is_counted_and_told(known: dict[str, Any], number: str) -> None:
    found = verdict(**known)
    assert {name: getattr(found, name) for name in ("lost", "doubled", "wrong")} == {
        "lost": 0,
        "doubled": 0,
        "wrong": 0,
        number: 1,
    }
    (problem,) = found.problems
    assert problem.startswith(f"{number}: {URL} k: ")


def test_what_is_late_or_was_never_accepted_is_told() -> None:
    late = verdict(outcomes=[Outcome(key="k", status="finished", attempt=2, at=101 + 60.5)])
    assert late.problems == [f"late: {URL} k: 60.5 s after the last fault"]
    refused = verdict(submissions=[Submission(PAGE, URL, refusals=Counter({"503": 7}))])
    assert refused.problems == [f"never accepted: {URL} ({{'503': 7}})"]
    assert total([late, refused]).numbers == "accepted 1, finished 1, lost 0, doubled 0, wrong 0"
    assert len(total([late, refused]).problems) == 2


def test_rows_of_a_ranking_are_ordered_by_count_and_then_by_alphabet() -> None:
    assert ranking({"b": 1, "a": 1, "c": 2}, top=2) == [["c", 2], ["a", 1]]
