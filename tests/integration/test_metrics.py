"""The figures that Prometheus scrapes are those of what really happened, whoever tells them."""

import socket
import time
from contextlib import ExitStack, closing
from datetime import timedelta
from pathlib import Path

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from redis import Redis
from sqlalchemy import text

import jobs
import submissions
from app import create_app
from config import settings_from
from dev.services import local_redis
from events import channel as telling
from events import tallies
from events.channel import Events
from inbox.queue import INBOX
from models import Status, db
from storage.states import Count
from tests.counts import accepted, begin, wait_for_end
from tests.programs import own_server, running
from tests.site import Site
from tests.support import NOBODYS_KEY, free_port, json_of, wait_for
from workers import presence

#: Of a figure: its name, and its labels.
Name = tuple[str, tuple[tuple[str, str], ...]]
Figures = dict[Name, float]


def named(name: str, **labels: str) -> Name:
    return f"wordcount_{name}", tuple(sorted(labels.items()))


def parsed(exposition: str) -> Figures:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(exposition)
        for sample in family.samples
    }


def told_by(client: FlaskClient, **headers: str) -> Figures:
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.content_type.startswith("text/plain; version=")
    assert answer.headers["Cache-Control"] == "no-store"
    return parsed(answer.text)


def test_what_waits(client: FlaskClient, redis: Redis) -> None:
    keys = [accepted(f"http://{name}.example/") for name in "abc"]
    begin(keys[1])
    db.session.execute(
        text("UPDATE results SET submitted_at = now() - :ago WHERE job_key = :key"),
        {"ago": timedelta(minutes=5), "key": keys[0]},
    )
    db.session.commit()
    redis.lpush(INBOX, "http://d.example/", "http://e.example/")
    presence.say(redis, "a worker")
    figures = told_by(client)
    assert figures[named("queue_depth")] == 2
    assert 300 <= figures[named("queue_oldest_seconds")] < 330
    assert figures[named("running_counts")] == 1
    assert figures[named("inbox_depth")] == 2
    assert figures[named("workers_alive")] == 1
    assert figures[named("queue_limit")] == 10_000
    assert figures[named("database_bytes")] > 1_000_000
    assert figures[named("redis_used_memory_bytes")] > 100_000
    assert figures[named("redis_maxmemory_bytes")] == 0


def test_every_figure_is_there_before_anything_has_happened(client: FlaskClient) -> None:
    told_by(client)  # writes what earlier tests have left to be written
    jobs.events()._redis.delete(tallies.TALLIES)
    answer = client.get("/metrics").text
    figures = parsed(answer)
    grown = {name: value for name, value in figures.items() if name[0].endswith("_total") and value}
    assert not grown
    for code in ("crashed", "too_complex", "host_not_found", "cancelled"):
        assert named("outcomes_total", code=code) in figures
    for name in {name for name, _ in figures}:
        family = name.removesuffix("_bucket").removesuffix("_count").removesuffix("_sum")
        assert f"# HELP {family} " in answer, name
    assert len(figures) < 200


def test_forms_and_cancelled_counts(client: FlaskClient) -> None:
    before = told_by(client)
    key = submissions.submit("http://example.com/", owner="a visitor")
    assert submissions.cancel(key, owner="a visitor")
    after = told_by(client)
    name = named("outcomes_total", code="cancelled")
    assert after[name] - before[name] == 1


def test_who_shows_the_token_is_let_in(app: Flask, environ: dict[str, str]) -> None:
    token = "a long random text"
    client = create_app(settings_from({**environ, "METRICS_TOKEN": token})).test_client()
    for headers in (
        {},
        bearer("another long text"),
        {"Authorization": f"Basic {token}"},
        bearer("é"),
    ):
        answer = client.get("/metrics", headers=headers)
        assert (answer.status_code, json_of(answer)["code"]) == (401, "token_needed")
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="metrics"'
        assert token not in answer.text
    assert told_by(client, **bearer(token))
    assert client.get("/healthz").status_code == 200


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize("away", ["postgres", "redis"])
def test_what_is_away_is_left_out(environ: dict[str, str], away: str) -> None:
    nowhere = {
        "postgres": {"DATABASE_URL": "postgresql:///none?host=/nowhere"},
        "redis": {"REDIS_URL": "unix:///nowhere/redis.sock"},
    }
    client = create_app(settings_from({**environ, **nowhere[away]})).test_client()
    figures = told_by(client)
    other = {"postgres": "redis", "redis": "postgres"}[away]
    assert (figures[named("up", part=away)], figures[named("up", part=other)]) == (0, 1)
    assert (named("queue_depth") in figures) == (away == "redis")
    assert (named("outcomes_total", code="finished") in figures) == (away == "postgres")
    assert (named("workers_alive") in figures) == (away == "postgres")


COUNT = Count(str(NOBODYS_KEY), "http://example.com/", 1, Status.RUNNING)


