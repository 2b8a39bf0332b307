"""The log of the latest events, and those who follow it, on a Redis that something happens to."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from redis import Redis
from redis.exceptions import NoPermissionError

from dev.services import local_redis
from events.channel import CHANNEL, Events
from events.event_log import KEPT, LOG, START, Event, Feed
from models import Status
from storage.states import Count
from tests.programs import OwnServer, own_server, process_of
from tests.support import NOBODYS_KEY, wait_for

COUNT = Count(str(NOBODYS_KEY), "http://example.com/secret", 1, Status.RUNNING)


@pytest.fixture
def events(app: Flask) -> Events:
    """The channel of the application."""
    channel: Events = app.extensions["events"]
    return channel


@pytest.fixture
def own(tmp_path: Path) -> Iterator[OwnServer]:
    """A Redis that may go away."""
    with own_server(local_redis, tmp_path / "redis") as server:
        yield server


def tell(events: Events, *numbers: int) -> None:
    for number in numbers:
        events.tell(COUNT, "fetching", bytes=number)


def told(heard: list[Event]) -> list[Any]:
    """The numbers that were told."""
    return [event["bytes"] for event in heard]


def followed(events: Events, after: str | None = None) -> Feed:
    """A feed that begins here."""
    feed = events.follow(after)
    assert feed.wait(0) == ([], False, False)
    return feed


def ids(events: Events, most: int = KEPT) -> list[tuple[int, ...]]:
    return [tuple(map(int, event["id"].split("-"))) for event in events.latest(most)]


def test_the_channel_and_the_log_say_the_same(redis: Redis, events: Events) -> None:
    listener = redis.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
    listener.subscribe(CHANNEL)
    listener.get_message(timeout=5)
    tell(events, 1, 2)
    messages = [listener.get_message(timeout=5)["data"] for _ in range(2)]
    listener.close()
    assert [json.loads(message) for message in messages] == events.latest(9)
    assert [*events.latest(9)[0]][:2] == ["id", "job_key"]
    assert messages[0].startswith(b'{"id": "')
    assert told(events.latest(1)) == [2]


def test_ids_grow_although_redis_loses_everything(redis: Redis, events: Events) -> None:
    tell(events, 1, 2)
    before = ids(events)
    redis.flushall()
    redis.script_flush()
    time.sleep(0.002)  # ids are of the clock: in the same millisecond they would begin anew
    tell(events, 3)
    after = ids(events)
    assert len(after) == 1
    assert sorted(before + after) == before + after


def test_only_the_latest_are_kept(redis: Redis, events: Events) -> None:
    tell(events, *range(KEPT + 300))
    assert KEPT <= redis.xlen(LOG) <= KEPT + 100
    kept = told(events.latest(10 * KEPT))
    assert kept == [*range(KEPT + 300 - len(kept), KEPT + 300)]
    feed = events.follow(START)
    first = feed.wait(0)
    assert first.has_gap
    heard = first.events
    while more := feed.wait(0).events:
        heard += more
    assert told(heard) == kept


def test_whoever_follows_hears_all_from_then_on(events: Events) -> None:
    tell(events, 1)
    feed = followed(events)
    tell(events, 2, 3)
    assert told(feed.wait(5).events) == [2, 3]
    begun = time.monotonic()
    assert feed.wait(0.3) == ([], False, False)
    assert time.monotonic() - begun >= 0.3
    tell(events, 4)
    assert told(feed.wait(5).events) == [4]


def test_whoever_comes_back_hears_what_was_missed(events: Events) -> None:
    tell(events, 1, 2, 3)
    second = str(events.latest(9)[1]["id"])
    feed = events.follow(second)
    heard = feed.wait(0)
    assert (told(heard.events), heard.has_gap) == ([3], False)
    assert feed.position == events.latest(1)[0]["id"]
    assert feed.wait(0) == ([], False, False)


@pytest.mark.parametrize(
    "after",
    [
        "",
        "7",
        "-",
        "+",
        "$",
        "1-2-3",
        "0x1-0",
        "07-0",
        "18446744073709551616-0",
        "¹-0",
        "1\u0663-0",
    ],
)
def test_an_id_that_makes_no_sense(events: Events, after: str) -> None:
    tell(events, 1)
    feed = events.follow(after)
    assert feed.wait(5) == ([], True, False)
    tell(events, 2)
    assert told(feed.wait(5).events) == [2]


def test_an_id_of_another_life_of_redis(events: Events) -> None:
    tell(events, 1)
    feed = events.follow("18446744073709551615-18446744073709551615")
    assert feed.wait(5) == ([], True, False)
    tell(events, 2)
    heard = feed.wait(5)
    assert (told(heard.events), heard.has_gap) == ([2], False)


def test_an_id_that_is_older_than_the_log(redis: Redis, events: Events) -> None:
    tell(events, 1, 2, 3)
    first = str(events.latest(3)[0]["id"])
    redis.xtrim(LOG, maxlen=1, approximate=False)
    heard = events.follow(first).wait(5)
    assert (told(heard.events), heard.has_gap) == ([3], True)


def test_the_log_is_flushed_under_a_feed(redis: Redis, events: Events) -> None:
    tell(events, 1)
    feed = followed(events)
    redis.flushall()
    assert feed.wait(5).has_gap
    assert feed.wait(0) == ([], False, False)
    tell(events, 2)
    heard = feed.wait(5)
    assert (told(heard.events), heard.has_gap) == ([2], False)


def test_whatever_strangers_add_or_publish(redis: Redis, events: Events) -> None:
    feed = followed(events)
    junk = (b"\xff", b"{", b"7", b"[]", b"[" * 5_000, b'{"x": "' + b"x" * 10_000 + b'"}', b"")
    for message in junk:
        redis.publish(CHANNEL, message)
        redis.xadd(LOG, {"event": message})
    redis.publish(CHANNEL, json.dumps({"id": "18446744073709551615-0", "bytes": 7}))
    redis.xadd(LOG, {"another": "field"})
    redis.xadd(LOG, {"event": json.dumps({"bytes": 1, "id": "9-9"})})
    tell(events, 2)
    heard = feed.wait(5)
    assert (told(heard.events), heard.has_gap) == ([1, 2], False)
    assert "9-9" not in [event["id"] for event in heard.events]


def test_something_else_has_the_name_of_the_log(redis: Redis, events: Events) -> None:
    redis.set(LOG, "a text")
    assert events.latest(1) == []
    feed = events.follow()
    assert feed.wait(0).is_away
    with events.listen(COUNT.job_key) as listener:
        tell(events, 1)  # and takes that out of the way
        assert listener.wait(5)
    tell(events, 2)
    assert feed.wait(5).has_gap
    assert told(events.latest(9)) == [2]


def test_redis_is_full(own: OwnServer) -> None:
    events = Events(own.url)
    tell(events, 1)
    feed = followed(events)
    with Redis.from_url(own.url) as client, events.listen(COUNT.job_key) as listener:
        client.config_set("maxmemory", 1)
        tell(events, 2)
        assert listener.wait(5)
        assert feed.wait(0.1).is_away
        client.config_set("maxmemory", 0)
    tell(events, 3)
    heard = feed.wait(5)
    assert (told(heard.events), heard.has_gap) == ([3], True)


def test_redis_lets_nobody_run_scripts(own: OwnServer) -> None:
    with Redis.from_url(own.url) as client:
        client.acl_setuser("default", enabled=True, nopass=True, categories=["-@scripting"])
        with pytest.raises(NoPermissionError):
            client.eval("return 1", 0)
    events = Events(own.url)
    feed = followed(events)
    with events.listen(COUNT.job_key) as listener:
        tell(events, 1)
        assert listener.wait(5)
    heard = feed.wait(5)
    assert (told(heard.events), heard.has_gap) == ([1], False)


def test_a_connection_breaks_while_redis_is_there(redis: Redis, events: Events) -> None:
    feed = followed(events)

    def blocked() -> set[str]:
        clients = redis.client_list()
        return {client["id"] for client in clients if client["cmd"].startswith("xread")}

    others = blocked()  # of streams whose clients have just gone
    with ThreadPoolExecutor(1) as thread:
        heard = thread.submit(feed.wait, 10)
        (waiting,) = wait_for("reader that waits", lambda: blocked() - others)
        redis.client_kill_filter(_id=waiting)
        tell(events, 1)
        assert (told(heard.result().events), heard.result().has_gap) == ([1], False)


def test_redis_is_killed_and_started_again(own: OwnServer) -> None:
    events = Events(own.url)
    feed = followed(events)
    tell(events, 1)
    assert told(feed.wait(5).events) == [1]
    process_of(own.url).kill()
    own.go()
    assert feed.wait(0.1) == ([], False, True)
    assert events.latest(1) == []
    own.come()
    tell(Events(own.url), 2)  # another process, which has not noticed

    def back() -> Any:
        heard = feed.wait(0.2)
        return None if heard.is_away else heard

    heard = wait_for("events again", back)
    assert (told(heard.events), heard.has_gap) == ([2], True)
    tell(Events(own.url), 3)
    heard = feed.wait(5)
    assert (told(heard.events), heard.has_gap) == ([3], False)


def test_redis_comes_after_whoever_follows(own: OwnServer) -> None:
    tell(Events(own.url), 1)
    own.go()
    feed = Events(own.url).follow()
    assert feed.wait(0).is_away
    own.come()
    assert feed.wait(5).has_gap
    tell(Events(own.url), 2)
    assert told(feed.wait(5).events) == [2]


def test_redis_hangs(own: OwnServer) -> None:
    events = Events(own.url)
    feed = followed(events)
    process = process_of(own.url)
    process.suspend()
    try:
        begun = time.monotonic()
        assert feed.wait(0.5).is_away
        tell(events, 1)
        assert time.monotonic() - begun < 5
    finally:
        process.resume()
    assert feed.wait(5).has_gap
