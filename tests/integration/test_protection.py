"""Headers of all answers; HTTPS, and the names by which a site may be asked for."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from config import settings_from
from tests.support import json_of

PRODUCTION = {
    "APP_SETTINGS": "config.ProductionConfig",
    "SECRET_KEY": "for tests only, long",
    "TRUSTED_PROXIES": "1",
}
BY_HTTPS = {"X-Forwarded-Proto": "https"}
BROWSER = {"Accept": "text/html"}

pytestmark = pytest.mark.usefixtures("app")


def made(environ: dict[str, str], **settings: str) -> FlaskClient:
    return create_app(settings_from({**environ, **PRODUCTION, **settings})).test_client()


@pytest.fixture(scope="module")
def production(environ: dict[str, str]) -> FlaskClient:
    return made(environ)


@pytest.mark.parametrize(
    ("path", "status"), [("/", 200), ("/results/none", 404), ("/api/openapi.json", 200)]
)
def test_every_answer_protects_its_reader(client: FlaskClient, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers.getlist("X-Content-Type-Options") == ["nosniff"]
    assert answer.headers.getlist("Referrer-Policy") == ["same-origin"]
    assert answer.headers.getlist("Cross-Origin-Opener-Policy") == ["same-origin"]
    assert "camera=()" in answer.headers["Permissions-Policy"]
    # Nobody in development speaks HTTPS, and a browser would never come back by HTTP.
    assert "Strict-Transport-Security" not in answer.headers


def test_browsers_are_to_stay_with_https(production: FlaskClient) -> None:
    answer = production.get("/", headers=BY_HTTPS)
    assert answer.status_code == 200
    assert answer.headers.getlist("Strict-Transport-Security") == ["max-age=31536000"]
    assert "Secure" in answer.headers["Set-Cookie"]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_who_only_reads_is_led_to_https(production: FlaskClient, method: str) -> None:
    answer = production.open("/history?url=a%20b", method=method)
    assert answer.status_code == 308
    assert answer.headers["Location"] == "https://localhost/history?url=a%20b"
    assert "Strict-Transport-Security" not in answer.headers
    assert "Set-Cookie" not in answer.headers


def test_what_was_sent_in_the_open_is_not_used(production: FlaskClient, app: Flask) -> None:
    for path, given in (("/start", {"json": {"url": "a.example"}}), ("/", {"data": {"url": "a"}})):
        answer = production.post(path, **given)
        assert (answer.status_code, answer.get_json(force=True)["code"]) == (403, "https_required")
    assert "by https:// only" in production.post("/", headers=BROWSER).text
    assert json_of(app.test_client().get("/history.json?url=a.example"))["counts"] == []


def test_nobody_is_led_in_a_circle(environ: dict[str, str]) -> None:
    client = made(environ, TRUSTED_PROXIES="0")
    assert client.get("/").status_code == 308
    answer = client.get("/", headers={**BROWSER, **BY_HTTPS})  # of a proxy that is not believed
    assert answer.status_code == 403
    assert "by https:// only" in answer.text


@pytest.mark.parametrize("host", ["a b", "x@y", ""])
def test_nobody_is_led_to_no_host(production: FlaskClient, host: str) -> None:
    answer = production.get("/about", headers={"Host": host})
    assert (answer.status_code, answer.get_json(force=True)["code"]) == (400, "bad_request")


def test_https_can_be_left_out(environ: dict[str, str]) -> None:
    answer = made(environ, HTTPS_ONLY="false").get("/")
    assert answer.status_code == 200
    assert "Secure" not in answer.headers["Set-Cookie"]
    assert "Strict-Transport-Security" not in answer.headers


@pytest.mark.parametrize(
    ("host", "status"),
    [("words.example", 200), ("a.words.example", 200), ("words.example.evil", 400), ("evil", 400)],
)
def test_only_under_its_own_names(environ: dict[str, str], host: str, status: int) -> None:
    client = made(environ, TRUSTED_HOSTS=".words.example")
    answer = client.get("/about", headers={"Host": host, **BY_HTTPS})
    assert answer.status_code == status
    # Nor is anybody led elsewhere.
    assert client.get("/about", headers={"Host": host}).status_code == (
        308 if status == 200 else 400
    )
