"""The real parts that tests talk to: a throw-away Postgres and Redis, a worker, a gunicorn.

They listen on sockets and ports of their own, so that the tests run beside anything else. The
servers and the web are started once, a worker once for each module that asks for it.
"""

import gc
import os
import shutil
import ssl
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import trustme
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis

import manage  # noqa: F401 - here and in the worker, what stands outside of functions is measured
import worker as worker_program  # noqa: F401
from app import create_app
from callbacks.courier import Courier
from config import settings_from
from dev.services import local_postgres, local_redis
from inbox.reader import Reader
from models import db
from tests.measured import watch
from tests.programs import Program, running
from tests.receiver import Receiver
from tests.site import Site
from tests.support import empty_database, free_port, migrate


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Let nobody look for garbage among thousands of tests that are all kept: each process of the
    tests would take two seconds for it, and more while they run."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mix the files of the browser, which want the processor, with those that wait for others; many
    small ones come last, and fill the gaps."""
    files = {
        folder: [one for one in dict.fromkeys(item.path for item in items) if folder in one.parts]
        for folder in ("browser", "integration")
    }
    turns = {
        file: number / len(those) for those in files.values() for number, file in enumerate(those)
    }
    items.sort(key=lambda item: turns.get(item.path, 1.0))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Measure what of our code runs, where that is wanted."""
    watch.turn_to(item)
    return (yield)


@pytest.fixture(scope="session")
def environ(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of a process that uses the throw-away servers."""
    with ExitStack() as servers:
        folder = tmp_path_factory.mktemp("servers")
        yield {
            "APP_SETTINGS": "config.TestingConfig",
            "DATABASE_URL": servers.enter_context(local_postgres(folder / "postgres")),
            "REDIS_URL": servers.enter_context(local_redis(folder / "redis")),
            "WEB_CONCURRENCY": "2",
        }


@pytest.fixture(scope="session")
def _migrated_app(environ: dict[str, str]) -> Flask:
    app = create_app(settings_from(environ))
    migrate(app)
    return app


@pytest.fixture
def app(_migrated_app: Flask) -> Iterator[Flask]:
    """The application in its context, on an empty database and an empty Redis."""
    with _migrated_app.app_context():
        empty_database()
        redis: Redis = _migrated_app.extensions["redis"]
        redis.flushall()
        yield _migrated_app
        db.session.remove()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Asks the application without a server between."""
    return app.test_client()


@pytest.fixture(scope="session")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where programs write their logs."""
    return tmp_path_factory.mktemp("logs")


@pytest.fixture(scope="module")
def worker(_migrated_app: Flask, environ: dict[str, str], logs: Path) -> Iterator[Program]:
    """A real worker process, which finds nothing that other tests have left to do."""
    _migrated_app.extensions["redis"].flushall()
    with running(["worker"], environ, logs / "worker.log") as program:
        program.wait_for_line("ready for counts")
        yield program


@pytest.fixture(scope="session")
def web(_migrated_app: Flask, environ: dict[str, str], logs: Path) -> Iterator[str]:
    """The address of a real gunicorn."""
    port = free_port()
    command = ["gunicorn", "app:create_app()"]
    with running(command, {**environ, "PORT": str(port)}, logs / "web.log") as program:
        program.wait_for_line("Listening at")
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """An authority for certificates, which nobody trusts by itself."""
    return trustme.CA()


@pytest.fixture(scope="session")
def tls(authority: trustme.CA) -> ssl.SSLContext:
    """What a server on 127.0.0.1 needs to speak TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.fixture
def site() -> Iterator[Site]:
    """A web site to be counted."""
    pages = Site()
    yield pages
    pages.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Hears what is sent to callbacks."""
    started = Receiver()
    yield started
    started.close()


@pytest.fixture
def courier(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Courier]:
    """A courier in this process, which looks when it is told to."""
    monkeypatch.setattr("callbacks.courier.LOOK_EVERY", 0.1)
    started = Courier(app)
    yield started
    started.end()


@pytest.fixture
def redis(app: Flask) -> Redis:
    """The Redis of the application, which is empty."""
    connection: Redis = app.extensions["redis"]
    return connection


@pytest.fixture
def reader(app: Flask) -> Iterator[Reader]:
    """A reader of the inbox in this process, which looks when it is told to."""
    made = Reader()
    yield made
    made.leave()


@pytest.fixture(scope="session")
def siege() -> str:
    """The program; where there is none the test is skipped, but in CI it fails."""
    program = shutil.which("siege")
    if program:
        return program
    missing = "siege is missing. Install it: apt install siege"
    if os.environ.get("CI"):
        pytest.fail(missing)
    pytest.skip(missing)
