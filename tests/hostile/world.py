"""All the sites of the cases, running on loopback, and a canary beside each."""

import socket
import ssl
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Self

import trustme

from tests.hostile.case import Case
from tests.hostile.server import Server

#: What the fetcher is allowed to reach; the canaries are not among it.
ALLOWED = "127.0.0.1/32,::1/128"
CANARIES = ("127.0.0.2", "127.0.0.3")
NAMES = ("127.0.0.1", "::1", "good.test")


class World(ExitStack):
    """Runs a site for each case, as a context manager."""

    def __init__(self, cases: Iterable[Case], authority: trustme.CA) -> None:
        super().__init__()
        self._cases = list(cases)
        self._contexts = _contexts(authority)
        self._servers: dict[str, Server] = {}
        self._urls: dict[str, str] = {}
        self._canaries: dict[str, list[socket.socket]] = {}

    def __enter__(self) -> Self:
        for case in self._cases:
            self._start(case)
        return self

    def url(self, case: Case) -> str:
        """What to submit."""
        return self._urls[case.name]

    def connections(self, case: Case) -> int:
        """How many the site of the case has seen."""
        return self._servers[case.name].connections

    def is_canary_touched(self, case: Case) -> bool:
        """Whether somebody has connected to an address that is forbidden."""
        return any(_was_connected(canary) for canary in self._canaries[case.name])

    def _start(self, case: Case) -> None:
        scheme = "https" if case.certificate else "http"
        host = f"[{case.host}]" if ":" in case.host else case.host
        if case.door == "open":
            context = self._contexts[case.certificate]() if case.certificate else None
            server = Server(case.site, case.host, context, case.greet)
            self._servers[case.name] = self.enter_context(server)
            port = server.port
        else:
            port = self._shut_door(case)
        origin = f"{scheme}://{host}:{port}"
        self._urls[case.name] = case.url.replace("{origin}", origin).replace("{port}", str(port))
        beside = CANARIES if case.host == "127.0.0.1" else ()
        self._canaries[case.name] = [self._canary(address, port) for address in beside]

    def _shut_door(self, case: Case) -> int:
        """The port of a site that lets nobody in."""
        family = socket.AF_INET6 if ":" in case.host else socket.AF_INET
        door = self.enter_context(socket.socket(family))
        door.bind((case.host, 0))
        if case.door == "full":
            door.listen(0)  # the kernel leaves all connections but the first without an answer
            for _ in range(4):
                waiting = self.enter_context(socket.socket(family))
                waiting.setblocking(False)
                waiting.connect_ex(door.getsockname())
        return int(door.getsockname()[1])

    def _canary(self, address: str, port: int) -> socket.socket:
        """Listens, and never answers: who has been there is found in its backlog."""
        canary = self.enter_context(socket.create_server((address, port)))
        canary.setblocking(False)
        return canary


def _was_connected(canary: socket.socket) -> bool:
    try:
        canary.accept()[0].close()
    except BlockingIOError:
        return False
    return True


def _contexts(authority: trustme.CA) -> Mapping[str, Callable[[], ssl.SSLContext]]:
    now = datetime.now(UTC)
    day = timedelta(days=1)
    stranger = trustme.CA()

    def signed_by_itself() -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with (
            stranger.cert_pem.tempfile() as certificate,
            stranger.private_key_pem.tempfile() as key,
        ):
            context.load_cert_chain(certificate, key)
        return context

    return {
        "good": lambda: _context(authority.issue_cert(*NAMES)),
        "of another host": lambda: _context(authority.issue_cert("elsewhere.test", "127.0.0.2")),
        "of a stranger": lambda: _context(stranger.issue_cert(*NAMES)),
        "signed by itself": signed_by_itself,
        "expired": lambda: _context(
            authority.issue_cert(*NAMES, not_before=now - 9 * day, not_after=now - day)
        ),
        "not yet valid": lambda: _context(
            authority.issue_cert(*NAMES, not_before=now + day, not_after=now + 9 * day)
        ),
    }


def _context(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context
