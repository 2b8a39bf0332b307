"""Whatever is put into the inbox is counted once, or rejected with a reason, whoever dies."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import select, text

import event_log
import inbox
import inbox_reader
import jobs
import submissions
from app import create_app
from config import settings_from
from events import CHANNEL, Events, event_of
from inbox import FAILURES, HANDLED, INBOX, REJECTED, TAKEN, TICKETS, Inbox, new_ticket
from inbox_reader import MOST_FAILURES, Reader, is_news
from items import LARGEST_ITEM
from models import Result, db
from once import Once
from tests.support import wait_for

URL = "http://example.com/"


@pytest.fixture
def redis(app: Flask) -> Redis:
    connection: Redis = app.extensions["redis"]
    return connection


@pytest.fixture
def lists(redis: Redis) -> Inbox:
    return Inbox(redis)


@pytest.fixture
def reader(app: Flask) -> Iterator[Reader]:
    made = Reader()
    yield made
    made.leave()


def rows() -> list[str]:
    """The URLs that there are counts of."""
    db.session.rollback()
    return list(db.session.scalars(select(Result.url).order_by(Result.id)))


def objects(redis: Redis, name: str) -> list[dict[str, Any]]:
    return [json.loads(entry) for entry in redis.lrange(name, 0, -1)]


def told(redis: Redis) -> list[str]:
    """The steps that were told, in their order."""
    return [event["step"] for event in event_log.latest(redis, 10)]


def is_clean(redis: Redis) -> bool:
    """Whether nothing is in flight, and nobody waits for it."""
    return not redis.keys(f"{TAKEN}*") and not redis.llen(INBOX)


def die(lists: Inbox, item: str = URL) -> bytes:
    """Take an item, and be heard of no more."""
    ticket = new_ticket()
    lists._redis.lpush(INBOX, item)
    lists.register(ticket)
    assert lists.take(ticket, 0.1)
    end_lease(lists, ticket)
    return ticket


def end_lease(lists: Inbox, ticket: bytes) -> None:
    lists._redis.zadd(TICKETS, {ticket: 0})


@pytest.mark.parametrize(
    ("item", "url", "ref"),
    [
        ("http://example.com/", URL, None),
        (" example.com\n", URL, None),
        ("\ufeffexample.com", URL, None),
        ('\ufeff{"url": "example.com", "ref": "mine"}', URL, "mine"),
        ("http://bücher.example/ä?q=ö", "http://xn--bcher-kva.example/%C3%A4?q=%C3%B6", None),
        ('{"url": "example.com"}', URL, None),
        ('  {"url": "example.com", "ref": "mine", "more": [1]}', URL, "mine"),
        ('{"url": "example.com", "ref": 7}', URL, 7),
        ('{"url": "example.com", "ref": -1.5}', URL, -1.5),
        ('{"url": "example.com", "ref": ""}', URL, ""),
        ('{"url": "example.com", "ref": null}', URL, None),
        (f'{{"url": "example.com", "ref": "{"ä" * 200}"}}', URL, "ä" * 200),
    ],
)
def test_an_item_becomes_a_count(
    redis: Redis, reader: Reader, item: str, url: str, ref: str | int | None
) -> None:
    channel = redis.pubsub(ignore_subscribe_messages=True)
    channel.subscribe(CHANNEL)
    channel.get_message(timeout=1)
    redis.lpush(INBOX, item)
    assert reader.look() == ""
    assert rows() == [url]
    (outcome,) = objects(redis, HANDLED)
    key = outcome["job_key"]
    assert (outcome["host"], outcome.get("ref")) == (url.split("/")[2], ref)
    assert jobs.queue().get_job_ids() == [key]
    event = json.loads(wait_for("event", lambda: channel.get_message(timeout=1))["data"])
    assert (event["step"], event["job_key"], event.get("ref")) == ("accepted", key, ref)
    assert URL not in json.dumps([event, outcome])
    channel.close()
    assert is_clean(redis)


@pytest.mark.parametrize(
    ("item", "code", "ref"),
    [
        (b"", "url_missing", None),
        (b"ftp://example.com/", "url_scheme", None),
        (b"http://example.com/\0", "url_has_control_characters", None),
        (b"x" * 3000, "url_too_long", None),
        (b"x" * (LARGEST_ITEM + 1), "item_too_large", None),
        (b"\xff\xfe\xfa", "item_not_text", None),
        (b"{", "item_not_json", None),
        (b'{"url":' + b"[" * 60_000, "item_not_json", None),
        (b'{"url": "example.com", "ref": NaN}', "item_not_json", None),
        (b'{"url": "example.com", "ref": 1' + b"0" * 5000 + b"}", "item_not_json", None),
        (b'{"ref": 7}', "item_without_url", 7),
        (b'{"url": "example.com", "ref": 7, "id": 7}', "item_bad_id", 7),
        (b'{"url": ["example.com"], "ref": "a"}', "item_without_url", "a"),
        (b'{"url": "ftp://x/", "ref": "mine"}', "url_scheme", "mine"),
        (b'{"url": "\\ud800", "ref": "mine"}', "url_host", "mine"),
        (b'{"url": "example.com", "ref": 1e999}', "item_bad_ref", None),
        (b'{"url": "example.com", "ref": true}', "item_bad_ref", None),
        (b'{"url": "example.com", "ref": [1]}', "item_bad_ref", None),
        (b'{"url": "example.com", "ref": "\\ud800"}', "item_bad_ref", None),
        (b'{"url": "example.com", "ref": 1' + b"0" * 100 + b"}", "item_bad_ref", None),
        (b'{"url": "example.com", "ref": "' + b"a" * 201 + b'"}', "item_bad_ref", None),
    ],
)
def test_what_is_no_use_is_rejected_with_the_reason(
    redis: Redis, reader: Reader, item: bytes, code: str, ref: str | int | None
) -> None:
    channel = redis.pubsub(ignore_subscribe_messages=True)
    channel.subscribe(CHANNEL)
    channel.get_message(timeout=1)
    redis.lpush(INBOX, item)
    assert reader.look() == ""
    assert rows() == []
    (rejection,) = objects(redis, REJECTED)
    assert (rejection["code"], rejection.get("ref")) == (code, ref)
    assert rejection["detail"].endswith(".")
    assert len(rejection["item"]) <= 500
    assert rejection["item"].encode()[:3] in {item[:3], "\N{REPLACEMENT CHARACTER}".encode()}
    (outcome,) = objects(redis, HANDLED)
    assert (outcome["code"], "item" in outcome) == (code, False)
    event = json.loads(wait_for("event", lambda: channel.get_message(timeout=1))["data"])
    assert (event["step"], event["code"], event.get("ref")) == ("rejected", code, ref)
    channel.close()
    assert is_clean(redis)
    redis.lpush(INBOX, URL)
    reader.look()
    assert rows() == [URL]


def test_what_becomes_of_items_is_told_also_while_nothing_else_is(
    redis: Redis, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As for some seconds after Redis has been slow once.
    monkeypatch.setattr(Events, "_publish", lambda *_: None)
    redis.lpush(INBOX, URL, "ftp://example.com")
    for _ in range(2):
        assert reader.look() == ""
    assert told(redis) == ["accepted", "rejected"]


def test_the_oldest_comes_first_and_each_is_a_count_of_its_own(
    redis: Redis, reader: Reader
) -> None:
    for url in ("a.example", "b.example", "b.example"):
        redis.lpush(INBOX, url)
    for _ in range(3):
        reader.look()
    assert rows() == ["http://a.example/", "http://b.example/", "http://b.example/"]


def test_so_many_rejected_items_are_kept(
    redis: Redis, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "MOST_REJECTED", 2)
    monkeypatch.setattr(inbox, "MOST_HANDLED", 2)
    for ref in (1, 2, 3):
        redis.lpush(INBOX, json.dumps({"url": "ftp://x/", "ref": ref}))
        reader.look()
    assert [entry["ref"] for entry in objects(redis, REJECTED)] == [3, 2]
    assert [entry["ref"] for entry in objects(redis, HANDLED)] == [3, 2]


# --- Readers that die, or are stopped for a while


def test_what_a_dead_reader_had_taken_is_taken_over(
    redis: Redis, lists: Inbox, reader: Reader
) -> None:
    die(lists)
    assert reader.look() == ""
    assert rows() == [URL]
    assert is_clean(redis)


def test_what_a_dead_reader_had_stored_already_is_not_counted_twice(
    redis: Redis, lists: Inbox, reader: Reader
) -> None:
    ticket = die(lists)
    key = submissions.submit_item(URL, Once(f"inbox {ticket.decode()} {URL}", URL)).job_key
    reader.look()
    assert rows() == [URL]
    assert [entry["job_key"] for entry in objects(redis, HANDLED)] == [key]


def test_one_whose_reader_died_after_it_had_stored_it_is_found_after_a_weekend(
    redis: Redis, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die_before(*_: object, **_more: object) -> None:
        raise RedisError("it is dead")

    redis.lpush(INBOX, URL)
    monkeypatch.setattr(reader._inbox, "finish", die_before)
    assert "it is dead" in reader.look()
    assert rows() == [URL]
    assert (told(redis), jobs.queue().get_job_ids()) == ([], [])
    reader.leave()
    db.session.execute(text("UPDATE submitted_once SET forget_at = forget_at - interval '3 days'"))
    db.session.commit()
    other = Reader()
    assert other.look() == ""
    other.leave()
    assert rows() == [URL]
    assert told(redis) == ["accepted", "queued"]
    assert is_clean(redis)


def test_a_living_reader_is_left_alone(redis: Redis, lists: Inbox, reader: Reader) -> None:
    ticket = die(lists)
    lists.register(ticket)
    reader.look()
    assert rows() == []
    assert redis.llen(TAKEN + ticket.decode()) == 1


def test_one_that_was_stopped_for_a_while_finishes_nothing_twice(
    redis: Redis, lists: Inbox, reader: Reader
) -> None:
    ticket = new_ticket()
    redis.lpush(INBOX, URL)
    lists.register(ticket)
    taken = lists.take(ticket, 0.1)
    assert taken
    end_lease(lists, ticket)
    reader.look()  # another one takes it over
    again = submissions.submit_item(URL, Once(f"inbox {ticket.decode()} {URL}", URL))
    event = event_of(again, "accepted")
    assert lists.finish(taken, {"job_key": again.job_key}, event) is False
    assert rows() == [URL]
    assert told(redis) == ["accepted", "queued"]
    assert len(objects(redis, HANDLED)) == 1
    assert redis.zscore(TICKETS, ticket) is None


def test_a_ticket_without_an_item_is_kept_for_an_hour(
    redis: Redis, lists: Inbox, reader: Reader
) -> None:
    ticket = new_ticket()
    lists.register(ticket)
    now = redis.time()[0] * 1000
    redis.zadd(TICKETS, {ticket: now - 3_500_000})
    assert lists.claim() is None
    redis.lpush(INBOX, URL)
    assert lists.take(ticket, 0.1)  # its reader goes on at last, and dies
    reader.look()
    assert rows() == [URL]
    redis.zadd(TICKETS, {ticket: now - 3_700_000})
    assert lists.claim() is None
    assert redis.zscore(TICKETS, ticket) is None


def test_an_item_whose_ticket_was_removed_is_found_by_the_next_reader(
    redis: Redis, lists: Inbox, reader: Reader
) -> None:
    ticket = die(lists)
    redis.delete(TICKETS)
    reader.look()
    assert rows() == []  # its reader may be alive
    end_lease(lists, ticket)
    reader._claimed_at = -10.0
    reader.look()
    assert rows() == [URL]


def test_two_items_under_one_ticket_are_two_counts(
    redis: Redis, lists: Inbox, reader: Reader
) -> None:
    ticket = die(lists)
    redis.lpush(TAKEN + ticket.decode(), "http://example.org/")
    reader.look()
    end_lease(lists, ticket)
    reader.look()
    assert rows() == [URL, "http://example.org/"]
    assert is_clean(redis)


def test_of_one_that_is_far_too_large_little_is_taken_over(lists: Inbox, reader: Reader) -> None:
    die(lists, "x" * 1_000_000)
    taken = lists.claim()
    assert taken
    assert len(taken.item) == LARGEST_ITEM + 1
    end_lease(lists, taken.ticket)
    reader.look()
    assert objects(lists._redis, REJECTED)[0]["code"] == "item_too_large"
    assert is_clean(lists._redis)


def test_what_it_had_is_free_at_once_when_a_reader_leaves(
    app: Flask, redis: Redis, reader: Reader
) -> None:
    app.config["MAX_QUEUED"], most = 0, app.config["MAX_QUEUED"]
    try:
        redis.lpush(INBOX, URL)
        assert "MAX_QUEUED" in reader.look()
        reader.leave()
    finally:
        app.config["MAX_QUEUED"] = most
    other = Reader()
    other.look()
    other.leave()
    assert rows() == [URL]
    assert redis.zcard(TICKETS) == 0


# --- What an item waits for


def test_while_the_queue_is_full_an_item_waits(
    app: Flask, redis: Redis, reader: Reader, caplog: pytest.LogCaptureFixture
) -> None:
    app.config["MAX_QUEUED"], most = 1, app.config["MAX_QUEUED"]
    try:
        for _ in range(2):
            redis.lpush(INBOX, URL)
        assert reader.look() == ""
        assert [reader.look() for _ in range(2)] == [
            "the inbox waits, for MAX_QUEUED counts wait for a worker"
        ] * 2
        assert Inbox(redis).standing().in_flight == 1
    finally:
        app.config["MAX_QUEUED"] = most
    assert caplog.text.count("MAX_QUEUED") == 0
    reader.look()
    assert rows() == [URL, URL]
    assert objects(redis, REJECTED) == []


def test_while_postgres_is_away_an_item_waits(
    redis: Redis, reader: Reader, environ: dict[str, str]
) -> None:
    away = create_app(settings_from({**environ, "DATABASE_URL": "postgresql://127.0.0.1:1/none"}))
    with away.app_context():
        without = Reader()
        redis.lpush(INBOX, URL)
        said = [without.look() for _ in range(2)]
        assert all(line.startswith("the inbox waits for the database: ") for line in said)
        assert not is_news(*said)
    assert Inbox(redis).standing().in_flight == 1
    assert reader.look() == ""
    assert rows() == []
    without.leave()
    reader._claimed_at = -10.0
    assert reader.look() == ""
    assert rows() == [URL]
    assert (is_clean(redis), objects(redis, REJECTED)) == (True, [])


@pytest.mark.parametrize("name", [INBOX, TICKETS, REJECTED, TAKEN + "x"])
def test_a_key_that_somebody_has_written_over(redis: Redis, reader: Reader, name: str) -> None:
    redis.set(name, "nonsense")
    if name.startswith(TAKEN):
        redis.zadd(TICKETS, {"x": 0})
    if name != INBOX:
        redis.lpush(INBOX, "ftp://example.com")
    said = [reader.look() for _ in range(3)]
    if name.startswith(TAKEN):
        assert said == [""] * 3
    else:
        assert "WRONGTYPE" in said[-1]
        redis.delete(name)
        redis.lpush(INBOX, URL)
        for _ in range(3):
            assert reader.look() == ""
        assert rows() == [URL]
    assert name == INBOX or len(objects(redis, REJECTED)) == told(redis).count("rejected") == 1
    assert redis.zcard(TICKETS) <= 2


def test_a_full_redis(redis: Redis, reader: Reader) -> None:
    redis.lpush(INBOX, URL)
    redis.config_set("maxmemory", 1)
    try:
        assert "the inbox cannot be read just now" in reader.look()
    finally:
        redis.config_set("maxmemory", 0)
    assert reader.look() == ""
    assert rows() == [URL]


def test_a_redis_that_is_full_when_an_item_is_done(redis: Redis, reader: Reader) -> None:
    redis.lpush(INBOX, URL)
    reader._held = reader._next()
    redis.config_set("maxmemory", 1)
    try:
        assert "the inbox cannot be read just now" in reader.look()
    finally:
        redis.config_set("maxmemory", 0)
    assert reader.look() == ""
    assert rows() == [URL]
    assert is_clean(redis)


def test_a_flush_while_an_item_is_seen_to(app: Flask, redis: Redis, reader: Reader) -> None:
    redis.lpush(INBOX, URL)
    reader._held = reader._next()
    redis.flushall()
    assert reader.look() == ""
    assert rows() == [URL]
    assert is_clean(redis)


@pytest.fixture
def unforeseen(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """No item can be read, until this is undone."""

    def fail(_item: bytes) -> None:
        raise KeyError("nobody foresaw this")

    with monkeypatch.context() as patch:
        patch.setattr(inbox_reader, "read_item", fail)
        yield patch


def test_what_nobody_foresaw_does_not_keep_others_waiting(
    redis: Redis, reader: Reader, unforeseen: pytest.MonkeyPatch
) -> None:
    redis.lpush(INBOX, URL)
    assert reader.look() == ""
    unforeseen.undo()
    redis.lpush(INBOX, "http://example.org/")
    reader.look()
    assert rows() == ["http://example.org/"]
    assert Inbox(redis).standing().in_flight == 1


def fail_again(redis: Redis, times: int, caplog: pytest.LogCaptureFixture) -> None:
    """Let each time another reader fail with the item."""
    for _ in range(times):
        caplog.clear()
        for ticket in redis.zrange(TICKETS, 0, -1):
            redis.zadd(TICKETS, {ticket: 0})
        reader = Reader()
        assert reader.look() == ""
        reader.leave()
        assert "nobody foresaw this" in caplog.text


def test_what_fails_again_and_again_is_rejected(
    redis: Redis, unforeseen: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    redis.lpush(INBOX, URL)
    fail_again(redis, MOST_FAILURES - 1, caplog)
    assert objects(redis, REJECTED) == []
    fail_again(redis, 1, caplog)
    (rejection,) = objects(redis, REJECTED)
    assert (rejection["code"], rejection["item"]) == ("item_crashed", URL)
    assert "nobody foresaw this" in rejection["trace"]
    assert "trace" not in objects(redis, HANDLED)[0]
    assert told(redis) == ["rejected"]
    assert is_clean(redis)
    assert redis.exists(TICKETS, FAILURES) == 0


def test_what_fails_no_more_is_counted(
    redis: Redis, unforeseen: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    redis.lpush(INBOX, URL)
    fail_again(redis, MOST_FAILURES - 1, caplog)
    unforeseen.undo()
    for ticket in redis.zrange(TICKETS, 0, -1):
        redis.zadd(TICKETS, {ticket: 0})
    reader = Reader()
    assert reader.look() == ""
    reader.leave()
    assert rows() == [URL]
    assert redis.exists(TICKETS, FAILURES) == 0
