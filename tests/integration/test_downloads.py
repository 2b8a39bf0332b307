"""Files to take along: many at once, slow readers, pages with very many words."""

import csv
import io
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

import submissions
from models import Result, db
from storage.lists import PageList
from tests.counts import counted
from tests.streams import own_web
from tests.support import wait_for
from views import turns
from views.files import MAX_DOWNLOADS
from views.sizes import LARGE, MOST_RANKED_WORDS
from views.turns import TURNS

#: Words of which a file is larger than what the kernel takes for a client that does not read.
LONG_WORDS = {f"{number:06}{'w' * 3000}": 1 for number in range(6000)}
WORDS = {"garden": 6, "Garden": 2, "Roses": 3, "été": 2}
STOP_WORDS = {"the": 15, "The": 1}


@contextmanager
def slow_reader(web: str, path: str, until: bytes) -> Iterator[socket.socket]:
    """A client that reads until something comes, and then no more."""
    address = urlsplit(web)
    with socket.socket() as client:
        client.settimeout(30)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect((address.hostname, address.port))
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: {address.netloc}\r\n\r\n".encode())
        seen = b""
        while until not in seen:
            received = client.recv(1024)
            assert received, seen[-500:]
            seen += received
        yield client


def list_of(*job_keys: str) -> str:
    """The key of a list of these counts."""
    key = submissions.submit_list("\n".join(f"example.com/{n}" for n, _ in enumerate(job_keys)))
    for number, job_key in enumerate(job_keys, start=1):
        db.session.execute(
            text("""
                UPDATE list_lines SET result_id = (SELECT id FROM results WHERE job_key = :key)
                WHERE number = :number
                AND list_id = (SELECT id FROM lists WHERE list_key = :list)"""),
            {"key": job_key, "number": number, "list": key},
        )
    db.session.commit()
    return key


def in_transaction() -> int:
    """How many connections to the database hold a transaction without a word."""
    db.session.rollback()
    count = db.session.scalar(
        text("SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'")
    )
    db.session.rollback()
    return int(count or 0)


def rows_of(response: TestResponse) -> list[dict[str, str]]:
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(response.data.decode("utf-8-sig"))))


def refusal(response: TestResponse) -> tuple[int, str]:
    document = response.get_json(force=True)
    return response.status_code, document["code"]


def ask(client: FlaskClient, path: str) -> TestResponse:
    return client.get(path, headers={"Accept": "application/json"})


def test_slow_readers_keep_neither_transactions_nor_all_threads(
    app: Flask, environ: dict[str, str], logs: Path
) -> None:
    key = counted(LONG_WORDS)
    files = [f"/counts/{key}.csv", f"/counts/{key}.json", f"/lists/{list_of(key, key)}.csv"]
    paths = [files[number % len(files)] for number in range(MAX_DOWNLOADS)]
    with own_web(environ, logs / "downloads.log") as (program, web), ExitStack() as clients:
        readers = [clients.enter_context(slow_reader(web, path, b"www")) for path in paths]
        assert in_transaction() == 0
        refused = requests.get(web + files[0], headers={"Accept": "*/*"}, timeout=15)
        assert (refused.status_code, refused.json()["code"]) == (503, "too_many_downloads")
        assert refused.headers["Retry-After"] == "10"
        for _ in range(20):
            assert requests.get(f"{web}/about", timeout=15).status_code == 200
        readers[0].close()
        wait_for("free place", lambda: requests.head(web + files[0], timeout=15).ok)
        assert "Traceback" not in program.log


def test_places_are_given_back_whatever_is_asked_for(
    app: Flask, environ: dict[str, str], logs: Path
) -> None:
    key = counted(WORDS)
    with own_web(environ, logs / "places.log") as (program, web):
        for method, path, status in (
            ("HEAD", f"/counts/{key}.csv", 200),
            ("HEAD", f"/counts/{key}.json", 200),
            ("HEAD", f"/lists/{list_of(key)}.csv", 200),
            ("GET", f"/lists/{list_of(key)}/pages.csv", 200),
            ("GET", "/counts/x.csv", 404),
            ("GET", "/lists/x.csv", 404),
            ("GET", f"/counts/{key}.json?case=no", 400),
            ("GET", f"/counts/{key}.csv", 200),
        ):
            for _ in range(MAX_DOWNLOADS + 1):
                # The thread that gives it back may be a moment behind its client.
                wait_for(
                    f"{method} {path}",
                    lambda ask=(method, web + path), status=status: (  # type: ignore[misc]
                        requests.request(*ask, timeout=15).status_code == status
                    ),
                )
        assert "Traceback" not in program.log


