"""Every event of every count at `/pubsub`, through a real gunicorn."""

import json
import signal
from collections.abc import Iterator
from contextlib import ExitStack, closing
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis
from werkzeug.test import TestResponse

import jobs
import submissions
from app import create_app
from config import settings_from
from event_log import LOG, START
from events import CHANNEL
from models import Result, Status, Step, db
from states import Count
from tests.counts import begin
from tests.programs import Program, process_of
from tests.streams import Stream, own_web
from tests.support import NOBODYS_KEY, wait_for
from views.disclosure import MOST_KEYS
from views.live import MAX_STREAMS

COUNT = Count(str(NOBODYS_KEY), "http://example.com/secret", 1, Status.RUNNING)
URL = "http://example.com/secret"


@pytest.fixture(scope="module")
def own(environ: dict[str, str], logs: Path) -> Iterator[tuple[Program, str]]:
    """A web of one process, as strangers reach it: keys are not public."""
    with own_web({**environ, "PUBLIC_KEYS": "false"}, logs / "pubsub.log") as started:
        yield started


class Listener(Stream):
    """Who follows all events."""

    def __init__(self, web: str, query: str = "", last_id: str = "") -> None:
        headers = {"Last-Event-ID": last_id} if last_id else {}
        super().__init__(f"{web}/pubsub{query}", headers)
        self.heard = self.messages()

    def next(self) -> dict[str, Any]:
        """The next event."""
        name, data, last_id = next(self.heard)
        assert name == "", data
        event: dict[str, Any] = json.loads(data)
        assert event["id"] == last_id
        return event

    def numbers(self, how_many: int) -> list[int]:
        """What was told in the next events."""
        return [self.next()["bytes"] for _ in range(how_many)]

    def __enter__(self) -> "Listener":
        return self


def listening(web: str, query: str = "", last_id: str = "") -> Listener:
    """A listener that hears whatever is told from now on."""
    listener = Listener(web, query, last_id)
    assert listener.answer.status_code == 200
    lines = listener._lines
    assert [next(lines), next(lines)] == ["retry: 2000", ""]
    return listener


def fresh(web: str, query: str = "") -> Listener:
    """A new listener; it is told first where it begins."""
    listener = listening(web, query)
    listener.last_id = next(listener._lines).removeprefix("id: ")
    assert next(listener._lines) == ""
    return listener


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
        assert listener.last_id == START
    tell(1)
    with fresh(web) as listener:
        last = listener.last_id
    tell(2)
    with listening(web, last_id=last) as again:
        assert again.numbers(1) == [2]
    with listening(web, last_id=START) as again:
        assert again.numbers(2) == [1, 2]


@pytest.mark.parametrize("last", ["18446744073709551615-7", "1-7", "nonsense", "x" * 5000])
def test_an_id_from_which_nobody_can_go_on(app: Flask, web: str, last: str) -> None:
    tell(1)
    newest = jobs.events().latest(1)[0]["id"]
    with listening(web, last_id=last) as listener:
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
            assert next(listener._lines) == ": still here"
            assert next(listener._lines) == ""


def test_strangers_see_neither_urls_nor_keys(app: Flask, own: tuple[Program, str]) -> None:
    key = submissions.submit(URL)
    with fresh(own[1]) as stranger, fresh(own[1], f"?key={key}") as holder:
        claim = begin(key)
        jobs.events().tell(claim, Status.FINISHED, words=3, ref="mine", text="secret")
        seen, held = stranger.next(), holder.next()
    assert {*seen} == {"id", "count", "host", "step", "attempt", "at", "words"}
    assert held == {**seen, "job_key": key, "ref": "mine", "url": URL}
    page = requests.get(f"{own[1]}/pubsub", headers={"Accept": "text/html"}, timeout=15)
    assert "example.com" in page.text
    assert key not in page.text
    assert "secret" not in page.text
    page = requests.get(f"{own[1]}/pubsub?key={key}", headers={"Accept": "text/html"}, timeout=15)
    assert "http://example.com/secret" in page.text


def test_visitors_hold_the_keys_of_their_session(app: Flask, environ: dict[str, str]) -> None:
    web = create_app(settings_from({**environ, "PUBLIC_KEYS": "false", "APP_SETTINGS": ""}))
    web.config["WTF_CSRF_ENABLED"] = False
    visitor, other = web.test_client(), web.test_client()
    key = visitor.post("/", data={"url": URL}).location.rpartition("/")[2]
    html = {"Accept": "text/html"}
    assert f"/counts/{key}" in visitor.get("/pubsub", headers=html).text
    assert URL in visitor.get("/pubsub", headers=html).text
    assert key not in other.get("/pubsub", headers=html).text
    db.session.delete(Result.by_key(key))
    db.session.commit()
    assert key not in visitor.get("/pubsub", headers=html).text


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
    assert (answer.status_code, answer.json["code"]) == (400, "bad_parameter")


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
        html = {"Accept": "text/html"}
        assert requests.get(f"{web}/pubsub", headers=html, timeout=15).status_code == 200
        assert requests.head(f"{web}/pubsub", timeout=15).status_code == 200
        streams[0].answer.close()

        def is_free() -> bool:
            with Stream(f"{web}/pubsub") as stream:
                return stream.answer.status_code == 200

        wait_for("free place", is_free)
    assert "Traceback" not in program.log


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
    _, answer, chunks = followed(away)
    next(chunks)
    tell(1)
    assert '"bytes": 1' in next(chunks)
    answer.close()
    answer = create_app(settings_from(away)).test_client().get(f"/pubsub?key={NOBODYS_KEY}")
    assert (answer.status_code, answer.json["code"]) == (503, "database_unavailable")


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
    page = web.test_client().get("/pubsub", headers={"Accept": "text/html"})
    assert page.status_code == 200


def test_events_end_when_gunicorn_is_to_stop(
    app: Flask, environ: dict[str, str], logs: Path
) -> None:
    with own_web(environ, logs / "pubsub_stop.log") as (program, web), fresh(web) as listener:
        tell(1)
        assert listener.numbers(1) == [1]
        program.process.send_signal(signal.SIGTERM)
        assert program.process.wait(timeout=10) == 0  # it would wait for 20 seconds
        assert list(listener.heard) == []


def test_redis_hangs_under_a_stream(app: Flask, environ: dict[str, str], logs: Path) -> None:
    with (
        own_web(environ, logs / "pubsub_hangs.log") as (program, web),
        closing(fresh(web).answer) as answer,
    ):
        redis = process_of(environ["REDIS_URL"])
        redis.suspend()
        try:
            program.process.send_signal(signal.SIGTERM)
            assert program.process.wait(timeout=10) == 0
        finally:
            redis.resume()
        assert answer.status_code == 200
