"""What `/pubsub` shows to whom, and to how many; without Redis, Postgres, or for long."""

import signal
from collections.abc import Iterator
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import jobs
import submissions
from app import create_app
from config import settings_from
from models import Result, Status, db
from tests.counts import begin
from tests.programs import Program, process_of
from tests.streams import Stream, fresh, own_web
from tests.support import NOBODYS_KEY, json_of, wait_for
from views.disclosure import MOST_KEYS
from views.live import MAX_OF_ALL, MAX_STREAMS

URL = "http://example.com/secret"
HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def own(environ: dict[str, str], logs: Path) -> Iterator[tuple[Program, str]]:
    """A web of one process, as strangers reach it: keys are not public."""
    with own_web({**environ, "PUBLIC_KEYS": "false"}, logs / "pubsub.log") as started:
        yield started


def test_strangers_see_neither_urls_nor_keys(app: Flask, own: tuple[Program, str]) -> None:
    key = submissions.submit(URL)
    with fresh(own[1]) as stranger, fresh(own[1], f"?key={key}") as holder:
        claim = begin(key)
        jobs.events().tell(claim, Status.FINISHED, words=3, ref="mine", text="secret")
        seen, held = stranger.next(), holder.next()
    assert {*seen} == {"id", "count", "host", "step", "attempt", "at", "words"}
    assert held == {**seen, "job_key": key, "ref": "mine", "url": URL}
    page = requests.get(f"{own[1]}/pubsub", headers=HTML, timeout=15)
    assert "example.com" in page.text
    assert key not in page.text
    assert "secret" not in page.text
    page = requests.get(f"{own[1]}/pubsub?key={key}", headers=HTML, timeout=15)
    assert "http://example.com/secret" in page.text


def test_visitors_hold_the_keys_of_their_session(app: Flask, environ: dict[str, str]) -> None:
    web = create_app(settings_from({**environ, "PUBLIC_KEYS": "false", "APP_SETTINGS": ""}))
    web.config["WTF_CSRF_ENABLED"] = False
    visitor, other = web.test_client(), web.test_client()
    key = visitor.post("/", data={"url": URL}).location.rpartition("/")[2]
    assert f"/counts/{key}" in visitor.get("/pubsub", headers=HTML).text
    assert URL in visitor.get("/pubsub", headers=HTML).text
    assert key not in other.get("/pubsub", headers=HTML).text
    db.session.delete(Result.by_key(key))
    db.session.commit()
    assert key not in visitor.get("/pubsub", headers=HTML).text


@pytest.mark.parametrize("key", [str(NOBODYS_KEY), "x", ""])
@pytest.mark.parametrize("accept", ["text/event-stream", "text/html"])
def test_an_unknown_key_is_refused(client: FlaskClient, key: str, accept: str) -> None:
    known = submissions.submit(URL)
    answer = client.get(f"/pubsub?key={known}&key={key}", headers={"Accept": accept})
    assert answer.status_code == 404
    assert "There is no count with this key." in answer.text


def test_there_may_be_only_so_many_keys(client: FlaskClient) -> None:
    keys = [submissions.submit(f"http://{n}.example/") for n in range(MOST_KEYS + 1)]
    assert client.head("/pubsub", query_string={"key": keys[:-1]}).status_code == 200
    answer = client.get("/pubsub", query_string={"key": keys})
    assert (answer.status_code, json_of(answer)["code"]) == (400, "bad_parameter")


def test_streams_of_all_kinds_share_their_places(app: Flask, own: tuple[Program, str]) -> None:
    program, web = own
    key = submissions.submit(URL)
    with ExitStack() as clients:
        paths = ["/pubsub", f"/counts/{key}/events"]
        streams = [
            clients.enter_context(Stream(web + paths[n % 2], {"Accept": "text/event-stream"}))
            for n in range(MAX_STREAMS)
        ]
        assert {stream.answer.status_code for stream in streams} == {200}
        for path in paths:
            refused = requests.get(web + path, timeout=15)
            assert (refused.status_code, refused.json()["code"]) == (503, "too_many_streams")
            assert refused.headers["Retry-After"] == "10"
        # All that is short is answered nevertheless, also the page of the events.
        for accept in ("text/html", "*/*"):
            answer = requests.get(f"{web}/", headers={"Accept": accept}, timeout=15)
            assert answer.status_code == 200
            assert requests.get(f"{web}/pubsub", headers=HTML, timeout=15).status_code == 200
        assert requests.head(f"{web}/pubsub", timeout=15).status_code == 200
        streams[0].answer.close()

        def is_free() -> bool:
            with Stream(f"{web}/pubsub") as stream:
                return stream.answer.status_code == 200

        wait_for("free place", is_free)
    assert "Traceback" not in program.log


