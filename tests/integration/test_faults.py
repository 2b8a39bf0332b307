"""One thing goes wrong, at one moment; nothing that was accepted is lost, or counted twice."""

import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis
from sqlalchemy import Connection, create_engine, text

import jobs
import submissions
from dev.services import local_redis
from events import tallies
from models import db
from storage.states import MAX_CRASHES
from tests.counts import end_lease, make_due, stored, wait_for_end
from tests.programs import Program, kill_all, own_server, process_of, running
from tests.site import Site, start_held
from tests.support import free_port, wait_for
from workers import remedies
from workers.rescuer import Watch

#: What a second transaction can wait for, and a test can see that it does.
GATE = 4711


@pytest.fixture
def other(app: Flask) -> Iterator[Connection]:
    """A connection of the test to the database, beside those of the application."""
    engine = create_engine(app.config["DATABASE_URL"], isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@contextmanager
def at_outcome(connection: Connection, when: str, what: str) -> Iterator[None]:
    """Have the database do something whenever a count gets its outcome."""
    connection.execute(
        text(f"""
        CREATE FUNCTION at_outcome_{when}() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN {what}; RETURN NEW; END'""")
    )
    connection.execute(
        text(f"""
        CREATE TRIGGER at_outcome_{when} {when} UPDATE ON results FOR EACH ROW
        WHEN (NEW.finished_at IS DISTINCT FROM OLD.finished_at)  -- and not at the evidence
        EXECUTE FUNCTION at_outcome_{when}()""")
    )
    try:
        yield
    finally:
        db.session.rollback()  # which would keep the table from being changed
        connection.execute(text(f"DROP FUNCTION at_outcome_{when} CASCADE"))


@pytest.fixture
def outcomes(other: Connection) -> Iterator[Callable[[str], int]]:
    """How many outcomes of a count were ever stored, whoever did so."""
    other.execute(text("CREATE TABLE outcomes (job_key uuid)"))
    counting = text("SELECT count(*) FROM outcomes WHERE job_key = :key")
    with at_outcome(other, "AFTER", "INSERT INTO outcomes VALUES (NEW.job_key)"):
        yield lambda key: int(other.scalar(counting, {"key": key}))
    other.execute(text("DROP TABLE outcomes"))


def test_killed_between_commit_and_enqueue(
    app: Flask, environ: dict[str, str], logs: Path, site: Site, tmp_path: Path
) -> None:
    """The web stores the row, Redis hangs, and the web is killed."""
    url = site.serve("/", "<p>Hello")
    port = free_port()
    with own_server(local_redis, tmp_path / "redis") as redis:
        with_own = {**environ, "REDIS_URL": redis.url, "PORT": str(port), "WEB_CONCURRENCY": "1"}
        with running(["gunicorn", "app:create_app()"], with_own, logs / "killed_web.log") as web:
            web.wait_for_line("Booting worker")
            hanging = process_of(redis.url)
            hanging.suspend()
            with ThreadPoolExecutor() as visitors:
                address = f"http://127.0.0.1:{port}/start"
                answer = visitors.submit(requests.post, address, json={"url": url}, timeout=20)
                key = wait_for("row", only_key)
                kill_all(web)
                with pytest.raises(requests.ConnectionError):
                    answer.result()
            hanging.resume()
        with Redis.from_url(redis.url) as nothing:
            assert nothing.keys("rq:*") == []
        assert stored(key).status == "queued"
        with running(["worker"], with_own, logs / "after_killed_web.log"):
            assert wait_for_end(key).status == "finished"
            assert stored(key).attempt == 1


def only_key() -> str | None:
    """The key of the one count that there is."""
    key = db.session.scalar(text("SELECT job_key FROM results"))
    db.session.rollback()
    return str(key) if key else None


@pytest.mark.parametrize("is_pasted", [False, True])
def test_killed_inside_the_finish_transaction(
    is_pasted: bool,
    redis: Redis,
    client: FlaskClient,
    environ: dict[str, str],
    logs: Path,
    site: Site,
    other: Connection,
    outcomes: Callable[[str], int],
) -> None:
    with at_outcome(other, "BEFORE", f"PERFORM pg_advisory_xact_lock({GATE})"):
        with running(["worker"], environ, logs / "killed_at_finish.log") as worker:
            worker.wait_for_line("ready for counts")
            other.execute(text(f"SELECT pg_advisory_lock({GATE})"))
            url = site.serve("/", "<p>Hello")
            if is_pasted:
                key = submissions.submit_text("Hello", url)
            else:
                key = client.post("/start", json={"url": url}).text
            waiting = text("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            wait_for("transaction", lambda: other.scalar(waiting))
            kill_all(worker)
        other.execute(text(f"SELECT pg_advisory_unlock({GATE})"))
        wait_for("end of the transaction", lambda: idle_connections_only(other))
        assert (stored(key).status, outcomes(key)) == ("running", 0)
        end_lease(key)
        with running(["worker"], environ, logs / "after_killed_at_finish.log"):
            result = wait_for_end(key)
    assert (result.status, result.attempt, outcomes(key)) == ("finished", 2, 1)
    assert (result.total_words, result.pasted) == (1, is_pasted)
    told = tallies.read(redis)
    assert (told["outcomes:finished"], told["rescues:lease_over"]) == (1, 1)


def idle_connections_only(other: Connection) -> bool:
    busy = text("SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid()")
    return not other.scalar(busy)


def test_a_stale_attempt_that_finishes_late(
    client: FlaskClient,
    environ: dict[str, str],
    logs: Path,
    site: Site,
    outcomes: Callable[[str], int],
) -> None:
    with running(["worker"], environ, logs / "stale_worker.log") as stale:
        stale.wait_for_line("ready for counts")
        key = start_held(client, site)
        everyone = [stale.process.pid, *descendants(stale)]
        for pid in everyone:
            os.kill(pid, signal.SIGSTOP)  # as a machine that sleeps, or is cut off
        end_lease(key)
        site.let_go()
        with running(["worker"], environ, logs / "newer_worker.log"):
            newer = wait_for_end(key)
        for pid in everyone:
            os.kill(pid, signal.SIGCONT)
        stale.wait_for_line("dropped: a newer attempt has taken over")
    assert (newer.status, newer.attempt) == ("finished", 2)
    after = stored(key)
    assert (after.attempt, after.finished_at, outcomes(key)) == (2, newer.finished_at, 1)


def descendants(program: Program) -> list[int]:
    """All processes under a program."""
    return [one.pid for one in psutil.Process(program.process.pid).children(recursive=True)]


def test_two_rescuers_at_once(app: Flask, client: FlaskClient) -> None:
    keys = {client.post("/start", json={"url": f"http://{n}.example/"}).text for n in range(40)}
    app.extensions["redis"].flushall()
    for key in keys:
        make_due(key)

    def rescue(_: int) -> int:
        with app.app_context():
            watch = Watch()
            return watch.look() + watch.look()

    with ThreadPoolExecutor(8) as rescuers:
        assert sum(rescuers.map(rescue, range(8))) == len(keys)
    queued = jobs.queue().get_job_ids()
    assert (len(queued), set(queued)) == (len(keys), keys)


def test_what_a_worker_has_just_taken_is_not_queued_again(app: Flask, client: FlaskClient) -> None:
    key = client.post("/start", json={"url": "http://example.com/"}).text
    make_due(key)
    jobs.queue().empty()  # type: ignore[no-untyped-call]
    watch = Watch()
    assert watch.look() == 0
    assert jobs.queue().get_job_ids() == []


def test_a_horse_that_is_too_much_before_it_claims_is_not_tried_for_ever(app: Flask) -> None:
    key = submissions.submit("http://example.com/")
    for _ in range(MAX_CRASHES):
        remedies.give_up([key], "a worker")
    assert (stored(key).status, stored(key).error_code) == ("failed", "crashed")
