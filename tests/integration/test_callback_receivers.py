"""Receivers of callbacks that break all rules, and addresses where nothing may be sent to."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from ipaddress import ip_network

import pytest
import requests.adapters
import trustme
from flask import Flask
from flask.testing import FlaskClient

from callbacks.courier import Courier
from callbacks.rows import Callback
from models import db
from tests.callback_rows import SECRET, promise
from tests.counts import finished
from tests.hostile.resolver import Resolver
from tests.hostile.scripts import drips, falls_silent, repeats, resets, silent
from tests.hostile.server import Script, Server, Visit, answer, sends
from tests.support import json_of, wait_for

TOKEN = "hidden-in-the-url"


@pytest.fixture
def _as_in_the_world(
    app: Flask, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """One allowed network, names and an authority of the tests, a proxy that is to be ignored."""
    monkeypatch.setitem(app.config, "CALLBACK_ALLOWED_NETWORKS", (ip_network("127.0.0.1/32"),))
    monkeypatch.setattr("callbacks.deliver.SECONDS", 2.0)
    monkeypatch.setattr(socket, "getaddrinfo", Resolver())
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    with authority.cert_pem.tempfile() as certificate:
        monkeypatch.setattr(requests.adapters, "DEFAULT_CA_BUNDLE_PATH", certificate)
        yield


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


@pytest.mark.usefixtures("_as_in_the_world")
def test_receivers_may_do_what_they_want(
    courier: Courier, authority: trustme.CA, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="callbacks.courier")
    key = finished()
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
            courier.look()
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
    assert len(json_of(shown)) == len(urls)
    # What libraries say is kept from the log in `courier.run`: see `test_courier_faults.py`.
    log = "\n".join(
        record.getMessage() for record in caplog.records if record.name == "callbacks.courier"
    )
    assert "broke off" not in log
    for text in (shown.text, log):
        assert TOKEN not in text
        assert SECRET not in text


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