def test_streams_of_all_counts_leave_places_for_single_counts(
    app: Flask, own: tuple[Program, str]
) -> None:
    key = submissions.submit(URL)
    of_all, of_one = f"{own[1]}/pubsub", f"{own[1]}/counts/{key}/events"

    with ExitStack() as clients:

        def place(path: str) -> Stream | None:
            stream = clients.enter_context(Stream(path))
            return stream if stream.answer.status_code == 200 else None

        def take(path: str) -> Stream:
            # Whoever was there before is gone as soon as something is written to them.
            return wait_for("free place", lambda: place(path))

        first, *_ = [take(of_all) for _ in range(MAX_OF_ALL)]
        assert place(of_all) is None
        assert requests.head(of_all, timeout=15).status_code == 200
        for _ in range(MAX_STREAMS - MAX_OF_ALL):
            take(of_one)
        assert place(of_one) is None
        first.answer.close()
        take(of_one)


def followed(environ: dict[str, str], query: str = "") -> tuple[Flask, TestResponse, Iterator[str]]:
    """The web, the answer, and what comes of the stream; each ``next`` runs it a little."""
    web = create_app(settings_from(environ))
    answer = web.test_client().get(f"/pubsub{query}", buffered=False)
    chunks = (chunk.decode() for chunk in answer.iter_encoded())
    assert next(chunks) == "retry: 2000\n\n"
    return web, answer, chunks


def test_an_idle_stream_holds_no_connection_to_the_database(
    app: Flask, environ: dict[str, str]
) -> None:
    key = submissions.submit(URL)
    web, answer, chunks = followed(environ, f"?key={key}")
    assert next(chunks).startswith("id: ")
    with web.app_context():
        assert db.engine.pool.checkedin() == 1  # type: ignore[attr-defined]
        assert db.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
        db.engine.dispose()
    answer.close()


def test_nobody_needs_the_database_without_keys(app: Flask, environ: dict[str, str]) -> None:
    away = {**environ, "DATABASE_URL": "postgresql://127.0.0.1:1/none"}
    claim = begin(submissions.submit(URL))
    _, answer, chunks = followed(away)
    next(chunks)
    jobs.events().tell(claim, Status.FINISHED, words=7)
    assert '"words": 7' in next(chunks)
    answer.close()
    answer = create_app(settings_from(away)).test_client().get(f"/pubsub?key={NOBODYS_KEY}")
    assert (answer.status_code, json_of(answer)["code"]) == (503, "database_unavailable")


def test_no_stream_of_events_is_endless(
    app: Flask, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_module("views.pubsub"), "LONGEST_SECONDS", 0.1)
    _, answer, chunks = followed(environ)
    assert next(chunks).startswith("id: ")
    assert list(chunks) == []
    answer.close()


def test_without_redis_there_are_signs_of_life_alone(app: Flask, environ: dict[str, str]) -> None:
    away = {**environ, "REDIS_URL": "unix:///nowhere/redis.sock"}
    web, answer, chunks = followed(away)
    assert [next(chunks), next(chunks)] == [": still here\n\n"] * 2
    answer.close()
    page = web.test_client().get("/pubsub", headers=HTML)
    assert page.status_code == 200


def test_events_end_when_gunicorn_is_to_stop(
    app: Flask, environ: dict[str, str], logs: Path
) -> None:
    with own_web(environ, logs / "pubsub_stop.log") as (program, web), fresh(web) as listener:
        submissions.submit(URL)
        assert listener.next()["step"] == "queued"
        program.process.send_signal(signal.SIGTERM)
        assert program.process.wait(timeout=10) == 0  # it would wait for 20 seconds
        assert list(listener.heard) == []


def test_redis_hangs_under_a_stream(app: Flask, environ: dict[str, str], logs: Path) -> None:
    with own_web(environ, logs / "pubsub_hangs.log") as (program, web), fresh(web):
        redis = process_of(environ["REDIS_URL"])
        redis.suspend()
        try:
            program.process.send_signal(signal.SIGTERM)
            assert program.process.wait(timeout=10) == 0
        finally:
            redis.resume()
