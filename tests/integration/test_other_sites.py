"""What pages of other sites may ask: nothing, but for the sites that the operator names."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from config import settings_from
from tests.counts import counted, counted_page

FRIEND, STRANGER = "https://friend.example", "https://stranger.example"


@pytest.fixture
def open_to_a_friend(app: Flask, environ: dict[str, str]) -> FlaskClient:
    return create_app(settings_from({**environ, "CORS_ORIGINS": FRIEND})).test_client()


def from_site(origin: str, fetch_site: str | None = "cross-site") -> dict[str, str]:
    return {"Origin": origin} | ({"Sec-Fetch-Site": fetch_site} if fetch_site else {})


def test_off_by_default(client: FlaskClient) -> None:
    for address in ("/", f"/results/{counted({'a': 1})}", "/check_status?job_id=x"):
        answer = client.get(address, headers=from_site(FRIEND))
        assert not [name for name in answer.headers if name[0].startswith("Access-Control")]
    answer = client.post("/start", json={"url": "example.com"}, headers=from_site(FRIEND))
    assert (answer.status_code, answer.get_json()["code"]) == (403, "cross_site")


@pytest.mark.parametrize("address", ["/start", "/enqueue"])
def test_a_page_of_a_friend_may_submit(open_to_a_friend: FlaskClient, address: str) -> None:
    asked = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type,idempotency-key",
    }
    allowed = open_to_a_friend.options(address, headers={**from_site(FRIEND), **asked})
    assert allowed.headers["Access-Control-Allow-Origin"] == FRIEND
    assert "idempotency-key" in allowed.headers["Access-Control-Allow-Headers"].lower()
    answer = open_to_a_friend.post(address, json={"url": "example.com"}, headers=from_site(FRIEND))
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == FRIEND
    assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize("sent_from", ["same-site", "cross-site"])
def test_another_port_is_another_site(client: FlaskClient, sent_from: str) -> None:
    headers = from_site("http://localhost:8000", sent_from)
    answer = client.post("/start", data='{"url": "example.com"}', headers=headers)
    assert (answer.status_code, answer.get_json()["code"]) == (403, "cross_site")


@pytest.mark.parametrize("sent_from", ["same-origin", "none"])
def test_this_site_and_the_address_bar(client: FlaskClient, sent_from: str) -> None:
    headers = from_site("http://localhost", sent_from)
    assert client.post("/start", json={"url": "a.example"}, headers=headers).status_code == 200


def test_a_page_of_a_friend_may_read(open_to_a_friend: FlaskClient) -> None:
    key = counted({"garden": 1}, tops={"no_stop_words/folded": [["garden", 1]]})
    for address in (f"/results/{key}", f"/counts/{key}.json", "/results/unknown", "/"):
        answer = open_to_a_friend.get(address, headers=from_site(FRIEND))
        assert answer.headers["Access-Control-Allow-Origin"] == FRIEND
        assert "Origin" in answer.headers["Vary"]
        assert "etag" in answer.headers["Access-Control-Expose-Headers"].lower()


def test_a_stranger_may_not(open_to_a_friend: FlaskClient) -> None:
    for origin in (STRANGER, "null", f"{FRIEND}.evil.example", "http://friend.example"):
        headers = from_site(origin)
        answer = open_to_a_friend.post("/start", json={"url": "a.example"}, headers=headers)
        assert answer.status_code == 403
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_nor_may_a_friend_see_the_pages_of_people(open_to_a_friend: FlaskClient) -> None:
    key = counted_page("<p>A garden")
    for address in (f"/counts/{key}", "/about", "/rules", f"/counts/{key}/phrases"):
        answer = open_to_a_friend.get(address, headers=from_site(FRIEND))
        assert answer.status_code == 200
        assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (STRANGER, 403),
        ("null", 403),
        ("http://[", 403),
        ("http://localhost", 200),
        ("https://localhost", 200),
    ],
)
def test_browsers_that_send_only_the_origin(client: FlaskClient, origin: str, status: int) -> None:
    headers = from_site(origin, fetch_site=None)
    answer = client.post("/start", json={"url": "example.com"}, headers=headers)
    assert answer.status_code == status


def test_all_sites_if_the_operator_says_so(app: Flask, environ: dict[str, str]) -> None:
    client = create_app(settings_from({**environ, "CORS_ORIGINS": "*"})).test_client()
    answer = client.post("/start", json={"url": "example.com"}, headers=from_site(STRANGER))
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] in {"*", STRANGER}


def test_a_site_without_a_name(app: Flask, environ: dict[str, str]) -> None:
    site = "http://[::1]:3000"
    client = create_app(settings_from({**environ, "CORS_ORIGINS": site})).test_client()
    for origin, is_allowed in ((site, True), ("http://1:3000.evil.example", False)):
        answer = client.get("/", headers={"Origin": origin, "Accept": "application/json"})
        assert (answer.headers.get("Access-Control-Allow-Origin") == origin) is is_allowed


def test_who_is_no_page_is_not_told_of_friends(open_to_a_friend: FlaskClient) -> None:
    answer = open_to_a_friend.get("/", headers={"Accept": "application/json"})
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert {"Origin", "Accept"} <= set(answer.vary)


def test_a_page_of_a_stranger_uses_up_nobodys_allowance(
    app: Flask, environ: dict[str, str]
) -> None:
    settings = {**environ, "RATELIMIT_ENABLED": "true", "SUBMISSION_RATE_LIMIT": "2/hour"}
    client = create_app(settings_from(settings)).test_client()
    for _ in range(5):
        refused = client.post("/start", json={"url": "a.example"}, headers=from_site(STRANGER))
        assert refused.status_code == 403
    assert client.post("/start", json={"url": "a.example"}).status_code == 200
