"""A worker that is told to stop, or whose horse dies, does not take its count with it."""

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from flask import Flask
from rq import Callback, Queue
from rq.serializers import JSONSerializer

import jobs
from leases import MAX_CRASHES
from tests.support import (
    Program,
    Site,
    children_of,
    horse_of,
    make_due,
    running,
    start_held,
    stored,
    wait_for,
    wait_for_end,
    worker_of,
)


@pytest.fixture
def first(environ: dict[str, str], logs: Path, app: Flask) -> Iterator[Program]:
    """The worker that something happens to."""
    with running(["worker"], environ, logs / "first_worker.log") as program:
        program.wait_for_line("ready for counts")
        yield program


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("times", [1, 2])
def test_told_to_stop_it_hands_its_job_back_at_once(
    app: Flask,
    environ: dict[str, str],
    logs: Path,
    site: Site,
    first: Program,
    how: signal.Signals,
    times: int,
) -> None:
    key = start_held(app.test_client(), site)
    begun = time.monotonic()
    for _ in range(times):
        first.process.send_signal(how)
    assert first.stop(how) == 0
    assert time.monotonic() - begun < app.config["FETCH_TIMEOUT"]  # it did not wait for the page
    assert stored(key).status == "queued"
    assert jobs.queue().get_job_ids() == [key]
    assert "Traceback" not in first.log
    site.let_go()
    with running(["worker"], environ, logs / "second_worker.log"):
        result = wait_for_end(key)
    assert (result.attempt, result.crashes, result.total_words) == (2, 0, 2)


def test_a_signal_to_the_whole_group_stops_a_busy_worker(
    app: Flask, site: Site, first: Program
) -> None:
    key = start_held(app.test_client(), site)
    everyone = psutil.Process(first.process.pid)
    for process in [*everyone.children(recursive=True), everyone]:
        process.send_signal(signal.SIGTERM)
    assert first.process.wait(timeout=app.config["FETCH_TIMEOUT"]) == 0
    assert (stored(key).status, stored(key).crashes) == ("queued", 0)
    assert jobs.queue().get_job_ids() == [key]
    assert "Traceback" not in first.log


@pytest.mark.parametrize("delay", [0, 0.002, 0.004, 0.006, 0.01, 0.02])
def test_told_to_stop_just_when_a_job_comes(
    app: Flask, site: Site, first: Program, delay: float
) -> None:
    url = site.serve("/held", "<p>Handed over", held=True)
    key = app.test_client().post("/start", json={"url": url}).text
    time.sleep(delay)
    first.process.send_signal(signal.SIGTERM)
    assert first.process.wait(timeout=app.config["FETCH_TIMEOUT"] - 1) == 0
    assert stored(key).status == "queued"


def test_a_horse_that_is_killed_is_replaced(app: Flask, site: Site, worker: Program) -> None:
    key = start_held(app.test_client(), site)
    os.kill(horse_of(worker), signal.SIGKILL)
    site.let_go()
    result = wait_for_end(key)
    assert (result.status, result.attempt, result.crashes) == ("finished", 2, 1)


def test_a_horse_that_is_told_to_stop_is_replaced_at_once(
    app: Flask, site: Site, worker: Program
) -> None:
    key = start_held(app.test_client(), site)
    os.kill(horse_of(worker), signal.SIGTERM)
    site.let_go()
    result = wait_for_end(key, seconds=5)
    assert (result.status, result.attempt, result.crashes) == ("finished", 2, 0)


def test_a_page_that_kills_its_horse_every_time_ends_as_crashed(
    app: Flask, site: Site, worker: Program
) -> None:
    key = start_held(app.test_client(), site)
    for crashes in range(1, MAX_CRASHES + 1):
        wait_for("request for the page", lambda: len(site.asked) == crashes)  # noqa: B023
        os.kill(horse_of(worker), signal.SIGKILL)
        wait_for("crash", lambda: stored(key).crashes == crashes)  # noqa: B023
        make_due(key)  # without the pauses, which are longer and longer
    result = wait_for_end(key)
    assert (result.status, result.error_code) == ("failed", "crashed")
    assert result.attempt == MAX_CRASHES
    assert "Counting this page stopped unexpectedly" in result.error_detail


def test_a_worker_forks_without_a_database_connection(
    app: Flask, site: Site, worker: Program
) -> None:
    key = start_held(app.test_client(), site)
    os.kill(horse_of(worker), signal.SIGKILL)  # so that the worker itself talks to the database
    site.let_go()
    wait_for_end(key)
    for pid in (worker.process.pid, worker_of(worker)):
        open_sockets = psutil.Process(pid).net_connections("unix")
        assert [one.raddr for one in open_sockets if "PGSQL" in str(one.raddr)] == []


