"""A queue that is full takes nothing more, and says so."""

import re

import pytest
from flask.testing import FlaskClient
from redis import Redis
from sqlalchemy import func, select

from app import create_app
from config import settings_from
from models import Result, db
from tests.counts import begin

SENTENCE = "Too many pages are waiting to be counted just now. Please try again in a moment."

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def client(environ: dict[str, str]) -> FlaskClient:
    """Asks an application whose queue is full with two counts."""
    return create_app(settings_from({**environ, "MAX_QUEUED": "2"})).test_client()


def start(client: FlaskClient, name: str, **body: object) -> str:
    accepted = client.post("/start", json={"url": f"http://{name}.example/", **body})
    assert accepted.status_code == 200
    return accepted.text


def rows() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Result)) or 0


def fill(client: FlaskClient) -> list[str]:
    return [start(client, "first"), start(client, "second")]


@pytest.mark.parametrize("fresh", [False, True])
def test_a_program_is_asked_to_come_back(client: FlaskClient, fresh: bool) -> None:
    keys = fill(client)
    response = client.post("/start", json={"url": "http://third.example/", "fresh": fresh})
    assert (response.status_code, response.mimetype) == (503, "application/problem+json")
    problem = response.get_json(force=True)
    assert (problem["code"], problem["detail"]) == ("queue_full", SENTENCE)
    assert response.headers["Retry-After"] == "30"
    assert rows() == 2
    redis: Redis = client.application.extensions["redis"]
    assert redis.lrange("rq:queue:default", 0, -1) == [key.encode() for key in keys]


def test_a_person_keeps_what_was_typed(client: FlaskClient) -> None:
    fill(client)
    token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', client.get("/").text)
    assert token
    form = {"url": "third.example/<b>", "csrf_token": token[1], "fresh": "true"}
    response = client.post("/", data=form)
    assert (response.status_code, response.mimetype) == (503, "text/html")
    assert response.headers["Retry-After"] == "30"
    assert f'role="alert">{SENTENCE}</p>' in response.text
    assert 'value="third.example/&lt;b&gt;"' in response.text
    assert re.search(r'<input [^>]*name="fresh"[^>]* value="true">', response.text)
    assert rows() == 2


def test_what_waits_already_is_found_all_the_same(client: FlaskClient) -> None:
    first, second = fill(client)
    assert (start(client, "first"), start(client, "second")) == (first, second)
    assert rows() == 2


def test_only_what_waits_for_a_worker_fills_it(client: FlaskClient) -> None:
    begin(fill(client)[0])
    start(client, "third")
    assert rows() == 3
    assert client.post("/start", json={"url": "http://fourth.example/"}).status_code == 503
