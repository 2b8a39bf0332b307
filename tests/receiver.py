"""A server that callbacks are sent to, which keeps what it has heard."""

import http.server
import json
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from email.message import Message
from typing import Any


@dataclass(frozen=True)
class Heard:
    """One request."""

    method: str
    path: str
    headers: Message
    body: bytes

    @property
    def told(self) -> dict[str, Any]:
        """The document in it."""
        document: dict[str, Any] = json.loads(self.body)
        return document


class Receiver:
    """Answers 204 unless a test wants something else.

    :param address: by default one of loopback; "" for all of it, where any host is 127.x.x.x.
    """

    def __init__(self, address: str = "127.0.0.1") -> None:
        self.heard: list[Heard] = []
        self.answers: dict[str, Sequence[int]] = {}
        self._held: set[str] = set()
        self._let_go = threading.Event()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.heard.append(Heard(self.command, self.path, self.headers, body))
                before = len(receiver.at(self.path)) - 1
                if self.path in receiver._held:
                    receiver._let_go.wait(30)
                answers = receiver.answers.get(self.path, [204])
                with suppress(ConnectionError):  # the test has killed whoever asked
                    self.send_response(answers[min(before, len(answers) - 1)])
                    self.send_header("Location", f"{receiver.origin}/canary")
                    self.send_header("Set-Cookie", "seen=yes; Path=/")
                    self.end_headers()

            do_GET = do_POST  # noqa: N815 -- http.server's name for it

            def log_message(self, format: str, *args: object) -> None:
                """Keep the test's output to itself."""

        self._server = http.server.ThreadingHTTPServer((address, 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_port
        self.origin = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def url(self, path: str, *answers: int, host: str = "127.0.0.1", held: bool = False) -> str:
        """A URL that gives these answers one after the other, the last one for ever.

        :param held: not before the test lets go.
        """
        if answers:
            self.answers[path] = answers
        if held:
            self._held.add(path)
        return f"http://{host}:{self.port}{path}"

    def at(self, path: str) -> list[Heard]:
        """What was heard at a path."""
        return [heard for heard in self.heard if heard.path == path]

    def let_go(self) -> None:
        """Answer the requests that are held, and hold none from now on."""
        self._let_go.set()

    def close(self) -> None:
        self.let_go()
        self._server.shutdown()
        self._server.server_close()
