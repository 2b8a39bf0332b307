"""Every hostile site through the whole app: POST /start, a real worker, GET /results."""

import json
import random
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
import trustme
from flask import Flask
from werkzeug.test import TestResponse

from app import create_app
from config import settings_from
from models import Result, Status, db
from tests.hostile.case import FINISHED, Case
from tests.hostile.cases import CASES
from tests.hostile.scripts import HEAD, gzip_bomb, repeats
from tests.hostile.server import Script, Server, answer, sends
from tests.hostile.worker_program import AUTHORITY
from tests.hostile.world import ALLOWED, World
from tests.programs import Program, running
from tests.site import Site
from tests.support import empty_database, wait_for

TIMEOUT = 2.0
GRACE = 2.0
WORKERS = 2
#: How many pages each of them fetches at the same time.
CONCURRENCY = 8
#: What stands there when nobody works.
RESIDENT = {"worker": WORKERS, "stable": WORKERS, "horse": WORKERS}
#: What a process may have in memory: what is loaded, and of each page, as it comes and as it is
#: unpacked, no more than a few times what is allowed.
LIMIT = (100 + CONCURRENCY * 25) * 2**20


@dataclass(frozen=True)
class Outcome:
    """What the app says of a case: how it answers, and the row, if it has come to one."""

    status: int
    answer: Any
    row: Result | None


class Service:
    """The app as a client sees it."""

    def __init__(self, app: Flask, parent: Program) -> None:
        self._client = app.test_client()
        self._program = parent
        self._parent = psutil.Process(parent.process.pid)

    @property
    def log(self) -> str:
        """What the workers have written."""
        return self._program.log

    def processes(self) -> list[psutil.Process]:
        """All under the parent of the workers."""
        return self._parent.children(recursive=True)

    def submit(self, url: str) -> TestResponse:
        # In ASCII: not all that is submitted has other bytes.
        body = json.dumps({"url": url})
        return self._client.post("/start", data=body, content_type="application/json")

    def outcome(self, key: str) -> TestResponse:
        """What /results answers when it is no longer 202."""
        end = time.monotonic() + 120
        while time.monotonic() < end:
            found = self._client.get(f"/results/{key}")
            if found.status_code != 202:
                return found
            time.sleep(0.2)
        raise AssertionError(f"no outcome of {key}")

    def kinds(self) -> Counter[str]:
        """How many processes of each kind there are."""
        return Counter(map(_kind, self.processes()))


def _kind(process: psutil.Process) -> str:
    """The name without the number; the kernel cuts names off."""
    try:
        name = process.name()
    except psutil.NoSuchProcess:  # a horse that has ended
        return "gone"
    if name.startswith("worker "):
        return "stable" if "'s" in name else "worker"
    return name


@pytest.fixture(scope="module")
def service(
    _migrated_app: Flask, environ: dict[str, str], logs: Path, authority: trustme.CA
) -> Iterator[Service]:
    """An application and some workers, with an empty database and an empty Redis."""
    with ExitStack() as parts:
        settings = {
            **environ,
            "FETCH_TIMEOUT": str(TIMEOUT),
            "FETCH_ALLOWED_NETWORKS": ALLOWED,
            "JOB_CPU_SECONDS": "2",
            "JOB_MEMORY_BYTES": str(256 * 2**20),
            "RESULT_REUSE_SECONDS": "0",
            "WORKERS": str(WORKERS),
            "FETCH_CONCURRENCY": str(CONCURRENCY),
            AUTHORITY: parts.enter_context(authority.cert_pem.tempfile()),
        }
        with _migrated_app.app_context():
            empty_database()
            _migrated_app.extensions["redis"].flushall()
        workers = parts.enter_context(
            running(["tests.hostile.worker_program"], settings, logs / "hostile_workers.log")
        )
        wait_for("workers", lambda: workers.log.count("ready for counts") == WORKERS)
        yield Service(create_app(settings_from(settings)), workers)


@pytest.fixture(scope="module")
def world(authority: trustme.CA) -> Iterator[World]:
    """The sites of all cases."""
    with World(CASES, authority) as started:
        yield started


