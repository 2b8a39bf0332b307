"""The states of a count, on a real Postgres: only what may happen, happens."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

import leases
from leases import MAX_ATTEMPTS
from models import Result, db
from tests.support import NOBODYS_KEY, begin

pytestmark = pytest.mark.usefixtures("app")


def new_count(url: str = "http://example.com/") -> str:
    result = Result(url=url)
    db.session.add(result)
    db.session.commit()
    return str(result.job_key)


def end_lease(job_key: str) -> None:
    db.session.execute(
        text("UPDATE results SET lease_until = now() - interval '1 s' WHERE job_key = :key"),
        {"key": job_key},
    )
    db.session.commit()


def found(job_key: str) -> Result:
    result = Result.by_key(job_key)
    assert result
    db.session.refresh(result)
    return result


def test_a_new_count_is_queued() -> None:
    result = found(new_count())
    assert (result.status, result.attempt, result.lease_until) == ("queued", 0, None)
    assert result.submitted_at


@pytest.mark.parametrize("key", ["", "x", "1", str(NOBODYS_KEY), NOBODYS_KEY.hex, "'; --"])
def test_there_is_no_count_for_a_key_that_nobody_was_given(key: str) -> None:
    assert Result.by_key(key) is None


def test_a_claim_takes_the_lease() -> None:
    key = new_count()
    claim = begin(key)
    assert (claim.job_key, claim.url, claim.attempt) == (key, "http://example.com/", 1)
    result = found(key)
    assert (result.status, result.worker) == ("running", "a worker")
    assert result.lease_until
    assert result.started_at
    assert 55 < (result.lease_until - result.started_at).total_seconds() < 65


def test_only_one_claim_at_a_time() -> None:
    key = new_count()
    begin(key)
    assert leases.claim(key, worker="another", lease_seconds=60) is None


def test_a_lease_that_ran_out_can_be_claimed_and_fences_off_the_older_attempt() -> None:
    key = new_count()
    older = begin(key, "older")
    end_lease(key)
    newer = begin(key, "newer")
    assert newer.attempt == 2
    assert not leases.finish(older, total_words=1)
    assert not leases.fail(older, "timeout", "Too late.")
    assert not leases.release(key, worker="older")
    assert leases.claim_of(key, worker="older") is None
    assert leases.claim_of(key, worker="newer") == newer
    assert leases.finish(newer, total_words=2)
    assert (found(key).status, found(key).total_words) == ("finished", 2)


def test_what_is_done_stays_done() -> None:
    key = new_count()
    claim = begin(key)
    assert leases.fail(claim, "timeout", "Too slow.")
    assert leases.claim(key, worker="another", lease_seconds=60) is None
    assert not leases.finish(claim, total_words=1)
    assert not leases.release(key, worker="a worker")
    result = found(key)
    assert (result.status, result.error_code, result.error_detail) == (
        "failed",
        "timeout",
        "Too slow.",
    )
    assert result.finished_at
    assert result.lease_until is None


def test_a_released_count_is_queued_again() -> None:
    key = new_count()
    claim = begin(key)
    assert leases.release(key, worker="a worker")
    assert found(key).status == "queued"
    assert not leases.finish(claim, total_words=1)
    assert begin(key).attempt == 2


def test_a_count_is_not_begun_for_ever() -> None:
    key = new_count()
    for _ in range(MAX_ATTEMPTS):
        begin(key)
        assert leases.abandon(code="crashed", detail="Too often.") == []
        assert leases.release(key, worker="a worker")
    assert leases.claim(key, worker="a worker", lease_seconds=60) is None
    assert overdue() == []
    assert leases.abandon(code="crashed", detail="Too often.") == [key]
    assert found(key).error_code == "crashed"


def overdue(*waiting: str) -> list[str]:
    return leases.release_overdue(waiting=waiting, queued_for=-1, limit=10)


def test_only_what_is_stuck_is_released() -> None:
    lost, waiting, running, stuck = (new_count() for _ in range(4))
    begin(running)
    begin(stuck)
    end_lease(stuck)
    assert overdue(waiting, "no key", "") == [lost, stuck]
    assert found(stuck).status == "queued"
    assert found(running).status == "running"
    assert leases.release_overdue(waiting=[], queued_for=60, limit=10) == []


def test_two_rescuers_do_not_wait_for_each_other() -> None:
    first, second = new_count(), new_count()
    with db.engine.connect() as other:
        other.execute(text("SELECT 1 FROM results WHERE job_key = :key FOR UPDATE"), {"key": first})
        assert overdue() == [second]
    assert overdue() == [first, second]


def test_reuse_of_a_recent_count() -> None:
    key = new_count("http://a/")
    other = "http://b/"

    def reusable(url: str, seconds: float) -> str | None:
        result = Result.reusable(url, seconds)
        return str(result.job_key) if result else None

    assert reusable("http://a/", 0) == key  # pending
    assert reusable(other, 60) is None
    claim = begin(key)
    assert leases.finish(claim)
    assert reusable("http://a/", 60) == key
    assert reusable("http://a/", 0) is None


def test_a_failed_count_is_not_reused() -> None:
    claim = begin(new_count("http://a/"))
    assert leases.fail(claim, "timeout", "Too slow.")
    assert Result.reusable("http://a/", 60) is None


def test_the_database_knows_the_states() -> None:
    with pytest.raises(IntegrityError, match="ck_results_status"):
        db.session.execute(
            text(
                "INSERT INTO results (job_key, url, status, attempt)"
                " VALUES (gen_random_uuid(), 'http://a/', 'lost', 0)"
            )
        )
