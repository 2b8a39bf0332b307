"""Finished counts are read by one short statement; connections are lent alive without asking."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, ClassVar

import pytest
from flask import Flask
from flask.testing import FlaskClient
from psycopg2.extensions import TRANSACTION_STATUS_IDLE, TRANSACTION_STATUS_INTRANS, cursor
from sqlalchemy import create_engine, event, text

import submissions
from models import db, ranking_name
from storage import connections, leases
from storage.connections import MOST_FOR_SHORT_READS, SHORT_READS
from tests.counts import begin, counted
from tests.support import wait_for
from views.ready_made import READ

#: What grows with a page, and the rankings that were not asked for.
LARGE = ("result_all", "result_no_stop_words", "text,", "text_index", "alt_texts")
NAMES = [ranking_name(stop_words=a, fold_case=b) for a in (True, False) for b in (True, False)]


@pytest.fixture
def key(app: Flask) -> str:
    """A count whose rankings have as many rows as are stored."""
    rows = [(f"word{number}", 1) for number in range(100)]
    sizes = dict.fromkeys(NAMES, (60_000, 60_000))
    return counted({"word": 1}, tops=dict.fromkeys(NAMES, rows), sizes=sizes)


class Noting(cursor):  # type: ignore[misc]  # psycopg2 has no types
    """A cursor that notes what it sends, and in which state the connection is then."""

    sent: ClassVar[list[tuple[str, int]]] = []

    def execute(self, statement: Any, parameters: Any = None) -> None:
        """Send a statement."""
        super().execute(statement, parameters)
        self.sent.append((str(statement), self.connection.info.transaction_status))


@contextmanager
def sent_to_postgres() -> Iterator[list[tuple[str, int]]]:
    """What the driver sends meanwhile, by whomever it is asked to."""

    def note(connection: Any, *_: object) -> None:
        connection.cursor_factory = Noting

    def leave(connection: Any, _record: object) -> None:
        connection.cursor_factory = cursor

    Noting.sent.clear()
    for engine in db.engines.values():
        event.listen(engine, "checkout", note)
        event.listen(engine, "checkin", leave)
    try:
        yield Noting.sent
    finally:
        for engine in db.engines.values():
            event.remove(engine, "checkout", note)
            event.remove(engine, "checkin", leave)


@pytest.mark.parametrize(
    "path",
    [
        "/results/{key}",
        "/results/{key}?top=50&page=2&stopwords=keep",
        "/results/{key}?top=100&case=keep",
        "/get_result?job_id={key}",
    ],
)
def test_a_finished_count_is_one_statement(client: FlaskClient, key: str, path: str) -> None:
    with sent_to_postgres() as sent:
        answer = client.get(path.format(key=key))
    assert (answer.status_code, answer.headers["X-Total-Count"]) == (200, "60000")
    # Once for each connection the server makes it ready.
    ((statement, state),) = [one for one in sent if not one[0].startswith("PREPARE")]
    assert state == TRANSACTION_STATUS_IDLE  # no BEGIN before it, and so no ROLLBACK behind it
    assert statement.startswith("EXECUTE ready_made_")
    assert not [column for column in (*LARGE, "tops,") if column in READ.sql]


def test_behind_a_pooler_nothing_is_made_ready(client: FlaskClient, key: str) -> None:
    engine = db.engines[SHORT_READS]
    engine.dispose()  # so that there is one connection
    client.get(f"/results/{key}")
    with engine.connect() as connection:
        connection.execute(text("DEALLOCATE ALL"))  # as if it were another one
    for _ in range(2):
        with sent_to_postgres() as sent:
            assert client.get(f"/results/{key}").status_code == 200
    ((statement, _),) = sent
    assert statement.lstrip().startswith("SELECT")
    connections._POOLED.discard(engine)
    engine.dispose()  # what was made ready on this connection is lost


def test_what_has_no_rows_needs_no_transaction_either(client: FlaskClient) -> None:
    pending = submissions.submit("http://example.com/")
    for path in (f"/results/{pending}", f"/check_status?job_id={pending}"):
        with sent_to_postgres() as sent:
            assert client.get(path).status_code in {200, 202}
        assert {state for _, state in sent} == {TRANSACTION_STATUS_IDLE}


def test_the_next_to_use_the_connection_has_transactions(client: FlaskClient, key: str) -> None:
    db.engine.dispose()  # so that there is one connection
    client.get(f"/check_status?job_id={key}")
    db.session.remove()
    with sent_to_postgres() as sent:
        db.session.execute(text("SELECT 1"))
    assert [state for _, state in sent] == [TRANSACTION_STATUS_INTRANS]
    assert db.engine.pool.checkedin() == 0  # type: ignore[attr-defined]


def test_rows_may_be_kept_before_the_evidence_is_there_and_files_may_not(
    client: FlaskClient,
) -> None:
    key = submissions.submit("http://example.com/")
    rows = {name: [("word", 100_001)] for name in NAMES}
    claim = begin(key)
    assert leases.finish(claim, total_words=100_001, tops=rows)
    for path in (f"/results/{key}", f"/get_result?job_id={key}"):
        assert "ETag" in client.get(path).headers
    assert "ETag" not in client.get(f"/counts/{key}.csv").headers
    leases.supplement(claim, reading_ease={"page": ("flesch", 60)})
    assert "ETag" in client.get(f"/counts/{key}.csv").headers


@pytest.fixture
def pings(app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The connections that were asked whether they live."""
    asked: list[object] = []
    ping: Callable[[object], bool] = db.engine.dialect.do_ping  # type: ignore[assignment]

    def note(connection: object) -> bool:
        asked.append(connection)
        return ping(connection)

    monkeypatch.setattr(db.engine.dialect, "do_ping", note)
    for engine in db.engines.values():
        engine.dispose()
    db.session.execute(text("SELECT 1"))
    db.session.remove()
    return asked


