"""`python manage.py listen pubsub`, run as from a shell."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from dev.services import local_redis
from events.channel import Events
from models import Status
from storage.states import Count
from tests.programs import OwnServer, Program, own_server
from tests.support import NOBODYS_KEY, PROJECT

COUNT = Count(str(NOBODYS_KEY), "http://example.com/secret", 1, Status.RUNNING)
READY = "Listening to all events; Ctrl-C ends it."


@pytest.fixture
def own(tmp_path: Path) -> Iterator[OwnServer]:
    """A Redis that may go away."""
    with own_server(local_redis, tmp_path / "redis") as server:
        yield server


def settings(redis: OwnServer) -> Mapping[str, str]:
    """There is no database, and none is needed."""
    return {
        "APP_SETTINGS": "config.TestingConfig",
        "DATABASE_URL": "postgresql://127.0.0.1:1/none",
        "REDIS_URL": redis.url,
        "PYTHONUNBUFFERED": "",  # each line comes at once without it, too
        "LC_ALL": "C",
    }


def listen(redis: OwnServer, log: Path, *options: str) -> Program:
    program = Program(["manage", "listen", "pubsub", *options], settings(redis), log)
    program.wait_for_line(READY)
    return program


def test_what_is_told_is_printed_also_after_redis_was_away(own: OwnServer, tmp_path: Path) -> None:
    events = Events(own.url)
    events.tell(COUNT, "queued")
    with ExitStack() as ending:
        people = listen(own, tmp_path / "people.log")
        ending.callback(people.process.kill)
        program = listen(own, tmp_path / "program.log", "--json")
        ending.callback(program.process.kill)
        events.tell(COUNT, "fetching", bytes=81920)
        events.tell(COUNT, "failed", code="x\x1b[31m\x9b\n", ref="\x7f")
        for listener in (people, program):
            listener.wait_for_line("failed")
        own.go()
        for listener in (people, program):
            listener.wait_for_line("Redis cannot be reached. Waiting for it.")
        own.come()
        Events(own.url).tell(COUNT, "finished", words=340)
        for listener in (people, program):
            listener.wait_for_line("finished")
            assert listener.stop(signal.SIGINT) == 130
            assert "Traceback" not in listener.log
    away = [
        "Redis cannot be reached. Waiting for it.",
        "Redis is back.",
        "Events may have been missed.",
    ]
    lines = [re.sub(r"^\d\d:\d\d:\d\d", "TIME", line) for line in people.log.splitlines()]
    assert lines == [
        READY,
        f"TIME  fetching   {NOBODYS_KEY}  example.com  81920 bytes",
        f"TIME  failed     {NOBODYS_KEY}  example.com  x\ufffd[31m\ufffd\ufffd  ref \ufffd",
        *away,
        f"TIME  finished   {NOBODYS_KEY}  example.com  340 words",
    ]
    told = program.log.splitlines()
    assert [told[0], *told[3:6]] == [READY, *away]
    assert "\x7f" not in program.log
    fetching, failed, finished = (json.loads(told[number]) for number in (1, 2, 6))
    assert [event["step"] for event in (fetching, failed, finished)] == [
        "fetching",
        "failed",
        "finished",
    ]
    assert [*fetching] == ["id", "job_key", "host", "step", "attempt", "at", "bytes"]
    assert failed["ref"] == "\x7f"


def test_a_pipe_that_ends_early(own: OwnServer) -> None:
    command = [sys.executable, "manage.py", "listen", "pubsub"]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=PROJECT, env=settings(own), stdout=pipe, stderr=pipe, text=True
    ) as process:
        assert process.stderr
        assert process.stdout
        try:
            assert process.stderr.readline() == f"{READY}\n"
            process.stdout.close()
            Events(own.url).tell(COUNT, "queued")
            assert process.wait(timeout=20) == 141
            assert process.stderr.read() == ""
        finally:
            process.kill()
