"""A stand-in for the system's resolver: loopback has no DNS that a test could own."""

import socket
import threading
from collections import Counter
from collections.abc import Sequence
from typing import Any

Outcome = Sequence[str] | OSError | None

#: What each look-up of a name gives: the last outcome also for all that follow; None is silence.
NAMES: dict[str, Sequence[Outcome]] = {
    "good.test": [["127.0.0.1"]],
    "foo_bar.test": [["127.0.0.1"]],
    "xn--bcher-kva.test": [["127.0.0.1"]],
    "xn--wgv71a119e.test": [["127.0.0.1"]],
    "xn--strae-oqa.test": [["127.0.0.1"]],
    "often.test": [["127.0.0.1"] * 100],
    "refuses-first.test": [["::1", "127.0.0.1"]],
    "both.test": [["127.0.0.1", "127.0.0.2"]],
    "both-reversed.test": [["127.0.0.2", "127.0.0.1"]],
    "good-then-private.test": [["127.0.0.1", "10.0.0.1"]],
    "public-and-private.test": [["8.8.8.8", "10.0.0.1"]],
    "public-and-mapped.test": [["8.8.8.8", "::ffff:127.0.0.2"]],
    "canary.test": [["127.0.0.2"]],
    "mapped.test": [["::ffff:127.0.0.2"]],
    "mapped-good.test": [["::ffff:127.0.0.1"]],
    "compatible.test": [["::127.0.0.2"]],
    "translated.test": [["64:ff9b::7f00:2"]],
    "zoned.test": [["fe80::1%lo"]],
    "unspecified.test": [["0.0.0.0"]],
    "unspecified-6.test": [["::"]],
    "metadata.test": [["169.254.169.254"]],
    "metadata.google.internal": [["169.254.169.254"]],
    "rebinds.test": [["127.0.0.1"], ["127.0.0.2"]],
    "rebinds-to-metadata.test": [["127.0.0.1"], ["169.254.169.254"]],
    "rebinds-to-both.test": [["127.0.0.1"], ["127.0.0.1", "127.0.0.2"]],
    "silent.test": [None],
    "silent-later.test": [["127.0.0.1"], None],
    "unknown.test": [socket.gaierror(socket.EAI_NONAME, "no such name")],
    "no-address.test": [socket.gaierror(socket.EAI_NODATA, "no address")],
    "busy.test": [socket.gaierror(socket.EAI_AGAIN, "later")],
    "failing.test": [socket.gaierror(socket.EAI_FAIL, "never")],
    "broken.test": [OSError(5, "Input/output error")],
    "empty.test": [[]],
}


class Resolver:
    """To be put in the place of :func:`socket.getaddrinfo`."""

    def __init__(self) -> None:
        self._real = socket.getaddrinfo
        # By port as well: each case has a port of its own, and is to begin with the first answer.
        self._asked: Counter[tuple[str, object]] = Counter()
        self._closing = threading.Event()

    def __call__(self, host: Any, port: Any, *args: Any, **how: Any) -> list[Any]:
        name = host.decode("ascii") if isinstance(host, bytes) else str(host)
        outcomes = NAMES.get(name.rstrip("."))
        if outcomes is None or how.get("flags", 0) & socket.AI_NUMERICHOST:
            return list(self._real(host, port, *args, **how))
        number = self._asked[name, port]
        self._asked[name, port] += 1
        outcome = outcomes[min(number, len(outcomes) - 1)]
        if outcome is None:
            self._closing.wait(30)
            return []
        if isinstance(outcome, OSError):
            raise outcome
        return [row for ip in outcome for row in self._numeric(ip, port)]

    def close(self) -> None:
        """Let go of those that wait for an answer."""
        self._closing.set()

    def _numeric(self, ip: str, port: Any) -> list[Any]:
        return list(self._real(ip, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST))
