"""A courier whose database goes away or hangs, or whose parent dies."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from sqlalchemy import text

import callbacks
import leases
from app import create_app
from callbacks import Callback, Wanted
from config import settings_from
from dev.services import local_postgres
from models import db
from tests.counts import begin, stored
from tests.programs import OwnServer, Program, courier_of, own_server, running
from tests.receiver import Receiver
from tests.support import migrate, wait_for

AWAY = "cannot look for callbacks just now"


@pytest.fixture(scope="module")
def postgres(
    environ: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[OwnServer, dict[str, str]]]:
    """A Postgres that may go away, and an environment with it; of this, the context is entered."""
    with own_server(local_postgres, tmp_path_factory.mktemp("pg")) as server:
        settings = {**environ, "DATABASE_URL": server.url}
        app = create_app(settings_from(settings))
        migrate(app)
        with app.app_context():
            yield server, settings
            db.session.remove()
            db.engine.dispose()


@pytest.fixture(scope="module")
def worker(postgres: tuple[OwnServer, dict[str, str]], logs: Path) -> Iterator[Program]:
    with running(["worker"], postgres[1], logs / "courier_faults.log") as program:
        program.wait_for_line("ready for counts")
        yield program
        assert "Traceback" not in program.log


def ended(**columns: object) -> str:
    """The key of a count that is finished, and of which the worker has not heard."""
    key = str(leases.accept(["http://example.com/"])[0].job_key)
    db.session.commit()
    assert leases.finish(begin(key), **columns)
    return key


def promise(key: str, url: str) -> None:
    callbacks.add(stored(key), Wanted(url, "known to two alone"))
    db.session.commit()


def wait_for_delivery() -> Callback:
    def look() -> Callback | None:
        db.session.rollback()
        return db.session.query(Callback).filter_by(state="delivered").first()

    return wait_for("delivery", look)


def test_a_database_that_goes_away_is_waited_for(
    postgres: tuple[OwnServer, dict[str, str]], worker: Program, receiver: Receiver
) -> None:
    server, _ = postgres
    key = ended(tops={})
    promise(key, receiver.url("/told", held=True))
    wait_for("request", lambda: receiver.at("/told"))
    db.session.remove()
    server.go()
    worker.wait_for_line(AWAY)
    receiver.let_go()  # what it answers cannot be put down
    worker.wait_for_line("attempt 1: nobody knows")
    time.sleep(2.5)  # some looks more, of which nothing is said
    server.come()
    worker.wait_for_line("looking for callbacks again")
    assert worker.log.count(AWAY) == 1
    db.session.execute(text("UPDATE callbacks SET due_at = now()"))
    db.session.commit()
    assert wait_for_delivery().attempts == 2
    first, second = receiver.at("/told")
    assert first.told["delivery_id"] == second.told["delivery_id"]


@pytest.mark.usefixtures("postgres")
def test_what_nobody_foresaw_is_a_failure(worker: Program, receiver: Receiver) -> None:
    key = ended(tops=5)
    promise(key, receiver.url("/unforeseen?token=hidden"))

    def look() -> Callback | None:
        db.session.rollback()
        return db.session.query(Callback).filter_by(last_error="crashed").one_or_none()

    found = wait_for("failure", look)
    assert (found.state, found.attempts) == ("waiting", 1)
    assert receiver.heard == []
    assert "sending to 127.0.0.1 broke off: AttributeError" in worker.log
    assert "hidden" not in worker.log


@pytest.mark.usefixtures("postgres")
def test_a_courier_that_hangs_is_replaced(worker: Program) -> None:
    db.session.remove()  # its own locks would be waited for
    with db.engine.begin() as other:
        other.execute(text("LOCK TABLE callbacks"))
        worker.wait_for_line("courier ended (-14); it is started again")


@pytest.mark.usefixtures("postgres")
def test_it_ends_with_its_parent(worker: Program) -> None:
    wait_for("courier", lambda: "courier" in names_under(worker))
    courier = psutil.Process(courier_of(worker))
    everyone = psutil.Process(worker.process.pid).children(recursive=True)
    worker.process.send_signal(signal.SIGKILL)
    worker.process.wait()
    assert psutil.wait_procs([courier], timeout=5)[1] == []
    psutil.wait_procs(everyone, timeout=20)


def names_under(program: Program) -> set[str]:
    return {child.name() for child in psutil.Process(program.process.pid).children()}
