"""Word of the outcome of a count, from real workers and a real courier to a real receiver."""

import os
import re
import signal
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest
import trustme
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

import callbacks
import submissions
from callbacks import Callback, Wanted
from host_limit import HostLimit
from models import db
from tests.counts import stored, wait_for_end
from tests.hostile.scripts import drips, falls_silent, repeats, resets, silent
from tests.hostile.server import Script, Server, Visit, answer, sends
from tests.hostile.worker_program import AUTHORITY
from tests.programs import Program, courier_of, running
from tests.receiver import Heard, Receiver
from tests.site import Site
from tests.support import PROJECT, wait_for

SECRET = "known to two alone"
TOKEN = "hidden-in-the-url"
#: One request in an hour, for hosts that are not in an allowed network.
RATE = "1/hour"

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture(scope="module")
def worker(
    _migrated_app: Flask, environ: dict[str, str], logs: Path, authority: trustme.CA
) -> Iterator[Program]:
    """A worker with its courier, of which a proxy in the environment is to be ignored."""
    with ExitStack() as parts:
        settings = {
            **environ,
            "CALLBACK_ALLOWED_NETWORKS": "127.0.0.1/32",
            "HOST_RATE_LIMIT": RATE,
            "SITE_URL": "https://count.example/",
            "HTTP_PROXY": "http://127.0.0.1:1",
            "HTTPS_PROXY": "http://127.0.0.1:1",
            AUTHORITY: parts.enter_context(authority.cert_pem.tempfile()),
        }
        program = parts.enter_context(
            running(["tests.hostile.worker_program"], settings, logs / "callbacks.log")
        )
        program.wait_for_line("ready for counts")
        yield program
        assert "Traceback" not in program.log
        assert "broke off" not in program.log
        assert SECRET not in program.log
        assert TOKEN not in program.log


@pytest.fixture
def page(site: Site) -> str:
    """The URL of a page that can be counted."""
    return site.serve("/page", "<title>Tea</title><p>Tea and tea and milk")


def submit(url: str, callback: str) -> str:
    return submissions.submit(url, callback=Wanted(callback, SECRET))


def promise(key: str, url: str) -> None:
    callbacks.add(stored(key), Wanted(url, SECRET))
    db.session.commit()


def wait_for_word(receiver: Receiver, path: str, times: int = 1) -> Heard:
    """What was heard last at a path, once it was heard so often."""
    wait_for(f"request at {path}", lambda: len(receiver.at(path)) >= times)
    return receiver.at(path)[-1]


def wait_for_state(state: str, seconds: float = 20) -> Callback:
    """The one callback that there is, in this state."""

    def look() -> Callback | None:
        db.session.rollback()
        return db.session.query(Callback).filter_by(state=state).one_or_none()

    return wait_for(f"callback that is {state}", look, seconds)


def wait_for_failure() -> Callback:
    """The one callback that there is, after an attempt that failed."""

    def look() -> Callback | None:
        db.session.rollback()
        return db.session.query(Callback).filter(Callback.last_error.is_not(None)).one_or_none()

    return wait_for("failure", look)


def make_due() -> None:
    """Let the time come for the next attempt."""
    db.session.execute(text("UPDATE callbacks SET due_at = now()"))
    db.session.commit()


