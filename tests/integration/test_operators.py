"""What those who run the service ask: whether it is alive, whether it is ready."""

import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis
from sqlalchemy import text
from sqlalchemy.engine import make_url

from app import create_app
from config import settings_from
from dev.services import local_redis
from models import db
from storage import schema
from tests.programs import own_server, process_of
from tests.site import Door
from tests.support import PROJECT, json_of, wait_for
from views.operators import INSIDE
from workers import presence

NOWHERE = {
    "DATABASE_URL": "postgresql://nobody:secret@/none?host=/nowhere",
    "REDIS_URL": "unix:///nowhere/redis.sock",
}


@pytest.fixture
def _a_worker(redis: Redis) -> None:
    presence.say(redis, "a worker")


@pytest.mark.usefixtures("_a_worker")
def test_ready_when_all_is_there(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200, answer.text
    assert answer.json == {
        "status": "ready",
        "checks": {
            "postgres": {"ok": True, "detail": "Postgres answers."},
            "migrations": {
                "ok": True,
                "detail": f"The database has seen migration {schema.needed()}.",
            },
            "redis": {"ok": True, "detail": "Redis answers."},
            "worker": {"ok": True, "detail": "1 worker is alive."},
        },
    }
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_migration_that_is_needed_is_the_newest() -> None:
    assert schema.needed() == ScriptDirectory(str(PROJECT / "migrations")).get_current_head()


@pytest.mark.usefixtures("_a_worker")
@pytest.mark.parametrize(
    ("seen", "sentence"),
    [
        ("0001", "has seen migration 0001, and needs"),
        (None, "has no tables, and needs"),
        ("9999", None),  # that of a release that is on its way
    ],
)
def test_a_database_must_not_be_behind(
    client: FlaskClient, seen: str | None, sentence: str | None
) -> None:
    known = schema.seen()
    db.session.execute(text("UPDATE alembic_version SET version_num = :seen"), {"seen": seen or ""})
    db.session.commit()
    try:
        answer = client.get("/readyz")
    finally:
        db.session.execute(
            text("UPDATE alembic_version SET version_num = :known"), {"known": known}
        )
        db.session.commit()
    check = json_of(answer)["checks"]["migrations"]
    assert (answer.status_code == 200, check["ok"]) == (not sentence, not sentence)
    assert (sentence or "") in check["detail"]


def test_a_database_without_tables(
    client: FlaskClient, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    presence.say(redis, "a worker")
    monkeypatch.setattr(schema, "_SEEN", text("SELECT version_num FROM no_such_table"))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert json_of(answer)["code"] == "not_ready"
    assert json_of(answer)["detail"].startswith("The database has no tables")


def test_not_ready_without_a_worker(client: FlaskClient, redis: Redis) -> None:
    presence.say(redis, "one that was killed")
    now = redis.time()[0]
    redis.zadd(presence.WORKERS, {"one that was killed": now - presence.BELIEVED_SECONDS - 1})
    answer = client.get("/readyz", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.mimetype) == (503, "application/problem+json")
    assert json_of(answer)["code"] == "not_ready"
    assert json_of(answer)["detail"].startswith("No worker says that it is there")
    assert [name for name, check in json_of(answer)["checks"].items() if not check["ok"]] == [
        "worker"
    ]
    assert answer.headers["Retry-After"] == "5"
    presence.say(redis, "another")
    assert redis.zrange(presence.WORKERS, 0, -1) == [b"another"]  # the dead one is struck out
    assert client.get("/readyz").status_code == 200
    presence.leave(redis, "another")
    assert client.get("/readyz").status_code == 503


def test_alive_while_everything_else_is_away() -> None:
    client = create_app(settings_from(NOWHERE)).test_client()
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "running"})
    assert answer.headers["Cache-Control"] == "no-store"
    ready = client.get("/readyz")
    assert ready.status_code == 503
    assert [check["ok"] for check in json_of(ready)["checks"].values()] == [False] * 4
    assert "nowhere" not in ready.text
    assert "secret" not in ready.text


@pytest.mark.usefixtures("app")
def test_what_hangs_keeps_nobody_waiting(environ: dict[str, str], tmp_path: Path) -> None:
    database = make_url(environ["DATABASE_URL"])
    socket = f"{database.query['host']}/.s.PGSQL.{database.query['port']}"
    with (
        own_server(local_redis, tmp_path / "redis") as redis,
        closing(Door(socket)) as door,
    ):
        over_tcp = database.set(host="127.0.0.1", port=door.port, query={})
        urls = {"DATABASE_URL": over_tcp.render_as_string(), "REDIS_URL": redis.url}
        hanging = create_app(settings_from({**environ, **urls}))
        client = hanging.test_client()
        presence.say(hanging.extensions["redis"], "a worker")
        assert client.get("/readyz").status_code == 200
        process = process_of(redis.url)
        process.suspend()
        door.forget()
        try:
            for _ in range(2):
                begun = time.monotonic()
                answer = client.get("/readyz")
                assert time.monotonic() - begun < 3
                assert [check["ok"] for check in json_of(answer)["checks"].values()] == [False] * 4
                assert client.get("/healthz").status_code == 200
            asking = [one for one in threading.enumerate() if one.name == "asking"]
            assert len(asking) <= 2  # the second time nobody asked Postgres once more
        finally:
            process.resume()
            door.hang_up()
        wait_for("Postgres and Redis", lambda: client.get("/readyz").status_code == 200)
        with hanging.app_context():
            db.engine.dispose()


@pytest.mark.parametrize("path", sorted(INSIDE))
def test_by_whatever_name_it_is_asked(client: FlaskClient, redis: Redis, path: str) -> None:
    presence.say(redis, "a worker")
    by_address = client.get(path, headers={"Host": "10.1.2.3:5000"})
    assert by_address.status_code == 200, by_address.text
    assert client.get("/about", headers={"Host": "10.1.2.3:5000"}).status_code == 400
    assert client.post(path).status_code == 405


def test_they_are_never_limited(app: Flask, environ: dict[str, str]) -> None:
    limits = {"RATELIMIT_ENABLED": "true", "SUBMISSION_RATE_LIMIT": "1/hour"}
    client = create_app(settings_from({**environ, **limits})).test_client()
    statuses = [client.get("/healthz").status_code for _ in range(20)]
    assert set(statuses) == {200}
