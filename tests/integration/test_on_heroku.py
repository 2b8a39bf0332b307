"""Web and worker start, count and stop with no more than Heroku sets, as its dynos do it."""

import signal
import ssl
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
import requests
import trustme
from flask import Flask
from redis import Redis

import jobs
from tests.counts import stored, wait_for_end
from tests.programs import Program, running
from tests.site import Site
from tests.support import free_port, wait_for
from tests.tls_door import tls_door

#: After so many seconds Heroku kills what was told to stop.
KILLED_AFTER = 30
VISITOR = b"203.0.113.7"


@pytest.fixture(scope="module")
def dyno(environ: dict[str, str]) -> Iterator[dict[str, str]]:
    """What Heroku sets, and nothing else, but for the networks: the site of a test is on loopback.

    The certificate of its Redis is for another name, and by an authority that nobody knows.
    """
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("redis.invalid").configure_cert(tls)
    with tls_door(urlsplit(environ["REDIS_URL"]).path, tls) as port:
        yield {
            "DYNO": "web.1",
            "DATABASE_URL": environ["DATABASE_URL"].replace("postgresql://", "postgres://", 1),
            "REDIS_URL": f"rediss://:secret@127.0.0.1:{port}",
            "PORT": str(free_port()),
            "WEB_CONCURRENCY": "2",
            "SECRET_KEY": "made by Heroku, as app.json asks",
            "FETCH_ALLOWED_NETWORKS": "127.0.0.0/8",
        }


def signal_all(programs: list[Program]) -> None:
    """Tell every process of these to stop, in the order in which they come, as Heroku does."""
    for program in programs:
        parent = psutil.Process(program.process.pid)
        for process in [parent, *parent.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess):  # its parent was quicker
                process.send_signal(signal.SIGTERM)


def test_it_counts_and_stops_in_time(
    app: Flask, dyno: dict[str, str], site: Site, logs: Path
) -> None:
    address = f"http://127.0.0.1:{dyno['PORT']}"
    # As its router says it of a visitor.
    of_router = {"X-Forwarded-For": VISITOR.decode(), "X-Forwarded-Proto": "https"}
    with (
        running(["gunicorn", "app:create_app()"], dyno, logs / "dyno_web.log") as web,
        running(["worker"], {**dyno, "DYNO": "worker.1"}, logs / "dyno_worker.log") as worker,
    ):
        web.wait_for_line("Listening at: http://0.0.0.0:")
        worker.wait_for_line("ready for counts")

        def start(path: str, **how: object) -> str:
            page = {"url": site.serve(path, "<p>Counted on a dyno", **how)}
            answer = requests.post(f"{address}/start", json=page, headers=of_router, timeout=20)
            assert answer.status_code == 200, answer.text
            return answer.text

        done = start("/quick")
        assert wait_for_end(done).total_words == 4
        # The allowances of clients are there, too, and of the visitor, not of the router.
        redis: Redis = app.extensions["redis"]
        assert any(VISITOR in key for key in redis.scan_iter())
        slow = start("/slow", held=True)
        wait_for("request for the page", lambda: "/slow" in site.asked)
        followed = requests.get(
            f"{address}/counts/{slow}/events", headers=of_router, timeout=20, stream=True
        )
        assert followed.status_code == 200
        begun = time.monotonic()
        signal_all([web, worker])
        statuses = [program.process.wait(timeout=KILLED_AFTER) for program in (web, worker)]
        assert statuses == [0, 0]
        assert time.monotonic() - begun < KILLED_AFTER
        followed.close()
        assert (stored(slow).status, stored(slow).crashes) == ("queued", 0)
        assert jobs.queue().get_job_ids() == [slow]
        for log in (web.log, worker.log):
            assert "Traceback" not in log
            assert "TRUSTED_PROXIES is 0" not in log
