"""Clients of streams that ask, and then read nothing."""

import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask

import jobs
from events.event_log import START
from models import Status
from storage.states import Count
from tests.programs import Program
from tests.streams import Stream, own_web
from tests.support import NOBODYS_KEY, wait_for
from views.live import LONGEST_WRITE, MAX_OF_ALL

COUNT = Count(str(NOBODYS_KEY), "http://example.com/", 1, Status.RUNNING)


@pytest.fixture
def own(app: Flask, environ: dict[str, str], logs: Path) -> Iterator[tuple[Program, str]]:
    """A web of one process, and more events than the kernel keeps for a client."""
    for _ in range(1000):
        jobs.events().tell(COUNT, "x" * 6000)
    with own_web(environ, logs / "not_read.log") as started:
        yield started


def ask(web: str) -> socket.socket:
    """Ask for all events that are kept."""
    address = urlsplit(web)
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect((address.hostname, address.port))
    request = f"GET /pubsub?last_event_id={START} HTTP/1.1\r\nHost: {address.netloc}\r\n\r\n"
    client.sendall(request.encode())
    assert client.recv(12) == b"HTTP/1.1 200"
    return client


def test_they_lose_their_places(own: tuple[Program, str]) -> None:
    program, web = own
    with ExitStack() as clients:
        for _ in range(MAX_OF_ALL):
            clients.enter_context(ask(web))
        begun = time.monotonic()

        def is_free() -> bool:
            with Stream(f"{web}/pubsub") as stream:
                return stream.answer.status_code == 200

        assert not is_free()
        wait_for("free place", is_free, LONGEST_WRITE + 5)
        assert time.monotonic() - begun > LONGEST_WRITE / 2
        wait_for(
            "word of all", lambda: program.log.count("A client reads nothing") == MAX_OF_ALL, 10
        )
        # Nobody waits until they hang up.
        begun = time.monotonic()
        for _ in range(MAX_OF_ALL - 1):
            clients.enter_context(ask(web))
        assert time.monotonic() - begun < 3
        program.process.send_signal(signal.SIGTERM)
        assert program.process.wait(timeout=LONGEST_WRITE + 5) == 0
    assert "Traceback" not in program.log