def documented_check() -> dict[str, object]:
    """What docs/CALLBACKS.md tells receivers in Python to do."""
    page = (PROJECT / "docs/CALLBACKS.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)
    names: dict[str, object] = {}
    exec(code, names)
    return names


def is_signed(heard: Heard, secret: str = SECRET) -> bool:
    check = documented_check()["is_from_wordcount"]
    assert callable(check)
    return bool(check(heard.body, heard.headers["X-Wordcount-Signature"], secret))


def test_a_finished_count_is_told(worker: Program, receiver: Receiver, page: str) -> None:
    key = submit(page, receiver.url(f"/told?token={TOKEN}"))
    heard = wait_for_word(receiver, f"/told?token={TOKEN}")
    found = wait_for_state("delivered")
    assert (found.attempts, found.last_status, found.secret) == (1, 204, None)
    assert is_signed(heard)
    assert not is_signed(heard, "another secret")
    assert heard.method == "POST"
    headers = {name: heard.headers[name] for name in ("Content-Type", "Cookie", "Authorization")}
    assert headers == {"Content-Type": "application/json", "Cookie": None, "Authorization": None}
    assert heard.headers["X-Wordcount-Event"] == "finished"
    assert heard.headers["X-Wordcount-Delivery"] == str(found.delivery_id)
    assert heard.headers["User-Agent"].endswith("(+https://count.example/about)")
    result = stored(key)
    assert result.finished_at
    told = heard.told
    assert told.pop("sent_at") >= result.finished_at.isoformat()
    assert told == {
        "event": "finished",
        "delivery_id": str(found.delivery_id),
        "job_key": key,
        "url": page,
        "status": "finished",
        "submitted_at": result.submitted_at.isoformat(),
        "finished_at": result.finished_at.isoformat(),
        "total_words": 5,
        "distinct_words": 3,
        "language": None,
        "title": "Tea",
        "result": [["and", 2], ["tea", 2], ["milk", 1]],
        "results_url": f"https://count.example/results/{key}",
    }
    line = f"callback {found.delivery_id} to 127.0.0.1, attempt 1: delivered, 204"
    worker.wait_for_line(line)


def test_a_failed_count_is_told(worker: Program, receiver: Receiver, site: Site) -> None:
    submit(f"{site.address}/missing", receiver.url("/told"))
    heard = wait_for_word(receiver, "/told")
    assert is_signed(heard)
    assert heard.headers["X-Wordcount-Event"] == "failed"
    told = heard.told
    assert (told["event"], told["status"], told["code"]) == ("failed", "failed", "http_status")
    assert told["http_status"] == 404
    assert told["detail"].startswith("The site answered 404")
    assert not {"result", "results_url", "total_words"} & set(told)


def test_a_cancelled_count_is_told(worker: Program, receiver: Receiver, site: Site) -> None:
    url = site.serve("/held", "<p>Hello", held=True)
    key = submissions.submit(url, owner="ann", callback=Wanted(receiver.url("/told"), SECRET))
    wait_for("request for the page", lambda: "/held" in site.asked)
    assert submissions.cancel(key, owner="ann")
    told = wait_for_word(receiver, "/told").told
    assert (told["event"], told["code"]) == ("failed", "cancelled")
    assert "http_status" not in told


def test_a_count_that_is_shared_is_told_to_all(
    app: Flask,
    worker: Program,
    receiver: Receiver,
    site: Site,
    page: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(app.config, "RESULT_REUSE_SECONDS", 60)
    key = submit(page, receiver.url("/first"))
    assert submit(page, receiver.url("/second")) == key
    wait_for_end(key)
    assert submit(page, receiver.url("/late")) == key
    heard = [wait_for_word(receiver, path).told for path in ("/first", "/second", "/late")]
    assert [told["job_key"] for told in heard] == [key] * 3
    assert len({told["delivery_id"] for told in heard}) == 3
    assert site.asked == ["/page"]


def test_what_failed_is_sent_again(worker: Program, receiver: Receiver, page: str) -> None:
    submit(page, receiver.url("/told", 500, 200))
    first = wait_for_word(receiver, "/told")
    found = wait_for_failure()
    assert (found.state, found.last_status, found.last_error) == ("waiting", 500, "http_status")
    make_due()
    second = wait_for_word(receiver, "/told", times=2)
    found = wait_for_state("delivered")
    assert (found.attempts, found.last_status, found.last_error) == (2, 200, None)
    assert is_signed(second)
    assert second.headers["Cookie"] is None
    assert {first.told["delivery_id"], second.told["delivery_id"]} == {str(found.delivery_id)}


def test_a_receiver_that_is_gone_is_left_alone(
    worker: Program, receiver: Receiver, page: str
) -> None:
    submit(page, receiver.url("/told", 410))
    found = wait_for_state("given_up")
    assert (found.attempts, found.last_status, found.secret) == (1, 410, None)


def test_a_redirect_is_not_followed(worker: Program, receiver: Receiver, page: str) -> None:
    submit(page, receiver.url("/told", 302))
    found = wait_for_failure()
    assert (found.state, found.last_status) == ("waiting", 302)
    assert receiver.at("/canary") == []


def test_a_slow_receiver_does_not_hold_up_others(
    worker: Program, receiver: Receiver, page: str
) -> None:
    key = submit(page, receiver.url("/slow", host="good.test", held=True))
    wait_for_word(receiver, "/slow")
    for number in range(4):
        promise(key, receiver.url(f"/slow/{number}", host="good.test"))
    promise(key, receiver.url("/quick", host="foo_bar.test"))
    begun = time.monotonic()
    wait_for_word(receiver, "/quick")
    assert time.monotonic() - begun < 5
    assert [heard.path for heard in receiver.heard] == ["/slow", "/quick"]
    receiver.let_go()
    for number in range(4):
        wait_for_word(receiver, f"/slow/{number}")


def test_no_host_is_asked_too_often(app: Flask, worker: Program, page: str) -> None:
    HostLimit(RATE, app.config["RATELIMIT_STORAGE_URI"], kind="callbacks").wait("8.8.8.8")
    submit(page, "http://8.8.8.8/")
    found = wait_for_failure()
    assert (found.state, found.attempts, found.last_error) == ("waiting", 0, "host_busy")


SPEAKS = b"HTTP/1.1 200 OK\r\n"
#: How a receiver behaves, on which host: the state of its callback, the last status and error.
HOSTILE: dict[str, tuple[Script, str, tuple[str, int | None, str | None]]] = {
    "hangs": (silent, "good.test", ("waiting", None, "timeout")),
    "drips a head": (drips(b"X: y\r\n", SPEAKS), "foo_bar.test", ("waiting", None, "timeout")),
    "drips a body": (drips(b"x", SPEAKS + b"\r\n"), "127.0.0.1", ("delivered", 200, None)),
    "endless body": (repeats(b"x" * 999, SPEAKS + b"\r\n"), "127.0.0.1", ("delivered", 200, None)),
    "endless line": (repeats(b"x" * 999), "127.0.0.1", ("waiting", None, "bad_response")),
    "endless head": (
        repeats(b"X: " + b"y" * 9999 + b"\r\n", SPEAKS),
        "127.0.0.1",
        ("waiting", None, "bad_response"),
    ),
    "falls silent in the body": (
        falls_silent(SPEAKS + b"Content-Length: 9\r\n\r\n"),
        "127.0.0.1",
        ("delivered", 200, None),
    ),
    "headers without sense": (
        sends(SPEAKS + b"X: y\r\nno header at all\r\n\r\n"),
        "127.0.0.1",
        ("delivered", 200, None),
    ),
    "closes": (lambda _visit: None, "127.0.0.1", ("waiting", None, "no_response")),
    "resets": (resets(), "127.0.0.1", ("waiting", None, "connection_reset")),
    "is no server of HTTP": (
        sends(b"220 hello\r\n"),
        "127.0.0.1",
        ("waiting", None, "bad_response"),
    ),
}
#: Where nothing may be sent to; `{port}` is that of a canary.
FORBIDDEN = {
    "http://169.254.169.254/latest": "not_public",
    "http://metadata.test/": "not_public",
    "http://127.0.0.2:{port}/": "not_public",
    "http://canary.test:{port}/": "not_public",
    "http://both.test:{port}/": "not_public",
    "http://[::1]:{port}/": "not_public",
    "http://mapped.test:{port}/": "not_public",
    "http://unspecified.test:{port}/": "not_public",
    "http://8.8.8.8:22/": "port_not_allowed",
}


def test_receivers_may_do_what_they_want(
    worker: Program, authority: trustme.CA, page: str, client: FlaskClient
) -> None:
    key = submissions.submit(page)
    wait_for_end(key)
    expected: dict[str, tuple[str, int | None, str | None]] = {}
    with ExitStack() as servers:
        urls = {}
        for name, (script, host, outcome) in HOSTILE.items():
            port = servers.enter_context(Server(after_reading(script))).port
            urls[name] = f"http://{host}:{port}/?token={TOKEN}"
            expected[name] = outcome
        stranger = Server(after_reading(sends(answer())), tls=_context(trustme.CA()))
        urls["certificate of a stranger"] = f"{servers.enter_context(stranger).origin}/"
        expected["certificate of a stranger"] = ("waiting", None, "tls_failed")
        trusted = Server(after_reading(sends(answer())), tls=_context(authority))
        urls["certificate of the authority"] = f"{servers.enter_context(trusted).origin}/"
        expected["certificate of the authority"] = ("delivered", 200, None)
        canary = servers.enter_context(socket.create_server(("127.0.0.2", 0)))
        canary.setblocking(False)
        for url, code in FORBIDDEN.items():
            urls[url] = url.replace("{port}", str(canary.getsockname()[1]))
            expected[url] = ("given_up", None, code)
        for url in urls.values():
            promise(key, url)
        names = {url: name for name, url in urls.items()}

        def outcomes() -> dict[str, tuple[str, int | None, str | None]] | None:
            db.session.rollback()
            rows = db.session.query(Callback).filter(
                (Callback.state != "waiting") | Callback.last_error.is_not(None)
            )
            found = {names[row.url]: (row.state, row.last_status, row.last_error) for row in rows}
            return found if len(found) == len(urls) else None

        # Those that hang have a thread each, and so all have been tried when their time is over.
        assert wait_for("outcome of all", outcomes, seconds=40) == expected
        with pytest.raises(BlockingIOError):
            canary.accept()
    shown = client.get(f"/results/{key}/callbacks")
    assert len(shown.json) == len(urls)
    assert TOKEN not in shown.text


def after_reading(script: Script) -> Script:
    """The same, once all that was sent has been read."""

    def reading(visit: Visit) -> None:
        visit.read_body()
        script(visit)

    return reading


def _context(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


def test_killed_while_it_sends_it_is_replaced_and_sends_again(
    worker: Program, receiver: Receiver, page: str
) -> None:
    submit(page, receiver.url("/told", held=True))
    first = wait_for_word(receiver, "/told")
    os.kill(courier_of(worker), signal.SIGKILL)
    worker.wait_for_line("courier ended (-9); it is started again")
    make_due()
    second = wait_for_word(receiver, "/told", times=2)
    receiver.let_go()
    found = wait_for_state("delivered")
    assert found.attempts == 2
    assert {first.told["delivery_id"], second.told["delivery_id"]} == {str(found.delivery_id)}


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_while_a_receiver_hangs_it_ends_soon(
    worker: Program, receiver: Receiver, page: str, how: signal.Signals
) -> None:
    wait_for("courier", lambda: [*couriers(worker)])
    submit(page, receiver.url("/told", held=True))
    wait_for_word(receiver, "/told")
    courier = psutil.Process(courier_of(worker))
    begun = time.monotonic()
    courier.send_signal(how)
    wait_for("end of it", lambda: not courier.is_running() or courier.status() == "zombie")
    assert time.monotonic() - begun < 10
    receiver.let_go()


def couriers(program: Program) -> list[psutil.Process]:
    children = psutil.Process(program.process.pid).children()
    return [child for child in children if child.name() == "courier"]
