"""Streams of events while Redis or Postgres is away, and what may stand on the channel."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from redis import Redis
from sqlalchemy.engine import make_url
from werkzeug.test import TestResponse

import submissions
from app import create_app
from config import settings_from
from dev.services import local_redis
from events.channel import CHANNEL, Events
from models import Step, db
from tests.counts import begin, report
from tests.programs import own_server
from tests.site import Door
from tests.support import NOBODYS_KEY, json_of, wait_for
from views import live


def followed(environ: dict[str, str], key: str) -> tuple[Flask, TestResponse, Iterator[str]]:
    """The web, the answer, and what comes of the stream; each ``next`` runs it a little."""
    web = create_app(settings_from(environ))
    answer = web.test_client().get(f"/counts/{key}/events", buffered=False)
    chunks = (chunk.decode() for chunk in answer.iter_encoded())
    assert next(chunks) == "retry: 2000\n\n"
    return web, answer, chunks


def step_of(chunk: str) -> str:
    event, data, *_ = chunk.splitlines()
    assert event == "event: standing"
    return str(json.loads(data.removeprefix("data: "))["step"])


@pytest.fixture
def seldom(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody looks at the count, unless something is told of it."""
    monkeypatch.setattr(live, "LOOK_SECONDS", 1000)


@pytest.mark.usefixtures("seldom")
def test_only_what_is_told_of_this_count_matters(app: Flask, environ: dict[str, str]) -> None:
    claim = begin(submissions.submit("http://example.com/"))
    _, answer, chunks = followed(environ, claim.job_key)
    assert step_of(next(chunks)) == "fetching"
    junk = (b"\xff", b"{", b"7", b"[]", b"[" * 100_000, b'{"job_key": 7}', b"{}")
    for message in (*junk, json.dumps({"job_key": str(NOBODYS_KEY)})):
        assert app.extensions["redis"].publish(CHANNEL, message) == 1
    report(claim, Step.READING)
    # And not a comment, which is what each look brings that finds nothing new.
    assert step_of(next(chunks)) == "reading"
    answer.close()


def test_without_redis(app: Flask, environ: dict[str, str]) -> None:
    claim = begin(submissions.submit("http://example.com/"))
    away = {**environ, "REDIS_URL": "unix:///nowhere/redis.sock"}
    _, answer, chunks = followed(away, claim.job_key)
    assert step_of(next(chunks)) == "fetching"
    assert step_of(next(chunks)) == "fetching"  # two seconds later, which it says
    report(claim, Step.READING)
    assert step_of(next(chunks)) == "reading"
    answer.close()


def test_redis_goes_and_comes_back(tmp_path: Path) -> None:
    told = json.dumps({"job_key": "mine"})
    with own_server(local_redis, tmp_path / "redis") as redis:

        def publish() -> bool:
            with Redis.from_url(redis.url) as client:
                client.publish(CHANNEL, told)
            return listener.wait(0.2)

        with Events(redis.url).listen("mine") as listener:
            assert publish()
            redis.go()
            assert not listener.wait(0.2)
            redis.come()
            assert wait_for("word of the count", publish)


def test_a_listener_may_come_before_redis(tmp_path: Path) -> None:
    with own_server(local_redis, tmp_path / "redis") as redis:
        redis.go()
        with Events(redis.url).listen("mine") as listener:
            redis.come()
            listener.wait(0)
            with Redis.from_url(redis.url) as client:
                client.publish(CHANNEL, json.dumps({"job_key": "mine"}))
            assert listener.wait(5)


def test_a_stream_ends_when_postgres_goes(
    app: Flask, environ: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    key = submissions.submit("http://example.com/")
    host = make_url(environ["DATABASE_URL"]).query["host"]
    with closing(Door(f"{host}/.s.PGSQL.5432")) as door:
        through_door = f"postgresql://postgres@127.0.0.1:{door.port}/postgres"
        _, answer, chunks = followed({**environ, "DATABASE_URL": through_door}, key)
        assert step_of(next(chunks)) == "queued"
    assert list(chunks) == [": still here\n\n"]
    assert "a stream ends, the database cannot be reached" in caplog.text
    answer.close()


def test_no_database_no_stream(app: Flask, environ: dict[str, str]) -> None:
    away = {**environ, "DATABASE_URL": "postgresql://127.0.0.1:1/none"}
    answer = create_app(settings_from(away)).test_client().get(f"/counts/{NOBODYS_KEY}/events")
    assert (answer.status_code, json_of(answer)["code"]) == (503, "database_unavailable")


def test_a_stream_holds_no_connection_while_it_waits(app: Flask, environ: dict[str, str]) -> None:
    key = submissions.submit("http://example.com/")
    web, answer, chunks = followed(environ, key)
    assert step_of(next(chunks)) == "queued"
    with web.app_context():
        assert db.engine.pool.checkedin() == 1  # type: ignore[attr-defined]
        assert db.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
        db.engine.dispose()
    answer.close()


def test_a_stream_is_not_endless(
    app: Flask, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "LONGEST_SECONDS", 0.1)
    monkeypatch.setattr(live, "LOOK_SECONDS", 0.2)
    _, answer, chunks = followed(environ, submissions.submit("http://example.com/"))
    assert step_of(next(chunks)) == "queued"
    assert list(chunks) == []
    answer.close()
