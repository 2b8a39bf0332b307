"""A server that does to its client whatever a test wants, byte by byte, on loopback."""

import contextlib
import re
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from types import TracebackType

#: What happens on one connection, once the head of the request has been read.
Script = Callable[["Visit"], None]


class Visit:
    """One connection to the server: what the client asked, and how to answer.

    :param port: the server's.
    :param number: counts the server's connections, from 1.
    """

    def __init__(
        self, sock: socket.socket, closing: threading.Event, port: int, number: int
    ) -> None:
        self._sock = sock
        self._closing = closing
        self.port = port
        self.number = number
        self.request = b""

    def read_request(self) -> None:
        while b"\r\n\r\n" not in self.request:
            received = self._sock.recv(4096)
            if not received:
                raise ConnectionError("the client left before it had asked")
            self.request += received

    def read_body(self) -> None:
        """Read all that the head promises: what is left unread would end the connection with a
        RST, which can overtake the answer."""
        head, _, body = self.request.partition(b"\r\n\r\n")
        (length,) = re.findall(rb"(?im)^content-length: *([0-9]+)", head)
        left = int(length) - len(body)
        while left > 0:
            received = self._sock.recv(4096)
            if not received:
                raise ConnectionError("the client left before it had said all")
            left -= len(received)

    @property
    def path(self) -> str:
        return self.request.split(b" ")[1].decode("ascii")

    def listen(self) -> None:
        """Read something: who hangs up on what is unread ends the connection with a RST."""
        self._sock.recv(65536)

    def send(self, data: bytes) -> None:
        self._sock.sendall(data)

    def wait(self, seconds: float) -> None:
        """Be silent, at most until the test is over."""
        self._closing.wait(seconds)

    def drip(self, data: bytes, seconds: float = 0.05) -> None:
        """Send one byte now and then."""
        for byte in data:
            self.send(bytes([byte]))
            self.wait(seconds)

    def repeat(self, data: bytes) -> None:
        """Send the same for ever, or rather until the client has had enough."""
        while not self._closing.is_set():
            self.send(data)

    def reset(self) -> None:
        """End the connection with a RST instead of a FIN."""
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._sock.close()


class Server:
    """Runs a script for each connection, as a context manager; notes what came.

    :param script: runs in a thread of its own for each connection.
    :param host: the loopback address to listen on.
    :param tls: if given, the server speaks TLS with this context.
    :param greet: whether to read a request before the script starts.
    """

    def __init__(
        self,
        script: Script,
        host: str = "127.0.0.1",
        tls: ssl.SSLContext | None = None,
        greet: bool = True,
    ) -> None:
        self._script = script
        self._tls = tls
        self._greet = greet
        self._closing = threading.Event()
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(
            (host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET
        )
        self.port: int = self._listener.getsockname()[1]
        self.origin = f"{'https' if tls else 'http'}://{f'[{host}]' if ':' in host else host}:"
        self.origin += str(self.port)
        self.connections = 0
        self.requests: list[bytes] = []

    def __enter__(self) -> "Server":
        self._start(self._accept)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._closing.set()
        # Closing alone does not wake a thread that waits in accept().
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(10)

    def _start(self, target: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        for sock in self._clients():
            self.connections += 1
            self._start(self._serve, sock, self.connections)

    def _clients(self) -> Iterator[socket.socket]:
        while not self._closing.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:  # closed: the test is over
                return
            yield sock

    def _serve(self, sock: socket.socket, number: int) -> None:
        # That the client hangs up in the middle is what most tests are about.
        with sock, contextlib.suppress(OSError):
            sock.settimeout(10)
            with self._wrapped(sock) as talking:
                visit = Visit(talking, self._closing, self.port, number)
                if self._greet:
                    visit.read_request()
                    self.requests.append(visit.request)
                self._script(visit)

    def _wrapped(self, sock: socket.socket) -> socket.socket:
        return self._tls.wrap_socket(sock, server_side=True) if self._tls else sock


def answer(body: bytes = b"<p>Hello", status: str = "200 OK", **headers: str) -> bytes:
    """A whole HTTP response, by default with the right length.

    :param headers: with `_` for `-`: `content_type="text/plain"`.
    """
    fields = {"content_type": "text/html", "content_length": str(len(body)), **headers}
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode("latin-1") + body


def sends(data: bytes) -> Script:
    """A script that always sends the same."""
    return lambda visit: visit.send(data)
