"""Readers of the inbox that die, or are stopped for a while, lose nothing and do nothing twice."""

import pytest
from flask import Flask
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import text

import jobs
import submissions
from events.channel import event_of
from inbox.items import LARGEST_ITEM
from inbox.queue import HANDLED, INBOX, REJECTED, TAKEN, TICKETS, Inbox, new_ticket
from inbox.reader import Reader
from models import db
from storage.once import Once
from tests.inbox_lists import URL, is_clean, objects, rows, told


@pytest.fixture
def lists(redis: Redis) -> Inbox:
    return Inbox(redis)


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
