"""Postgres goes away and comes back, or a connection to it breaks, while the web goes on."""

import os
import re
import socket
from contextlib import ExitStack, closing
from pathlib import Path

import psycopg2
import pytest
import requests
from flask import Flask, Response
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import InterfaceError

from app import create_app
from config import TestingConfig, settings_from
from dev.services import local_postgres
from models import Result, db
from storage.connections import MOST_FOR_SHORT_READS, SHORT_READS
from tests.counts import finished
from tests.programs import running
from tests.site import Door
from tests.support import free_port, migrate

TOKEN = re.compile(r'name="csrf_token"[^>]* value="([^"]+)"')


@pytest.fixture
def key(app: Flask) -> str:
    return finished()


def test_postgres_goes_and_comes_back_while_the_web_runs(
    environ: dict[str, str], logs: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("postgres")
    address = f"http://127.0.0.1:{(port := free_port())}"
    browser = requests.Session()
    browser.headers["Accept"] = "text/html"

    def answers() -> dict[str, requests.Response]:
        token = TOKEN.search((form := browser.get(address, timeout=20)).text)
        assert token
        typed = {"url": "example.org", "csrf_token": token[1]}
        return {
            "form": form,
            "page": browser.get(f"{address}/counts/{key}", timeout=20),
            "results": requests.get(f"{address}/results/{key}", timeout=20),
            "start": requests.post(f"{address}/start", json={"url": "example.com"}, timeout=20),
            "submit": browser.post(address, data=typed, timeout=20),
            "paste": browser.post(
                f"{address}/counts/{key}/text",
                data={"text": "My example.org text", "csrf_token": token[1]},
                timeout=20,
            ),
        }

    with local_postgres(folder) as url:
        settings = {**environ, "DATABASE_URL": url, "PORT": str(port), "WEB_CONCURRENCY": "1"}
        own = create_app(settings_from(settings))
        migrate(own)
        with own.app_context():
            key = finished()
            db.engine.dispose()
    with running(["gunicorn", "app:create_app()"], settings, logs / "outage.log") as web:
        web.wait_for_line("Listening at")
        for _ in range(2):
            with local_postgres(folder):
                assert {answer.status_code for answer in answers().values()} == {200}
            away = answers()
            assert away.pop("form").status_code == 200
            for name, answer in away.items():
                assert (name, answer.status_code) == (name, 503)
                assert answer.headers["Retry-After"] == "5"
                if name in {"submit", "paste"}:
                    assert "example.org" in answer.text  # what was typed
                if name == "page":
                    assert answer.headers["Refresh"] == "5"
                if name in {"page", "submit", "paste"}:
                    assert answer.headers["Content-Type"].startswith("text/html")
                    assert "The database cannot be reached just now." in answer.text
                else:
                    assert answer.json()["code"] == "database_unavailable"
    assert "Traceback" not in web.log
    browser.close()


def test_postgres_notices_a_host_that_was_cut_off(app: Flask) -> None:
    # Asked for what was asked of it: at a Unix socket none of it is in force.
    asked = text("SELECT name, reset_val FROM pg_settings WHERE name LIKE 'tcp_%'")
    settings = {name: int(value) for name, value in db.session.execute(asked)}
    idle = settings["tcp_keepalives_interval"] * settings["tcp_keepalives_count"]
    assert 10 <= settings["tcp_keepalives_idle"] + idle <= 60
    assert 10_000 <= settings["tcp_user_timeout"] <= 60_000  # what was sent and is not answered


class OneConnection(TestingConfig):
    """A pool that is soon empty."""

    __test__ = False

    @property
    def SQLALCHEMY_ENGINE_OPTIONS(self) -> dict[str, object]:  # noqa: N802
        return {"pool_size": 1, "max_overflow": 0, "pool_timeout": 0.1}


@pytest.mark.parametrize(
    ("path", "name", "number"),
    [
        ("/check_status?job_id={key}", None, 1),
        ("/results/{key}", SHORT_READS, MOST_FOR_SHORT_READS),
    ],
)
def test_a_pool_without_a_connection_left(
    environ: dict[str, str], key: str, path: str, name: str | None, number: int
) -> None:
    settings = settings_from(environ)
    busy = create_app(
        OneConnection(DATABASE_URL=settings.DATABASE_URL, REDIS_URL=settings.REDIS_URL)
    )
    client = busy.test_client()
    address = path.format(key=key)
    assert client.get(address).status_code == 200
    with busy.app_context(), ExitStack() as taken:
        for _ in range(number):
            taken.enter_context(db.engines[name].connect())
        refused = client.get(address)
    assert refused.status_code == 503
    assert refused.get_json(force=True)["code"] == "database_unavailable"
    assert refused.headers["Retry-After"] == "5"
    assert client.get(address).status_code == 200


def broken_by(environ: dict[str, str], what: str) -> FlaskClient:
    """Asks an application that has a page on which the connection breaks."""
    broken = create_app(settings_from(environ))

    @broken.get("/breaks")
    def breaks() -> str:
        connection = db.session.connection()
        match what:
            case "the server ends it":
                connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
            case "it is closed":
                raw = connection.connection.dbapi_connection
                assert raw
                raw.close()
                connection.execute(text("SELECT 1"))
            case "the driver is confused":
                confused = psycopg2.InterfaceError("only protocol 3 supported")
                raise InterfaceError("SELECT 1", None, confused)
            case "a defect":
                connection.execute(text("SELECT nothing FROM nowhere"))
        raise AssertionError("it did not break")

    broken.config["PROPAGATE_EXCEPTIONS"] = False
    return broken.test_client()


@pytest.mark.parametrize(
    "what",
    ["the server ends it", "it is closed", "the driver is confused"],
)
def test_a_connection_that_breaks_in_use(environ: dict[str, str], key: str, what: str) -> None:
    client = broken_by(environ, what)
    for accept, mimetype in (
        ("text/html", "text/html"),
        ("application/json", "application/problem+json"),
    ):
        response = client.get("/breaks", headers={"Accept": accept})
        assert (response.status_code, response.mimetype) == (503, mimetype)
        assert response.headers["Retry-After"] == "5"
    assert client.get(f"/results/{key}").status_code == 200


def test_a_connection_that_breaks_when_the_answer_is_made(
    environ: dict[str, str], key: str
) -> None:
    web = create_app(settings_from(environ))
    broken: list[int] = []

    @web.get("/answers")
    def answer() -> str:
        broken.append(db.session.scalar(text("SELECT pg_backend_pid()")))
        return "made"

    @web.after_request
    def break_off(response: Response) -> Response:
        if broken:
            with db.engine.connect() as other:
                ended = text("SELECT pg_terminate_backend(:pid, 5000)")
                assert other.scalar(ended, {"pid": broken.pop()})
        return response

    assert web.test_client().get("/answers").text == "made"
    assert web.test_client().get(f"/counts/{key}").status_code == 200


def test_a_wrong_statement_is_still_a_defect(environ: dict[str, str], key: str) -> None:
    client = broken_by(environ, "a defect")
    response = client.get("/breaks")
    assert response.status_code == 500
    assert response.get_json(force=True)["code"] == "internal_server_error"
    assert client.get(f"/results/{key}").status_code == 200


def test_a_postgres_behind_a_cut_cable_is_noticed_soon(environ: dict[str, str], key: str) -> None:
    url = make_url(environ["DATABASE_URL"])
    with closing(Door(f"{url.query['host']}/.s.PGSQL.{url.query['port']}")) as door:
        over_tcp = f"postgresql://postgres@127.0.0.1:{door.port}/postgres"
        remote = create_app(settings_from({**environ, "DATABASE_URL": over_tcp}))
        with remote.app_context():
            assert Result.by_key(key)
            raw = db.session.connection().connection.dbapi_connection
            assert raw
            with closing(socket.socket(fileno=os.dup(raw.fileno()))) as sock:

                def option(name: int) -> int:
                    return sock.getsockopt(socket.IPPROTO_TCP, name)

                assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
                probes = option(socket.TCP_KEEPCNT) * option(socket.TCP_KEEPINTVL)
                assert option(socket.TCP_KEEPIDLE) + probes == 30  # seconds of silence
                assert option(socket.TCP_USER_TIMEOUT) == 30_000
            db.session.remove()
            db.engine.dispose()
