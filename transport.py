"""HTTP connections that cannot be led astray: only to permitted addresses, never past a budget.

`requests` checks names before it connects and bounds single reads; a hostile site gets past both,
with a name that resolves differently the second time, or with a byte now and then. So the checks
are made here, at the socket: on the address that is connected, and before each single read.

Only :mod:`fetch` imports this module.
"""

import functools
import http.client
import ipaddress
import queue
import re
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util.ssl_ import create_urllib3_context

from wordcount.address import Address, Network, is_in, is_public
from wordcount.errors import FetchError

ALLOWED_PORTS = (80, 443, 8080, 8443)

#: The errors of getaddrinfo that mean "there is no such name", not "ask again later".
_NO_SUCH_NAME = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}

#: Empty if there is none; Python refuses to read numbers of thousands of digits.
_LENGTH = re.compile(r"[0-9]{0,18}")


class OverBudgetError(Exception):
    """The site sent more bytes than the budget of this fetch has."""


class Budget:
    """What one fetch may use, over all of its redirects.

    :param seconds: from now until everything has to be over.
    :param raw_bytes: how much may be received: status lines, headers, framing and bodies.
    """

    def __init__(self, seconds: float, raw_bytes: int) -> None:
        self._deadline = time.monotonic() + seconds
        self._raw_bytes_left = raw_bytes

    def seconds_left(self) -> float:
        """More than zero.

        :raises TimeoutError: if the time is over.
        """
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the time for this fetch is over")
        return left

    def spend(self, raw_bytes: int) -> None:
        """Count what was received.

        :raises OverBudgetError: if it was more than what was left.
        """
        self._raw_bytes_left -= raw_bytes
        if self._raw_bytes_left < 0:
            raise OverBudgetError


@dataclass(frozen=True)
class Gate:
    """Where a fetch may go.

    :param allowed_networks: reachable on any port, although not public.
    """

    allowed_networks: tuple[Network, ...]

    def check(self, address: Address, port: int) -> None:
        """Let an address pass, or not.

        :raises FetchError: `not_public` or `port_not_allowed`.
        """
        if is_in(address, self.allowed_networks):
            return
        if not is_public(address):
            raise FetchError("not_public")
        if port not in ALLOWED_PORTS:
            *others, last = map(str, ALLOWED_PORTS)
            allowed = f"{', '.join(others)} and {last}"
            raise FetchError("port_not_allowed", port=port, allowed=allowed)


class BoundedSocket(socket.socket):
    """A socket that asks the budget before each read.

    `http.client` reads status line, headers, chunk sizes, body and trailers through the one method
    `recv_into` (by way of `makefile`), so none of them can drip for ever or be endless.
    """

    budget: Budget

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        self.settimeout(self.budget.seconds_left())
        received = super().recv_into(*args, **kwargs)
        self.budget.spend(received)
        return received


class BoundedTLSSocket(BoundedSocket, ssl.SSLSocket):
    """The same over TLS: made by an `SSLContext` whose `sslsocket_class` this is."""


def connect(host: str, port: int, budget: Budget, gate: Gate) -> BoundedSocket:
    """Connect to a host, once all of its addresses have passed the gate.

    The name is resolved once, and the connection is made to the numbers that were checked, so
    there is no second answer that could differ (DNS rebinding).

    :raises FetchError: `not_public`, `port_not_allowed`, `host_not_found`, `connection_failed`.
    :raises OSError: of the last address, if none could be connected.
    """
    answers = _resolve(host, port, budget)
    for _family, sockaddr in answers:
        gate.check(_address(sockaddr), port)
    untried = len(answers)
    for family, sockaddr in answers:
        seconds = budget.seconds_left() / untried  # a silent address leaves time for the others
        untried -= 1
        try:
            return _open(family, sockaddr, seconds, budget, gate)
        except OSError:
            if not untried:
                raise
    raise FetchError("host_not_found", host=host)  # a resolver that answers with nothing


def _open(
    family: int, sockaddr: tuple[Any, ...], seconds: float, budget: Budget, gate: Gate
) -> BoundedSocket:
    sock = BoundedSocket(family, socket.SOCK_STREAM)
    sock.budget = budget
    try:
        sock.settimeout(seconds)
        sock.connect(sockaddr)
        # Some addresses lead to others: Linux connects 0.0.0.0 to this very machine.
        gate.check(_address(sock.getpeername()), sockaddr[1])
        sock.settimeout(budget.seconds_left())  # bounds the request and a TLS handshake
    except BaseException:
        sock.close()
        raise
    return sock


