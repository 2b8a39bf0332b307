"""A courier whose database is gone or hangs, or that is killed or stopped while it sends."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from app import create_app
from config import settings_from
from dev.services import local_postgres
from models import db
from storage import leases
from tests.callback_rows import make_due, promise, wait_for_state
from tests.counts import begin
from tests.hostile.server import Server, Visit, sends
from tests.programs import OwnServer, Program, own_server, running
from tests.receiver import Receiver
from tests.support import empty_database, migrate, wait_for

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
def parent(postgres: tuple[OwnServer, dict[str, str]], logs: Path) -> Iterator[Program]:
    """A courier, without a worker."""
    with running(["tests.courier_program"], postgres[1], logs / "courier_faults.log") as program:
        yield program
        assert "Traceback" not in program.log
        assert "hidden" not in program.log


@pytest.fixture
def empty(postgres: tuple[OwnServer, dict[str, str]]) -> None:
    """Its tables, as each test finds them."""
    empty_database()


def ended(**columns: object) -> str:
    """The key of a count that is finished, and of which the worker has not heard."""
    key = str(leases.accept(["http://example.com/"])[0].job_key)
    db.session.commit()
    assert leases.finish(begin(key), **columns)
    return key


def test_a_database_that_goes_away_is_waited_for(
    postgres: tuple[OwnServer, dict[str, str]], parent: Program, receiver: Receiver
) -> None:
    server, _ = postgres
    promise(ended(tops={}), receiver.url("/told", held=True))
    wait_for("request", lambda: receiver.at("/told"))
    db.session.remove()
    server.go()
    parent.wait_for_line(AWAY)
    receiver.let_go()  # what it answers cannot be put down
    parent.wait_for_line("attempt 1: nobody knows")
    time.sleep(2.5)  # some looks more, of which nothing is said
    server.come()
    parent.wait_for_line("looking for callbacks again")
    assert parent.log.count(AWAY) == 1
    make_due()
    assert wait_for_state("delivered").attempts == 2
    first, second = receiver.at("/told")
    assert first.told["delivery_id"] == second.told["delivery_id"]


@pytest.mark.usefixtures("empty")
def test_headers_without_sense_bring_no_url_into_the_log(parent: Program) -> None:
    with Server(_without_sense) as server:
        promise(ended(tops={}), f"{server.origin}/?token=hidden")
        assert wait_for_state("delivered").last_status == 200
    parent.wait_for_line("delivered, 200")


def _without_sense(visit: Visit) -> None:
    visit.read_body()
    sends(b"HTTP/1.1 200 OK\r\nX: y\r\nno header at all\r\n\r\n")(visit)


@pytest.mark.usefixtures("empty")
def test_a_statement_that_waits_too_long_is_asked_again(parent: Program) -> None:
    db.session.remove()  # its own locks would be waited for
    before = parent.log.count("looking for callbacks again")
    with db.engine.begin() as other:
        other.execute(text("LOCK TABLE callbacks"))
        parent.wait_for_line(f"{AWAY}: canceling statement")
    wait_for("look", lambda: parent.log.count("looking for callbacks again") > before)


@pytest.mark.usefixtures("empty")
def test_killed_while_it_sends_another_sends_again(
    postgres: tuple[OwnServer, dict[str, str]], parent: Program, logs: Path, receiver: Receiver
) -> None:
    promise(ended(tops={}), receiver.url("/told", held=True))
    wait_for("request", lambda: receiver.at("/told"))
    parent.process.kill()
    parent.process.wait()
    make_due()
    with running(["tests.courier_program"], postgres[1], logs / "courier_again.log"):
        wait_for("second request", lambda: len(receiver.at("/told")) == 2)
        receiver.let_go()
        assert wait_for_state("delivered").attempts == 2
    first, second = receiver.at("/told")
    assert first.told["delivery_id"] == second.told["delivery_id"]


@pytest.mark.usefixtures("empty")
def test_a_worker_that_is_told_to_stop_while_a_receiver_hangs_ends_soon(
    postgres: tuple[OwnServer, dict[str, str]], logs: Path, receiver: Receiver
) -> None:
    with running(["worker"], postgres[1], logs / "courier_stops.log") as worker:
        promise(ended(tops={}), receiver.url("/told", held=True))
        wait_for("request", lambda: receiver.at("/told"))
        begun = time.monotonic()
        assert worker.stop() == 0
        assert time.monotonic() - begun < 8  # what it sends would go on for 10
        receiver.let_go()
