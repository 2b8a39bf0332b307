"""Redis is away, hangs, or has lost a connection: nothing but a submission notices."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from urllib.parse import urlsplit

import pytest
from flask import Flask
from redis import Redis

import jobs
from app import create_app
from config import settings_from
from dev.services import local_redis
from tests.counts import finished
from tests.site import Door


@pytest.fixture
def key(app: Flask) -> str:
    return finished()


@pytest.mark.usefixtures("app")
def test_a_connection_to_redis_that_was_forgotten_is_noticed(environ: dict[str, str]) -> None:
    with closing(Door(urlsplit(environ["REDIS_URL"]).path)) as door:
        over_tcp = {**environ, "REDIS_URL": f"redis://127.0.0.1:{door.port}/0"}
        remote = create_app(settings_from(over_tcp))
        client = remote.test_client()
        keys = [client.post("/start", json={"url": "http://first.example/"}).text]
        door.forget()
        keys.append(client.post("/start", json={"url": "http://second.example/"}).text)
        remote.extensions["redis"].close()
    assert jobs.queue().get_job_ids() == keys


def test_without_redis(environ: dict[str, str], key: str) -> None:
    away = {**environ, "REDIS_URL": "unix:///nowhere/redis.sock", "RATELIMIT_ENABLED": "true"}
    client = create_app(settings_from(away)).test_client()
    assert client.get(f"/results/{key}").status_code == 200
    assert client.get(f"/counts/{key}").status_code == 200
    accepted = client.post("/start", json={"url": "http://example.org/"})
    assert accepted.status_code == 200
    assert client.get(f"/results/{accepted.text}").status_code == 202


def test_a_redis_that_hangs_keeps_nobody_for_long(
    environ: dict[str, str], key: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with local_redis(tmp_path_factory.mktemp("redis")) as url:
        own = {**environ, "REDIS_URL": url, "RATELIMIT_ENABLED": "true"}
        hanging = create_app(settings_from({**own, "SUBMISSION_RATE_LIMIT": "4/hour"}))

        def start(name: str) -> tuple[int, float]:
            begun = time.monotonic()
            submitted = {"url": f"http://{name}.example/"}
            status = hanging.test_client().post("/start", json=submitted).status_code
            return status, time.monotonic() - begun

        assert start("before")[0] == 200
        pages = ("/", f"/counts/{key}", f"/results/{key}")
        for path in pages:  # templates are compiled when they are first needed
            assert hanging.test_client().get(path).status_code == 200
        with Redis.from_url(url) as redis:
            process = int(redis.info()["process_id"])
        os.kill(process, signal.SIGSTOP)
        try:
            # At the same moment, so that both wait to be counted.
            with ThreadPoolExecutor() as visitors:
                first = list(visitors.map(start, ("one", "two")))
            later = [start("three") for _ in range(5)]
            begun = time.monotonic()
            for path in pages:
                assert hanging.test_client().get(path).status_code == 200
            assert time.monotonic() - begun < 1
        finally:
            os.kill(process, signal.SIGCONT)
        assert [status for status, _ in first] == [200, 200]
        assert [later[0][0], later[-1][0]] == [200, 429]  # they are counted all the same
        assert max(seconds for _, seconds in first + later) < 10