@pytest.mark.parametrize("ending", ["csv", "json"])
def test_a_file_travels_compressed(client: FlaskClient, ending: str) -> None:
    key = counted({f"word{number}": 1 for number in range(5000)})
    plain = client.get(f"/counts/{key}.{ending}")
    small = client.get(f"/counts/{key}.{ending}", headers={"Accept-Encoding": "br"})
    assert small.headers["Content-Encoding"] == "br"
    assert len(small.data) < len(plain.data) / 2


def test_json_of_a_count(client: FlaskClient) -> None:
    document = client.get(f"/counts/{counted(WORDS, STOP_WORDS, title='“A” ]}')}.json").json
    assert document
    assert document["title"] == "“A” ]}"
    assert document["words"][:2] == [
        {
            "word": "the",
            "count": 16,
            "share": 0.551724,
            "stop_word": True,
            "forms": [["the", 15], ["The", 1]],
        },
        {
            "word": "garden",
            "count": 8,
            "share": 0.275862,
            "stop_word": False,
            "forms": [["garden", 6], ["Garden", 2]],
        },
    ]
    assert len(document["words"]) == 4
    none = client.get(f"/counts/{counted({})}.json").json
    assert none
    assert none["words"] == []


#: As they are written, most frequent first.
AS_WRITTEN = [
    ("the", "15", "yes"),
    ("garden", "6", "no"),
    ("Roses", "3", "no"),
    ("Garden", "2", "no"),
    ("été", "2", "no"),
    ("The", "1", "yes"),
]


def too_many() -> str:
    return counted(WORDS, STOP_WORDS, distinct_words=MOST_RANKED_WORDS + 1)


@pytest.mark.parametrize(
    "make", [too_many, lambda: counted(WORDS, STOP_WORDS)], ids=["many", "few"]
)
def test_words_as_they_are_written_can_be_had_of_any_page(
    client: FlaskClient, make: Callable[[], str]
) -> None:
    key = make()
    rows = rows_of(client.get(f"/counts/{key}.csv?case=keep"))
    assert [(row["word"], row["count"], row["stop_word"]) for row in rows] == AS_WRITTEN
    document = client.get(f"/counts/{key}.json?case=keep").json
    assert document
    assert [word["word"] for word in document["words"]] == [word for word, _, _ in AS_WRITTEN]
    lines = rows_of(client.get(f"/lists/{list_of(key)}.csv?case=keep"))
    assert [row["word"] for row in lines] == [word for word, _, _ in AS_WRITTEN]


@pytest.mark.parametrize("how", ["", "?case=fold", "?forms=together", "?forms=together&case=keep"])
def test_too_many_words_to_be_ranked_in_any_other_way(client: FlaskClient, how: str) -> None:
    key = too_many()
    for ending in ("csv", "json"):
        response = ask(client, f"/counts/{key}.{ending}{how}")
        assert refusal(response) == (400, "too_many_words")
        assert "ask for case=keep" in response.text
    (row,) = rows_of(client.get(f"/lists/{list_of(key)}.csv{how}"))
    assert row["word"] == ""
    assert "ask for case=keep" in row["message"]


def test_files_of_large_counts_take_turns(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "PATIENCE", 0.0)
    monkeypatch.setattr(turns, "PATIENCE_OF_LISTS", 0.0)
    small, large = counted(WORDS), counted(WORDS, distinct_words=LARGE + 1)
    both = list_of(small, large)
    with TURNS.taken(0):
        for ending in ("csv", "json"):
            response = ask(client, f"/counts/{large}.{ending}")
            assert refusal(response) == (503, "busy")
            assert response.headers["Retry-After"] == "5"
            assert client.get(f"/counts/{small}.{ending}").status_code == 200
        rows = rows_of(client.get(f"/lists/{both}.csv"))
        assert [row["number"] for row in rows] == ["1", "1", "1", "2"]
        assert "try again in a moment" in rows[-1]["message"]
    assert len(rows_of(client.get(f"/counts/{large}.csv"))) == 3
    assert len(rows_of(client.get(f"/lists/{both}.csv"))) == 6


def test_a_list_whose_counts_are_removed_while_it_is_read(client: FlaskClient) -> None:
    key = list_of(counted(WORDS), counted(WORDS))
    with client.get(f"/lists/{key}.csv") as response:
        blocks = response.iter_encoded()
        assert next(blocks).startswith(b"\xef\xbb\xbfnumber,")
        db.session.query(Result).delete()
        db.session.commit()
        rest = b"".join(blocks).decode().splitlines()
    assert [line.split(",")[0] for line in rest] == ["1", "2"]
    found = PageList.by_key(key)
    assert found
    assert {row.state for row in found.rows()} == {"removed"}
