"""Events that could not be told, or are not kept any more: whoever follows learns of it."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from redis import Redis

import jobs
from dev.services import local_redis
from events import channel as telling
from events.channel import Events
from events.event_log import KEPT, LOG, START, Event, Feed
from models import Status
from storage.states import Count
from tests.programs import OwnServer, own_server
from tests.support import NOBODYS_KEY, wait_for
from workers.rescuer import Watch
from workers.supervisor import fork

COUNT = Count(str(NOBODYS_KEY), "http://example.com/secret", 1, Status.RUNNING)
#: Longer than a process waits for Redis, shorter than anybody else does.
HANG = 350


@pytest.fixture
def own(tmp_path: Path) -> Iterator[OwnServer]:
    """A Redis that hangs for a moment."""
    with own_server(local_redis, tmp_path / "redis") as server:
        yield server


@pytest.fixture
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is silent for long."""
    monkeypatch.setattr(telling, "_SILENCE", 0.5)


def tell(events: Events, *numbers: int) -> None:
    for number in numbers:
        events.tell(COUNT, "fetching", bytes=number)


def numbers(events: list[Event]) -> list[int]:
    return [event["bytes"] for event in events]


def hang(redis_url: str) -> None:
    with Redis.from_url(redis_url) as client:
        client.client_pause(HANG, all=True)


def tell_in_vain(events: Events, redis_url: str, *numbers: int) -> None:
    hang(redis_url)  # here, for nobody knows how long a fork takes
    tell(events, *numbers)


def all_heard(feed: Feed) -> tuple[list[int], int]:
    """What is heard until there is nothing more, and how often some were missing."""
    heard, gaps = [], 0
    while (more := feed.wait(0.1)).events or more.has_gap:
        heard += numbers(more.events)
        gaps += more.has_gap
    return heard, gaps


@pytest.mark.usefixtures("_soon")
def test_redis_hangs_for_a_moment(own: OwnServer) -> None:
    events = Events(own.url)
    early, late = events.follow(), events.follow()
    for feed in (early, late):
        assert feed.wait(0) == ([], False, False)
    tell(events, 1)
    assert all_heard(early) == ([1], 0)
    hang(own.url)
    tell(events, 2, 3, 4)

    def sees_gap() -> bool:
        events.make_good()
        return early.wait(0).has_gap

    wait_for("gap", sees_gap)
    tell(events, 5)
    assert all_heard(early) == ([5], 0)
    # Redis has read the 2 before it hung, and does as it was told. What was before is not lost.
    heard, gaps = all_heard(late)
    assert ([number for number in heard if number != 2], gaps) == ([1, 5], 1)
    tell(events, 6)
    assert all_heard(early) == all_heard(late) == ([6], 0)


@pytest.mark.usefixtures("_soon")
def test_it_is_said_before_the_next_event(own: OwnServer) -> None:
    events = Events(own.url)
    feed = events.follow()
    feed.wait(0)
    hang(own.url)
    tell(events, 1, 2)
    end = time.monotonic() + 20
    heard: list[int] = []
    while 3 not in heard and time.monotonic() < end:
        tell(events, 3)
        more = feed.wait(0.1)
        heard += numbers(more.events)
        assert more.has_gap == (3 in heard)
    assert 2 not in heard


def test_a_horse_ends_before_it_can_say_what_it_has_lost(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    events, redis = jobs.events(), app.extensions["redis"]
    feed = events.follow()
    assert feed.wait(0) == ([], False, False)
    horse = fork("horse", {}, tell_in_vain, events, app.config["REDIS_URL"], 1, 2)
    horse.join(10)
    assert horse.exitcode == 0
    assert numbers(feed.wait(1).events) in ([], [1])
    assert not feed.wait(0).has_gap
    Watch().look()  # of the rescuer beside the worker
    assert feed.wait(5).has_gap
    assert redis.xlen(LOG)
    Watch().look()
    assert feed.wait(0) == ([], False, False)


@pytest.mark.usefixtures("_soon")
def test_a_process_that_has_nothing_more_to_tell(app: Flask) -> None:
    events = Events(app.config["REDIS_URL"])
    feed = events.follow()
    assert feed.wait(0) == ([], False, False)
    web = fork("web", {}, events.make_good_for_ever, daemon=True)
    hang(app.config["REDIS_URL"])
    tell(events, 1, 2)
    wait_for("gap", lambda: feed.wait(0.1).has_gap)
    web.terminate()
    web.join(10)


def test_something_else_has_the_name_of_the_log_when_it_is_said(app: Flask) -> None:
    events = Events(app.config["REDIS_URL"])
    app.extensions["redis"].set(LOG, "a text")
    feed = events.follow()
    assert feed.wait(0).is_away
    events._is_missing[0] = 1
    events.make_good()
    assert feed.wait(5).has_gap


def test_events_are_trimmed_under_whoever_began_before_all(app: Flask) -> None:
    events = jobs.events()
    feeds = [events.follow(), events.follow(START)]
    for feed in feeds:
        assert feed.wait(0) == ([], False, False)
    tell(events, *range(KEPT + 500))
    for feed in feeds:
        heard, gaps = all_heard(feed)
        assert heard == [*range(KEPT + 500 - len(heard), KEPT + 500)]
        assert gaps == 1


def test_all_that_is_kept_is_all_there_was(app: Flask) -> None:
    events = jobs.events()
    tell(events, 1, 2)
    assert all_heard(events.follow(START)) == ([1, 2], 0)
    app.extensions["redis"].xtrim(LOG, maxlen=2, approximate=False)
    assert all_heard(events.follow(START)) == ([1, 2], 1)


def test_the_log_is_flushed_under_whoever_has_heard_nothing(app: Flask) -> None:
    events = jobs.events()
    feeds = [events.follow(), events.follow(START)]
    for feed in feeds:
        feed.wait(0)
    tell(events, 1)
    app.extensions["redis"].flushall()
    time.sleep(0.002)  # ids are of the clock
    tell(events, 2)
    for feed in feeds:
        assert all_heard(feed) == ([2], 1)
