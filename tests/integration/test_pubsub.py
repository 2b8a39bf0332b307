"""Every event of every count at `/pubsub`, through a real gunicorn."""

import json
from contextlib import ExitStack

import pytest
import requests
from flask import Flask
from redis import Redis

import jobs
import submissions
from events.channel import CHANNEL
from events.event_log import LOG, START
from models import Status, Step
from storage.states import Count
from tests.counts import begin
from tests.streams import fresh, listening
from tests.support import NOBODYS_KEY

COUNT = Count(str(NOBODYS_KEY), "http://example.com/secret", 1, Status.RUNNING)


def tell(*numbers: int) -> None:
    for number in numbers:
        jobs.events().tell(COUNT, "fetching", bytes=number)


def test_every_listener_hears_every_event_of_every_count(app: Flask, web: str) -> None:
    with ExitStack() as clients:
        listeners = [clients.enter_context(fresh(web)) for _ in range(5)]
        keys = [submissions.submit(f"http://{n}.example/") for n in range(10)]
        for key in keys:
            jobs.events().tell(begin(key), Step.FETCHING)
        heard = [[listener.next() for _ in range(20)] for listener in listeners]
    assert heard[1:] == heard[:1] * 4
    assert sorted((event["job_key"], event["step"]) for event in heard[0]) == sorted(
        (key, step) for key in keys for step in ("queued", "fetching")
    )
    ids = [tuple(map(int, event["id"].split("-"))) for event in heard[0]]
    assert sorted(set(ids)) == ids


def test_the_headers_of_a_stream(app: Flask, web: str) -> None:
    for accept in ("text/event-stream", "*/*", "application/json"):
        answer = requests.head(f"{web}/pubsub", headers={"Accept": accept}, timeout=15)
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "text/event-stream; charset=utf-8"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Accept" in answer.headers["Vary"].split(", ")


@pytest.mark.parametrize("how", ["header", "parameter"])
def test_whoever_comes_again_hears_exactly_what_was_missed(app: Flask, web: str, how: str) -> None:
    with fresh(web) as listener:
        tell(1, 2)
        assert listener.numbers(2) == [1, 2]
        last = listener.last_id
    tell(3, 4, 5)
    again = (
        listening(web, last_id=last)
        if how == "header"
        else listening(web, f"?last_event_id={last}")
    )
    with again:
        assert again.numbers(3) == [3, 4, 5]
        tell(6)
        assert again.numbers(1) == [6]


def test_the_header_is_newer_than_the_address(app: Flask, web: str) -> None:
    tell(1, 2, 3)
    first, second, _ = (event["id"] for event in jobs.events().latest(3))
    with listening(web, f"?last_event_id={first}", second) as listener:
        assert listener.numbers(1) == [3]


def test_whoever_leaves_before_the_first_event_misses_none(app: Flask, web: str) -> None:
    with fresh(web) as listener:
        first = listener.last_id
    tell(1)
    with listening(web, last_id=first) as again:
        assert again.numbers(1) == [1]
    with fresh(web) as listener:
        last = listener.last_id
    tell(2)
    with listening(web, last_id=last) as again:
        assert again.numbers(1) == [2]
    with listening(web, last_id=START) as again:
        assert again.numbers(2) == [1, 2]


@pytest.mark.parametrize(
    "last", ["18446744073709551615-7", "1-7", "nonsense", "x" * 5000, "1%D9%A3-0"]
)
def test_an_id_from_which_nobody_can_go_on(app: Flask, web: str, last: str) -> None:
    tell(1)
    newest = jobs.events().latest(1)[0]["id"]
    with listening(web, f"?last_event_id={last}") as listener:
        name, sentence, _ = next(listener.heard)
        assert (name, sentence) == (
            "resync",
            "Events may have been missed. Look at the counts that matter to you anew.",
        )
        if last == "1-7":  # older than the log: what it has is news
            assert listener.numbers(1) == [1]
        tell(2)
        assert listener.numbers(1) == [2]
    with listening(web, last_id=newest) as listener:
        assert listener.numbers(1) == [2]


def test_redis_loses_everything_under_a_stream(app: Flask, web: str) -> None:
    redis: Redis = app.extensions["redis"]
    with fresh(web) as listener:
        tell(1)
        assert listener.numbers(1) == [1]
        redis.flushall()
        assert next(listener.heard).name == "resync"
        tell(2)
        assert listener.numbers(1) == [2]


def test_what_strangers_publish(app: Flask, web: str) -> None:
    redis: Redis = app.extensions["redis"]
    with fresh(web) as listener:
        for junk in (b"\xff", b"7", b'{"id": "99999999999999-0", "step": "x"}'):
            redis.publish(CHANNEL, junk)
        redis.xadd(LOG, {"event": json.dumps({"step": "x\ndata: y\n\n\ud800", "bytes": 1})})
        tell(2)
        assert listener.numbers(2) == [1, 2]


def test_signs_of_life(app: Flask, web: str) -> None:
    with fresh(web) as listener:
        for _ in range(2):
            assert next(listener.lines) == ": still here"
            assert next(listener.lines) == ""
