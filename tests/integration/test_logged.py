"""What a real web and a real worker write in production, while all kinds of things go wrong: a JSON
object in each line, with the key of its count, and never a secret; and what they send to Sentry.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import brotli
import pytest
import requests
from redis import Redis

from dev.services import local_postgres, local_redis
from tests.forked import run
from tests.programs import Program, own_server, running
from tests.receiver import Receiver
from tests.site import Site
from tests.support import PROJECT, free_port, wait_for

#: Each would be found wherever it was written.
DATABASE_PASSWORD = "opens-the-database"
REDIS_PASSWORD = "opens-redis"
ADMIN_PASSWORD = "opens-the-dashboard"
SENTRY_KEY = "0123opens4567sentry"
SECRETS = {
    "SECRET_KEY": "signs-the-cookies",
    "WEBHOOK_SECRET": "signs-the-callbacks",
    "ADMIN_PASSWORD": ADMIN_PASSWORD,
}
CALLBACK_SECRET = "a-secret-of-one-callback"
TYPED = "typed-before-a-host"
TOKEN = "token-of-a-program"
COOKIE = "cookie-of-a-visitor"
PRIVATE = "private-part-of-an-address"
NEVER = [
    *(DATABASE_PASSWORD, REDIS_PASSWORD, SENTRY_KEY, *SECRETS.values()),
    *(CALLBACK_SECRET, TYPED, TOKEN, COOKIE, PRIVATE),
]
KEY = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
#: A title that would end its line, and begin one of its own; Chinese, to be seen as it is escaped.
FORGED = 'A title\r\n{"level":"critical","event":"forged"}\x1b[31m 好'

BROKEN_WEB = """
import os
from app import create_app as create_good_app

def create_app():
    app = create_good_app()
    app.config["PROPAGATE_EXCEPTIONS"] = False  # as in production
    inside = app.wsgi_app

    def wsgi_app(environ, start_response):
        if environ["PATH_INFO"] == "/outside":
            raise RuntimeError("a fault of what stands around the application")
        return inside(environ, start_response)

    app.wsgi_app = wsgi_app

    @app.get("/broken/<job_key>")
    def broken(job_key):
        here = os.environ["DATABASE_URL"]
        raise RuntimeError(f"a defect at {here}")

    return app
"""
BROKEN_WORKER = """
import os
import worker
from workers import pipeline

fetch, read = pipeline.fetch_page, pipeline.read_page

def broken_fetch(url, *arguments):
    if "/broken-thread" in url:
        raise RuntimeError(f"a defect of a thread at {os.environ['REDIS_URL']}")
    return fetch(url, *arguments)

def broken_read(body, content_type):
    if b"break the horse" in body:
        raise RuntimeError("a defect of a horse: " + os.environ["SECRET_KEY"])
    return read(body, content_type)

