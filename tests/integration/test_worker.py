"""A worker that dies, or is told to stop, does not take its job with it."""

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
import leases
from leases import MAX_ATTEMPTS
from models import Result, db
from tests.support import Program, Site, children_of, running, wait_for


@pytest.fixture
def first(environ: dict[str, str], logs: Path, app: Flask) -> Iterator[Program]:
    """The worker that something happens to."""
    with running(["worker"], environ, logs / "first_worker.log") as program:
        program.wait_for_line("ready for counts")
        yield program


def result(job_key: str) -> Result:
    db.session.rollback()  # see what other processes have stored since
    found = Result.by_key(job_key)
    assert found
    return found


def start_held(app: Flask, site: Site) -> str:
    """A count whose job waits for its page, until the site lets go."""
    url = site.serve("/held", "<p>Handed over", held=True)
    key = app.test_client().post("/start", json={"url": url}).text
    wait_for("request for the page", lambda: "/held" in site.asked)
    return key


def horse_of(worker: Program) -> int:
    """The process that runs the job; it leads a group of its own, the rescuer does not."""
    (horse,) = (pid for pid in children_of(worker.process.pid) if os.getpgid(pid) == pid)
    return horse


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_it_hands_its_job_back_at_once(
    app: Flask,
    environ: dict[str, str],
    logs: Path,
    site: Site,
    first: Program,
    how: signal.Signals,
) -> None:
    key = start_held(app, site)
    begun = time.monotonic()
    assert first.stop(how) == 0
    assert time.monotonic() - begun < app.config["FETCH_TIMEOUT"]  # it did not wait for the page
    assert result(key).status == "queued"
    site.let_go()
    with running(["worker"], environ, logs / "second_worker.log"):
        wait_for("outcome", lambda: result(key).status == "finished")
    assert result(key).attempt == 2
    assert result(key).total_words == 2


def test_a_horse_that_is_killed_is_replaced(app: Flask, site: Site, first: Program) -> None:
    key = start_held(app, site)
    os.kill(horse_of(first), signal.SIGKILL)
    site.let_go()
    wait_for("outcome", lambda: result(key).status == "finished")
    assert result(key).attempt == 2


def test_killed_with_all_its_children_it_leaves_a_row_for_the_rescuer(
    app: Flask, environ: dict[str, str], logs: Path, site: Site, first: Program
) -> None:
    key = start_held(app, site)
    for pid in [*children_of(first.process.pid), first.process.pid]:
        os.kill(pid, signal.SIGKILL)
    first.process.wait()
    site.let_go()
    assert result(key).status == "running"
    result(key).lease_until = result(key).started_at  # the lease runs out
    db.session.commit()
    with running(["worker"], environ, logs / "second_worker.log"):
        wait_for("outcome", lambda: result(key).status == "finished")
    assert result(key).attempt == 2


def test_a_count_whose_worker_always_dies_ends_as_crashed(app: Flask) -> None:
    key = app.test_client().post("/start", json={"url": "http://example.com/"}).text
    for attempt in range(1, MAX_ATTEMPTS + 1):
        jobs.queue().empty()  # a worker takes it ...
        claim = leases.claim(key, worker="w", lease_seconds=-1)  # ... and dies: its lease runs out
        assert claim
        assert claim.attempt == attempt
        assert jobs.rescue() == 1
    assert result(key).status == "failed"
    assert result(key).error_code == "crashed"
    assert jobs.queue().get_job_ids() == []
    assert jobs.rescue() == 0


def test_a_signal_to_the_whole_group_stops_a_busy_worker(
    app: Flask, site: Site, first: Program
) -> None:
    key = start_held(app, site)
    for pid in [*children_of(first.process.pid), first.process.pid]:
        os.kill(pid, signal.SIGTERM)
    assert first.process.wait(timeout=app.config["FETCH_TIMEOUT"]) == 0
    assert result(key).status == "queued"
    assert "Traceback" not in first.log


def test_a_rescuer_ends_with_its_worker(first: Program) -> None:
    (rescuer,) = children_of(first.process.pid)
    first.process.kill()
    first.process.wait()
    wait_for("end of the rescuer", lambda: not psutil.pid_exists(rescuer))


def test_a_worker_forks_without_a_database_connection(
    app: Flask, site: Site, first: Program
) -> None:
    key = start_held(app, site)
    os.kill(horse_of(first), signal.SIGKILL)  # so that the worker itself talks to the database
    site.let_go()
    wait_for("outcome", lambda: result(key).status == "finished")
    open_sockets = psutil.Process(first.process.pid).net_connections("unix")
    assert [one.raddr for one in open_sockets if "PGSQL" in str(one.raddr)] == []


