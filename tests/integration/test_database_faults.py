"""Postgres goes away, hangs or stalls while counts are under way."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer

import psycopg2
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, text

import jobs
from app import create_app
from config import settings_from
from dev.services import local_postgres
from events.progress import Progress
from models import Step, db
from storage import leases, rescues
from storage.faults import DATABASE_AWAY
from storage.states import count_of
from tests.counts import accepted, begin, make_due, stored, wait_for_end
from tests.programs import HeldHorse, OwnServer, Program, own_server, running
from tests.site import Site, start_held
from tests.support import PROJECT, migrate
from workers import rescuer
from workers.rescuer import Watch


@pytest.fixture
def away(
    environ: dict[str, str], tmp_path_factory: pytest.TempPathFactory, app: Flask
) -> Iterator[tuple[OwnServer, dict[str, str], Flask]]:
    """A Postgres that may go away, an environment with it, and an application on it."""
    # In a folder with a short name: its socket is there, and so is where it was when it comes back.
    with own_server(local_postgres, tmp_path_factory.mktemp("pg")) as postgres:
        with_own = {**environ, "DATABASE_URL": postgres.url}
        own_app = create_app(settings_from(with_own))
        migrate(own_app)
        with own_app.app_context():
            yield postgres, with_own, own_app
            db.session.remove()
            db.engine.dispose()


@pytest.fixture
def held(
    away: tuple[OwnServer, dict[str, str], Flask], logs: Path, site: Site
) -> Iterator[tuple[OwnServer, Program, str]]:
    """That Postgres, gone, a worker that has begun a count, and the key of the count."""
    postgres, with_own, own_app = away
    with running(["worker"], with_own, logs / "held.log") as worker:
        worker.wait_for_line("ready for counts")
        key = start_held(own_app.test_client(), site)
        postgres.go()
        yield postgres, worker, key
        assert "Traceback" not in worker.log


def test_postgres_is_away_when_a_count_is_finished(
    held: tuple[OwnServer, Program, str], site: Site
) -> None:
    postgres, worker, key = held
    site.let_go()
    worker.wait_for_line("waiting for the database")
    postgres.come()
    result = wait_for_end(key)
    assert (result.status, result.attempt) == ("finished", 1)


def test_postgres_is_away_when_a_count_is_begun(
    away: tuple[OwnServer, dict[str, str], Flask], logs: Path, site: Site
) -> None:
    postgres, with_own, own_app = away
    key = own_app.test_client().post("/start", json={"url": site.serve("/", "<p>Hello")}).text
    db.session.remove()
    postgres.go()
    with running(["worker"], with_own, logs / "no_begin.log") as worker:
        worker.wait_for_line("waiting for the database")
        postgres.come()
        result = wait_for_end(key)
        assert (result.status, result.attempt, result.crashes) == ("finished", 1, 0)
        assert "Traceback" not in worker.log


def test_a_connection_that_breaks_off_without_a_word(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which is seldom, and a matter of luck: so psycopg2 is made to say what it then says."""

    def break_off(*_: object) -> None:
        raise psycopg2.DatabaseError("server closed the connection unexpectedly")

    monkeypatch.setattr(db.engine.dialect, "do_execute", break_off)
    with pytest.raises(DATABASE_AWAY, match="closed the connection"):
        db.session.execute(text("SELECT 1"))
    db.session.rollback()


def test_postgres_is_away_when_a_horse_dies(
    away: tuple[OwnServer, dict[str, str], Flask], logs: Path, site: Site
) -> None:
    postgres, with_own, own_app = away
    with running(["worker"], with_own, logs / "held_horse.log") as worker:
        worker.wait_for_line("ready for counts")
        horse = HeldHorse(worker)
        url = site.serve("/", "<p>Handed over")
        key = own_app.test_client().post("/start", json={"url": url}).text
        horse.wait_for_page(key)
        db.session.remove()
        postgres.go()
        os.kill(horse.pid, signal.SIGKILL)
        worker.wait_for_line("cannot be seen to just now")
        postgres.come()
        result = wait_for_end(key, seconds=15)  # and not after a lease that is renewed and renewed
        assert (result.status, result.attempt, result.crashes) == ("finished", 2, 1)
        assert "Traceback" not in worker.log