pipeline.fetch_page, pipeline.read_page = broken_fetch, broken_read
worker.main()
"""


@dataclass
class Seen:
    """What was written and sent, in all.

    :ivar sent: the events that have come to Sentry.
    :ivar keys: of the counts, by what happened to them.
    """

    web: str
    worker: str
    sent: list[dict[str, Any]]
    envelopes: str
    keys: dict[str, str]

    @property
    def events(self) -> list[dict[str, Any]]:
        """Each line, read."""
        return [json.loads(line) for line in (self.web + self.worker).splitlines()]


def with_password(url: str, password: str, before: str) -> str:
    """The URL of a server that asks for a password."""
    return url.replace(before, f"{before[:-1]}:{password}@", 1)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory, logs: Path) -> Iterator[Seen]:
    """A web and a worker with a Postgres and a Redis of their own, through whatever may happen."""
    folder = tmp_path_factory.mktemp("lg")
    (folder / "broken_web.py").write_text(BROKEN_WEB)
    (folder / "broken_worker.py").write_text(BROKEN_WORKER)
    sentry, site, receiver = Receiver(), Site(), Receiver()
    with (
        own_server(local_postgres, folder / "p") as postgres,
        local_redis(folder / "r") as redis_url,
        Redis.from_url(redis_url) as redis,
    ):
        redis.config_set("requirepass", REDIS_PASSWORD)
        sentry_url = sentry.origin.replace("://", f"://{SENTRY_KEY}@") + "/1"
        environ = {
            "APP_SETTINGS": "config.TestingConfig",
            "LOG_FORMAT": "json",
            "DATABASE_URL": with_password(postgres.url, DATABASE_PASSWORD, "postgres@"),
            "REDIS_URL": redis_url.replace("unix://", f"unix://:{REDIS_PASSWORD}@"),
            "SENTRY_DSN": sentry_url,
            "WEB_CONCURRENCY": "1",
            "PORT": (port := str(free_port())),
            "PYTHONPATH": f"{PROJECT}:{folder}",
            "HOST_RATE_LIMIT": "none",
            **SECRETS,
        }
        released = run(["manage", "db", "upgrade"], environ, folder)
        assert released.returncode == 0
        with (
            running(["gunicorn", "broken_web:create_app()"], environ, logs / "lw.log") as web,
            running(["broken_worker"], environ, logs / "lj.log") as worker,
        ):
            web.wait_for_line("Booting worker")
            worker.wait_for_line("ready for counts")
            keys = happen(f"http://127.0.0.1:{port}", site, receiver, worker)
            wait_for("two envelopes", lambda: len(sentry.heard) >= 3)
            redis.config_set("requirepass", "another")
            redis.client_kill_filter(_type="normal", skipme=True)
            requests.post(f"http://127.0.0.1:{port}/start", json={"url": site.address + "/last"})
            worker.wait_for_line("invalid username-password")
            postgres.go()
            assert (
                requests.get(f"http://127.0.0.1:{port}/results/{keys['good']}").status_code == 503
            )
            worker.wait_for_line("cannot look for")
            postgres.come()
        texts = [brotli.decompress(one.body).decode() for one in sentry.heard]
        lines = [json.loads(line) for text in texts for line in text.splitlines()]
        yield Seen(
            released.stdout + released.stderr + web.log,
            worker.log,
            [line for line in lines if "level" in line],
            "".join(texts),
            keys,
        )
    for one in (sentry, site, receiver):
        one.close()


def happen(web: str, site: Site, receiver: Receiver, worker: Program) -> dict[str, str]:
    """All that may happen while the servers are there; the keys of the counts."""
    headers = {"Authorization": f"Bearer {TOKEN}", "Cookie": f"session={COOKIE}"}

    def start(path: str, page: str, **more: str) -> str:
        asked = {"url": site.serve(f"{path}?{PRIVATE}", page), **more}
        answer = requests.post(f"{web}/start", json=asked, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.text

    told = {"callback_url": f"{receiver.origin}/{PRIVATE}", "callback_secret": CALLBACK_SECRET}
    keys = {
        "good": start("/good", f"<title>{FORGED}</title><p>Hello", **told),
        "thread": start("/broken-thread", "<p>Hello"),
        "horse": start("/horse", "<p>break the horse"),
    }
    worker.wait_for_line("delivered, 204")
    for key in (keys["thread"], keys["horse"]):
        worker.wait_for_line(f"{key} will be tried again")
    requests.get(f"{web}/results/{keys['good']}?{PRIVATE}", headers=headers)
    assert (
        requests.get(f"{web}/broken/{keys['good']}?{PRIVATE}", headers=headers).status_code == 500
    )
    requests.get(f"{web}/outside?{PRIVATE}", headers=headers)
    requests.post(f"{web}/start", json={"url": f"http://me:{TYPED}@127.0.0.1/"}, headers=headers)
    for password in (ADMIN_PASSWORD, f"{ADMIN_PASSWORD}?"):
        requests.get(f"{web}/admin/rq/", auth=("admin", password))
    requests.get(f"{web}/%0A{{%22level%22:%22forged%22}}%1B[31m")
    return keys


def test_each_line_is_an_object_with_its_fields(seen: Seen) -> None:
    for event in seen.events:
        assert {"time", "level", "logger", "event", "process", "pid"} <= event.keys()
    assert not {event["level"] for event in seen.events} - {"info", "warning", "error", "critical"}


def test_each_line_about_a_count_has_its_key(seen: Seen) -> None:
    named = 0
    for event in seen.events:
        for key in KEY.findall(json.dumps(event)):
            if key in seen.keys.values():
                assert event["job_key"] == key
                named += 1
    assert named > 10
    of_good = [event for event in seen.events if event.get("job_key") == seen.keys["good"]]
    said = {(event["logger"], event["event"].partition(" ")[2]) for event in of_good}
    assert ("submissions", "is accepted") in said
    assert {"jobs", "callbacks.courier", "gunicorn.access"} <= {logger for logger, _ in said}


def test_the_outcome_has_its_figures(seen: Seen) -> None:
    (done,) = [event for event in seen.events if event.get("outcome") == "finished"]
    assert done["job_key"] == seen.keys["good"]
    assert done["words"] == 1
    assert 0 < done["fetch_seconds"] < done["seconds"]
    assert 0 < done["count_seconds"] < done["seconds"]


def test_a_request_is_a_line_without_what_is_private(seen: Seen) -> None:
    asked = [event for event in seen.events if event["logger"] == "gunicorn.access"]
    (broken,) = [event for event in asked if event["path"].startswith("/broken/")]
    assert (broken["method"], broken["status"], broken["client"]) == ("GET", 500, "127.0.0.1")
    assert broken["job_key"] == seen.keys["good"]
    assert broken["bytes"] > 100
    # A thread that has answered about a count goes on to requests about none.
    assert all("job_key" not in event for event in asked if "admin" in event["path"])


def test_tracebacks_stand_in_their_lines(seen: Seen) -> None:
    traced = {
        event["job_key"]: (event["process"], event["exception"])
        for event in seen.events
        if "a defect" in event.get("exception", "")
    }
    assert set(traced) == {*seen.keys.values()}
    process, trace = traced[seen.keys["horse"]]
    assert process == "horse"
    assert "in broken_read" in trace


def test_nothing_secret_is_written(seen: Seen) -> None:
    for secret in NEVER:
        assert secret not in seen.web
        assert secret not in seen.worker
    assert "***" in seen.web
    assert "***" in seen.worker


def test_nobody_forges_a_line_or_moves_the_cursor(seen: Seen) -> None:
    for line in (seen.web + seen.worker).splitlines():
        assert line.isascii()
        assert line.isprintable()
        assert json.loads(line)["event"] != "forged"


def test_sentry_hears_of_what_nobody_foresaw(seen: Seen) -> None:
    heard = {
        (event["tags"]["process"], event["tags"]["job_key"]): event
        for event in seen.sent
        if "a defect" in json.dumps(event)
    }
    assert {*heard} == {
        ("web 1", seen.keys["good"]),
        ("worker 1", seen.keys["thread"]),
        ("horse", seen.keys["horse"]),
    }
    for event in heard.values():
        assert event["environment"] == "testing"
        assert event["release"].startswith("wordcount@")
        (error,) = event["exception"]["values"]
        assert error["type"] == "RuntimeError"
        assert error["stacktrace"]["frames"]
        assert not {"request", "user", "breadcrumbs", "extra"} & event.keys()


def test_sentry_hears_nothing_secret(seen: Seen) -> None:
    for secret in set(NEVER) - {SENTRY_KEY}:  # it is what opens it
        assert secret not in seen.envelopes
    for event in seen.sent:
        assert SENTRY_KEY not in json.dumps(event)


def test_what_has_no_settings_says_so_in_a_sentence(tmp_path: Path) -> None:
    wrong = {"DATABASE_URL": "postgresql://h/n", "SENTRY_DSN": f"https://{SENTRY_KEY}@"}
    ended = run(["worker"], wrong, tmp_path)
    assert ended.returncode == 1
    (line,) = ended.stderr.splitlines()
    assert line.startswith("The worker cannot start: SENTRY_DSN is not an address of Sentry.")
    assert SENTRY_KEY not in line


def test_commands_say_what_came_of_them_in_a_line(environ: dict[str, str], tmp_path: Path) -> None:
    ended = run(["manage", "purge"], {**environ, "LOG_FORMAT": "json"}, tmp_path)
    (line,) = ended.stderr.splitlines()
    assert json.loads(line)["event"].startswith("Results are kept for ever")
    gone = {**environ, "LOG_FORMAT": "json", "RESULT_RETENTION_DAYS": "1"}
    gone["DATABASE_URL"] = f"postgresql://me:{DATABASE_PASSWORD}@127.0.0.1:{free_port()}/none"
    ended = run(["manage", "purge"], gone, tmp_path)
    assert ended.returncode == 1
    assert json.loads(ended.stderr)["level"] == "critical"
    assert DATABASE_PASSWORD not in ended.stderr
