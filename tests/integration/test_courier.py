"""A courier, look by look, in this process."""

import signal
from collections.abc import Iterator
from contextlib import closing
from types import FrameType

import pytest
from flask import Flask
from sqlalchemy import text

import callbacks
from callbacks import MOST_ATTEMPTS, Callback
from courier import THREADS, Courier
from models import db
from tests.callback_rows import attempted, make_due, promise, row
from tests.counts import finished
from tests.receiver import Receiver
from tests.support import wait_for


@pytest.fixture
def courier(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Courier]:
    """One that looks when it is told to."""
    monkeypatch.setattr("courier.LOOK_EVERY", 0.1)
    started = Courier(app)
    yield started
    started.end()


def look_for(courier: Courier, state: str) -> Callback:
    """The one callback that there is, in this state, after some looks."""

    def look() -> Callback | None:
        courier.look()
        return row() if row().state == state else None

    return wait_for(f"callback that is {state}", look)


def test_what_broke_off_every_time_is_given_up(courier: Courier, receiver: Receiver) -> None:
    promise(finished(), receiver.url("/told"))
    attempted(MOST_ATTEMPTS - 1)
    assert callbacks.take(1, retries=1)  # by a courier that was killed by it
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


@pytest.fixture
def hosts() -> Iterator[Receiver]:
    """All of loopback: as many hosts as a test wants."""
    with closing(Receiver("")) as started:
        yield started


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


def broken() -> str:
    """The key of a count of which no notice can be made."""
    key = finished()
    db.session.execute(text("UPDATE results SET tops = '5'"))
    db.session.commit()
    return key


@pytest.mark.usefixtures("crashes_are_refused")
def test_what_the_database_refuses_ends_no_courier(
    courier: Courier, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    promise(broken(), receiver.url("/told"))
    caplog.set_level("INFO", logger="courier")

    def look() -> bool:
        courier.look()
        return "nobody knows: not today" in caplog.text

    wait_for("trouble", look)
    assert (row().state, row().attempts, row().last_error) == ("waiting", 1, None)


class AlarmError(Exception):
    """The kernel would have ended the courier."""


@pytest.mark.usefixtures("crashes_are_refused")
def test_a_courier_that_hangs_while_it_puts_that_down_is_ended(
    courier: Courier, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def end(_signal: int, _frame: FrameType | None) -> None:
        raise AlarmError  # as soon as the database has answered

    monkeypatch.setattr("courier.LONGEST_LOOK", 1)
    promise(broken(), receiver.url("/hang"))
    before = signal.signal(signal.SIGALRM, end)
    try:
        with pytest.raises(AlarmError):
            look_for(courier, "given_up")
    finally:
        signal.signal(signal.SIGALRM, before)