@pytest.mark.parametrize("how", [signal.SIGXCPU, signal.SIGSEGV, signal.SIGABRT])
def test_a_horse_that_dies_of_its_page_is_not_replaced(
    app: Flask, site: Site, first: Program, how: signal.Signals
) -> None:
    key = start_held(app, site)
    horse = psutil.Process(horse_of(first))
    assert horse.rlimit(psutil.RLIMIT_CPU)[0] == app.config["JOB_CPU_SECONDS"]
    assert horse.rlimit(psutil.RLIMIT_AS)[0] > app.config["JOB_MEMORY_BYTES"]
    horse.send_signal(how)  # as the kernel does at the limit, or C code without memory
    wait_for("outcome", lambda: result(key).status == "failed")
    assert result(key).error_code == "too_complex"
    assert result(key).attempt == 1


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
    little = {**environ, "JOB_MEMORY_BYTES": str(160 * 2**20)}
    with running(["worker"], little, logs / "little_memory.log") as worker:
        wait_for("outcome", lambda: result(small).status == "finished")
        assert "and is started again" not in worker.log
    assert (result(large).status, result(large).error_code) == ("failed", "too_complex")
    assert result(large).attempt == 1


def test_what_strangers_put_into_redis_is_not_run(
    app: Flask, site: Site, first: Program, tmp_path: Path
) -> None:
    app.extensions["redis"].lpush(jobs.queue().key, "not-a-job")
    plain = Queue(jobs.QUEUE, connection=app.extensions["redis"], serializer=JSONSerializer)
    for job_id in ("stranger", str(uuid.uuid4())):
        plain.enqueue("os.mkdir", str(tmp_path / job_id), job_id=job_id)
        plain.enqueue("os.getpid", on_success=Callback("os.abort"), on_failure=Callback("os.abort"))
    pickled = Queue(jobs.QUEUE, connection=app.extensions["redis"])
    pickled.enqueue("os.mkdir", str(tmp_path / "pickled"))
    key = app.test_client().post("/start", json={"url": site.serve("/", "<p>Hello")}).text
    wait_for("outcome", lambda: result(key).status == "finished")
    assert list(tmp_path.iterdir()) == []
    assert first.process.poll() is None


@pytest.mark.parametrize("delay", [0, 0.002, 0.004, 0.006, 0.01, 0.02])
def test_told_to_stop_just_when_a_job_comes(
    app: Flask, site: Site, first: Program, delay: float
) -> None:
    url = site.serve("/held", "<p>Handed over", held=True)
    key = app.test_client().post("/start", json={"url": url}).text
    time.sleep(delay)
    first.process.send_signal(signal.SIGTERM)
    assert first.process.wait(timeout=app.config["FETCH_TIMEOUT"] - 1) == 0
    assert result(key).status == "queued"


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_before_it_is_ready(
    environ: dict[str, str], logs: Path, app: Flask, how: signal.Signals
) -> None:
    program = Program(["worker"], environ, logs / "early.log")
    wait_for("start", lambda: children_of(program.process.pid))  # the rescuer, before the models
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


def test_a_rescuer_that_dies_is_replaced(app: Flask, site: Site, first: Program) -> None:
    rescuers = children_of(first.process.pid)
    assert len(rescuers) == 1
    os.kill(rescuers[0], signal.SIGKILL)
    key = app.test_client().post("/start", json={"url": site.serve("/", "<p>Hello")}).text
    wait_for("outcome", lambda: result(key).status == "finished")
    first.wait_for_line("the rescuer died (-9) and is started again")
    wait_for("rescuer", lambda: children_of(first.process.pid) not in ([], rescuers))


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ({"DATABASE_URL": ""}, "The worker cannot start: DATABASE_URL is not set."),
        (
            {"REDIS_URL": "redis://127.0.0.1:1/0"},
            "The worker cannot start: Redis cannot be reached.",
        ),
    ],
)
def test_what_keeps_it_from_starting_is_one_line(
    environ: dict[str, str], logs: Path, setting: dict[str, str], sentence: str
) -> None:
    program = Program(["worker"], {**environ, **setting}, logs / "not_started.log")
    assert program.process.wait(timeout=20) == 1
    assert sentence in program.log
    assert "Traceback" not in program.log


def test_the_web_says_what_keeps_it_from_starting(environ: dict[str, str], logs: Path) -> None:
    production = {**environ, "APP_SETTINGS": "config.ProductionConfig"}
    program = Program(["gunicorn", "app:create_app()"], production, logs / "no_key.log")
    assert program.process.wait(timeout=20) == 1
    assert program.log.startswith("The web cannot start: SECRET_KEY is not set.")
    assert "Traceback" not in program.log
