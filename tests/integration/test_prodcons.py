"""The inbox on the web: what is put in by a form or by programs, and how it stands."""

import json
import os
import signal
import uuid
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis
from sqlalchemy import func, select

from app import create_app
from config import settings_from
from dev.services import local_redis
from inbox.queue import FATE, HANDLED, INBOX
from inbox.reader import Reader
from models import Result, db
from tests.programs import process_of
from tests.support import NOBODYS_KEY, json_of

BROWSER = {"Accept": "text/html,*/*;q=0.8"}
URL = "http://example.com/"

Made = Callable[..., FlaskClient]


@pytest.fixture
def with_settings(app: Flask, environ: dict[str, str]) -> Made:
    """Makes an application with other settings, and asks it."""

    def make(**settings: str) -> FlaskClient:
        return create_app(settings_from({**environ, **settings})).test_client()

    return make


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[str]:
    """The URL of a Redis that a test may spoil."""
    with local_redis(tmp_path / "redis") as url:
        yield url


def items(redis: Redis) -> list[dict[str, Any]]:
    return [json.loads(item) for item in redis.lrange(INBOX, 0, -1)]


def read_all(app: Flask, redis: Redis) -> None:
    """Be the reader until nothing waits."""
    reader = Reader()
    while redis.llen(INBOX):
        assert reader.look() == ""
    reader.leave()


def test_a_program_puts_an_item_in(client: FlaskClient, redis: Redis) -> None:
    first = client.post("/prodcons", data={"url": "HTTP://Example.com:80"})
    second = client.post("/prodcons", data={"url": "example.org", "ref": "7"})
    assert (first.status_code, second.status_code) == (202, 202)
    ids = [json_of(answer)["item"] for answer in (first, second)]
    assert [str(uuid.UUID(item)) for item in ids] == ids
    assert ids[0] != ids[1]
    assert first.json == {"length": 1, "item": ids[0]}
    assert second.json == {"length": 2, "item": ids[1]}
    assert items(redis) == [
        {"url": "http://example.org/", "ref": "7", "id": ids[1]},
        {"url": URL, "id": ids[0]},
    ]


def test_a_browser_is_shown_how_it_stands(client: FlaskClient, redis: Redis) -> None:
    answer = client.post("/prodcons", data={"url": "example.com", "ref": ""}, headers=BROWSER)
    (item,) = items(redis)
    address = f"/prodcons?item={item['id']}"
    assert (answer.status_code, answer.headers["Location"]) == (303, address)
    assert item["url"] == URL
    page = client.get(address, headers=BROWSER)
    assert (page.status_code, page.mimetype) == (200, "text/html")
    assert '<p class="verdict" id="item">It waits.</p>' in page.text
    assert f'href="{address}">Look again' in page.text
    assert "<strong>1</strong> waiting" in page.text
    assert (page.headers["Cache-Control"], "Accept" in page.vary) == ("no-store", True)


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({}, "url_missing"),
        ({"url": "ftp://example.com/<b>"}, "url_scheme"),
        ({"url": "example.com", "ref": "<" * 201}, "item_bad_ref"),
    ],
)
def test_what_cannot_be_counted_is_refused_at_once(
    client: FlaskClient, redis: Redis, form: dict[str, str], code: str
) -> None:
    refused = client.post("/prodcons", data=form)
    assert (refused.status_code, refused.mimetype) == (400, "application/problem+json")
    problem = refused.get_json(force=True)
    assert problem["code"] == code
    page = client.post("/prodcons", data=form, headers=BROWSER)
    assert (page.status_code, page.mimetype) == (400, "text/html")
    assert f'role="alert">{problem["detail"]}</p>' in unescape(page.text)
    for typed in form.values():
        assert f'value="{typed}"' in unescape(page.text)
        assert f'value="{typed}"' not in page.text or "<" not in typed
    assert page.text.count('aria-invalid="true"') == 1
    assert items(redis) == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
    ],
)
def test_pages_of_other_sites_put_nothing_in(
    client: FlaskClient, redis: Redis, headers: dict[str, str]
) -> None:
    refused = client.post("/prodcons", data={"url": "example.com"}, headers=headers)
    assert (refused.status_code, refused.get_json(force=True)["code"]) == (403, "cross_site")
    assert items(redis) == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "http://localhost"},
    ],
)
def test_pages_of_this_site_do(client: FlaskClient, headers: dict[str, str]) -> None:
    answer = client.post("/prodcons", data={"url": "example.com"}, headers=headers)
    assert answer.status_code == 202