@pytest.fixture(scope="module")
def outcomes(_migrated_app: Flask, service: Service, world: World) -> Mapping[str, Outcome]:
    """What comes of all cases, submitted at once, by name."""
    mixed = random.Random(0).sample(CASES, len(CASES))  # so that workers wait while others compute
    submitted = {case.name: service.submit(world.url(case)) for case in mixed}
    final = {
        name: service.outcome(response.text) if response.status_code == 200 else response
        for name, response in submitted.items()
    }
    with _migrated_app.app_context():
        rows = {str(row.job_key): row for row in db.session.query(Result)}
        db.session.expunge_all()
    return {
        name: Outcome(answer.status_code, answer.get_json(), rows.get(submitted[name].text))
        for name, answer in final.items()
    }


def test_there_are_many_cases() -> None:
    assert len(CASES) >= 150
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_hostile_site(world: World, outcomes: Mapping[str, Outcome], case: Case) -> None:
    outcome = outcomes[case.name]
    assert not world.is_canary_touched(case)
    if case.connections is not None:
        assert world.connections(case) == case.connections
    if case.refused:
        assert (outcome.status, outcome.answer["code"]) == (400, case.code)
        assert outcome.row is None
    else:
        assert outcome.row
        assert outcome.row.attempt == 1
        if case.code == FINISHED:
            _check_page(case, outcome, outcome.row)
        else:
            _check_failure(case, outcome, outcome.row)


def _check_page(case: Case, outcome: Outcome, row: Result) -> None:
    assert (outcome.status, row.status) == (200, Status.FINISHED), outcome.answer
    if case.body is not None:
        assert row.bytes == len(case.body)
    if case.words is not None:
        assert row.total_words == case.words


def _check_failure(case: Case, outcome: Outcome, row: Result) -> None:
    problem = outcome.answer
    assert (outcome.status, row.status) == (422, Status.FAILED), problem
    assert problem["code"] == row.error_code == case.code, problem
    assert problem["detail"] == row.error_detail == (case.detail or row.error_detail)
    assert problem.get("http_status") == row.http_status == case.http_status
    if case.code == case.fetched_code:
        assert row.started_at
        assert row.finished_at
        assert (row.finished_at - row.started_at).total_seconds() < TIMEOUT + GRACE


@pytest.mark.usefixtures("outcomes")
def test_afterwards_all_is_as_before(service: Service, site: Site) -> None:
    seen: list[object] = []

    def are_resident() -> bool:
        seen[:] = [service.kinds()]
        return seen == [RESIDENT]

    try:
        wait_for("end of all others", are_resident)
    except AssertionError as late:
        raise AssertionError(f"{late}: {seen}") from None
    assert "ended (" not in service.log
    assert "nobody foresaw this" not in service.log
    url = site.serve("/", "<p>All is well, all is well")
    keys = [service.submit(url).text for _ in range(3 * WORKERS)]
    for key in keys:
        assert service.outcome(key).get_json() == []  # all of these are stop words


@pytest.mark.usefixtures("outcomes")
@pytest.mark.parametrize(
    "site_does",
    [
        pytest.param(sends(answer(gzip_bomb(1024), content_encoding="gzip")), id="a bomb of 1 GiB"),
        pytest.param(repeats(b"x" * 65536, after=HEAD + b"\r\n"), id="a body without end"),
    ],
)
def test_the_memory_of_a_worker(service: Service, site_does: Script) -> None:
    processes = service.processes()
    for process in processes:
        Path(f"/proc/{process.pid}/clear_refs").write_text("5")  # how much it was until now
    with Server(site_does) as server:
        keys = [service.submit(server.origin).text for _ in range(CONCURRENCY)]
        for key in keys:
            assert service.outcome(key).get_json()["code"] == "too_large"
    assert service.processes() == processes  # nothing was read, so no horse was replaced
    assert 0 < max(_peak(process.pid) for process in processes) < LIMIT


def _peak(pid: int) -> int:
    """The most memory that a process ever had, in bytes; 0 if it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    lines = dict(line.split(":", 1) for line in status.splitlines())
    return int(lines.get("VmHWM", "0 kB").split()[0]) * 1024
