"""``rediss://`` works: a real Redis behind a TLS door, as hosted ones are."""

import socket
import ssl
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import trustme
from flask import Flask

import jobs
from app import create_app
from config import settings_from


def pump(source: socket.socket, target: socket.socket) -> None:
    """Pass everything on, until one side ends."""
    try:
        while data := source.recv(65536):
            target.sendall(data)
    except OSError:
        pass  # the other direction has ended both
    for sock in (source, target):
        sock.close()


@pytest.fixture
def tls_door(environ: dict[str, str], tls: ssl.SSLContext) -> Iterator[int]:
    """The port of a door that speaks TLS outside, and leads to the Redis of the tests."""

    def serve() -> None:
        while True:
            try:
                outside, _ = listener.accept()
            except OSError:
                return  # the test is over
            inside = socket.socket(socket.AF_UNIX)
            inside.connect(urlsplit(environ["REDIS_URL"]).path)
            secure = tls.wrap_socket(outside, server_side=True)
            for ways in ((secure, inside), (inside, secure)):
                threading.Thread(target=pump, args=ways, daemon=True).start()

    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=serve, daemon=True).start()
    yield listener.getsockname()[1]
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


def test_a_count_is_enqueued_over_tls(
    app: Flask, environ: dict[str, str], tls_door: int, authority: trustme.CA
) -> None:
    with authority.cert_pem.tempfile() as certificates:
        url = f"rediss://127.0.0.1:{tls_door}/0?ssl_ca_certs={certificates}"
        over_tls = create_app(settings_from({**environ, "REDIS_URL": url}))
        with over_tls.app_context():
            assert over_tls.extensions["redis"].ping()
        key = over_tls.test_client().post("/start", json={"url": "http://example.com/"}).text
        over_tls.extensions["redis"].close()
    assert jobs.queue().get_job_ids() == [key]
