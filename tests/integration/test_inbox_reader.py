"""Readers of the inbox as processes: killed, stopped for a while, told to stop."""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from flask import Flask
from redis import Redis
from sqlalchemy import Connection, create_engine, text

from app import create_app
from config import settings_from
from dev.services import local_redis
from inbox.queue import HANDLED, INBOX, TAKEN, TICKETS
from inbox.reader import Reader
from tests.inbox_lists import end_leases
from tests.programs import Program, own_server, process_of, running, worker_of
from tests.support import wait_for


class Installation:
    """Readers on a Redis that nobody else uses."""

    def __init__(
        self, redis_url: str, environ: dict[str, str], folder: Path, other: Connection
    ) -> None:
        self.redis = Redis.from_url(redis_url)
        self.server = process_of(redis_url)
        self.environ = {**environ, "REDIS_URL": redis_url}
        self.folder = folder
        self._other = other

    @contextmanager
    def reader(self) -> Iterator[psutil.Process]:
        """One that runs beside the test."""
        command = ["manage", "listen", "prodcons"]
        program = Program(command, self.environ, self.folder / "reader.log")
        process = psutil.Process(program.process.pid)
        try:
            program.wait_for_line("Ctrl-C ends it.")
            yield process
        finally:
            program.process.kill()
            program.process.wait()

    def reader_here(self) -> Reader:
        """One in the process of the test."""
        with create_app(settings_from(self.environ)).app_context():
            return Reader()

    @contextmanager
    def nothing_is_stored(self) -> Iterator[None]:
        """Meanwhile; once a reader has tried with an item."""
        engine = self._other.engine.execution_options(isolation_level="READ COMMITTED")
        with engine.begin() as connection:
            connection.execute(text("LOCK TABLE results IN SHARE MODE"))
            yield

    def is_about_to_store(self) -> bool:
        waiting = (
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE wait_event_type = 'Lock' AND query LIKE 'INSERT INTO results%'"
        )
        return bool(self._other.scalar(text(waiting)))

    def rows(self) -> int:
        return int(self._other.scalar(text("SELECT count(*) FROM results")))

    def in_flight(self) -> int:
        names = self.redis.keys(f"{TAKEN}*")
        return sum(int(self.redis.llen(name)) for name in names)

    def handled(self) -> int:
        return int(self.redis.llen(HANDLED))

    def end_leases(self) -> None:
        end_leases(self.redis)


@pytest.fixture
def own(app: Flask, environ: dict[str, str], tmp_path: Path) -> Iterator[Installation]:
    engine = create_engine(app.config["DATABASE_URL"], isolation_level="AUTOCOMMIT")
    with own_server(local_redis, tmp_path / "redis") as redis, engine.connect() as other:
        made = Installation(redis.url, environ, tmp_path, other)
        yield made
        made.redis.close()
    engine.dispose()


def see_to_the_rest(own: Installation) -> None:
    """Find the item of a reader that died, when its lease is over."""
    assert own.in_flight() == 1
    own.end_leases()
    reader = own.reader_here()
    assert reader.look() == ""
    reader.leave()
    assert (own.rows(), own.in_flight(), own.handled()) == (1, 0, 1)


def test_killed_with_an_item_that_is_not_stored_yet(own: Installation) -> None:
    with own.reader() as reader, own.nothing_is_stored():
        own.redis.lpush(INBOX, "http://killed.example/")
        wait_for("item in flight", own.is_about_to_store)
        reader.kill()
        reader.wait()
    wait_for("end of its transaction", lambda: not own.is_about_to_store())
    assert own.rows() == 0
    see_to_the_rest(own)


def test_killed_with_an_item_that_is_stored(own: Installation) -> None:
    with own.reader() as reader:
        with own.nothing_is_stored():
            own.redis.lpush(INBOX, "http://killed.example/")
            wait_for("item in flight", own.is_about_to_store)
            own.server.suspend()  # so that it cannot let go of the item
        try:
            wait_for("row", own.rows)
            reader.kill()
            reader.wait()
        finally:
            own.server.resume()
    see_to_the_rest(own)


def test_stopped_for_a_while_and_another_takes_over(own: Installation) -> None:
    with own.reader() as reader:
        with own.nothing_is_stored():
            own.redis.lpush(INBOX, "http://stopped.example/")
            wait_for("item in flight", own.is_about_to_store)
            reader.suspend()
        own.end_leases()
        other = own.reader_here()
        # It is locked in the database by the first one, for which nobody waits for long.
        assert "the inbox waits for the database" in other.look()
        own.redis.lpush(INBOX, "http://next.example/")
        assert other.look() == ""
        assert own.rows() == 1
        reader.resume()
        wait_for("outcomes", lambda: own.handled() == 2)
        other.leave()
    assert (own.rows(), own.in_flight()) == (2, 0)


Tell = Callable[[Program], object]


@pytest.mark.parametrize(
    ("tell", "seconds"),
    [
        pytest.param(lambda worker: worker.process.send_signal(signal.SIGTERM), 5, id="stop"),
        pytest.param(lambda worker: worker.process.kill(), 5, id="killed parent"),
    ],
)
def test_it_ends_with_the_workers_and_leaves_the_rest_to_others(
    app: Flask, environ: dict[str, str], logs: Path, tell: Tell, seconds: float
) -> None:
    redis: Redis = app.extensions["redis"]
    with running(["worker"], environ, logs / "inbox_worker.log") as worker:
        worker.wait_for_line("ready for items")
        reader = psutil.Process(worker_of(worker))
        refs = list(range(40))
        redis.lpush(INBOX, *(json.dumps({"url": "http://a.test/<s>", "ref": ref}) for ref in refs))
        worker.wait_for_line("from the inbox: a.test is ")
        begun = time.monotonic()
        tell(worker)
        wait_for("end", lambda: not reader.is_running())
        assert time.monotonic() - begun < seconds
        worker.process.wait()
        assert "Traceback" not in worker.log
        assert "%3Cs" not in worker.log
    assert int(redis.zcard(TICKETS)) == 0
    here = Reader()
    while redis.llen(INBOX):
        assert here.look() == ""
    here.leave()
    assert sorted(json.loads(entry)["ref"] for entry in redis.lrange(HANDLED, 0, -1)) == refs


def test_a_worker_that_is_told_to_stop_waits_for_no_item(own: Installation) -> None:
    with running(["worker"], own.environ, own.folder / "worker.log") as worker:
        worker.wait_for_line("ready for items")
        with own.nothing_is_stored():
            own.redis.lpush(INBOX, "http://stopped.example/")
            wait_for("item in flight", own.is_about_to_store)
            begun = time.monotonic()
            assert worker.stop() == 0
            assert time.monotonic() - begun < 5
    assert "Traceback" not in worker.log
    see_to_the_rest(own)


def test_the_next_worker_has_a_reader_as_well(
    app: Flask, environ: dict[str, str], logs: Path
) -> None:
    with running(["worker"], environ, logs / "inbox_killed.log") as worker:
        worker.wait_for_line("ready for items")
        os.kill(worker_of(worker), signal.SIGKILL)
        wait_for("another", lambda: worker.log.count("ready for items") == 2)
        app.extensions["redis"].lpush(INBOX, "http://a.test/")
        worker.wait_for_line("from the inbox: a.test is ")
