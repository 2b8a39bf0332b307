"""The states of a count, on a real Postgres: only what may happen, happens."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from models import Result, Status, Step, db
from storage import admission, leases, rescues
from storage.leases import LEASE_SECONDS
from storage.states import MAX_CRASHES
from tests.counts import begin, end_lease, make_due
from tests.support import NOBODYS_KEY

pytestmark = pytest.mark.usefixtures("app")


def new_count(url: str = "http://example.com/") -> str:
    (result,) = leases.accept([url])
    key = str(result.job_key)
    db.session.commit()
    return key


def found(job_key: str) -> Result:
    result = Result.by_key(job_key)
    assert result
    db.session.refresh(result)
    return result


def seconds_left(job_key: str) -> float:
    """Of its lease, by the clock of the database."""
    left = db.session.scalar(
        text("SELECT extract(epoch FROM lease_until - now()) FROM results WHERE job_key = :key"),
        {"key": job_key},
    )
    return float(left)


def test_a_new_count_is_queued() -> None:
    result = found(new_count())
    assert (result.status, result.attempt, result.lease_until) == ("queued", 0, None)
    assert result.submitted_at < result.due_at


@pytest.mark.parametrize("key", ["", "x", "1", str(NOBODYS_KEY), NOBODYS_KEY.hex, "'; --"])
def test_there_is_no_count_for_a_key_that_nobody_was_given(key: str) -> None:
    assert Result.by_key(key) is None


def test_a_claim_takes_the_lease() -> None:
    key = new_count()
    claim = begin(key)
    assert (claim.job_key, claim.url, claim.attempt) == (key, "http://example.com/", 1)
    result = found(key)
    assert (result.status, result.worker, result.step) == ("running", "a worker", "fetching")
    assert result.started_at
    assert LEASE_SECONDS - 5 < seconds_left(key) <= LEASE_SECONDS


def test_only_one_claim_at_a_time() -> None:
    key = new_count()
    begin(key)
    assert leases.claim(key, worker="another") is None


def test_only_one_of_many_claims_at_the_same_moment(app: Flask) -> None:
    key = new_count()

    def claim(worker: str) -> bool:
        with app.app_context():
            return leases.claim(key, worker=worker) is not None

    with ThreadPoolExecutor(8) as workers:
        assert sum(workers.map(claim, "abcdefgh")) == 1


def test_a_worker_that_did_not_hear_of_its_claim_claims_again() -> None:
    key = new_count()
    unheard = begin(key)
    again = begin(key)
    assert again.attempt == 2
    assert not leases.finish(unheard)
    assert leases.finish(again)
    assert found(key).crashes == 0


def test_an_older_claim_is_fenced_off() -> None:
    key = new_count()
    older = begin(key, "older")
    end_lease(key)
    assert [count.job_key for count in rescues.take_back(limit=10)] == [key]
    newer = begin(key, "newer")
    assert newer.attempt == 2
    assert not leases.finish(older, total_words=1)
    assert not leases.fail(older, "timeout", "Too late.")
    assert leases.hand_back(key, worker="older") is None
    assert leases.crash(key, worker="older") is None
    assert not leases.report(older, Step.SAVING, bytes=1)
    assert (found(key).step, found(key).bytes) == ("fetching", None)
    assert leases.claim_of(key, worker="older") is None
    assert leases.claim_of(key, worker="newer") == newer
    assert leases.finish(newer, total_words=2)
    assert (found(key).status, found(key).total_words) == ("finished", 2)


def test_a_worker_that_did_not_hear_of_its_finish_finishes_again() -> None:
    claim = begin(new_count())
    assert leases.finish(claim, total_words=1)
    assert leases.finish(claim, total_words=2)
    assert not leases.fail(claim, "timeout", "Too slow.")
    assert (found(claim.job_key).status, found(claim.job_key).total_words) == ("finished", 1)


def test_what_is_done_stays_done() -> None:
    key = new_count()
    claim = begin(key)
    assert leases.fail(claim, "timeout", "Too slow.")
    assert leases.claim(key, worker="another") is None
    assert not leases.finish(claim, total_words=1)
    assert leases.hand_back(key, worker="a worker") is None
    assert leases.crash(key, worker="a worker") is None
    assert not leases.report(claim, Step.SAVING)
    assert not leases.cancel(key, owner="somebody")
    rescues.renew("a worker", longest=60)
    make_due(key)
    assert rescues.ring_again([key]) == []
    assert (rescues.take_back(limit=10), rescues.overdue(limit=10)) == ([], [])
    result = found(key)
    assert (result.status, result.error_code, result.error_detail) == (
        "failed",
        "timeout",
        "Too slow.",
    )
    assert result.finished_at
    assert (result.lease_until, result.step) == (None, None)


def test_a_count_that_is_handed_back_is_queued_again() -> None:
    key = new_count()
    claim = begin(key)
    leases.report(claim, Step.FETCHING, bytes=1000)
    count = leases.hand_back(key, worker="a worker")
    assert count
    assert (count.url, count.attempt, count.status) == ("http://example.com/", 1, Status.QUEUED)
    result = found(key)
    assert (result.status, result.step, result.bytes, result.crashes) == ("queued", None, None, 0)
    assert not leases.finish(claim, total_words=1)
    assert begin(key).attempt == 2


def test_handing_back_is_no_crash_however_often() -> None:
    key = new_count()
    for _ in range(MAX_CRASHES + 1):
        begin(key)
        assert leases.hand_back(key, worker="a worker")
    assert found(key).status == "queued"


def test_a_count_on_which_workers_die_is_tried_later_and_later_and_then_fails() -> None:
    key = new_count()
    pauses = []
    for crashes in range(1, MAX_CRASHES + 1):
        begin(key)
        if crashes % 2:  # the horse alone, or its worker as well
            assert leases.crash(key, worker="a worker")
        else:
            end_lease(key)
            assert rescues.take_back(limit=10)
        result = found(key)
        assert result.crashes == crashes
        now = db.session.scalar(text("SELECT now()"))
        pauses.append(round((result.due_at - now).total_seconds()))
    assert pauses[:-1] == [2, 4, 8, 16]
    assert (result.status, result.error_code, result.attempt) == ("failed", "crashed", MAX_CRASHES)
    assert result.finished_at
    assert leases.claim(key, worker="a worker") is None


def test_a_horse_that_dies_before_it_claims_counts_as_well() -> None:
    key = new_count()
    for _ in range(MAX_CRASHES):
        assert leases.crash(key, worker="a worker")
    assert found(key).error_code == "crashed"


def test_a_lease_is_renewed_but_not_for_ever() -> None:
    key, of_another = new_count(), new_count("http://another.example/")
    begin(key)
    begin(of_another, "another")
    end_lease(key)
    end_lease(of_another)
    rescues.renew("a worker", longest=60)
    assert seconds_left(key) > LEASE_SECONDS - 5
    assert seconds_left(of_another) < 0
    end_lease(key)
    rescues.renew("a worker", longest=-1)
    assert seconds_left(key) < 0


def test_progress_is_stored() -> None:
    claim = begin(new_count())
    assert leases.report(claim, Step.FETCHING, bytes=1000)
    assert leases.report(claim, Step.READING)
    result = found(claim.job_key)
    assert (result.status, result.step, result.bytes) == ("running", "reading", 1000)


def test_only_a_lease_that_ran_out_is_taken_back() -> None:
    keys = [new_count(f"http://example.com/{name}") for name in ("queued", "running", "stuck")]
    begin(keys[1])
    begin(keys[2])
    end_lease(keys[2])
    assert [count.job_key for count in rescues.take_back(limit=10)] == [keys[2]]
    assert [found(key).status for key in keys] == ["queued", "running", "queued"]


def test_only_what_is_due_is_rung_for_and_once() -> None:
    due, also_due, not_due, running = (new_count(f"http://example.com/{n}") for n in range(4))
    for key in (also_due, due, running):
        make_due(key)
    begin(running)
    assert rescues.overdue(limit=10) == [due, also_due]  # the oldest first
    assert rescues.overdue(limit=1) == [due]
    keys = [due, not_due, running, str(NOBODYS_KEY), "no key"]
    assert [count.job_key for count in rescues.ring_again(keys)] == [due]
    assert rescues.ring_again(keys) == []
    assert rescues.overdue(limit=10) == [also_due]


def test_rescuers_do_not_wait_for_each_other() -> None:
    first, second, stuck = (new_count(f"http://example.com/{n}") for n in range(3))
    begin(stuck)
    end_lease(stuck)
    make_due(first)
    make_due(second)
    with db.engine.connect() as other:
        other.execute(
            text("SELECT 1 FROM results WHERE job_key IN (:first, :stuck) FOR UPDATE"),
            {"first": first, "stuck": stuck},
        )
        assert rescues.take_back(limit=10) == []
        assert [count.job_key for count in rescues.ring_again([first, second])] == [second]
    assert len(rescues.take_back(limit=10)) == 1
    assert [count.job_key for count in rescues.ring_again([first, second])] == [first]


def test_reuse_of_a_recent_count() -> None:
    key = new_count("http://a/")
    other = "http://b/"

    def reusable(url: str, seconds: float) -> str | None:
        result = admission.reusable([url], seconds).get(url)
        return str(result.job_key) if result else None

    assert reusable("http://a/", 0) == key  # pending
    assert reusable(other, 60) is None
    claim = begin(key)
    assert leases.finish(claim)
    assert reusable("http://a/", 60) == key
    assert reusable("http://a/", 0) is None


def test_a_count_whose_worker_was_killed_before_the_evidence_is_not_reused_for_long() -> None:
    claim = begin(new_count("http://a/"))
    assert leases.finish(claim)
    assert admission.reusable(["http://a/"], 600)
    db.session.execute(text("UPDATE results SET finished_at = finished_at - interval '3 min'"))
    assert admission.reusable(["http://a/"], 600) == {}
    leases.supplement(claim, reading_ease={})
    assert admission.reusable(["http://a/"], 600)


@pytest.mark.parametrize(("newer", "found"), [(19, True), (20, False)])
def test_only_the_newest_counts_are_looked_at_for_one_to_reuse(newer: int, found: bool) -> None:
    """So it takes no longer for a page that was counted very often."""
    new_count("http://a/")
    for _ in range(newer):
        assert leases.fail(begin(new_count("http://a/")), "timeout", "Too slow.")
    assert bool(admission.reusable(["http://a/"], 60)) is found


def test_each_url_has_its_own_count_to_reuse() -> None:
    keys = {url: [new_count(url) for _ in range(2)] for url in ("http://a/", "http://b/")}
    found = admission.reusable(["http://b/", "http://none/", "http://a/"], 60)
    assert {url: str(result.job_key) for url, result in found.items()} == {
        url: both[1]
        for url, both in keys.items()  # the newer one
    }


def test_a_failed_count_is_not_reused() -> None:
    claim = begin(new_count("http://a/"))
    assert leases.fail(claim, "timeout", "Too slow.")
    assert admission.reusable(["http://a/"], 60) == {}


def test_the_database_knows_the_states() -> None:
    with pytest.raises(IntegrityError, match="ck_results_status"):
        db.session.execute(
            text(
                "INSERT INTO results (job_key, url, status, attempt)"
                " VALUES (gen_random_uuid(), 'http://a/', 'lost', 0)"
            )
        )
