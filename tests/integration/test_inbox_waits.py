"""What an item of the inbox waits for, and for how long."""

from collections.abc import Iterator

import pytest
from flask import Flask
from redis import Redis

from app import create_app
from config import settings_from
from inbox.queue import FAILURES, HANDLED, INBOX, REJECTED, TAKEN, TICKETS, Inbox
from inbox.reader import MOST_FAILURES, Reader, is_news
from tests.inbox_lists import URL, end_leases, is_clean, objects, rows, told


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
        patch.setattr("inbox.reader.read_item", fail)
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
        end_leases(redis)
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
    end_leases(redis)
    reader = Reader()
    assert reader.look() == ""
    reader.leave()
    assert rows() == [URL]
    assert redis.exists(TICKETS, FAILURES) == 0