def _address(sockaddr: tuple[Any, ...]) -> Address:
    return ipaddress.ip_address(sockaddr[0])


def _resolve(host: str, port: int, budget: Budget) -> list[tuple[int, tuple[Any, ...]]]:
    """The (family, socket address) pairs of a host, each once.

    `getaddrinfo` cannot be interrupted, so a thread waits for it; when the time is over, the
    thread is left to end by itself, at the latest when the resolver's own patience does.
    """
    outcome: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def ask() -> None:
        try:
            # As bytes, because for a str Python would apply its own, older IDNA rules.
            outcome.put(socket.getaddrinfo(host.encode("ascii"), port, type=socket.SOCK_STREAM))
        except OSError as error:
            outcome.put(error)

    threading.Thread(target=ask, daemon=True, name=f"resolve {host}").start()
    try:
        answer = outcome.get(timeout=budget.seconds_left())
    except queue.Empty:
        raise TimeoutError(f"no answer to the look-up of {host}") from None
    if isinstance(answer, socket.gaierror):
        if answer.errno in _NO_SUCH_NAME:
            raise FetchError("host_not_found", host=host)
        raise FetchError("connection_failed", reason="its name cannot be looked up at the moment")
    if isinstance(answer, OSError):
        raise answer
    return list(dict.fromkeys((family, sockaddr) for family, _, _, _, sockaddr in answer))


class _Response(http.client.HTTPResponse):
    """An answer that can be read in one way only; here, where a refused one is closed as well."""

    def begin(self) -> None:
        super().begin()
        codings = self.headers.get_all("Transfer-Encoding", ["identity"])
        if [coding.strip().lower() for coding in codings] not in (["chunked"], ["identity"]):
            raise FetchError("bad_response", reason="it is sent in a way that was not asked for")
        # One length, possibly repeated (RFC 9110, section 8.6); no sign, no other script's digits.
        lengths = ",".join(self.headers.get_all("Content-Length", [])).split(",")
        length, *others = {length.strip() for length in lengths}
        if others or not _LENGTH.fullmatch(length):
            raise FetchError("bad_response", reason="it does not say clearly how long it is")

    def _read_status(self) -> tuple[str, int, str]:
        """Skip all interim answers (RFC 9110, section 15.2), as the standard library does 100s."""
        version, status, reason = super()._read_status()  # type: ignore[misc]
        if 101 < status < 200:  # 101 is final: the connection speaks another protocol from there
            status = http.client.CONTINUE
        return version, status, reason


class _Connection(HTTPConnection):
    response_class = _Response

    def __init__(self, *args: Any, budget: Budget, gate: Gate, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._budget = budget
        self._gate = gate

    def _new_conn(self) -> BoundedSocket:
        # `_dns_host` keeps the final dot of a name, which `host` has lost.
        return connect(self._dns_host, self.port, self._budget, self._gate)


class _TLSConnection(_Connection, HTTPSConnection):
    def connect(self) -> None:
        super().connect()
        assert isinstance(self.sock, BoundedTLSSocket)
        self.sock.budget = self._budget
        self.sock.settimeout(self._budget.seconds_left())


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _TLSConnection


class _Adapter(HTTPAdapter):
    def __init__(self, budget: Budget, gate: Gate) -> None:
        super().__init__()
        context = create_urllib3_context()
        context.sslsocket_class = BoundedTLSSocket
        self.poolmanager.connection_pool_kw["ssl_context"] = context
        # A pool hands keyword arguments that it does not know on to its connections.
        pools: dict[str, Any] = {
            "http": functools.partial(_Pool, budget=budget, gate=gate),
            "https": functools.partial(_TLSPool, budget=budget, gate=gate),
        }
        self.poolmanager.pool_classes_by_scheme = pools


class GuardedSession(requests.Session):
    """A session for one fetch, whose every connection keeps to a budget and a gate.

    Follows no redirect, keeps no cookie, and reads neither proxies nor passwords from the
    environment. Certificates are checked against `certifi`'s authorities.

    :param headers: all that is sent besides `Host`.
    """

    def __init__(self, budget: Budget, gate: Gate, headers: dict[str, str]) -> None:
        super().__init__()
        self.trust_env = False
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.headers.clear()
        self.headers.update(headers)
        adapter = _Adapter(budget, gate)
        self.mount("http://", adapter)
        self.mount("https://", adapter)

    def get_redirect_target(self, resp: requests.Response) -> None:
        """None, for otherwise `requests` reads the body of a redirect whole, even of one that it
        was told not to follow; and a body can be endless, or a bomb."""
