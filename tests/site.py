"""A web site to be counted, and a door to a server behind it."""

import http.server
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass, field

from flask.testing import FlaskClient

from tests.support import wait_for


def start_held(client: FlaskClient, site: "Site") -> str:
    """A count whose job waits for its page, until the site lets go."""
    url = site.serve("/held", "<p>Handed over", held=True)
    key = client.post("/start", json={"url": url}).text
    wait_for("request for the page", lambda: "/held" in site.asked)
    return key


@dataclass
class ServedPage:
    """A page of the test's own site; a request for it waits until it is let go."""

    body: bytes
    content_type: str = "text/html; charset=utf-8"
    status: int = 200
    held: bool = False
    headers: dict[str, str] = field(default_factory=dict)


class Site:
    """A web site on loopback, whose pages a test sets up as it needs them."""

    def __init__(self) -> None:
        self.pages: dict[str, ServedPage] = {}
        self.asked: list[str] = []
        self._let_go = threading.Event()
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append(self.path)
                page = site.pages.get(self.path, ServedPage(b"nothing here", status=404))
                if page.held:
                    site._let_go.wait(30)
                try:
                    self.send_response(page.status)
                    self.send_header("Content-Type", page.content_type)
                    self.send_header("Content-Length", str(len(page.body)))
                    for name, value in page.headers.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(page.body)
                except ConnectionError:
                    pass  # the test has killed whoever asked

            def log_message(self, format: str, *args: object) -> None:
                """Keep the test's output to itself."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def serve(self, path: str, html: str | bytes, **how: object) -> str:
        """Put a page on the site; returns its URL."""
        body = html.encode() if isinstance(html, str) else html
        self.pages[path] = ServedPage(body, **how)  # type: ignore[arg-type]
        return self.address + path

    def let_go(self) -> None:
        """Answer the requests that are held, and hold none from now on."""
        self._let_go.set()

    def close(self) -> None:
        self.let_go()
        self._server.shutdown()
        self._server.server_close()


class Door:
    """A TCP door to a Unix socket, which can forget the connections that go through it."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._ends: list[socket.socket] = []
        self._forgotten: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def forget(self) -> None:
        """Let nothing more through the connections of now, and do not say so."""
        self._forgotten.update(self._ends)

    def hang_up(self) -> None:
        """End the connections of now."""
        for end in self._ends:
            end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Let nobody through any more."""
        self._listener.shutdown(socket.SHUT_RDWR)
        for end in (self._listener, *self._ends):
            end.close()

    def _serve(self) -> None:
        with suppress(OSError):  # closed
            while True:
                outside, _ = self._listener.accept()
                inside = socket.socket(socket.AF_UNIX)
                self._ends += (outside, inside)
                inside.connect(self._path)
                for ways in ((outside, inside), (inside, outside)):
                    threading.Thread(target=self._pump, args=ways, daemon=True).start()

    def _pump(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):  # one side has ended
            while data := source.recv(65536):
                if source not in self._forgotten:
                    target.sendall(data)
            target.shutdown(socket.SHUT_WR)
