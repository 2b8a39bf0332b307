"""client.py, against a real web and worker, and against servers that do as they like."""

import json
import subprocess
import sys
import uuid
from collections.abc import Callable
from typing import Any

import pytest
import requests
from sqlalchemy import func, select

import client as module
from client import Wordcount, WordcountError
from models import Result, db
from tests.hostile.server import Script, Server, Visit, answer
from tests.site import Site
from tests.support import NOBODYS_KEY, PROJECT, free_port, wait_for
from wordcount.version import VERSION

KEY = str(NOBODYS_KEY)
real = pytest.mark.usefixtures("app", "worker")


def answers(*data: bytes) -> Script:
    """A script that sends the first to the first connection, and so on; the last to all others."""

    def run(visit: Visit) -> None:
        read_body(visit)
        visit.send(data[min(visit.number, len(data)) - 1])

    return run


def read_body(visit: Visit) -> bytes:
    """The body of a request, which may come after its head."""
    head, _, body = visit.request.partition(b"\r\n\r\n")
    fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
    if not body and fields.get(b"content-length", b"0") != b"0":
        body = visit._sock.recv(65536)
    return body


def told(document: object, status: str = "200 OK", **headers: str) -> bytes:
    """An answer in JSON."""
    fields = {"content_type": "application/json", "connection": "close", **headers}
    return answer(json.dumps(document).encode(), status, **fields)


def problem(status: str, code: str, **headers: str) -> bytes:
    return told({"code": code, "detail": "A sentence."}, status, **headers)


def error_of(ask: Callable[[], object]) -> WordcountError:
    with pytest.raises(WordcountError) as caught:
        ask()
    return caught.value


# -- a real server


@real
def test_words_of_a_page(web: str) -> None:
    assert Wordcount(web).count(f"{web}/static/sample.html", 2) == [("garden", 6), ("keeper", 5)]


@real
def test_each_step_by_itself(web: str, site: Site) -> None:
    server = Wordcount(f"{web}/")
    page = "<html lang=en><title>Trees</title><p>The oak, the Oak, an elm and oaks"
    key = server.start(site.serve("/trees", page))
    server.wait(key)
    assert server.standing(key) == {"status": "finished"}
    assert server.words(key, "all") == [("oak", 2), ("elm", 1), ("oaks", 1)]
    assert server.words(key, 1, stopwords="keep", case="keep") == [("Oak", 1)]
    assert server.words(key, forms="together") == [("oak", 3), ("elm", 1)]
    facts = server.facts(key)
    assert (facts["title"], facts["charset"], facts["total_words"]) == ("Trees", "utf-8", 8)
    rows = {row["word"]: (row["count"], row["stop_word"]) for row in facts["words"]}
    assert (rows["the"], rows["Oak"]) == ((1, True), (1, False))


@real
def test_progress_is_told_as_it_happens(web: str, site: Site) -> None:
    server = Wordcount(web)
    heard: list[dict[str, Any]] = []

    def hear(standing: dict[str, Any]) -> None:
        heard.append(standing)
        if standing["step"] == "fetching":
            site.let_go()

    key = server.start(site.serve("/held", "<p>word", held=True))
    server.wait(key, hear)
    assert "fetching" in {standing["step"] for standing in heard}
    assert all(0 < standing["fraction"] < 1 and standing["message"] for standing in heard)


@real
def test_who_has_no_patience_can_come_back(web: str, site: Site) -> None:
    server = Wordcount(web)
    key = server.start(site.serve("/held", "<p>word", held=True))
    assert error_of(lambda: server.wait(key, patience=0.3)).code == "not_finished"
    assert error_of(lambda: server.words(key)).code == "not_finished"
    site.let_go()
    server.wait(key)
    assert server.words(key) == [("word", 1)]


@real
def test_a_page_that_cannot_be_counted(web: str, site: Site) -> None:
    server = Wordcount(web)
    key = server.start(f"{site.address}/nothing")
    error = error_of(lambda: server.wait(key))
    assert (error.code, error.status) == ("http_status", 422)
    assert (
        str(error)
        == "The site answered 404 Not Found: there is no page at this address. (http_status)"
    )
    assert server.standing(key)["status"] == "failed"
    assert error_of(lambda: server.words(key)).code == "http_status"
    refused = error_of(lambda: server.start("ftp://example.com"))
    assert (refused.code, refused.status) == ("url_scheme", 400)


@real
def test_a_key_that_was_given_to_nobody(web: str) -> None:
    server = Wordcount(web)
    for ask in (server.standing, server.wait, server.words, server.facts):
        for key in (KEY, "x?y#z%20"):
            error = error_of(lambda ask=ask, key=key: ask(key))  # type: ignore[misc]
            assert (error.code, error.status) == ("unknown_key", 404)


