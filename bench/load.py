"""Asks a server for one and the same page as often as it can, and costs little itself."""

import multiprocessing
import re
import selectors
import signal
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager

from bench.bars import NotMeasuredError

#: Programs that ask, and how many connections each of them has.
_PROCESSES, _CONNECTIONS = 2, 8
_TIMEOUT = 30
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)
_CLOSES = re.compile(rb"\r\nconnection: *close\r\n", re.IGNORECASE)


class Load:
    """Programs that wait for something to ask."""

    def __init__(self, pool: ProcessPoolExecutor) -> None:
        self._pool = pool

    def rate(self, port: int, path: str, seconds: float) -> float:
        """How many answers a second there are.

        :raises NotMeasuredError: if there is another answer than 200.
        """
        asking = [self._pool.submit(_ask, port, path, seconds) for _ in range(_PROCESSES)]
        return sum(each.result() for each in asking)


@contextmanager
def load() -> Iterator[Load]:
    """Programs of our own that ask, so that what they do is not done by what measures."""
    context = multiprocessing.get_context("spawn")
    # Ctrl-C is for who has started them: they end with what they are about.
    ignore = (signal.SIGINT, signal.SIG_IGN)
    with ProcessPoolExecutor(_PROCESSES, context, signal.signal, ignore) as pool:
        yield Load(pool)


class _Connection:
    """One connection, on which one request after the other is sent."""

    def __init__(self, port: int, request: bytes) -> None:
        self._port = port
        self._request = request
        self._got = b""
        self._all = 0
        self.connect()

    def connect(self) -> None:
        self.socket = socket.create_connection(("127.0.0.1", self._port), _TIMEOUT)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def close(self) -> None:
        self.socket.close()

    def ask(self) -> None:
        self._got, self._all = b"", 0
        self.socket.sendall(self._request)

    def read(self) -> bool:
        """Read what there is; whether that is all of an answer."""
        data = self.socket.recv(65_536)
        self._got += data
        if not self._all and (end := self._got.find(b"\r\n\r\n")) > 0:
            length = _LENGTH.search(self._got, 0, end + 2)
            if not self._got.startswith(b"HTTP/1.1 200") or not length:
                raise NotMeasuredError(f"port {self._port}: {self._got[:200]!r}")
            self._all = end + 4 + int(length[1])
        if not data and not self._is_whole:
            raise NotMeasuredError(
                f"port {self._port}: an answer broke off after {self._got[:200]!r}"
            )
        return self._is_whole

    @property
    def _is_whole(self) -> bool:
        return 0 < self._all <= len(self._got)

    @property
    def is_over(self) -> bool:
        """Whether the server closes the connection after this answer."""
        return bool(_CLOSES.search(self._got))


def _ask(port: int, path: str, seconds: float) -> float:
    """Answers a second, on several connections at once."""
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()
    answers = 0
    with ExitStack() as opened, selectors.DefaultSelector() as ready:
        for _ in range(_CONNECTIONS):
            connection = _Connection(port, request)
            opened.callback(connection.close)
            ready.register(connection.socket, selectors.EVENT_READ, connection)
            connection.ask()
        begun = time.perf_counter()
        while (passed := time.perf_counter() - begun) < seconds:
            for key, _ in ready.select(_TIMEOUT):
                connection = key.data
                if not connection.read():
                    continue
                answers += 1
                if connection.is_over:
                    ready.unregister(connection.socket)
                    connection.close()
                    connection.connect()
                    ready.register(connection.socket, selectors.EVENT_READ, connection)
                connection.ask()
    return answers / passed
