"""Workers beside each other under one parent."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from flask import Flask

from tests.counts import stored, wait_for_end
from tests.programs import (
    Program,
    children_of,
    horses_of,
    kill_all,
    running,
    stable_of,
    worker_of,
    workers_of,
)
from tests.site import Site, start_held
from tests.support import wait_for
from workers import supervisor


@pytest.fixture
def one(environ: dict[str, str], logs: Path, app: Flask) -> Iterator[Program]:
    """A parent with one worker, as the environment says."""
    with running(["worker"], {**environ, "WORKERS": "1"}, logs / "one_worker.log") as program:
        program.wait_for_line("ready for counts")
        yield program


def test_they_work_at_the_same_time_and_one_that_dies_is_replaced(
    app: Flask, environ: dict[str, str], logs: Path, site: Site
) -> None:
    environ = {**environ, "WORKERS": "3"}  # what the command says goes before it
    with running(["worker", "--workers", "2"], environ, logs / "two_workers.log") as two:
        wait_for("workers", lambda: two.log.count("ready for counts") == 2)
        held = start_held(app.test_client(), site)
        other = app.test_client().post("/start", json={"url": site.serve("/", "<p>Hello")}).text
        assert wait_for_end(other).status == "finished"
        assert stored(held).status == "running"
        site.let_go()
        assert wait_for_end(held).status == "finished"

        before = workers_of(two)
        (stable,) = children_of(before[0])
        os.kill(before[0], signal.SIGKILL)
        wait_for("another", lambda: two.log.count("ready for counts") == 3)
        two.wait_for_line("worker 1 ended (-9); it is started again")
        after = workers_of(two)
        assert len(after) == 2
        assert before[1] in after
        wait_for("end of its stable", lambda: not psutil.pid_exists(stable))
        key = app.test_client().post("/start", json={"url": site.serve("/", "<p>Hello")}).text
        assert wait_for_end(key).status == "finished"


def test_the_number_comes_from_the_environment(
    environ: dict[str, str], logs: Path, app: Flask
) -> None:
    with running(["worker"], {**environ, "WORKERS": "3"}, logs / "three_workers.log") as program:
        wait_for("workers", lambda: program.log.count("ready for counts") == 3)
        assert len(workers_of(program)) == 3
    assert "Traceback" not in program.log


def test_killed_with_all_its_children_it_leaves_a_count_for_the_others(
    app: Flask, environ: dict[str, str], logs: Path, site: Site, one: Program
) -> None:
    key = start_held(app.test_client(), site)
    kill_all(one)
    site.let_go()
    assert stored(key).status == "running"
    with running(["worker"], environ, logs / "another_worker.log"):
        result = wait_for_end(key, seconds=40)  # the lease, a pause, and two looks of a rescuer
    assert (result.status, result.attempt, result.crashes) == ("finished", 2, 1)


def test_all_end_with_their_parent(app: Flask, site: Site, one: Program) -> None:
    key = start_held(app.test_client(), site)
    everyone = psutil.Process(one.process.pid).children(recursive=True)
    assert {process.name() for process in everyone} >= {"worker 1", "worker 1's stab", "horse"}
    one.process.kill()
    one.process.wait()
    wait_for("end", lambda: not any(process.is_running() for process in everyone))
    assert (stored(key).status, stored(key).crashes) == ("queued", 0)
    assert "the parent is gone" in one.log


def test_a_worker_whose_stable_dies_hands_its_counts_back_and_is_replaced(
    app: Flask, site: Site, one: Program
) -> None:
    key = start_held(app.test_client(), site)
    os.kill(stable_of(one), signal.SIGKILL)
    one.wait_for_line("the stable is gone")
    site.let_go()
    result = wait_for_end(key)
    assert (result.attempt, result.crashes) == (2, 0)
    one.wait_for_line("worker 1 ended (1); it is started again")
    assert "Traceback" not in one.log


def test_no_connection_is_shared(app: Flask, site: Site, one: Program) -> None:
    """Connections on a Unix socket have no name; but the kernel has a number for each."""
    start_held(app.test_client(), site)
    everyone = [one.process.pid, stable_of(one), worker_of(one), *horses_of(one)]
    sockets = [sockets_of(pid) for pid in everyone]
    assert sockets[0] == set()
    assert all(sockets[1:])
    assert sum(map(len, sockets[:3])) == len(set.union(*sockets[:3]))
    assert sockets[2] & sockets[3] == set()  # of the worker, and of the horse that stands ready


def sockets_of(pid: int) -> set[str]:
    """The open sockets of a process (proc(5))."""
    names = {os.readlink(file) for file in Path(f"/proc/{pid}/fd").iterdir()}
    return {name for name in names if name.startswith("socket:")}


def test_a_worker_that_does_not_start_is_tried_again_later_and_later(
    environ: dict[str, str], logs: Path
) -> None:
    away = {**environ, "REDIS_URL": "redis://127.0.0.1:1/0"}
    with running(["worker"], away, logs / "no_redis.log") as program:
        program.wait_for_line("worker 1 ended (1); it is started again in 2 s")
        assert program.process.poll() is None
    assert "Redis cannot be reached: Error 111 connecting to 127.0.0.1:1." in program.log
    assert "Traceback" not in program.log


def test_told_to_stop_while_it_starts_them(app: Flask, environ: dict[str, str], logs: Path) -> None:
    program = Program(["worker", "--workers", "16"], environ, logs / "sixteen_workers.log")
    wait_for("start", lambda: children_of(program.process.pid))
    begun = time.monotonic()
    assert program.stop() == 0
    assert time.monotonic() - begun < supervisor.STOP_SECONDS
    assert "Traceback" not in program.log


def test_one_that_cannot_be_forked_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "crowded.py").write_text("""
import signal, time
from workers import supervisor
tries = []
def start(name):
    tries.append(name)
    if len(tries) < 2:
        raise BlockingIOError(11, "Resource temporarily unavailable")
    default = dict.fromkeys(supervisor.STOP_SIGNALS, signal.SIG_DFL)
    return supervisor.fork(name, default, lambda: (print("there", flush=True), time.sleep(60)))
supervisor.Supervisor([supervisor.Place("worker 1", start)]).run()
""")
    program = Program(["crowded"], {"PYTHONPATH": str(tmp_path)}, tmp_path / "crowded.log")
    program.wait_for_line("there")
    assert program.stop() == 0
    assert "worker 1 cannot be started: [Errno 11] Resource temporarily" in program.log


def test_one_that_does_not_end_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "deaf.py"
    script.write_text("""
import signal, time
from workers import supervisor
supervisor.STOP_SECONDS = 0.5
def start(name):
    ignored = dict.fromkeys(supervisor.STOP_SIGNALS, signal.SIG_IGN)
    return supervisor.fork(name, ignored, lambda: (print("deaf", flush=True), time.sleep(60)))
supervisor.Supervisor([supervisor.Place("worker 1", start)]).run()
print("the end")
""")
    program = Program(["deaf"], {"PYTHONPATH": str(tmp_path)}, tmp_path / "deaf.log")
    program.wait_for_line("deaf")
    assert program.stop() == 0
    assert "worker 1 does not end and is killed" in program.log
    assert program.log.endswith("the end\n")
