"""What becomes of a count whose horse dies, and of what strangers put into the queue."""

import os
import signal
import uuid
from pathlib import Path

import psutil
import pytest
from flask import Flask
from redis import Redis
from rq import Callback, Queue
from rq.serializers import JSONSerializer

import jobs
import submissions
from events import tallies
from storage.states import MAX_CRASHES
from tests.counts import make_due, stored, wait_for_end
from tests.programs import HeldHorse, Program, stable_of, worker_of
from tests.site import Site
from tests.support import wait_for
from workers.granted import LEAST


def start_with_held_horse(site: Site, worker: Program) -> tuple[str, HeldHorse]:
    """A count whose page was fetched, and is about to be read."""
    horse = HeldHorse(worker)
    key = submissions.submit(site.serve("/", "<p>Handed over"))
    horse.wait_for_page(key)
    return key, horse


@pytest.mark.parametrize(
    ("how", "crashes"), [(signal.SIGKILL, 1), (signal.SIGTERM, 0)], ids=["killed", "told to stop"]
)
def test_a_horse_that_ends_is_replaced(
    app: Flask, site: Site, worker: Program, how: signal.Signals, crashes: int
) -> None:
    key, horse = start_with_held_horse(site, worker)
    horse.end(how)
    result = wait_for_end(key, seconds=30 if crashes else 5)
    assert (result.status, result.attempt, result.crashes) == ("finished", 2, crashes)


def test_a_page_that_kills_its_horse_every_time_ends_as_crashed(
    redis: Redis, site: Site, worker: Program
) -> None:
    key, horse = start_with_held_horse(site, worker)
    for crashes in range(1, MAX_CRASHES + 1):
        horse.wait_for_page(key)
        os.kill(horse.pid, signal.SIGKILL)
        wait_for("crash", lambda: stored(key).crashes == crashes)  # noqa: B023
        if crashes < MAX_CRASHES:
            horse = HeldHorse(worker)
            make_due(key)  # without the pauses, which are longer and longer
    result = wait_for_end(key)
    assert (result.status, result.error_code) == ("failed", "crashed")
    assert result.attempt == MAX_CRASHES
    assert "Counting this page stopped unexpectedly" in (result.error_detail or "")

    def what_is_told() -> tuple[int, ...]:
        told = tallies.read(redis)
        return told.get("rescues:process_died", 0), told.get("outcomes:crashed", 0)

    wait_for("figures", lambda: what_is_told() == (MAX_CRASHES, 1))


def test_nobody_forks_with_a_database_connection(app: Flask, site: Site, worker: Program) -> None:
    key, horse = start_with_held_horse(site, worker)
    for pid in (worker.process.pid, stable_of(worker), horse.pid):
        open_sockets = psutil.Process(pid).net_connections("unix")
        assert [one.raddr for one in open_sockets if "PGSQL" in str(one.raddr)] == []
    os.kill(horse.pid, signal.SIGCONT)
    assert wait_for_end(key).attempt == 1


def oom_score(pid: int) -> int:
    return int(Path(f"/proc/{pid}/oom_score_adj").read_text())


@pytest.mark.parametrize("how", [signal.SIGXCPU, signal.SIGSEGV, signal.SIGABRT])
def test_a_horse_that_dies_of_its_page_is_not_replaced(
    app: Flask, site: Site, worker: Program, how: signal.Signals
) -> None:
    key, horse = start_with_held_horse(site, worker)
    limits = psutil.Process(horse.pid)
    assert limits.rlimit(psutil.RLIMIT_CPU)[0] == app.config["JOB_CPU_SECONDS"]
    assert limits.rlimit(psutil.RLIMIT_AS)[0] > LEAST
    # Should all memory be used up, the kernel ends it, and not the worker, which has other pages.
    assert oom_score(horse.pid) > oom_score(worker_of(worker))
    horse.end(how)  # as the kernel does at the limit, or C code without memory
    result = wait_for_end(key)
    assert (result.status, result.error_code) == ("failed", "too_complex")
    assert result.attempt == 1


def test_one_page_that_takes_its_time_holds_up_no_other(
    app: Flask, site: Site, worker: Program
) -> None:
    key, horse = start_with_held_horse(site, worker)
    other = submissions.submit(site.serve("/other", "<p>Hello"))
    assert wait_for_end(other).status == "finished"
    assert stored(key).status == "running"
    os.kill(horse.pid, signal.SIGCONT)
    assert wait_for_end(key).status == "finished"


def test_a_horse_that_dies_in_its_stable_is_replaced(
    app: Flask, site: Site, worker: Program
) -> None:
    os.kill(HeldHorse(worker).pid, signal.SIGKILL)
    key = submissions.submit(site.serve("/", "<p>Hello"))
    assert wait_for_end(key).attempt == 1


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


DATA = {"data": b"\x80\x04}", "created_at": "2026-01-01T00:00:00Z"}


@pytest.mark.parametrize(
    ("job_id", "key", "value"),
    [
        pytest.param("not-a-job", None, None, id="no job"),
        pytest.param("no id!", None, None, id="no id"),
        pytest.param(b"\xff\xfe", None, None, id="no text"),
        pytest.param("x", "rq:job:x", "text", id="no hash"),
        pytest.param("x", "rq:job:x", {**DATA, "created_at": "now"}, id="no date"),
        pytest.param("x", "rq:job:x", {"created_at": ""}, id="no data"),
        pytest.param("x", "rq:job:x", {**DATA, "timeout": "soon"}, id="no number"),
        pytest.param("x", "rq:job:x", {**DATA, "dependency_ids": "5"}, id="no list"),
        pytest.param("x", "rq:job:x", {**DATA, "retry_intervals": "7"}, id="no intervals"),
        pytest.param("x", "rq:wip:default", "text", id="no registry"),
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
    assert "Traceback" not in worker.log
