"""How far a count is: in the answer to whoever asks, and told to whoever listens."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis

import jobs
from app import create_app
from config import settings_from
from events.channel import CHANNEL, Events
from events.progress import Progress
from models import Status, Step
from storage import leases
from tests.counts import begin, end_lease, wait_for_end
from tests.programs import Program
from tests.site import Site
from tests.support import json_of, wait_for


def start(client: FlaskClient, url: str) -> str:
    return client.post("/start", json={"url": url}).text


def asked(client: FlaskClient, key: str) -> dict[str, Any]:
    """What the API says of a count that is pending."""
    answer = client.get(f"/results/{key}")
    assert answer.status_code == 202
    return dict(json_of(answer))


def said(client: FlaskClient, key: str) -> tuple[str, str, str]:
    document = asked(client, key)
    assert document["message"] in client.get(f"/counts/{key}").text
    return document["status"], document["step"], document["message"]


def test_the_place_in_the_queue(client: FlaskClient) -> None:
    keys = [start(client, f"http://{n}.example/") for n in range(3)]
    assert [asked(client, key)["position"] for key in keys] == [1, 2, 3]
    begin(keys[0])
    assert [asked(client, key)["position"] for key in keys[1:]] == [1, 2]
    assert "position" not in asked(client, keys[0])
    assert said(client, keys[2]) == (
        "queued",
        "queued",
        "Waiting for a worker: number 2 in the queue",
    )


def test_the_steps_of_a_worker(client: FlaskClient) -> None:
    key = start(client, "http://example.com/")
    claim = begin(key)
    assert said(client, key) == ("running", "fetching", "Fetching the page")
    for step, columns, message in (
        (Step.FETCHING, {"bytes": 300}, "Fetching the page: 1 kB"),
        (Step.FETCHING, {"bytes": 123_456}, "Fetching the page: 123 kB"),
        (Step.READING, {"bytes": 1_234_567}, "Reading the page: 1.2 MB"),
        (Step.COUNTING, {}, "Counting its words"),
        (Step.SAVING, {}, "Saving the result"),
    ):
        leases.report(claim, step, **columns)
        assert said(client, key) == ("running", step, message)
    assert asked(client, key)["bytes"] == 1_234_567


def test_a_count_whose_worker_is_dead_waits_for_another(client: FlaskClient) -> None:
    key = start(client, "http://example.com/")
    begin(key)
    end_lease(key)  # and there is no rescuer
    assert said(client, key) == (
        "queued",
        "queued",
        "Waiting again for a worker: number 1 in the queue",
    )


@pytest.fixture
def heard(app: Flask) -> Iterator[Callable[[str], list[dict[str, Any]]]]:
    """What is told of a count."""
    redis = Redis.from_url(app.config["REDIS_URL"])
    listener = redis.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
    listener.subscribe(CHANNEL)
    listener.get_message(timeout=5)  # that the subscription stands, which is not told
    events: list[dict[str, Any]] = []

    def of(key: str) -> list[dict[str, Any]]:
        while message := listener.get_message(timeout=0.05):
            events.append(json.loads(message["data"]))
        return [event for event in events if event["job_key"] == key]

    yield of
    listener.close()


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a job does is stored although it does not take long."""
    monkeypatch.setattr("events.progress._EVERY", 0.0)


def steps(events: list[dict[str, Any]]) -> list[str]:
    return [event["step"] for event in events]


@pytest.mark.usefixtures("at_once")
def test_a_step_takes_no_time_when_nobody_can_be_told(app: Flask, client: FlaskClient) -> None:
    claim = begin(start(client, "http://example.com/"))
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        events = Events(f"redis://127.0.0.1:{deaf.getsockname()[1]}")
        progress = Progress(claim, events)
        begun = time.monotonic()
        for _ in range(100):
            progress.enter(Step.READING)
            progress.look_up()
        assert time.monotonic() - begun < 5  # and not 100 times a quarter of a second
        events.tell(claim, Status.FINISHED)
    assert asked(client, claim.job_key)["step"] == "reading"


def test_a_step_that_is_soon_over_is_not_stored(app: Flask, client: FlaskClient) -> None:
    claim = begin(start(client, "http://example.com/"))
    progress = Progress(claim, app.extensions["events"])
    progress.enter(Step.READING, 7)
    progress.look_up()
    assert asked(client, claim.job_key)["step"] == "fetching"


@pytest.mark.usefixtures("at_once")
def test_a_step_goes_on_when_it_cannot_be_stored(
    environ: dict[str, str], client: FlaskClient, heard: Callable[[str], list[dict[str, Any]]]
) -> None:
    claim = begin(start(client, "http://example.com/"))
    away = create_app(settings_from({**environ, "DATABASE_URL": "postgresql://127.0.0.1:1/none"}))
    with away.app_context():
        progress = Progress(claim, jobs.events())
        progress.enter(Step.READING)
        progress.look_up()
    assert steps(heard(claim.job_key)) == ["queued", "reading", "reading"]
    assert asked(client, claim.job_key)["step"] == "fetching"


# The worker starts here: before, it would take the counts of this process.


def test_every_step_is_told(
    client: FlaskClient,
    site: Site,
    worker: Program,
    heard: Callable[[str], list[dict[str, Any]]],
) -> None:
    key = start(client, site.serve("/secret?page", "<p>Hello there"))
    wait_for("end", lambda: "finished" in steps(heard(key)))
    events = heard(key)
    assert steps(events) == ["queued", "fetching", "reading", "counting", "saving", "finished"]
    assert {event["host"] for event in events} == {"127.0.0.1"}
    assert [event["attempt"] for event in events] == [0, 1, 1, 1, 1, 1]
    assert events[2]["bytes"] == len("<p>Hello there")
    assert events[-1]["words"] == 2
    assert sorted(events, key=lambda event: event["at"]) == events
    assert "secret" not in json.dumps(events)


def test_a_failure_is_told(
    client: FlaskClient,
    site: Site,
    worker: Program,
    heard: Callable[[str], list[dict[str, Any]]],
) -> None:
    key = start(client, site.serve("/", "gone", status=404))
    wait_for("end", lambda: "failed" in steps(heard(key)))
    assert steps(heard(key)) == ["queued", "fetching", "failed"]
    assert heard(key)[-1]["code"] == "http_status"


def test_how_much_was_fetched_is_told_while_it_is_fetched(
    client: FlaskClient, worker: Program, heard: Callable[[str], list[dict[str, Any]]]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        slow = threading.Thread(target=send_slowly, args=(server,))
        slow.start()
        key = start(client, f"http://127.0.0.1:{server.getsockname()[1]}/")
        wait_for("bytes", lambda: asked(client, key).get("bytes"))
        assert asked(client, key)["step"] == "fetching"
        slow.join()
        wait_for_end(key)
    sizes = [event.get("bytes") for event in heard(key) if event["step"] == "fetching"]
    assert sizes[0] is None
    assert len(sizes) > 2
    known = [size for size in sizes[1:] if size is not None]
    assert sizes[1:] == sorted(known)


def send_slowly(server: socket.socket) -> None:
    """A page that takes two seconds."""
    connection, _ = server.accept()
    with connection:
        connection.recv(10_000)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
        for _ in range(20):
            connection.sendall(b"<p>Hello there" * 1000)
            time.sleep(0.1)
