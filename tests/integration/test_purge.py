"""`python manage.py purge`, run as from a shell, and what it removes."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import sqlalchemy
from flask import Flask
from sqlalchemy import create_engine, insert, select, text

import submissions
from models import Result, Status, db
from storage import retention
from storage.lists import PageList
from tests.forked import run
from tests.support import PROJECT, wait_for

COMMAND = [sys.executable, str(PROJECT / "manage.py"), "purge"]


@pytest.fixture
def other(app: Flask) -> Iterator[sqlalchemy.Connection]:
    """A connection of somebody else."""
    engine = create_engine(app.config["DATABASE_URL"])
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def command_environ(environ: dict[str, str], **settings: str) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], **environ, **settings}


def purge(environ: dict[str, str], **settings: str) -> subprocess.CompletedProcess[str]:
    with TemporaryDirectory() as folder:
        return run(["manage", "purge"], command_environ(environ, **settings), Path(folder))


def store(status: Status, *, times: int = 1, days_ago: float | None = None) -> None:
    """Rows in this state, which ended so long ago."""
    ended = None if days_ago is None else text(f"now() - interval '{days_ago} days'")
    row = {"url": f"http://{status}.example/{days_ago}", "status": status}
    db.session.execute(insert(Result).values(finished_at=ended), [row] * times)
    db.session.commit()


def left() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(Result.url).order_by(Result.url)))


@pytest.mark.usefixtures("app")
def test_only_what_ended_long_ago_is_removed(environ: dict[str, str]) -> None:
    store(Status.FINISHED, days_ago=2.1)
    store(Status.FAILED, days_ago=2.1)
    store(Status.FINISHED, days_ago=1.9)
    store(Status.FAILED, days_ago=1.9)
    # What is under way stays, whatever stands in the row.
    store(Status.QUEUED)
    store(Status.RUNNING)
    store(Status.QUEUED, days_ago=500)
    store(Status.RUNNING, days_ago=500)
    done = purge(environ, RESULT_RETENTION_DAYS="2")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "Removed 2 results that ended more than 2 days ago.\n"
    assert left() == [
        "http://failed.example/1.9",
        "http://finished.example/1.9",
        "http://queued.example/500",
        "http://queued.example/None",
        "http://running.example/500",
        "http://running.example/None",
    ]
    again = purge(environ, RESULT_RETENTION_DAYS="2")
    assert again.stdout == "Removed 0 results that ended more than 2 days ago.\n"


@pytest.mark.usefixtures("app")
def test_one_result(environ: dict[str, str]) -> None:
    store(Status.FAILED, days_ago=40)
    done = purge(environ, RESULT_RETENTION_DAYS="1.5")
    assert done.stdout == "Removed 1 result that ended more than 1.5 days ago.\n"


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("value", ["", "none"])
def test_unless_it_is_set_results_are_kept(environ: dict[str, str], value: str) -> None:
    store(Status.FINISHED, days_ago=5000)
    done = purge(environ, RESULT_RETENTION_DAYS=value)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 1
    assert "kept for ever" in done.stdout
    assert "RESULT_RETENTION_DAYS" in done.stdout
    assert len(left()) == 1


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize(
    ("stored", "batches"), [(0, [0]), (999, [999]), (1000, [1000, 0]), (2500, [1000, 1000, 500])]
)
def test_each_batch_is_gone_when_it_is_told(stored: int, batches: list[int]) -> None:
    if stored:
        store(Status.FINISHED, times=stored, days_ago=3)
    told = []
    for removed in retention.purge(2):
        told.append(removed)
        db.session.rollback()
        assert len(left()) == stored - sum(told)
    assert told == batches


def test_rows_that_somebody_else_holds_are_passed_over(
    app: Flask, other: sqlalchemy.Connection
) -> None:
    store(Status.FINISHED, times=3, days_ago=3)
    other.execute(text("SELECT 1 FROM results ORDER BY id LIMIT 1 FOR UPDATE"))

    def run() -> int:
        with app.app_context():
            db.session.execute(text("SET lock_timeout = '5s'"))  # rather fail than wait for ever
            return sum(retention.purge(2))

    with ThreadPoolExecutor() as threads:
        assert threads.submit(run).result() == 2
    other.rollback()
    assert sum(retention.purge(2)) == 1


def test_several_at_once_remove_each_row_once(app: Flask) -> None:
    store(Status.FINISHED, times=5000, days_ago=3)

    def run(_: int) -> int:
        with app.app_context():
            return sum(retention.purge(2))

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(run, range(4))) == 5000
    assert left() == []


def test_ctrl_c_ends_it_without_a_word(
    environ: dict[str, str], other: sqlalchemy.Connection
) -> None:
    store(Status.FINISHED, days_ago=3)
    other.execute(text("LOCK TABLE results IN ACCESS EXCLUSIVE MODE"))
    waits = text("SELECT 1 FROM pg_locks WHERE NOT granted")
    process = subprocess.Popen(
        COMMAND,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=command_environ(environ, RESULT_RETENTION_DAYS="2"),
    )
    try:
        # Waiting for the database inside of C code, which hears no exception.
        wait_for("purge at work", lambda: other.execute(waits).first())
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=10) == (b"", b"")
        assert process.returncode == -signal.SIGINT
    finally:
        process.kill()
        process.communicate()
        other.rollback()
    assert len(left()) == 1


def test_without_postgres_it_is_one_line(environ: dict[str, str]) -> None:
    away = {**environ, "DATABASE_URL": "postgresql://127.0.0.1:1/none"}
    done = purge(away, RESULT_RETENTION_DAYS="2")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("The database cannot be reached: ")
    assert done.stderr.count("\n") == 1


def test_without_the_table_it_is_one_line(environ: dict[str, str], app: Flask) -> None:
    with create_engine(app.config["DATABASE_URL"]).connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.execute(text("DROP DATABASE IF EXISTS bare"))
        connection.execute(text("CREATE DATABASE bare"))
    bare = {**environ, "DATABASE_URL": environ["DATABASE_URL"].replace("/postgres?", "/bare?")}
    done = purge(bare, RESULT_RETENTION_DAYS="2")
    assert (done.returncode, done.stdout) == (1, "")
    assert (
        done.stderr == "The database lacks a table or a column. Run: python manage.py db upgrade\n"
    )


def test_a_wrong_setting_is_one_line(environ: dict[str, str]) -> None:
    done = purge(environ, RESULT_RETENTION_DAYS="soon")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Wrong setting: RESULT_RETENTION_DAYS is 'soon'")
    assert done.stderr.count("\n") == 1


def lists_left() -> list[int]:
    db.session.rollback()
    return list(db.session.scalars(select(PageList.id).order_by(PageList.id)))


def store_list(*urls: str, days_ago: float) -> int:
    """A list whose last line is no URL, submitted so long ago."""
    key = submissions.submit_list("\n".join([*urls, "ftp://a/"]))
    found = PageList.by_key(key)
    assert found
    number = found.id
    ago = f"now() - interval '{days_ago} days'"
    db.session.execute(text(f"UPDATE lists SET submitted_at = {ago} WHERE id = {number}"))
    db.session.commit()
    return number


def end_all(days_ago: float, *urls: str) -> None:
    ago = f"now() - interval '{days_ago} days'"
    db.session.execute(
        text(f"UPDATE results SET status = 'failed', finished_at = {ago} WHERE url = ANY(:urls)"),
        {"urls": list(urls)},
    )
    db.session.commit()


@pytest.mark.usefixtures("app")
def test_a_list_goes_when_nothing_is_left_of_it() -> None:
    gone = store_list("http://a/", "http://b/", days_ago=3)
    end_all(2.5, "http://a/", "http://b/")
    partly = store_list("http://c/", "http://d/", days_ago=3)
    end_all(2.5, "http://c/")
    pending = store_list("http://e/", days_ago=3)
    young = store_list("http://f/", days_ago=1)
    end_all(2.5, "http://f/")  # a result of before it
    assert sum(retention.purge(2)) == 4
    assert lists_left() == [partly, pending, young]
    assert gone not in lists_left()
    lines = db.session.scalars(text("SELECT DISTINCT list_id FROM list_lines ORDER BY list_id"))
    assert list(lines) == [partly, pending, young]
    found = db.session.get(PageList, partly)
    assert found
    assert [row.state for row in found.rows()] == ["removed", "queued", "refused"]
    end_all(2.5, "http://d/")
    assert sum(retention.purge(2)) == 1
    assert lists_left() == [pending, young]


def test_a_list_that_somebody_else_holds_is_passed_over(
    app: Flask, other: sqlalchemy.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.retention.LISTS_AT_ONCE", 2)
    db.session.add_all(PageList(submitted_at=text("now() - interval '3 days'")) for _ in range(6))
    db.session.commit()
    held, *_ = lists_left()
    other.execute(text(f"SELECT 1 FROM lists WHERE id = {held} FOR UPDATE"))

    def run() -> list[int]:
        with app.app_context():
            db.session.execute(text("SET lock_timeout = '2s'"))  # rather fail than wait for ever
            return list(retention.purge(2))

    with ThreadPoolExecutor() as threads:
        threads.submit(run).result()
    assert lists_left() == [held]
    other.rollback()
