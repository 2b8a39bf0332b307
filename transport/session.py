"""A session of `requests` whose connections are all made by :mod:`transport.connection`."""

import functools
import http.client
import re
import ssl
from collections.abc import Iterable
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util.ssl_ import ALPN_PROTOCOLS, create_urllib3_context

from transport.budget import Budget
from transport.connection import BoundedSocket, BoundedTLSSocket, Gate, connect
from wordcount.errors import FetchError

#: Empty if there is none; Python refuses to read numbers of thousands of digits.
_LENGTH = re.compile(r"[0-9]{0,18}")


def tls() -> ssl.SSLContext:
    """What all connections by TLS have in common, and whose certificates they believe."""
    return _tls(requests.adapters.DEFAULT_CA_BUNDLE_PATH)


@functools.cache
def _tls(authorities: str) -> ssl.SSLContext:
    """Made once: to load all authorities takes longer than most pages.

    urllib3 says for each connection which protocols it speaks, and OpenSSL frees what was said
    before; another thread may just be reading it (python/cpython#141012). So it is said once.
    """
    context = create_urllib3_context()
    context.sslsocket_class = BoundedTLSSocket
    context.load_verify_locations(authorities)
    context.set_alpn_protocols(ALPN_PROTOCOLS)
    context.set_alpn_protocols = _said_already  # type: ignore[assignment,method-assign]
    return context


def _said_already(_protocols: Iterable[str]) -> None:
    """In the place of what must not be done again."""


class _Response(http.client.HTTPResponse):
    """An answer that can be read in one way only; here, where a refused one is closed as well."""

    def begin(self) -> None:
        super().begin()
        del self.headers["Set-Cookie"]  # not kept, and so not worth the standard library's parsing
        codings = self.headers.get_all("Transfer-Encoding", ["identity"])
        if [coding.strip().lower() for coding in codings] not in ([""], ["chunked"], ["identity"]):
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
        self.poolmanager.connection_pool_kw["ssl_context"] = tls()
        # A pool hands keyword arguments that it does not know on to its connections.
        pools: dict[str, Any] = {
            "http": functools.partial(_Pool, budget=budget, gate=gate),
            "https": functools.partial(_TLSPool, budget=budget, gate=gate),
        }
        self.poolmanager.pool_classes_by_scheme = pools

    def cert_verify(self, conn: Any, *_: object) -> None:
        """Require a certificate. :func:`tls` has the authorities; requests would load them anew."""
        conn.cert_reqs = "CERT_REQUIRED"


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