def test_postgres_is_away_for_longer_than_a_job_waits(
    away: tuple[OwnServer, dict[str, str], Flask], logs: Path, site: Site, tmp_path: Path
) -> None:
    postgres, with_own, own_app = away
    (tmp_path / "impatient.py").write_text(
        "import jobs, worker\njobs.DATABASE_PATIENCE = 1\nworker.main()\n"
    )
    impatient = {**with_own, "PYTHONPATH": f"{PROJECT}:{tmp_path}"}
    key = own_app.test_client().post("/start", json={"url": site.serve("/", "<p>Hello")}).text
    db.session.remove()
    postgres.go()
    with running(["impatient"], impatient, logs / "impatient.log") as worker:
        worker.wait_for_line("could not be worked on")
        postgres.come()
        result = wait_for_end(key)
        assert (result.status, result.attempt, result.crashes) == ("finished", 1, 0)
        assert "Traceback" not in worker.log


@contextmanager
def locked(app: Flask) -> Iterator[None]:
    """Let nobody write to the table, as some migrations do."""
    engine = create_engine(app.config["DATABASE_URL"])
    with engine.begin() as connection:
        connection.execute(text("LOCK TABLE results IN SHARE MODE"))
        yield
    engine.dispose()


def test_a_database_that_stalls_costs_nobody_an_attempt(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (leases, rescues, rescuer):
        monkeypatch.setattr(module, "LEASE_SECONDS", 1)
    keys = [client.post("/start", json={"url": f"http://{n}.example/"}).text for n in range(2)]
    for number, key in enumerate(keys):
        begin(key, f"worker {number}")
    watches = [Watch(f"worker {number}") for number in range(2)]
    for watch in watches:
        watch.look()
    stall = locked(app)
    stall.__enter__()
    Timer(2, stall.__exit__, (None, None, None)).start()
    for watch in watches:
        watch.look()  # the first one waits for longer than a lease lasts
    assert [stored(key).status for key in keys] == ["running", "running"]
    db.session.rollback()
    rescues.renew("worker 1", longest=60)
    time.sleep(1.1)
    watches[1].look()
    watches[1].look()  # by now worker 0 would have renewed its own
    assert [stored(key).status for key in keys] == ["queued", "running"]


def test_a_report_of_progress_does_not_wait_for_the_database(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("events.progress._EVERY", 0.0)
    claim = begin(client.post("/start", json={"url": "http://example.com/"}).text)
    progress = Progress(claim, app.extensions["events"])
    with locked(app):
        begun = time.monotonic()
        for _ in range(20):
            progress.enter(Step.READING)
            progress.look_up()
        assert time.monotonic() - begun < 3  # one of them waited for a moment, the others not
    assert stored(claim.job_key).step == "fetching"


def test_no_statement_of_a_worker_waits_for_ever(
    app: Flask, environ: dict[str, str], logs: Path, site: Site, tmp_path: Path
) -> None:
    (tmp_path / "hasty.py").write_text(
        "import worker\nworker.LONGEST_STATEMENT = 1\nworker.main()\n"
    )
    hasty = {**environ, "PYTHONPATH": f"{PROJECT}:{tmp_path}"}
    with running(["hasty"], hasty, logs / "hasty.log") as worker:
        worker.wait_for_line("ready for counts")
        key = start_held(app.test_client(), site)  # so that there is something to renew
        with locked(app):
            worker.wait_for_line("cannot look for stuck counts just now: canceling statement")
        worker.wait_for_line("looking for stuck counts again")
        site.let_go()
        assert wait_for_end(key).attempt == 1


def test_a_worker_is_not_deaf_after_a_table_that_was_not_as_it_should_be(
    app: Flask, environ: dict[str, str], logs: Path, site: Site
) -> None:
    engine = create_engine(app.config["DATABASE_URL"], isolation_level="AUTOCOMMIT")
    with running(["worker"], {**environ, "FETCH_CONCURRENCY": "1"}, logs / "deaf.log") as worker:
        worker.wait_for_line("ready for counts")
        key = accepted(site.serve("/", "<p>Hello"))
        count = count_of(stored(key))
        db.session.rollback()
        with engine.connect() as connection:
            connection.execute(text("ALTER TABLE results RENAME COLUMN worker TO away"))
            try:
                jobs.ring(count)
                worker.wait_for_line("cannot be seen to just now")
            finally:
                connection.execute(text("ALTER TABLE results RENAME COLUMN away TO worker"))
        make_due(key)
        assert wait_for_end(key).status == "finished"
    engine.dispose()