def test_an_inbox_that_is_full(with_settings: Made, redis: Redis) -> None:
    client = with_settings(MAX_QUEUED="2")
    for _ in range(2):
        assert client.post("/prodcons", data={"url": "example.com"}).status_code == 202
    refused = client.post("/prodcons", data={"url": "example.com"})
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "30")
    assert refused.get_json(force=True)["code"] == "queue_full"
    page = client.post("/prodcons", data={"url": "third.example"}, headers=BROWSER)
    assert (page.status_code, page.headers["Retry-After"]) == (503, "30")
    assert 'value="third.example"' in page.text
    assert redis.llen(INBOX) == 2


def test_no_client_puts_in_more_than_it_may(with_settings: Made) -> None:
    client = with_settings(
        RATELIMIT_ENABLED="true", PRODCONS_RATE_LIMIT="2/hour", SUBMISSION_RATE_LIMIT="1/hour"
    )
    form = {"url": "example.com"}
    assert client.post("/start", json=form).status_code == 200  # another allowance
    answers = [client.post("/prodcons", data=form) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [202, 202, 429]
    assert answers[-1].get_json(force=True)["code"] == "too_many_requests"
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 3601
    page = client.post("/prodcons", data=form, headers=BROWSER)
    assert (page.status_code, page.mimetype) == (429, "text/html")
    assert 'value="example.com"' in page.text
    assert client.get("/prodcons").status_code == 200


def test_what_is_put_in_is_a_submission_like_others(environ: dict[str, str], app: Flask) -> None:
    strangers = {
        "APP_SETTINGS": "ProductionConfig",
        "SECRET_KEY": "for tests only, long",
        "HTTPS_ONLY": "false",
    }
    rate = {"RATELIMIT_ENABLED": "true", "SUBMISSION_RATE_LIMIT": "2/hour"}
    client = create_app(settings_from({**environ, **strangers, **rate})).test_client()
    form = {"url": "example.com"}
    assert client.post("/start", json=form).status_code == 200
    answers = [client.post("/prodcons", data=form) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 429]
    assert client.post("/start", json=form).status_code == 429


def test_without_redis(with_settings: Made) -> None:
    client = with_settings(REDIS_URL="unix:///nowhere/redis.sock")
    for answer in (client.get("/prodcons"), client.post("/prodcons", data={"url": "a.example"})):
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert answer.get_json(force=True)["code"] == "inbox_unavailable"
    page = client.post("/prodcons", data={"url": "a.example"}, headers=BROWSER)
    assert page.status_code == 503
    assert 'value="a.example"' in page.text
    assert "The inbox cannot be reached just now." in page.text
    assert client.get("/prodcons", headers=BROWSER).status_code == 503


def test_a_list_that_somebody_has_written_over(client: FlaskClient, redis: Redis) -> None:
    redis.set(INBOX, "nonsense")
    for answer in (client.get("/prodcons"), client.post("/prodcons", data={"url": "a.example"})):
        assert answer.get_json(force=True)["code"] == "inbox_unavailable"


def test_what_redis_takes_late_is_one_item(with_settings: Made, own_redis: str) -> None:
    client = with_settings(REDIS_URL=own_redis)
    assert client.get("/prodcons").status_code == 200
    process = process_of(own_redis)
    os.kill(process.pid, signal.SIGSTOP)
    try:
        answer = client.post("/prodcons", data={"url": "a.example"})  # which is tried twice
    finally:
        os.kill(process.pid, signal.SIGCONT)
    assert answer.status_code == 503
    with Redis.from_url(own_redis) as redis:
        assert redis.llen(INBOX) <= 1


def test_how_it_stands(app: Flask, client: FlaskClient, redis: Redis) -> None:
    nothing = client.get("/prodcons").json
    assert nothing == {"length": 0, "in_flight": 0, "rejected": 0, "last": []}
    redis.lpush(INBOX, "ftp://example.com/secret", '{"url": "a.example/secret", "ref": "<mine>"}')
    read_all(app, redis)
    redis.lpush(INBOX, "http://b.example/secret", b"\xff", '{"url": "c.example", "ref": 3}')
    told = client.get("/prodcons").json
    assert told
    assert {name: told[name] for name in ("length", "in_flight", "rejected")} == {
        "length": 3,
        "in_flight": 0,
        "rejected": 1,
    }
    last = told["last"]
    assert [(one["state"], one.get("host"), one.get("ref")) for one in last] == [
        ("waiting", "c.example", 3),
        ("waiting", None, None),
        ("waiting", "b.example", None),
        ("accepted", "a.example", "<mine>"),
        ("rejected", None, None),
    ]
    assert last[-1]["code"] == "url_scheme"
    key = last[3]["job_key"]
    page = client.get("/prodcons", headers=BROWSER).text
    assert f'href="/counts/{key}"><bdi>a.example</bdi>' in page
    assert "ref <bdi>&lt;mine&gt;</bdi>" in page
    assert "Only http and https addresses can be counted, not ftp:." in page
    for text in (json.dumps(told), page):
        assert "secret" not in text


def test_keys_and_refs_are_for_those_who_hold_them(
    app: Flask, with_settings: Made, redis: Redis
) -> None:
    redis.lpush(INBOX, '{"url": "a.example", "ref": "private"}')
    read_all(app, redis)
    key = json.loads(redis.lindex(HANDLED, 0) or "")["job_key"]
    redis.lpush(INBOX, '{"url": "b.example", "ref": "private"}')
    client = with_settings(PUBLIC_KEYS="false")
    for answer in (client.get("/prodcons"), client.get("/prodcons", headers=BROWSER)):
        assert key not in answer.text
        assert "private" not in answer.text
        assert "a.example" in answer.text
    with client.session_transaction() as session:
        session["recent"] = [("counts", key)]
    assert [one.get("job_key") for one in json_of(client.get("/prodcons"))["last"]] == [None, key]
    page = client.get("/prodcons", headers=BROWSER).text
    assert f'href="/counts/{key}"' in page
    assert page.count("private") == 1


def test_strangers_see_nothing_of_an_item_that_is_rejected(
    app: Flask, with_settings: Made, redis: Redis
) -> None:
    redis.lpush(INBOX, "a-secret-token:password")
    read_all(app, redis)
    client = with_settings(PUBLIC_KEYS="false")
    for answer in (client.get("/prodcons"), client.get("/prodcons", headers=BROWSER)):
        assert "a-secret-token" not in answer.text
        assert "url_scheme" in answer.text


def test_who_has_put_an_item_in_learns_its_key(
    app: Flask, with_settings: Made, redis: Redis
) -> None:
    client = with_settings(PUBLIC_KEYS="false")
    item = json_of(client.post("/prodcons", data={"url": "example.com/secret"}))["item"]
    asked = f"/prodcons?item={item}"
    assert client.get(asked).json == {"item": item, "state": "waiting"}
    read_all(app, redis)
    key = json.loads(redis.lindex(HANDLED, 0) or "")["job_key"]
    accepted = {"item": item, "state": "accepted", "job_key": key}
    for keys in (FATE, "wordcount:"):  # also when Redis has forgotten it
        redis.delete(*redis.keys(f"{keys}*"))
        answer = client.get(asked)
        assert (answer.json, answer.headers["Cache-Control"]) == (accepted, "no-store")
        page = client.get(asked, headers=BROWSER).text
        assert f'It is accepted: <a href="/counts/{key}">' in page
    assert key not in client.get("/prodcons").text


def test_who_has_put_an_item_in_learns_why_it_is_rejected(
    app: Flask, client: FlaskClient, redis: Redis
) -> None:
    item = "123e4567-e89b-42d3-a456-426614174000"
    redis.lpush(INBOX, json.dumps({"url": "ftp://example.com/secret", "id": item.upper()}))
    read_all(app, redis)
    told = client.get(f"/prodcons?item={item}").json
    sentence = "Only http and https addresses can be counted, not ftp:."
    assert told == {"item": item, "state": "rejected", "code": "url_scheme", "detail": sentence}
    page = client.get(f"/prodcons?item={item}", headers=BROWSER).text
    assert f'id="item">It is rejected. {sentence}</p>' in page
    assert item not in client.get("/prodcons").text


def test_what_is_put_in_twice_under_one_id_is_counted_once(
    app: Flask, client: FlaskClient, redis: Redis
) -> None:
    item = json_of(client.post("/prodcons", data={"url": URL}))["item"]
    for url in ("example.com", URL, "http://example.org/"):
        redis.lpush(INBOX, json.dumps({"url": url, "id": item}))
    read_all(app, redis)
    outcomes = [json.loads(entry) for entry in redis.lrange(HANDLED, 0, -1)]
    assert outcomes[0]["code"] == "item_id_reused"
    assert len({one["job_key"] for one in outcomes[1:]}) == 1
    assert db.session.scalar(select(func.count()).select_from(Result)) == 1
    assert json_of(client.get(f"/prodcons?item={item}"))["state"] == "accepted"


@pytest.mark.parametrize("item", ["", "7", str(NOBODYS_KEY), "%00", f"{NOBODYS_KEY}&item=x"])
def test_items_that_there_are_not(client: FlaskClient, item: str) -> None:
    answer = client.get(f"/prodcons?item={item}")
    assert (answer.status_code, answer.get_json(force=True)["code"]) == (404, "unknown_item")
    page = client.get(f"/prodcons?item={item}", headers=BROWSER)
    assert (page.status_code, page.mimetype) == (404, "text/html")


def test_what_strangers_wrote_about_an_item(client: FlaskClient, redis: Redis) -> None:
    for entry in (b"\xff", b"[]", b'{"code": ["<script>"]}', b'{"detail": "<script>\\ud800"}'):
        redis.set(f"{FATE}{NOBODYS_KEY}", entry)
        assert client.get(f"/prodcons?item={NOBODYS_KEY}").status_code == 200
        page = client.get(f"/prodcons?item={NOBODYS_KEY}", headers=BROWSER).text
        assert "<script>" not in page


def test_what_strangers_wrote_among_the_outcomes(client: FlaskClient, redis: Redis) -> None:
    for entry in (b"\xff", b"[" * 5000, b"[]", b'{"job_key": "../x", "at": "never", "host": [1]}'):
        redis.lpush(HANDLED, entry)
    redis.lpush(HANDLED, json.dumps({"job_key": str(NOBODYS_KEY), "code": "<script>", "at": "x"}))
    assert len(json_of(client.get("/prodcons"))["last"]) == 2
    page = client.get("/prodcons", headers=BROWSER)
    assert page.status_code == 200
    assert "<script>" not in page.text
    assert 'href="/counts/..' not in page.text


def test_it_needs_no_database(with_settings: Made) -> None:
    client = with_settings(DATABASE_URL="postgresql://127.0.0.1:1/none")
    assert client.post("/prodcons", data={"url": "example.com"}).status_code == 202
    assert client.get("/prodcons", headers=BROWSER).status_code == 200
