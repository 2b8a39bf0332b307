"""The steps of a callback, on a real database, without a courier."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text

import submissions
from callbacks import steps
from callbacks.rows import Callback, Wanted
from callbacks.steps import LEASE_SECONDS, MOST_OF_A_HOST, PAUSES
from models import db
from storage import leases, retention
from storage.once import Once
from tests.callback_rows import SECRET, attempted, make_due, promise, row, take_one
from tests.counts import begin, counted, finished, stored
from tests.support import wait_for

pytestmark = pytest.mark.usefixtures("app")
URL = "http://hooks.example/told?token=hidden"


def long_ago(key: str, interval: str) -> None:
    """Let a count have ended so long ago."""
    db.session.execute(
        text(
            "UPDATE results SET finished_at = now() - CAST(:ago AS interval) WHERE job_key = :key"
        ),
        {"ago": interval, "key": key},
    )
    db.session.commit()


def seconds_until(callback: Callback) -> float:
    now = db.session.scalar(text("SELECT now()"))
    until: timedelta = callback.due_at - now
    return until.total_seconds()


def test_none_is_taken_before_its_count_has_ended() -> None:
    key = submissions.submit("http://example.com/", callback=Wanted(URL, SECRET))
    assert steps.take(10, retries=10) == []
    claim = begin(key)
    assert steps.take(10, retries=10) == []
    leases.fail(claim, "empty_page", "It is empty.")
    (taken,) = steps.take(10, retries=10)
    assert (taken.url, taken.secret, taken.attempts) == (URL, SECRET, 1)
    assert taken.host == "hooks.example"


def test_what_is_taken_is_nobody_elses_until_its_lease_is_over() -> None:
    promise(finished(), URL)
    first = take_one()
    assert steps.take(10, retries=10) == []
    assert LEASE_SECONDS - 5 < seconds_until(row()) <= 2 * LEASE_SECONDS
    second = take_one()
    assert (second.delivery_id, second.attempts) == (first.delivery_id, 2)
    steps.delivered(first, 204)  # by a courier that was believed dead
    assert row().state == "waiting"
    steps.delivered(second, 200)
    assert (row().state, row().last_status, row().secret) == ("delivered", 200, None)
    steps.give_up(second, "http_status", 410)
    assert row().state == "delivered"


def test_two_couriers_never_take_the_same(app: Flask) -> None:
    key = finished()
    for number in range(60):
        promise(key, f"http://{number}.example/")

    def some(_: int) -> list[int]:
        with app.app_context():
            return [taken.id for taken in steps.take(5, retries=5)]

    taken: list[int] = []

    def is_all_taken() -> bool:
        with ThreadPoolExecutor(8) as couriers:  # who comes second to a row passes over it
            taken.extend(number for numbers in couriers.map(some, range(16)) for number in numbers)
        return len(taken) >= 60

    wait_for("end of them", is_all_taken)
    assert len(set(taken)) == 60


def test_an_attempt_that_failed_is_made_again_later_and_later() -> None:
    promise(finished(), URL)
    for number, pause in enumerate(PAUSES, start=1):
        assert steps.failed(take_one(), "http_status", 500) == pause
        assert pause - 5 < seconds_until(row()) <= pause
        assert (row().state, row().attempts) == ("waiting", number)
        assert (row().last_status, row().last_error) == (500, "http_status")
    assert steps.failed(take_one(), "timeout") is None
    assert (row().state, row().attempts, row().secret) == ("given_up", len(PAUSES) + 1, None)
    assert (row().last_status, row().last_error) == (None, "timeout")


@pytest.mark.parametrize("status", [400, 404, 405, 499])
def test_a_clear_refusal_is_asked_twice_again(status: int) -> None:
    promise(finished(), URL)
    assert steps.failed(take_one(), "http_status", 500) == PAUSES[0]
    assert steps.failed(take_one(), "http_status", status) == PAUSES[1]
    assert steps.failed(take_one(), "http_status", status) is None
    assert (row().state, row().attempts, row().last_status) == ("given_up", 3, status)


@pytest.mark.parametrize("status", [302, 408, 425, 429, 500])
def test_what_may_pass_is_no_refusal(status: int) -> None:
    promise(finished(), URL)
    attempted(2)
    assert steps.failed(take_one(), "http_status", status) == PAUSES[2]


def test_what_was_taken_together_is_not_due_together() -> None:
    key = finished()
    for number in range(16):
        promise(key, f"http://{number}.example/")
    assert len(steps.take(16, retries=16)) == 16
    due = sorted(row.due_at for row in db.session.query(Callback))
    assert due[-1] - due[0] > timedelta(seconds=LEASE_SECONDS / 4)


def test_what_was_put_off_was_no_attempt() -> None:
    promise(finished(), URL)
    assert not steps.postpone(take_one(), "host_busy", 10)
    assert (row().state, row().attempts, row().last_error) == ("waiting", 0, "host_busy")
    assert 5 < seconds_until(row()) <= 10


def test_what_is_put_off_for_a_day_is_given_up() -> None:
    key = finished()
    promise(key, URL)
    long_ago(key, "25 hours")  # asked for only now
    assert not steps.postpone(take_one(), "host_busy", 10)
    db.session.execute(text("UPDATE callbacks SET submitted_at = now() - interval '25 hours'"))
    long_ago(key, "23 hours")
    assert not steps.postpone(take_one(), "host_busy", 10)
    long_ago(key, "25 hours")
    assert steps.postpone(take_one(), "host_busy", 10)
    assert (row().state, row().secret, row().last_error) == ("given_up", None, "host_busy")


def test_of_one_host_only_some_are_taken_at_a_time() -> None:
    key = finished()
    for number in range(5):
        promise(key, f"http://slow.example/{number}")
    promise(key, "http://other.example/")
    hosts = [taken.host for taken in steps.take(10, retries=10)]
    assert sorted(hosts) == ["other.example", *["slow.example"] * MOST_OF_A_HOST]
    assert steps.take(10, retries=10, busy={"slow.example"}) == []


def test_first_attempts_come_before_retries_of_which_there_are_some() -> None:
    key = finished()
    for number in range(4):
        promise(key, f"http://{number}.example/")
    attempted(1)
    promise(key, "http://late.example/")
    assert [taken.host for taken in steps.take(1, retries=1)] == ["late.example"]
    promise(key, "http://later.example/")
    hosts = {taken.host for taken in steps.take(9, retries=2)}
    assert hosts == {"later.example", "0.example", "1.example"}
    assert steps.take(9, retries=0) == []
    assert len(steps.take(9, retries=9)) == 2


@pytest.fixture
def crowd(app: Flask) -> None:
    """Ten thousand that wait for their counts, and as many that are due, of one host."""
    key = stored(finished()).id
    db.session.execute(
        text("""
        WITH new AS (
            INSERT INTO results (url, status, job_key, attempt)
            SELECT 'http://example.com/' || n, 'queued', gen_random_uuid(), 0
            FROM generate_series(1, 10000) AS n RETURNING id)
        INSERT INTO callbacks (result_id, delivery_id, url, host, secret, state)
        SELECT id, gen_random_uuid(), 'http://a.example/', 'a.example', 'secret', 'waiting'
        FROM new UNION ALL
        SELECT :key, gen_random_uuid(), 'http://b.example/', 'b.example', 'secret', 'waiting'
        FROM generate_series(1, 10000)"""),
        {"key": key},
    )
    db.session.commit()
    db.session.execute(text("ANALYZE results, callbacks"))
    db.session.commit()


@pytest.mark.usefixtures("crowd")
def test_looking_is_cheap_however_many_wait() -> None:
    begun = time.perf_counter()
    assert len(steps.take(16, retries=16)) == MOST_OF_A_HOST
    assert steps.take(16, retries=16, busy={"b.example"}) == []
    # Once with ten thousand to choose from, once with none.
    seconds = (time.perf_counter() - begun) / 2
    assert seconds < 0.5


def test_callbacks_and_names_go_with_their_count() -> None:
    key = submissions.submit(
        "http://example.com/", name=Once("a", "b"), callback=Wanted(URL, SECRET)
    )
    leases.fail(begin(key), "empty_page", "It is empty.")
    steps.delivered(take_one(), 204)
    promise(kept := counted({"word": 1}), URL)
    long_ago(key, "9 days")
    assert list(retention.purge(1)) == [1]
    assert row().result_id == stored(kept).id
    assert db.session.scalar(text("SELECT count(*) FROM submitted_once")) == 0


def test_a_count_is_kept_until_all_were_told() -> None:
    promise(key := finished(), URL)
    promise(key, URL)
    long_ago(key, "9 days")
    make_due()
    first, second = steps.take(10, retries=10)
    assert list(retention.purge(1)) == [0]
    steps.delivered(first, 204)
    assert list(retention.purge(1)) == [0]
    steps.give_up(second, "http_status", 410)
    assert list(retention.purge(1)) == [1]
    assert db.session.scalar(text("SELECT count(*) FROM callbacks")) == 0