def break_all(app: Flask) -> None:
    """End the connections of everybody, and wait until they are closed."""
    other = create_engine(app.config["DATABASE_URL"], isolation_level="AUTOCOMMIT")
    others = "FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type LIKE 'client%'"
    with other.connect() as connection:
        connection.execute(text(f"SELECT pg_terminate_backend(pid) {others}"))
        count = text(f"SELECT count(*) {others}")
        wait_for("end of the connections", lambda: connection.scalar(count) == 0)
    other.dispose()


def test_a_connection_that_was_just_used_is_not_asked(pings: list[object]) -> None:
    for _ in range(3):
        db.session.execute(text("SELECT 1"))
        db.session.remove()
    assert pings == []


def test_one_that_was_long_idle_is_asked(
    pings: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "LONG_IDLE", -1)
    db.session.execute(text("SELECT 1"))
    assert len(pings) == 1


def test_one_that_broke_is_replaced(app: Flask, pings: list[object]) -> None:
    break_all(app)
    assert db.session.scalar(text("SELECT 1")) == 1
    assert len(pings) == 1


def test_one_that_broke_without_a_word_is_noticed_after_a_while(
    app: Flask, pings: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    break_all(app)
    monkeypatch.setattr(connections, "_is_quiet", lambda _: True)
    monkeypatch.setattr(connections, "LONG_IDLE", -1)
    assert db.session.scalar(text("SELECT 1")) == 1
    assert len(pings) == 1


def test_what_is_only_read_is_read_again(app: Flask, key: str, pings: list[object]) -> None:
    client = app.test_client()
    assert client.get(f"/results/{key}").status_code == 200
    break_all(app)
    assert client.get(f"/results/{key}").status_code == 200
    assert len(pings) == 1  # for the second reading: the connections for all else broke as well
    with sent_to_postgres() as sent:
        assert client.get(f"/results/{key}").status_code == 200
    assert "EXECUTE" in sent[-1][0]  # by the short way again


def test_short_reads_at_the_same_moment_wait_for_each_other(app: Flask, key: str) -> None:
    engine = db.engines[SHORT_READS]
    at_once = 3 * MOST_FOR_SHORT_READS
    with ThreadPoolExecutor(at_once) as threads:
        asked = [threads.submit(app.test_client().get, f"/results/{key}") for _ in range(at_once)]
        assert {answer.result().status_code for answer in asked} == {200}
    assert 1 <= engine.pool.checkedin() <= MOST_FOR_SHORT_READS  # type: ignore[attr-defined]
    assert engine.pool.checkedout() == 0  # type: ignore[attr-defined]
