"""A worker that is told to stop, or whose horse dies, does not take its count with it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from flask import Flask

import jobs
import submissions
from events import tallies
from tests.counts import stored, wait_for_end
from tests.programs import HeldHorse, Program, children_of, running, stable_of, worker_of
from tests.site import Site, start_held
from tests.support import wait_for
from workers import presence


@pytest.fixture
def first(environ: dict[str, str], logs: Path, app: Flask) -> Iterator[Program]:
    """The worker that something happens to."""
    with running(["worker"], environ, logs / "first_worker.log") as program:
        program.wait_for_line("ready for counts")
        yield program


# Both signals have one handler: each is sent, and each number of times is tried.
@pytest.mark.parametrize(("how", "times"), [(signal.SIGTERM, 1), (signal.SIGINT, 2)])
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
    assert tallies.read(app.extensions["redis"])["rescues:handed_back"] == 1
    assert presence.alive(app.extensions["redis"]) == 0
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
        with suppress(psutil.NoSuchProcess):  # the others were quicker
            process.send_signal(signal.SIGTERM)
    assert first.process.wait(timeout=app.config["FETCH_TIMEOUT"]) == 0
    assert (stored(key).status, stored(key).crashes) == ("queued", 0)
    assert jobs.queue().get_job_ids() == [key]
    assert "Traceback" not in first.log


@pytest.mark.parametrize("delay", [0.005, 0.02, 0.06])
def test_a_signal_to_the_group_that_its_horse_hears_first(
    app: Flask, site: Site, first: Program, delay: float
) -> None:
    horse = HeldHorse(first)
    key = submissions.submit(site.serve("/", "<p>Handed over"))
    horse.wait_for_page(key)
    site.serve("/", "<p>Handed over", held=True)  # should it be fetched again meanwhile
    others = [stable_of(first), worker_of(first), first.process.pid]
    horse.end(signal.SIGTERM)
    for pid in others:
        time.sleep(delay)
        os.kill(pid, signal.SIGTERM)
    assert first.process.wait(timeout=app.config["FETCH_TIMEOUT"]) == 0
    assert (stored(key).status, stored(key).crashes) == ("queued", 0)
    assert jobs.queue().get_job_ids() == [key]


@pytest.mark.parametrize("delay", [0, 0.003, 0.006, 0.015])
def test_told_to_stop_just_when_a_job_comes(
    app: Flask, site: Site, first: Program, delay: float
) -> None:
    url = site.serve("/held", "<p>Handed over", held=True)
    key = app.test_client().post("/start", json={"url": url}).text
    time.sleep(delay)
    first.process.send_signal(signal.SIGTERM)
    assert first.process.wait(timeout=app.config["FETCH_TIMEOUT"] - 1) == 0
    assert (stored(key).status, stored(key).crashes) == ("queued", 0)
    assert jobs.queue().get_job_ids() == [key]


def test_pages_that_take_all_memory_are_too_complex(
    app: Flask, environ: dict[str, str], logs: Path, site: Site
) -> None:
    client = app.test_client()
    pages = {
        "/in-the-parser": b"<p a>" * 1_500_000,
        "/in-python": b" ".join(b"%xq" % n for n in range(1_200_000)),
    }
    large = [
        client.post("/start", json={"url": site.serve(path, page)}).text
        for path, page in pages.items()
    ]
    small = client.post("/start", json={"url": site.serve("/small", "<p>Hello")}).text
    little = {**environ, "JOB_MEMORY_BYTES": str(112 * 2**20)}
    with running(["worker"], little, logs / "little_memory.log") as worker:
        for key in (small, *large):
            wait_for_end(key)
        assert "and is started again" not in worker.log
    assert stored(small).status == "finished"
    for key in large:
        result = stored(key)
        assert (result.status, result.error_code) == ("failed", "too_complex")
        assert result.attempt == 1


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