def test_what_redis_does_not_take_is_written_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "_SILENCE", 0.1)
    with own_server(local_redis, tmp_path / "redis") as server:
        events = Events(server.url)
        events.tally(tallies.OUTCOMES, tallies.FINISHED)
        events.tell(COUNT, "finished")
        server.go()
        for _ in range(3):
            events.tally(tallies.OUTCOMES, tallies.FINISHED)
            events.tell(COUNT, "finished")
            events.make_good()
        server.come()
        with Redis.from_url(server.url) as redis:

            def all_is_added() -> bool:
                events.make_good()
                return tallies.read(redis) == {"outcomes:finished": 4}

            wait_for("sum of all", all_is_added)


def test_nothing_is_added_twice_by_a_redis_that_hangs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "_SILENCE", 0.1)
    with own_server(local_redis, tmp_path / "redis") as server:
        events = Events(server.url)
        with Redis.from_url(server.url) as redis:
            redis.client_pause(600, all=True)
            for _ in range(3):
                events.tally(tallies.ACCEPTED)
                events.make_good()
                time.sleep(0.15)
            wait_for("end of the pause", redis.ping)
            events.make_good()
            assert tallies.read(redis)["accepted"] <= 3


def test_what_a_host_that_is_gone_does_not_take_is_kept(
    redis: Redis, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "_SILENCE", 0)
    with socket.create_server(("127.0.0.1", 0), backlog=0) as silent, ExitStack() as callers:
        for _ in range(2):  # nobody accepts: there is no room for another
            callers.enter_context(closing(caller := socket.socket()))
            caller.setblocking(False)
            caller.connect_ex(silent.getsockname())
        events = Events(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        for _ in range(2):
            events.tally(tallies.ACCEPTED)
            events.make_good()
    events._redis = Redis.from_url(environ["REDIS_URL"])
    events.make_good()
    assert tallies.read(redis)[tallies.ACCEPTED] == 2


def test_what_strangers_write_there_does_no_harm(client: FlaskClient, redis: Redis) -> None:
    before = told_by(client)
    redis.hset(tallies.TALLIES, mapping={"outcomes:nonsense": 5, "accepted": "many", b"\xff": "1"})
    redis.hset(tallies.TALLIES, "rejected", "9" * 5000)  # no number for Python
    after = told_by(client)
    assert after[named("counts_accepted_total")] == after[named("inbox_rejected_total")] == 0
    assert not set(after) - set(before)


def test_a_web_process_that_ends_writes_what_it_has_added_up(
    environ: dict[str, str], redis: Redis, logs: Path
) -> None:
    port = free_port()
    with running(
        ["gunicorn", "app:create_app()"],
        {**environ, "PORT": str(port), "WEB_CONCURRENCY": "1"},
        logs / "ending_web.log",
    ) as web:
        web.wait_for_line("Booting worker")
        for path in ("about", "nowhere", "healthz"):
            requests.get(f"http://127.0.0.1:{port}/{path}", timeout=20)
        assert web.stop() == 0
    told = tallies.read(redis)
    assert (told["responses:2xx"], told["responses:4xx"]) == (1, 1)


# The last one: its worker goes on as long as this module does.
@pytest.mark.usefixtures("worker", "app")
def test_real_counts_are_told_exactly_by_every_process(web: str, site: Site, redis: Redis) -> None:
    pages = [site.serve(f"/{number}", "<p>One two three") for number in range(3)]
    missing = f"{site.address}/missing"
    keys = [
        requests.post(f"{web}/start", json={"url": url}, timeout=10).text
        for url in (*pages, missing)
    ]
    assert (
        requests.post(f"{web}/start", json={"url": "ftp://x.example"}, timeout=10).status_code
        == 400
    )
    redis.lpush(INBOX, site.serve("/from-inbox", "<p>Four"), "no URL")
    for key in keys:
        wait_for_end(key)
    expected = {
        named("submissions_total", door="api"): 4,
        named("submissions_total", door="form"): 0,
        named("submissions_total", door="inbox"): 1,
        named("counts_accepted_total"): 5,
        named("outcomes_total", code="finished"): 4,
        named("outcomes_total", code="http_status"): 1,
        named("outcomes_total", code="crashed"): 0,
        named("inbox_rejected_total"): 1,
        named("fetch_seconds_count"): 5,
        named("fetch_seconds_bucket", le="+Inf"): 5,
        named("count_seconds_count"): 4,
        named("queue_depth"): 0,
        named("queue_oldest_seconds"): 0,
        named("running_counts"): 0,
        named("workers_alive"): 1,
        named("up", part="postgres"): 1,
        named("up", part="redis"): 1,
    }

    def scrape() -> Figures:
        return parsed(requests.get(f"{web}/metrics", timeout=10).text)

    wait_for("all figures", lambda: expected.items() <= scrape().items())
    for _ in range(8):  # whichever of the two processes answers
        figures = scrape()
        assert {name: figures[name] for name in expected} == expected
    assert 0 < figures[named("fetch_seconds_sum")] < 5
    assert figures[named("fetch_seconds_bucket", le="30.0")] == 5
    assert figures[named("responses_total", status="4xx")] >= 1
