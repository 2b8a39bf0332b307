"""Whatever is put into the inbox is counted once, or rejected with a reason."""

import json

import pytest
from redis import Redis

import jobs
from events.channel import CHANNEL, Events
from inbox.items import LARGEST_ITEM
from inbox.queue import HANDLED, INBOX, REJECTED
from inbox.reader import Reader
from tests.inbox_lists import URL, is_clean, objects, rows, told
from tests.support import wait_for


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
    channel = redis.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
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
    channel = redis.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
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
    monkeypatch.setattr("inbox.queue.MOST_REJECTED", 2)
    monkeypatch.setattr("inbox.queue.MOST_HANDLED", 2)
    for ref in (1, 2, 3):
        redis.lpush(INBOX, json.dumps({"url": "ftp://x/", "ref": ref}))
        reader.look()
    assert [entry["ref"] for entry in objects(redis, REJECTED)] == [3, 2]
    assert [entry["ref"] for entry in objects(redis, HANDLED)] == [3, 2]