@real
def test_the_same_name_is_the_same_count(web: str, site: Site) -> None:
    url, server = site.serve("/page", "<p>word"), Wordcount(web)
    name = str(uuid.uuid4())
    key = server.start(url, fresh=True, idempotency_key=name)
    assert server.start(url, fresh=True, idempotency_key=name) == key
    assert server.start(url, fresh=True) != key


@real
def test_what_is_sent_again_for_want_of_an_answer_counts_once(web: str, site: Site) -> None:
    url = site.serve("/page", "<p>word")

    def lose_the_first_answer(visit: Visit) -> None:
        body = read_body(visit)
        head = visit.request.partition(b"\r\n\r\n")[0].decode()
        fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:])
        name = {"Idempotency-Key": fields["Idempotency-Key"]}
        key = requests.post(f"{web}/start", data=body, headers=name, timeout=20).content
        if visit.number > 1:
            visit.send(answer(key, connection="close"))

    with Server(lose_the_first_answer) as between:
        key = Wordcount(between.origin).start(url, fresh=True)
        assert between.connections == 2
    Wordcount(web).wait(key)
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Result)) == 1


@real
def test_the_version(web: str) -> None:
    assert Wordcount(web).version() == VERSION


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(PROJECT / "client.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@real
def test_as_a_command(web: str) -> None:
    done = run(f"{web}/static/sample.html", web)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[:2] == ["     6  garden", "     5  keeper"]
    refused = run("ftp://example.com", web)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == (
        "Only http and https addresses can be counted, not ftp:. (url_scheme)\n"
    )
    assert run().stderr == "usage: python client.py URL [SERVER]\n"


# -- servers that do as they like


def test_no_server_commands_the_terminal() -> None:
    refusal = {"code": "x\x1b[2J", "detail": "A\r\nsentence\x9b."}
    words = told([["a\x1b[2J", 1]])
    by_key = {EVENTS: [STREAM], RESULTS: [words]}
    for script, status in (
        (answers(told(refusal, "400 Bad Request")), 1),
        (by_path(**{"/start": [answer(KEY.encode(), connection="close")], **by_key}), 0),
    ):
        with Server(script) as server:
            done = run("example.com", server.origin)
        assert done.returncode == status
        shown = done.stdout + done.stderr
        assert len(shown.splitlines()) == 1
        assert shown.removesuffix("\n").isprintable()


def test_the_address_of_a_server() -> None:
    for wrong in ("example.com", "ftp://example.com", "http://", "http://a b", "http://a/?q", ""):
        with pytest.raises(ValueError, match="begins with http"):
            Wordcount(wrong)


def test_nothing_answers() -> None:
    server = Wordcount(f"http://127.0.0.1:{free_port()}")
    error = error_of(server.version)
    assert (error.code, error.status) == ("server_unreachable", None)
    assert error.detail == "Nothing answers: Connection refused."


@pytest.mark.parametrize("address", ["http://a..b", "http://[", "http://127.0.0.1:99999"])
def test_an_address_that_cannot_be(address: str) -> None:
    error = error_of(Wordcount(address).version)
    assert str(error) == "Nothing answers: the address is wrong. (server_unreachable)"


def test_no_longer_than_it_has_patience() -> None:
    with Server(lambda visit: visit.reset()) as server:
        impatient = Wordcount(server.origin, patience=0.3)
        assert error_of(lambda: impatient.start("example.com")).code == "server_unreachable"
        assert server.connections == 2
    with Server(lambda visit: visit.wait(10)) as silent:
        quick = Wordcount(silent.origin, patience=0.1, timeout=0.2)
        error = error_of(lambda: quick.start("example.com"))
        assert error.detail == "Nothing answers: it takes too long."


def test_an_outage_of_many_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FIRST_PAUSE", 0.001)
    monkeypatch.setattr(module, "LONGEST_PAUSE", 0.002)
    pauses: list[float] = []
    away = problem("503 Service Unavailable", "database_unavailable", retry_after="0")
    with Server(answers(*[away] * 30, answer(KEY.encode(), connection="close"))) as server:
        assert Wordcount(server.origin, on_pause=pauses.append).start("example.com") == KEY
    assert pauses[:3] == [0.001, 0.002, 0.002]
    assert len(pauses) == 30


def test_it_comes_back_when_it_is_asked_to() -> None:
    later = problem("503 Service Unavailable", "queue_full", retry_after="1")
    often = problem("429 Too Many Requests", "too_many_requests", retry_after="nonsense")
    key = answer(KEY.encode(), connection="close")
    with Server(answers(later, often, key)) as server:
        assert Wordcount(server.origin).start("example.com") == KEY
        names = {request.partition(b"Idempotency-Key: ")[2][:36] for request in server.requests}
    assert len(server.requests) == 3
    assert len(names) == 1
    assert uuid.UUID(names.pop().decode())


def test_but_not_if_that_is_too_late() -> None:
    later = problem("503 Service Unavailable", "queue_full", retry_after="3600")
    with Server(answers(later)) as server:
        error = error_of(lambda: Wordcount(server.origin).start("example.com"))
        assert (error.code, error.status, server.connections) == ("queue_full", 503, 1)


@pytest.mark.parametrize(
    "nonsense",
    [
        answer(b"<p>Welcome", connection="close"),
        answer(b"[" * 100_000, connection="close"),
        answer(b"", "302 Found", location="http://127.0.0.1/", connection="close"),
        answer(b"Oops", "500 Internal Server Error", connection="close"),
        told(7),
        told([7]),
        told([["word", None]]),
        told({"code": "x", "detail": "y"}),
        told({"code": 7, "detail": None}, "404 Not Found"),
        told({"status": "finished"}, "201 Created"),
    ],
)
def test_nonsense(nonsense: bytes) -> None:
    with Server(answers(nonsense)) as server:
        wordcount = Wordcount(server.origin)
        for ask in (lambda: wordcount.start("example.com"), lambda: wordcount.words(KEY)):
            assert error_of(ask).code == "server_unexpected"
        assert error_of(wordcount.version).code == "server_unexpected"


@pytest.mark.parametrize("standing", [[], {}, {"status": "finished"}, {"status": []}])
def test_nonsense_while_it_waits(standing: object) -> None:
    with Server(answers(told(standing, "202 Accepted"))) as server:
        error = error_of(lambda: Wordcount(server.origin).wait(KEY))
    assert (error.code, error.status) == ("server_unexpected", 202)


def test_a_release_that_does_not_tell_its_version() -> None:
    page, unknown = (
        answer(b"<p>The form", connection="close"),
        problem("404 Not Found", "unknown_key"),
    )
    with Server(by_path(**{"/": [page], "/results/0": [unknown]})) as server:
        assert error_of(Wordcount(server.origin).version).code == "server_too_old"


def by_path(**paths: list[bytes]) -> Script:
    """A script that answers each path with what is left for it; the last stays."""

    def run(visit: Visit) -> None:
        left = paths[visit.path.partition("?")[0]]
        visit.send(left.pop(0) if len(left) > 1 else left[0])

    return run


QUEUED = {"status": "queued", "fraction": 0.05, "message": "Waiting"}
EVENTS, RESULTS = f"/counts/{KEY}/events", f"/results/{KEY}"
STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"


def event(data: object) -> bytes:
    return f"event: standing\ndata: {json.dumps(data)}\n\n".encode()


def asked_for(server: Server, path: str) -> int:
    return sum(request.split(b" ")[1].startswith(path.encode()) for request in server.requests)


def test_without_a_stream_it_asks_now_and_then() -> None:
    full = problem("503 Service Unavailable", "too_many_streams", retry_after="10")
    pending = told(QUEUED, "202 Accepted", retry_after="1")
    heard: list[dict[str, Any]] = []
    with Server(by_path(**{EVENTS: [full], RESULTS: [pending, told([])]})) as server:
        Wordcount(server.origin).wait(KEY, heard.append)
        assert (asked_for(server, EVENTS), asked_for(server, RESULTS)) == (1, 2)
    assert heard == [{**QUEUED, "retry_after": 1.0}]


def test_a_stream_that_breaks_off_is_taken_up_again() -> None:
    streams = [STREAM + event(QUEUED) + b"event: stand", STREAM + event({"status": "finished"})]
    pending = told(QUEUED, "202 Accepted", retry_after="0")
    heard: list[dict[str, Any]] = []
    with Server(by_path(**{EVENTS: streams, RESULTS: [pending, told([])]})) as server:
        Wordcount(server.origin).wait(KEY, heard.append)
        assert (asked_for(server, EVENTS), asked_for(server, RESULTS)) == (2, 2)
    assert heard == [QUEUED, {**QUEUED, "retry_after": 0.0}]


@pytest.mark.parametrize("data", [b"{nonsense", b"7", b"{}", b"[" * 10_000, b'{"status": []}'])
def test_a_stream_of_nonsense_does_no_harm(data: bytes) -> None:
    with Server(
        by_path(**{EVENTS: [STREAM + b"data: " + data + b"\n\n"], RESULTS: [told([])]})
    ) as server:
        Wordcount(server.origin).wait(KEY)


def test_a_stream_that_falls_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SILENCE", 0.3)

    def run(visit: Visit) -> None:
        if visit.path == EVENTS:
            visit.send(STREAM)
            visit.wait(10)
        else:
            visit.send(told([]))

    with Server(run) as server:
        Wordcount(server.origin).wait(KEY)
        wait_for("look at the outcome", lambda: asked_for(server, RESULTS) == 1)
