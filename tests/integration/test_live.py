"""The standing of a count as a stream of events, through a real gunicorn."""

import json
import os
import runpy
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient

import submissions
from models import Result, Step, db
from tests.counts import begin, finished, report
from tests.programs import running
from tests.site import Site, start_held
from tests.streams import Stream, own_web
from tests.support import NOBODYS_KEY, PROJECT, wait_for
from views.live import MAX_STREAMS

STEPS = ["queued", "fetching", "reading", "counting", "saving"]
Event = tuple[str, dict[str, object]]


class Standings(Stream):
    """A client that follows one count."""

    def __init__(self, web: str, key: str) -> None:
        super().__init__(f"{web}/counts/{key}/events")

    def events(self) -> Iterator[Event]:
        """The names and objects of its events."""
        for name, data, _ in self.messages():
            yield name, json.loads(data)

    def __enter__(self) -> "Standings":
        return self


def test_a_held_page_from_its_fetching_to_its_outcome(
    client: FlaskClient, environ: dict[str, str], logs: Path, web: str, site: Site
) -> None:
    # Not the worker of all tests here: the others want their counts to stand still.
    with running(["worker"], environ, logs / "live_worker.log") as worker, ExitStack() as clients:
        worker.wait_for_line("ready for counts")
        key = start_held(client, site)
        stream = clients.enter_context(Standings(web, key))
        assert stream.answer.headers["Content-Type"] == "text/event-stream; charset=utf-8"
        assert stream.answer.headers["Cache-Control"] == "no-store"
        events = stream.events()
        assert next(events) == ("standing", client.get(f"/results/{key}").json)
        site.let_go()
        *standings, outcome = events
    assert outcome == ("done", {"status": "finished"})
    assert {name for name, _ in standings} <= {"standing"}
    places = [STEPS.index(str(data["step"])) for _, data in standings]
    assert places == sorted(places)


def test_every_step_as_it_is_told(app: Flask, web: str) -> None:
    claim = begin(submissions.submit("http://example.com/"))
    with Standings(web, claim.job_key) as stream:
        events = stream.events()
        assert next(events)[1]["step"] == "fetching"
        for step in (Step.READING, Step.COUNTING, Step.SAVING):
            report(claim, step)
            name, data = next(events)
            assert (name, data["step"]) == ("standing", step)


def test_the_place_in_the_queue_changes_without_a_word(app: Flask, web: str) -> None:
    first, second = (submissions.submit(f"http://{n}.example/") for n in range(2))
    with Standings(web, second) as stream:
        events = stream.events()
        assert next(events)[1]["position"] == 2
        begin(first)
        assert next(events)[1]["position"] == 1


def test_a_count_that_is_done(app: Flask, web: str) -> None:
    with Standings(web, finished()) as stream:
        assert list(stream.events()) == [("done", {"status": "finished"})]


def test_a_count_that_is_removed_meanwhile(app: Flask, web: str) -> None:
    key = submissions.submit("http://example.com/")
    with Standings(web, key) as stream:
        events = stream.events()
        next(events)
        db.session.delete(Result.by_key(key))
        db.session.commit()
        assert list(events) == []
    assert Standings(web, key).answer.status_code == 404


@pytest.mark.parametrize("key", [str(NOBODYS_KEY), "x", str(NOBODYS_KEY).upper()])
def test_an_unknown_key(app: Flask, web: str, key: str) -> None:
    accept = {"Accept": "text/event-stream"}
    answer = requests.get(f"{web}/counts/{key}/events", headers=accept, timeout=15)
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_key")


def test_streams_leave_half_of_the_threads(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    served = runpy.run_path(str(PROJECT / "gunicorn.conf.py"))
    assert served["threads"] == 2 * MAX_STREAMS


def test_there_are_only_so_many_streams(app: Flask, environ: dict[str, str], logs: Path) -> None:
    key = submissions.submit("http://example.com/")
    with own_web(environ, logs / "streams.log") as (program, web), ExitStack() as clients:
        for _ in range(2 * MAX_STREAMS):
            assert requests.head(f"{web}/counts/{key}/events", timeout=15).status_code == 200
        streams = [clients.enter_context(Standings(web, key)) for _ in range(MAX_STREAMS)]
        assert {next(stream.events())[0] for stream in streams} == {"standing"}
        with Standings(web, key) as refused:
            assert refused.answer.status_code == 503
            assert refused.answer.json()["code"] == "too_many_streams"
            assert refused.answer.headers["Retry-After"] == "10"
        for _ in range(2 * MAX_STREAMS):
            assert requests.get(f"{web}/results/{key}", timeout=15).status_code == 202
        streams[0].answer.close()
        wait_for("free place", lambda: Standings(web, key).answer.status_code == 200)
        assert "Traceback" not in program.log


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT], ids=lambda how: how.name)
def test_a_stream_ends_when_gunicorn_is_to_stop(
    app: Flask, environ: dict[str, str], logs: Path, how: signal.Signals
) -> None:
    key = submissions.submit("http://example.com/")
    with (
        own_web(environ, logs / f"stop_{how.name}.log") as (program, web),
        Standings(web, key) as stream,
    ):
        events = stream.events()
        next(events)
        program.process.send_signal(how)
        assert program.process.wait(timeout=10) == 0  # it would wait for 20 seconds
        assert list(events) == []


def test_a_stream_ends_when_its_gunicorn_was_killed(
    app: Flask, environ: dict[str, str], logs: Path
) -> None:
    key = submissions.submit("http://example.com/")
    with own_web(environ, logs / "orphan.log") as (program, web), Standings(web, key) as stream:
        events = stream.events()
        next(events)
        children = psutil.Process(program.process.pid).children()
        os.kill(program.process.pid, signal.SIGKILL)
        assert psutil.wait_procs(children, timeout=10)[1] == []
        assert list(events) == []
