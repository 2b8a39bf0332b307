"""A courier, look by look, in this process."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from flask import Flask
from redis import Redis
from sqlalchemy import text

import jobs
from callbacks import steps
from callbacks.courier import THREADS, Courier
from callbacks.rows import Callback
from callbacks.steps import MOST_ATTEMPTS
from events import tallies
from models import db
from tests.callback_rows import attempted, make_due, promise, row
from tests.counts import finished
from tests.receiver import Receiver
from tests.support import wait_for
from workers.host_limit import HostLimit


def broken() -> str:
    """The key of a count of which no notice can be made."""
    key = finished()
    db.session.execute(text("UPDATE results SET tops = '5'"))
    db.session.commit()
    return key


def look_for(courier: Courier, state: str) -> Callback:
    """The one callback that there is, in this state, after some looks."""

    def look() -> Callback | None:
        courier.look()
        return row() if row().state == state else None

    return wait_for(f"callback that is {state}", look)


def look_for_failure(courier: Courier) -> Callback:
    """The one callback that there is, after an attempt that failed, and some looks."""

    def look() -> Callback | None:
        courier.look()
        return row() if row().last_error else None

    return wait_for("failure", look)


def test_what_broke_off_every_time_is_given_up(courier: Courier, receiver: Receiver) -> None:
    promise(finished(), receiver.url("/told"))
    attempted(MOST_ATTEMPTS - 1)
    assert steps.take(1, retries=1)  # by a courier that was killed by it
    make_due()
    found = look_for(courier, "given_up")
    assert (found.attempts, found.last_error, found.secret) == (MOST_ATTEMPTS, "crashed", None)
    assert receiver.heard == []


def test_a_network_that_may_be_counted_is_told_nothing(
    app: Flask, courier: Courier, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert app.config["FETCH_ALLOWED_NETWORKS"]
    monkeypatch.setitem(app.config, "CALLBACK_ALLOWED_NETWORKS", ())
    promise(finished(), receiver.url("/told"))
    assert look_for(courier, "given_up").last_error == "not_public"
    assert receiver.heard == []


def test_what_failed_is_sent_again(courier: Courier, receiver: Receiver, redis: Redis) -> None:
    jobs.events().make_good()  # so that what was added up before is written
    redis.delete(tallies.TALLIES)
    promise(finished(), receiver.url("/told", 500, 200))
    found = look_for_failure(courier)
    assert (found.state, found.last_status, found.last_error) == ("waiting", 500, "http_status")
    make_due()
    found = look_for(courier, "delivered")
    assert (found.attempts, found.last_status, found.last_error) == (2, 200, None)
    first, second = receiver.at("/told")
    assert second.headers["Cookie"] is None
    assert {first.told["delivery_id"], second.told["delivery_id"]} == {str(found.delivery_id)}

    def told() -> dict[str, int]:
        jobs.events().make_good()
        return tallies.read(redis)

    wait_for("sums", lambda: told() == {"callbacks:failed": 1, "callbacks:delivered": 1})


def test_a_receiver_that_is_gone_is_left_alone(courier: Courier, receiver: Receiver) -> None:
    promise(finished(), receiver.url("/told", 410))
    found = look_for(courier, "given_up")
    assert (found.attempts, found.last_status, found.secret) == (1, 410, None)


def test_a_redirect_is_not_followed(courier: Courier, receiver: Receiver) -> None:
    promise(finished(), receiver.url("/told", 302))
    found = look_for_failure(courier)
    assert (found.state, found.last_status) == ("waiting", 302)
    assert receiver.at("/canary") == []


def test_what_nobody_foresaw_is_a_failure(
    courier: Courier, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    promise(broken(), receiver.url("/unforeseen?token=hidden"))
    found = look_for_failure(courier)
    assert (found.state, found.attempts, found.last_error) == ("waiting", 1, "crashed")
    assert receiver.heard == []
    assert "sending to 127.0.0.1 broke off: AttributeError" in caplog.text
    assert "hidden" not in caplog.text


def test_no_host_is_sent_too_much_whatever_is_fetched_there(
    app: Flask, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    # There is no public address that a test could own.
    monkeypatch.setattr("transport.connection.is_public", lambda _address: True)
    monkeypatch.setattr("transport.connection.ALLOWED_PORTS", range(65536))
    monkeypatch.setitem(app.config, "CALLBACK_ALLOWED_NETWORKS", ())
    monkeypatch.setitem(app.config, "HOST_RATE_LIMIT", "1/hour")
    HostLimit("1/hour", app.config["RATELIMIT_STORAGE_URI"]).wait("127.0.0.1")  # for a page
    courier = Courier(app)
    promise(key := finished(), receiver.url("/first"))
    assert look_for(courier, "delivered").attempts == 1
    db.session.execute(text("DELETE FROM callbacks"))
    db.session.commit()
    promise(key, receiver.url("/second"))
    found = look_for_failure(courier)
    assert (found.state, found.attempts, found.last_error) == ("waiting", 0, "host_busy")
    assert receiver.at("/second") == []
    courier.end()


@pytest.fixture
def hosts() -> Iterator[Receiver]:
    """All of loopback: as many hosts as a test wants."""
    with closing(Receiver("")) as started:
        yield started


def test_a_slow_receiver_does_not_hold_up_others(courier: Courier, hosts: Receiver) -> None:
    key = finished()
    promise(key, hosts.url("/slow", host="127.0.1.1", held=True))
    courier.look()
    wait_for("request", lambda: hosts.at("/slow"))
    for number in range(4):
        promise(key, hosts.url(f"/slow/{number}", host="127.0.1.1"))
    promise(key, hosts.url("/quick", host="127.0.1.2"))
    courier.look()
    wait_for("request of the other host", lambda: hosts.at("/quick"))
    assert [heard.path for heard in hosts.heard] == ["/slow", "/quick"]
    hosts.let_go()

    def look() -> bool:
        courier.look()
        return len(hosts.heard) == 6

    wait_for("the others", look)


def test_those_that_failed_hold_up_nobody_else(courier: Courier, hosts: Receiver) -> None:
    key = finished()
    others = THREADS // 2
    for number in range(THREADS):  # each on a host of its own, as under a wildcard of the DNS
        promise(key, hosts.url(f"/slow/{number}", host=f"127.0.1.{number}", held=True))
    attempted(1)
    courier.look()
    wait_for("retries", lambda: len(hosts.heard) >= THREADS - others)
    for number in range(others):
        promise(key, hosts.url(f"/first/{number}", host=f"127.0.2.{number}", held=True))
    courier.look()
    wait_for("first attempts", lambda: len(hosts.heard) >= THREADS)
    courier.look()
    paths = [heard.path.split("/")[1] for heard in hosts.heard]
    assert paths == ["slow"] * (THREADS - others) + ["first"] * others
    hosts.let_go()

    def look() -> bool:
        courier.look()
        return len(hosts.heard) == THREADS + others

    wait_for("all the others", look)


@pytest.fixture
def crashes_are_refused(app: Flask) -> Iterator[None]:
    """The database refuses, or takes very long, to put down that an attempt broke off."""
    db.session.execute(
        text("""
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            PERFORM pg_sleep(1.5) WHERE NEW.url LIKE '%hang';
            RAISE 'not today';
        END $$;
        CREATE TRIGGER refuse BEFORE UPDATE ON callbacks FOR EACH ROW
            WHEN (NEW.last_error = 'crashed') EXECUTE FUNCTION refuse()""")
    )
    db.session.commit()
    yield
    db.session.rollback()
    db.session.execute(text("DROP FUNCTION refuse CASCADE"))
    db.session.commit()


@pytest.mark.usefixtures("crashes_are_refused")
def test_what_the_database_refuses_ends_no_courier(
    courier: Courier, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    promise(broken(), receiver.url("/told"))
    caplog.set_level("INFO", logger="callbacks.courier")

    def look() -> bool:
        courier.look()
        return "nobody knows: not today" in caplog.text

    wait_for("trouble", look)
    assert (row().state, row().attempts, row().last_error) == ("waiting", 1, None)
