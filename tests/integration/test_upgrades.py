"""Releases come and go with the data in place: results of every schema stay readable, up and down.

docs/OPERATING.md says what each step back loses; here that is so, and no more.
"""

import json
import uuid
from typing import Any

import flask_migrate
import pytest
from alembic.script import ScriptDirectory
from flask.testing import FlaskClient
from sqlalchemy import Connection, text

from models import db
from storage import schema
from tests.support import PROJECT

MIGRATIONS = str(PROJECT / "migrations")
WORDS = {"Rose": 3, "rose": 1, "the": 5}
_TOPS = {
    "all/folded": [["the", 5], ["Rose", 4]],
    "all/as_written": [["the", 5], ["Rose", 3], ["rose", 1]],
    "no_stop_words/folded": [["Rose", 4]],
    "no_stop_words/as_written": [["Rose", 3], ["rose", 1]],
}
#: A finished count in the words of the first release; and what later ones store with it.
FINISHED: dict[str, Any] = {
    "status": "finished",
    "attempt": 1,
    "final_url": "http://roses.example/",
    "http_status": 200,
    "content_type": "text/html",
    "charset": "utf-8",
    "language": "en",
    "title": "The rose",
    "bytes": 1000,
    "total_words": 9,
    "distinct_words": 2,
    "rule_version": 1,
    "tops": json.dumps(_TOPS),
    "result_all": json.dumps(WORDS),
    "result_no_stop_words": json.dumps({"Rose": 3, "rose": 1}),
    "text": "The rose",
}
LATER: dict[str, dict[str, Any]] = {
    "0002": {"crashes": 1},
    "0003": {
        "owner": "a visitor",
        "doubts": "[]",
        "sizes": json.dumps({name: [len(rows), 9] for name, rows in _TOPS.items()}),
    },
    "0004": {"main_words": 0, "reading_ease": "{}", "alt_texts": "A rose"},
}

pytestmark = pytest.mark.usefixtures("app")


def revisions() -> list[str]:
    """The first one first."""
    return sorted(one.revision for one in ScriptDirectory(MIGRATIONS).walk_revisions())


def store(connection: Connection, **columns: Any) -> str:
    key = str(uuid.uuid4())
    values = {"job_key": key, "url": "http://roses.example/", **columns}
    if values["status"] in {"finished", "failed"}:
        values["finished_at"] = "2026-01-01 12:00:00+00"
    names = ", ".join(values)
    marks = ", ".join(f":{name}" for name in values)
    connection.execute(text(f"INSERT INTO results ({names}) VALUES ({marks})"), values)
    return key


def store_all(revision: str) -> dict[str, str]:
    """What a release stores: a count of each state, and what belongs to them."""
    columns = dict(FINISHED)
    for since, more in LATER.items():
        columns |= more if since <= revision else {}
    with db.engine.begin() as connection:
        keys = {
            "finished": store(connection, **columns),
            "failed": store(
                connection, status="failed", attempt=1, error_code="timeout", error_detail="Slow."
            ),
            "queued": store(connection, status="queued", attempt=0),
        }
        of = {"key": keys["finished"], "new": str(uuid.uuid4())}
        if revision >= "0003":
            connection.execute(text("INSERT INTO lists (list_key) VALUES (:new)"), of)
            connection.execute(
                text(
                    "INSERT INTO list_lines (list_id, number, typed, result_id)"
                    " SELECT max(lists.id), 1, 'roses.example', max(results.id)"
                    " FROM lists, results WHERE job_key = :key"
                ),
                of,
            )
        if revision >= "0005":
            connection.execute(
                text(
                    "INSERT INTO callbacks (result_id, delivery_id, url, host, state, secret)"
                    " SELECT id, :new, 'http://r.example/', 'r.example', 'waiting', 'a secret'"
                    " FROM results WHERE job_key = :key"
                ),
                of,
            )
    return keys


def go_to(revision: str) -> None:
    db.session.remove()
    if schema.seen() < revision:
        flask_migrate.upgrade(MIGRATIONS, revision=revision)
    else:
        flask_migrate.downgrade(MIGRATIONS, revision=revision)


def stored_since_the_beginning() -> list[tuple[Any, ...]]:
    """Of every count, what every schema has room for."""
    names = ", ".join(["job_key", "url", "error_code", "finished_at", *FINISHED])
    with db.engine.connect() as connection:
        return [
            tuple(row)
            for row in connection.execute(
                text(f"SELECT {names.replace('tops', 'tops::text')} FROM results ORDER BY id")
            )
        ]


def answers(client: FlaskClient, keys: list[dict[str, str]]) -> list[tuple[int, Any]]:
    """What the web of this release says of all counts, but for what moves."""
    found = []
    for of_one in keys:
        for state in ("finished", "failed", "queued"):
            answer = client.get(f"/results/{of_one[state]}")
            told = answer.json
            if isinstance(told, dict):
                told = {name: told.get(name) for name in ("status", "code", "detail", "url")}
            found.append((answer.status_code, told))
    return found


def test_results_of_every_schema_are_readable_up_and_down(client: FlaskClient) -> None:
    db.session.remove()
    flask_migrate.downgrade(MIGRATIONS, revision="base")
    keys = []
    try:
        for revision in revisions():
            go_to(revision)
            before = stored_since_the_beginning()
            keys.append(store_all(revision))
            assert stored_since_the_beginning()[: len(before)] == before
        readable = answers(client, keys)
        assert readable[::3] == [(200, [["Rose", 4]])] * len(revisions())
        assert {status for status, _ in readable} == {200, 202, 422}
        stored = stored_since_the_beginning()
        for revision in reversed(revisions()[:-1]):
            go_to(revision)
            assert stored_since_the_beginning() == stored
            go_to(schema.needed())
            assert answers(client, keys) == readable
    finally:
        go_to(schema.needed())


#: The tables and columns that are gone after a step back to this revision, and come again empty.
LOST = {
    "0005": set(),
    "0004": {"callbacks", "submitted_once"},
    "0003": {
        "results.main_words",
        "results.reading_ease",
        "results.text_index",
        "results.alt_texts",
    },
    "0002": {
        "lists",
        "list_lines",
        "results.moved_at",
        "results.owner",
        "results.pasted",
        "results.doubts",
        "results.sizes",
    },
    "0001": {"results.crashes", "results.due_at", "results.step"},
}


def places() -> set[str]:
    """The tables, and the columns of the table of counts."""
    with db.engine.connect() as connection:
        tables = connection.scalars(
            text("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        )
        columns = connection.scalars(
            text("SELECT column_name FROM information_schema.columns WHERE table_name = 'results'")
        )
        return {*tables, *(f"results.{name}" for name in columns)}


def test_what_each_step_back_loses_is_what_the_document_says() -> None:
    document = (PROJECT / "docs" / "OPERATING.md").read_text()
    try:
        for revision in reversed(revisions()[:-1]):
            before = places()
            go_to(revision)
            assert before - places() == LOST[revision]
            (row,) = (
                line for line in document.splitlines() if line.startswith(f"| `{revision}` |")
            )
            for place in LOST[revision]:
                assert f"`{place.removeprefix('results.')}`" in row, revision
    finally:
        go_to(schema.needed())
