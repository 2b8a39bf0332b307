"""A host -> a socket, connected to an address that was checked, and bounded by the budget."""

import ipaddress
import queue
import socket
import ssl
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from transport.budget import LOOK_UP_EVERY, Budget
from wordcount.address import Address, Network, is_in, is_public
from wordcount.errors import FetchError

ALLOWED_PORTS = (80, 443, 8080, 8443)

#: The errors of getaddrinfo that mean "there is no such name", not "ask again later".
_NO_SUCH_NAME = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}


@dataclass(frozen=True)
class Gate:
    """Where a fetch may go.

    :param allowed_networks: reachable on any port, although not public, and at any rate.
    :param permit: called with the host before each other connection; returns when it is time.
    """

    allowed_networks: tuple[Network, ...]
    permit: Callable[[str], None]

    def check(self, address: Address, port: int) -> None:
        """Let an address pass, or not.

        :raises FetchError: `not_public` or `port_not_allowed`.
        """
        if self.is_allowed(address):
            return
        if not is_public(address):
            raise FetchError("not_public")
        if port not in ALLOWED_PORTS:
            *others, last = map(str, ALLOWED_PORTS)
            allowed = f"{', '.join(others)} and {last}"
            raise FetchError("port_not_allowed", port=port, allowed=allowed)

    def is_allowed(self, address: Address) -> bool:
        """Whether an address is in one of the allowed networks."""
        return is_in(address, self.allowed_networks)


class BoundedSocket(socket.socket):
    """A socket that asks the budget before each read, and how long it may still send.

    `http.client` reads status line, headers, chunk sizes, body and trailers through the one method
    `recv_into` (by way of `makefile`), so none of them can drip for ever or be endless.
    """

    budget: Budget

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        while True:
            self.settimeout(min(self.budget.seconds_left(), LOOK_UP_EVERY))
            try:
                received = super().recv_into(*args, **kwargs)
            except TimeoutError:
                with self.budget.paused():
                    self.budget.look_up()
            else:
                self.budget.spend(received)
                return received

    def send(self, *args: Any, **kwargs: Any) -> int:
        self.settimeout(self.budget.seconds_left())
        return super().send(*args, **kwargs)

    def sendall(self, *args: Any, **kwargs: Any) -> None:
        self.settimeout(self.budget.seconds_left())
        super().sendall(*args, **kwargs)


class BoundedTLSSocket(BoundedSocket, ssl.SSLSocket):
    """The same over TLS: made by an `SSLContext` whose `sslsocket_class` this is."""


def connect(host: str, port: int, budget: Budget, gate: Gate) -> BoundedSocket:
    """Connect to a host, once all of its addresses have passed the gate.

    The name is resolved once, and the connection is made to the numbers that were checked, so
    there is no second answer that could differ (DNS rebinding).

    :raises FetchError: `not_public`, `port_not_allowed`, `host_not_found`, `dns_failed`, and what
        the gate's `permit` raises.
    :raises OSError: of the last address, if none could be connected.
    """
    answers = _resolve(host, port, budget)
    for _family, sockaddr in answers:
        gate.check(_address(sockaddr), port)
    if not all(gate.is_allowed(_address(sockaddr)) for _family, sockaddr in answers):
        with budget.paused():  # waiting for our own turn is not the site's time
            gate.permit(host)
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
    # As bytes, because for a str Python would apply its own, older IDNA rules.
    name = host.encode("ascii")
    with suppress(socket.gaierror):  # it is no address
        return _each_once(
            socket.getaddrinfo(name, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        )
    outcome: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def ask() -> None:
        try:
            outcome.put(socket.getaddrinfo(name, port, type=socket.SOCK_STREAM))
        except BaseException as error:  # noqa: BLE001 -- raised again by who waits for it
            outcome.put(error)

    try:
        threading.Thread(target=ask, daemon=True, name=f"resolve {host}").start()
    except RuntimeError as error:  # Python's word for that the system gives it no thread
        raise MemoryError(str(error)) from error
    try:
        answer = outcome.get(timeout=budget.seconds_left())
    except queue.Empty:
        raise TimeoutError(f"no answer to the look-up of {host}") from None
    if isinstance(answer, socket.gaierror):
        if answer.errno in _NO_SUCH_NAME:
            raise FetchError("host_not_found", host=host)
        raise FetchError("dns_failed", host=host)
    if isinstance(answer, BaseException):
        raise answer
    return _each_once(answer)


def _each_once(answer: Iterable[tuple[Any, ...]]) -> list[tuple[int, tuple[Any, ...]]]:
    return list(dict.fromkeys((family, sockaddr) for family, _, _, _, sockaddr in answer))