@pytest.mark.parametrize("how", [signal.SIGXCPU, signal.SIGSEGV, signal.SIGABRT])
def test_a_horse_that_dies_of_its_page_is_not_replaced(
    app: Flask, site: Site, worker: Program, how: signal.Signals
) -> None:
    key = start_held(app.test_client(), site)
    horse = psutil.Process(horse_of(worker))
    assert horse.rlimit(psutil.RLIMIT_CPU)[0] == app.config["JOB_CPU_SECONDS"]
    assert horse.rlimit(psutil.RLIMIT_AS)[0] > app.config["JOB_MEMORY_BYTES"]
    horse.send_signal(how)  # as the kernel does at the limit, or C code without memory
    result = wait_for_end(key)
    assert (result.status, result.error_code) == ("failed", "too_complex")
    assert result.attempt == 1


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(b"<p a>" * 1_500_000, id="in the parser"),
        pytest.param(b" ".join(b"%xq" % n for n in range(1_200_000)), id="in Python"),
    ],
)
def test_a_page_that_takes_all_memory_is_too_complex(
    app: Flask, environ: dict[str, str], logs: Path, site: Site, page: bytes
) -> None:
    client = app.test_client()
    large = client.post("/start", json={"url": site.serve("/large", page)}).text
    small = client.post("/start", json={"url": site.serve("/small", "<p>Hello")}).text
    little = {**environ, "JOB_MEMORY_BYTES": str(112 * 2**20)}
    with running(["worker"], little, logs / "little_memory.log") as worker:
        assert wait_for_end(small).status == "finished"
        assert "and is started again" not in worker.log
    result = stored(large)
    assert (result.status, result.error_code) == ("failed", "too_complex")
    assert result.attempt == 1


def test_what_strangers_put_into_redis_is_not_run(
    app: Flask, site: Site, worker: Program, tmp_path: Path
) -> None:
    redis = app.extensions["redis"]
    plain = Queue(jobs.QUEUE, connection=redis, serializer=JSONSerializer)
    for job_id in ("stranger", str(uuid.uuid4())):
        plain.enqueue("os.mkdir", str(tmp_path / job_id), job_id=job_id)
        plain.enqueue("os.getpid", on_success=Callback("os.abort"), on_failure=Callback("os.abort"))
    pickled = Queue(jobs.QUEUE, connection=redis)
    pickled.enqueue("os.mkdir", str(tmp_path / "pickled"))
    key = app.test_client().post("/start", json={"url": site.serve("/", "<p>Hello")}).text
    assert wait_for_end(key).status == "finished"
    assert list(tmp_path.iterdir()) == []
    assert "is started again" not in worker.log


@pytest.mark.parametrize(
    ("job_id", "key", "value"),
    [
        pytest.param("not-a-job", None, None, id="no job"),
        pytest.param("no id!", None, None, id="no id"),
        pytest.param(b"\xff\xfe", None, None, id="no text"),
        pytest.param("x", "rq:job:x", "text", id="no hash"),
        pytest.param("x", "rq:job:x", {"data": b"\x80\x04}", "created_at": "now"}, id="no date"),
        pytest.param("x", "rq:job:x", {"created_at": ""}, id="empty"),
        pytest.param("x", "rq:job:x", {"created_at": "", "timeout": "soon"}, id="no number"),
    ],
)
def test_nonsense_in_redis_does_not_stop_a_worker(
    app: Flask,
    site: Site,
    worker: Program,
    job_id: str | bytes,
    key: str | None,
    value: str | dict[str, str | bytes] | None,
) -> None:
    redis = app.extensions["redis"]
    if isinstance(value, dict):
        redis.hset(key, mapping=value)
    elif value:
        redis.set(key, value)
    redis.lpush(jobs.queue().key, job_id)
    ours = app.test_client().post("/start", json={"url": site.serve("/", "<p>Hello")}).text
    assert wait_for_end(ours).status == "finished"
    assert "is started again" not in worker.log


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_before_it_is_ready(
    environ: dict[str, str], logs: Path, app: Flask, how: signal.Signals
) -> None:
    program = Program(["worker"], environ, logs / "early.log")
    wait_for("start", lambda: children_of(program.process.pid))
    assert program.stop(how) == 0
    assert "Traceback" not in program.log


def test_an_order_to_stop_is_not_lost_in_a_finalizer() -> None:
    script = """
import os, signal, worker
signal.signal(signal.SIGTERM, worker._stop_before_work)
class Told:
    def __del__(self): os.kill(os.getpid(), signal.SIGTERM)
Told()
print("still here")
"""
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("arguments", "setting", "sentence"),
    [
        ([], {"DATABASE_URL": ""}, "The worker cannot start: DATABASE_URL is not set."),
        ([], {"WORKERS": "0"}, "The worker cannot start: WORKERS is '0'"),
        (["--workers", "0"], {}, "0 is not in the range"),
        (["--workers", "many"], {}, "'many' is not a valid integer"),
    ],
)
def test_what_keeps_it_from_starting_is_one_line(
    environ: dict[str, str],
    logs: Path,
    arguments: list[str],
    setting: dict[str, str],
    sentence: str,
) -> None:
    program = Program(["worker", *arguments], {**environ, **setting}, logs / "not_started.log")
    assert program.process.wait(timeout=20) in {1, 2}
    assert sentence in program.log
    assert "Traceback" not in program.log


def test_the_web_says_what_keeps_it_from_starting(environ: dict[str, str], logs: Path) -> None:
    production = {**environ, "APP_SETTINGS": "config.ProductionConfig"}
    program = Program(["gunicorn", "app:create_app()"], production, logs / "no_key.log")
    assert program.process.wait(timeout=20) == 1
    assert program.log.startswith("The web cannot start: SECRET_KEY is not set.")
    assert "Traceback" not in program.log
