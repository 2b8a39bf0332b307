"""No client submits more often than the setting says, by whichever way, with Redis or without."""

import logging
import re
import time
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app import create_app
from config import settings_from
from dev.services import local_redis
from models import Result, db
from tests.support import wait_for

pytestmark = pytest.mark.usefixtures("app")

Limited = Callable[..., FlaskClient]


@pytest.fixture
def limited(environ: dict[str, str]) -> Limited:
    """Makes an application of which each client may ask a number of times, and asks it."""

    def make(rate: str = "2/hour", **settings: str) -> FlaskClient:
        given = {"RATELIMIT_ENABLED": "true", "SUBMISSION_RATE_LIMIT": rate, **settings}
        return create_app(settings_from({**environ, **given})).test_client()

    return make


@pytest.fixture
def own_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a Redis that a test may spoil."""
    with local_redis(tmp_path_factory.mktemp("redis")) as url:
        yield url


def start(client: FlaskClient, address: str = "203.0.113.7") -> TestResponse:
    return client.post(
        "/start", json={"url": "http://example.com/"}, environ_overrides={"REMOTE_ADDR": address}
    )


def statuses(client: FlaskClient, times: int, address: str = "203.0.113.7") -> list[int]:
    return [start(client, address).status_code for _ in range(times)]


def test_thirty_a_minute_unless_it_is_set(environ: dict[str, str]) -> None:
    client = create_app(settings_from({**environ, "RATELIMIT_ENABLED": "true"})).test_client()
    for _ in range(30):
        accepted = start(client)
        assert accepted.status_code == 200
        assert "Retry-After" not in accepted.headers
    refused = start(client)
    assert (refused.status_code, refused.mimetype) == (429, "application/problem+json")
    assert refused.get_json(force=True)["code"] == "too_many_requests"
    assert 0 < int(refused.headers["Retry-After"]) <= 61
    assert client.get("/").status_code == 200


def test_who_waits_for_as_long_as_they_are_told_may_go_on(limited: Limited) -> None:
    client = limited("1/second")
    for _ in range(3):
        assert start(client).status_code == 200
        refused = start(client)
        if refused.status_code == 429:  # and not just in the next second
            time.sleep(int(refused.headers["Retry-After"]))


def test_what_is_refused_is_not_stored(limited: Limited) -> None:
    assert statuses(limited("1/hour"), 3) == [200, 429, 429]
    assert db.session.scalar(select(func.count()).select_from(Result)) == 1


def test_form_and_api_share_one_allowance(limited: Limited) -> None:
    client = limited()
    token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', client.get("/").text)
    assert token
    form = {"url": "example.com", "csrf_token": token[1]}
    browser = {"Accept": "text/html"}
    assert start(client, "127.0.0.1").status_code == 200
    assert client.post("/", data=form, headers=browser).status_code == 303
    refused = client.post("/", data=form, headers=browser)
    assert (refused.status_code, refused.mimetype) == (429, "text/html")
    assert "submitted many pages in a short time. Please try again in" in refused.text
    assert 'value="example.com"' in refused.text
    assert 0 < int(refused.headers["Retry-After"]) <= 3601


def test_each_application_has_the_rate_of_its_own_settings(limited: Limited) -> None:
    one, any_number, off = limited("1/hour"), limited("none"), limited(RATELIMIT_ENABLED="false")
    assert statuses(one, 2) == [200, 429]
    assert statuses(any_number, 5) == [200] * 5
    assert statuses(off, 5) == [200] * 5
    assert statuses(one, 1) == [429]


@pytest.mark.parametrize(
    ("first", "second", "status"),
    [
        ("203.0.113.7", "203.0.113.8", 200),
        ("203.0.113.7", "::ffff:203.0.113.7", 429),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::7", 429),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", 200),
        ("garbage", "other garbage", 429),
        ("", "garbage", 429),
    ],
)
def test_who_is_one_client(limited: Limited, first: str, second: str, status: int) -> None:
    client = limited("1/hour")
    assert statuses(client, 2, first) == [200, 429]
    assert start(client, second).status_code == status


def test_without_redis_each_process_counts_for_itself(
    limited: Limited, caplog: pytest.LogCaptureFixture
) -> None:
    client = limited(REDIS_URL="unix:///nowhere/redis.sock")
    assert statuses(client, 3) == [200, 200, 429]
    assert 0 < int(start(client).headers["Retry-After"]) <= 3601
    assert statuses(client, 1, "203.0.113.8") == [200]
    told = "Rate limit storage unreachable - falling back to in-memory storage"
    assert ("app", logging.WARNING, told) in caplog.record_tuples


def counted(redis: Redis) -> list[int]:
    """What Redis holds of allowances that were used."""
    values = [redis.get(key) for key in redis.scan_iter("LIMITS:*")]
    return [int(value) for value in values if isinstance(value, bytes)]


def test_with_a_full_redis_each_process_counts_for_itself(limited: Limited, own_redis: str) -> None:
    client = limited("3/hour", REDIS_URL=own_redis)
    with Redis.from_url(own_redis) as redis:
        assert statuses(client, 1) == [200]
        assert counted(redis) == [1]
        redis.config_set("maxmemory", "1")
        assert statuses(client, 4) == [200, 200, 200, 429]
        redis.config_set("maxmemory", "0")
        # The library looks again after two seconds, at the next submission.
        wait_for("count in Redis", lambda: start(client) and counted(redis) > [1])


def test_redis_counts_again_when_it_is_back(
    limited: Limited, tmp_path_factory: pytest.TempPathFactory, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    folder = tmp_path_factory.mktemp("redis")
    with local_redis(folder) as url:
        client = limited("1/hour", REDIS_URL=url)
        assert statuses(client, 2) == [200, 429]
    assert statuses(client, 2) == [200, 429]
    with local_redis(folder), Redis.from_url(url) as redis:
        # The library looks after two seconds; no reader is to wait for that.
        end = time.monotonic() + 2.5
        while time.monotonic() < end:
            assert client.get("/").status_code == 200
        assert "recovered" not in caplog.text
        assert statuses(client, 1, "203.0.113.8") == [200]
        assert "recovered" in caplog.text
        assert len(counted(redis)) == 2
        assert statuses(client, 1) == [429]  # as before Redis went
        assert statuses(client, 2, "203.0.113.9") == [200, 429]


def test_how_long_to_wait_is_told_although_redis_does_not_say_it(
    limited: Limited, own_redis: str
) -> None:
    client = limited("1/hour", REDIS_URL=own_redis)
    with Redis.from_url(own_redis) as redis:
        redis.acl_setuser("default", enabled=True, nopass=True, commands=["-get", "-ttl"])
    assert statuses(client, 1) == [200]
    refused = start(client)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "3600")


def test_a_connection_to_redis_that_broke_while_idle_is_noticed(
    app: Flask, limited: Limited
) -> None:
    client = limited("5/hour")
    redis: Redis = app.extensions["redis"]
    assert start(client).status_code == 200
    redis.client_kill_filter(_type="normal")
    fresh = client.post("/start", json={"url": "http://example.com/", "fresh": True})
    assert fresh.text.encode() in redis.lrange("rq:queue:default", 0, -1)
    assert counted(redis) == [1, 1]


def submit_form(client: FlaskClient, **fields: str) -> TestResponse:
    """Submit the form as a browser does; lists are read line by line."""
    token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', client.get("/").text)
    assert token
    form = {"csrf_token": token[1], **fields}
    return client.post("/", data=form, headers={"Accept": "text/html"})


def list_of(lines: int) -> str:
    return "\r\n".join(f"example.com/{number}" for number in range(lines))


@pytest.mark.parametrize(
    ("typed", "cost"),
    [
        ("", 1),
        ("example.com", 1),
        (list_of(10), 1),
        (list_of(11), 2),
        (list_of(200), 20),
        ("\n \r\n" * 50 + list_of(10), 1),
        ("example.com\n" * 50, 1),
    ],
)
def test_a_list_costs_one_for_ten_lines(
    app: Flask, limited: Limited, typed: str, cost: int
) -> None:
    assert submit_form(limited("30/hour"), url=typed).status_code != 429
    assert counted(app.extensions["redis"]) == [cost]


def test_the_field_of_the_api_is_no_list(app: Flask, limited: Limited) -> None:
    limited().post("/start", json={"url": list_of(50)})
    assert counted(app.extensions["redis"]) == [1]


def test_two_hundred_pages_a_minute(environ: dict[str, str]) -> None:
    client = create_app(settings_from({**environ, "RATELIMIT_ENABLED": "true"})).test_client()
    assert submit_form(client, url=list_of(200)).status_code != 429
    refused = submit_form(client, url=list_of(200))
    assert refused.status_code == 429
    assert "submitted many pages in a short time. Please try again in" in refused.text


def test_a_list_that_can_never_be_submitted_at_once(limited: Limited) -> None:
    client = limited("3/hour")
    for _ in range(2):
        refused = submit_form(client, url=list_of(31))
        assert (refused.status_code, refused.mimetype) == (429, "text/html")
        assert "more pages than one client may submit. Please try again in" in refused.text
        assert "with at most 30." in refused.text
        assert 0 < int(refused.headers["Retry-After"]) <= 3601


def test_without_redis_a_list_costs_the_same(limited: Limited) -> None:
    client = limited("4/hour", REDIS_URL="unix:///nowhere/redis.sock")
    assert submit_form(client, url=list_of(21)).status_code != 429
    assert submit_form(client, url=list_of(11)).status_code == 429


def test_a_form_that_is_too_large_is_no_fault_of_redis(
    app: Flask, limited: Limited, caplog: pytest.LogCaptureFixture
) -> None:
    client = limited()
    for _ in range(3):
        assert client.post("/", data={"url": "x" * 3_000_000}).status_code == 413
    assert "falling back" not in caplog.text
    assert counted(app.extensions["redis"]) == []
    assert submit_form(client, url="example.com").status_code == 303
    assert counted(app.extensions["redis"]) == [1]
