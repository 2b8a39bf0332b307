"""The consumer of the inbox in a terminal: `manage.py listen prodcons`."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from redis import Redis

from dev.services import local_redis
from inbox.queue import HANDLED, INBOX
from tests.counts import stored
from tests.programs import Program, own_server
from tests.support import PROJECT, wait_for

Start = Callable[..., Program]


@pytest.fixture
def start(app: Flask, environ: dict[str, str], logs: Path) -> Iterator[Start]:
    """Starts listeners, and ends them."""
    started: list[Program] = []

    def make(*options: str, **settings: str) -> Program:
        log = logs / f"prodcons{len(started)}.log"
        command = ["manage", "listen", "prodcons", *options]
        program = Program(command, {**environ, **settings}, log)
        started.append(program)
        program.wait_for_line("Ctrl-C ends it.")
        return program

    yield make
    for program in started:
        program.stop()
        assert "Traceback" not in program.log


def outcomes(redis: Redis) -> list[dict[str, Any]]:
    return [json.loads(entry) for entry in redis.lrange(HANDLED, 0, -1)]


def test_each_item_is_taken_by_one_and_seen_by_all(app: Flask, start: Start) -> None:
    redis: Redis = app.extensions["redis"]
    takers, watcher = [start(), start()], start("--watch")
    redis.lpush(INBOX, *(json.dumps({"url": "a.example", "ref": ref}) for ref in range(6)))
    redis.lpush(INBOX, json.dumps({"url": "ftp://a.example", "ref": "\x1b[31mred"}))
    wait_for("outcomes", lambda: redis.llen(HANDLED) == 7)
    keys = {one["job_key"] for one in outcomes(redis) if "job_key" in one}
    assert len(keys) == 6
    for program in (*takers, watcher):
        wait_for("lines", lambda program=program: program.log.count("ref ") == 7)  # type: ignore[misc]
        for key in keys:
            assert program.log.count(key) == 1
        assert "rejected" in program.log
        assert "url_scheme" in program.log
        assert "\x1b" not in program.log
    assert {stored(key).status for key in keys} == {"queued"}


def test_who_watches_takes_nothing(app: Flask, start: Start) -> None:
    redis: Redis = app.extensions["redis"]
    watcher = start("--watch")
    redis.lpush(INBOX, "a.example")
    taker = start()
    wait_for("line", lambda: "a.example" in taker.log and "a.example" in watcher.log)
    assert taker.stop(signal.SIGINT) == 130
    redis.lpush(INBOX, "b.example")
    assert watcher.stop(signal.SIGINT) == 130
    assert redis.llen(INBOX) == 1
    assert redis.zcard("wordcount:inbox:tickets") == 0


def test_redis_is_away_for_a_while(start: Start, tmp_path: Path) -> None:
    with own_server(local_redis, tmp_path / "redis") as server:
        program = start(REDIS_URL=server.url)
        server.go()
        program.wait_for_line("The inbox cannot be read just now: ")
        server.come()
        program.wait_for_line("The inbox is read again.")
        with Redis.from_url(server.url) as redis:
            redis.lpush(INBOX, "c.example")
        program.wait_for_line("c.example")
        assert program.log.count("cannot be read") == 1
        assert program.stop() == 143


def test_a_pipe_that_ends_early(app: Flask, environ: dict[str, str]) -> None:
    redis: Redis = app.extensions["redis"]
    command = [sys.executable, "manage.py", "listen", "prodcons"]
    pipe = subprocess.PIPE
    settings = {"PATH": os.environ["PATH"], **environ}
    with subprocess.Popen(
        command, cwd=PROJECT, env=settings, stdout=pipe, stderr=pipe, text=True
    ) as process:
        assert process.stderr
        assert process.stdout
        try:
            assert process.stderr.readline().endswith("Ctrl-C ends it.\n")
            process.stdout.close()
            redis.lpush(INBOX, "a.example")
            assert process.wait(timeout=20) == 141
            assert process.stderr.read() == ""
        finally:
            process.kill()
    assert len(outcomes(redis)) == 1
