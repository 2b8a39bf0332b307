"""A count that its owner no longer wants ends at once, if nobody else waits for it."""

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, text

import submissions
from events.progress import ClaimLostError
from models import Step, db
from storage import leases
from tests.counts import begin, finished, report, stored, wait_for_end
from tests.programs import Program, running
from tests.site import Site
from tests.support import NOBODYS_KEY, wait_for

pytestmark = pytest.mark.usefixtures("app")
URL = "http://example.com/"


def submit(owner: str | None = "ann", *, fresh: bool = False) -> str:
    return submissions.submit(URL, owner=owner, fresh=fresh)


def test_a_queued_count_is_cancelled(client: FlaskClient) -> None:
    key = submit()
    assert submissions.cancel(key, owner="ann")
    result = stored(key)
    assert (result.status, result.error_code) == ("failed", "cancelled")
    assert result.finished_at
    answer = client.get(f"/results/{key}")
    assert answer.status_code == 422
    problem = answer.get_json(force=True)
    assert (problem["code"], problem["detail"]) == ("cancelled", "This count was cancelled.")
    assert leases.claim(key, worker="a worker") is None
    assert not submissions.cancel(key, owner="ann")
    assert submit() != key


@pytest.mark.parametrize("owner", ["bob", "", "%"])
def test_nobody_else_can_cancel_it(owner: str) -> None:
    key = submit()
    assert not submissions.cancel(key, owner=owner)
    assert stored(key).status == "queued"


def test_what_a_program_has_submitted_is_nobodys() -> None:
    key = submit(None)
    assert not submissions.cancel(key, owner="")
    assert not submissions.cancel(key, owner="None")
    assert stored(key).status == "queued"


@pytest.mark.parametrize("key", [str(NOBODYS_KEY), "", "no key", "\0"])
def test_there_is_nothing_to_cancel(key: str) -> None:
    submit()
    assert not submissions.cancel(key, owner="ann")


def test_what_has_ended_stays_as_it_is() -> None:
    key = finished()
    db.session.execute(text("UPDATE results SET owner = 'ann'"))
    db.session.commit()
    assert not submissions.cancel(key, owner="ann")
    assert stored(key).status == "finished"


@pytest.mark.parametrize("other", ["bob", None])
@pytest.mark.parametrize("is_running", [False, True])
def test_nobody_cancels_what_others_wait_for(other: str | None, is_running: bool) -> None:
    key = submit()
    if is_running:
        begin(key)
    assert submit(other) == key
    assert not submissions.cancel(key, owner="ann")
    assert not submissions.cancel(key, owner="bob")


def test_who_submits_twice_can_still_cancel() -> None:
    key = submit()
    assert submit() == key
    assert submissions.cancel(key, owner="ann")


def test_a_fresh_count_of_somebody_else_changes_nothing() -> None:
    key = submit()
    fresh = submit("bob", fresh=True)
    assert submissions.cancel(key, owner="ann")
    assert submissions.cancel(fresh, owner="bob")


def test_submitted_by_another_at_the_moment_when_it_is_cancelled(app: Flask) -> None:
    def submit_also() -> str:
        with app.app_context():
            return submit("bob")

    key = submit()
    db.session.remove()
    engine = create_engine(app.config["DATABASE_URL"])
    with engine.connect() as cancelling, engine.connect() as looking, ThreadPoolExecutor() as other:
        cancelling.execute(
            text("UPDATE results SET status = 'failed', error_code = 'cancelled', owner = 'ann'")
        )
        submitted = other.submit(submit_also)
        waits = text("SELECT 1 FROM pg_locks WHERE NOT granted")
        wait_for("submission that waits", lambda: looking.execute(waits).first())
        cancelling.commit()
        assert submitted.result() != key
    engine.dispose()


def test_whoever_works_on_it_is_fenced_off(app: Flask) -> None:
    key = submit()
    claim = begin(key)
    assert submissions.cancel(key, owner="ann")
    with pytest.raises(ClaimLostError):
        report(claim, Step.READING)
    assert not leases.finish(claim, total_words=1)
    assert not leases.fail(claim, "timeout", "Too slow.")
    assert leases.crash(key, worker="a worker") is None
    assert leases.hand_back(key, worker="a worker") is None
    assert stored(key).error_code == "cancelled"


@pytest.fixture
def patient(environ: dict[str, str], logs: Path, app: Flask) -> Iterator[Program]:
    """A worker that would wait for a site for longer than the test does."""
    patience = {**environ, "FETCH_TIMEOUT": "120"}
    with running(["worker"], patience, logs / "patient_worker.log") as program:
        program.wait_for_line("ready for counts")
        yield program


def test_a_worker_that_waits_for_a_silent_site_is_free_again(patient: Program, site: Site) -> None:
    held = submissions.submit(site.serve("/held", "<p>Hello", held=True), owner="ann")
    wait_for("request for the page", lambda: "/held" in site.asked)
    assert submissions.cancel(held, owner="ann")
    second = submissions.submit(site.serve("/second", "<p>Hello"))
    assert wait_for_end(second, seconds=20).status == "finished"  # the site is held for longer
    patient.wait_for_line("or it was cancelled")  # although the site says nothing
    result = stored(held)
    assert (result.error_code, result.attempt, result.crashes) == ("cancelled", 1, 0)
    assert "Traceback" not in patient.log


def test_a_worker_that_fetches_stops_at_once(patient: Program, site: Site) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        is_over = threading.Event()
        endless = threading.Thread(target=send_for_ever, args=(server, is_over))
        endless.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        key = submissions.submit(url, owner="ann")
        wait_for("bytes", lambda: stored(key).bytes)
        assert submissions.cancel(key, owner="ann")
        patient.wait_for_line("stopped in")
        is_over.set()
        endless.join()
    assert "or it was cancelled" in patient.log
    assert stored(key).error_code == "cancelled"
    assert "Traceback" not in patient.log


def send_for_ever(server: socket.socket, is_over: threading.Event) -> None:
    """A page without an end."""
    connection, _ = server.accept()
    with connection, suppress(ConnectionError):
        connection.recv(10_000)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
        while not is_over.wait(0.05):
            connection.sendall(b"<p>Hello there" * 100)
