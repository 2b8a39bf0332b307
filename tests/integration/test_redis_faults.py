"""Redis loses everything, dies, hangs or is full; no count minds for long."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from flask import Flask
from flask.testing import FlaskClient

import jobs
from app import create_app
from config import settings_from
from dev.services import local_redis
from environment.patience import REDIS_PATIENCE, few_connections
from tests.counts import make_due, stored, wait_for_end
from tests.programs import OwnServer, Program, own_server, process_of, running
from tests.site import Site, start_held
from workers.rescuer import Watch


def test_redis_loses_everything(
    client: FlaskClient, environ: dict[str, str], logs: Path, app: Flask, site: Site
) -> None:
    with running(["worker"], environ, logs / "flushed_redis.log") as worker:
        worker.wait_for_line("ready for counts")
        held = start_held(client, site)
        keys = [client.post("/start", json={"url": f"http://{n}.test/"}).text for n in range(3)]
        app.extensions["redis"].flushall()
        for key in keys:
            make_due(key)
        site.let_go()
        assert wait_for_end(held).attempt == 1
        assert [wait_for_end(key).error_code for key in keys] == ["host_not_found"] * 3
        assert "Traceback" not in worker.log


@dataclass(frozen=True)
class Installation:
    """A web and a worker on a Redis that nobody else uses, and the process of that Redis."""

    web: FlaskClient
    worker: Program
    redis: OwnServer
    process: psutil.Process


@pytest.fixture
def own(environ: dict[str, str], logs: Path, tmp_path: Path, app: Flask) -> Iterator[Installation]:
    """An installation whose Redis something happens to."""
    with own_server(local_redis, tmp_path / "redis") as redis:
        with_own = {**environ, "REDIS_URL": redis.url}
        web = create_app(settings_from(with_own)).test_client()
        with running(["worker"], with_own, logs / "own_redis.log") as worker:
            worker.wait_for_line("ready for counts")
            yield Installation(web, worker, redis, process_of(redis.url))


def test_redis_is_killed_and_comes_back_empty(
    own: Installation, site: Site, tmp_path: Path
) -> None:
    held = start_held(own.web, site)
    own.process.kill()
    own.redis.go()
    answer = own.web.post("/start", json={"url": site.serve("/meanwhile", "<p>Hello")})
    assert answer.status_code == 200
    assert own.web.get(f"/results/{answer.text}").status_code == 202
    site.let_go()
    assert wait_for_end(held).attempt == 1  # what was begun is finished without Redis
    assert own.web.get(f"/results/{held}").status_code == 200
    for file in (tmp_path / "redis").glob("appendonly*"):
        file.unlink()
    own.redis.come()
    make_due(answer.text)
    assert wait_for_end(answer.text).status == "finished"
    assert "Traceback" not in own.worker.log


def test_redis_is_full(
    app: Flask, client: FlaskClient, environ: dict[str, str], logs: Path, site: Site
) -> None:
    redis = app.extensions["redis"]
    with running(["worker"], environ, logs / "full_redis.log") as worker:
        worker.wait_for_line("ready for counts")
        redis.config_set("maxmemory", 1)
        try:
            answer = client.post("/start", json={"url": site.serve("/", "<p>Hello")})
            assert answer.status_code == 200
            assert jobs.queue().get_job_ids() == []
            make_due(answer.text)
            worker.wait_for_line("cannot take a job from Redis just now")
        finally:
            redis.config_set("maxmemory", 0)
        assert wait_for_end(answer.text).status == "finished"
        assert "Traceback" not in worker.log


def test_redis_hangs_while_a_job_runs(own: Installation, site: Site) -> None:
    key = start_held(own.web, site)
    own.process.suspend()
    site.let_go()
    assert wait_for_end(key).attempt == 1
    own.process.resume()
    second = own.web.post("/start", json={"url": site.serve("/second", "<p>Hello")}).text
    assert wait_for_end(second).status == "finished"


def test_told_to_stop_while_redis_hangs(own: Installation, site: Site) -> None:
    key = start_held(own.web, site)
    own.process.suspend()
    assert own.worker.stop() == 0
    own.process.resume()
    assert "is killed" not in own.worker.log
    assert (stored(key).status, stored(key).crashes) == ("queued", 0)


def test_redis_that_takes_nothing_is_told_once(
    app: Flask, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    keys = [client.post("/start", json={"url": f"http://{n}.example/"}).text for n in range(20)]
    redis = app.extensions["redis"]
    redis.flushall()
    watch = Watch()
    for key in keys:
        make_due(key)
    assert watch.look() == 0
    redis.config_set("maxmemory", 1)
    try:
        caplog.clear()
        assert watch.look() == 0
    finally:
        redis.config_set("maxmemory", 0)
    assert len(caplog.records) == 1
    assert "waits until Redis takes it" in caplog.text


def test_what_is_no_text_in_redis_keeps_nobody_from_being_rescued(
    app: Flask, client: FlaskClient
) -> None:
    key = client.post("/start", json={"url": "http://example.com/"}).text
    app.extensions["redis"].flushall()
    app.extensions["redis"].lpush(jobs.queue().key, b"\xff\xfe")
    make_due(key)
    watch = Watch()
    assert [watch.look() for _ in range(3)] == [0, 1, 0]


def test_threads_share_a_few_connections(environ: dict[str, str]) -> None:
    """A rented Redis may allow 20 in all; what a burst of requests has opened stays open."""
    threads = 16
    ready = threading.Barrier(threads)
    client = few_connections(environ["REDIS_URL"], client_name="of-few", **REDIS_PATIENCE)

    def ask(_number: int) -> None:
        ready.wait()
        for _ in range(20):
            client.ping()

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(ask, range(threads)))
    named = [one for one in client.client_list() if one["name"] == "of-few"]
    assert 0 < len(named) <= 2
    client.connection_pool.disconnect()
