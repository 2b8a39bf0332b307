"""What all fetches by TLS have in common."""

import socket
import ssl
from collections.abc import Iterator

import pytest
from urllib3.util.ssl_ import ssl_wrap_socket

from transport import session


@pytest.fixture(autouse=True)
def anew() -> Iterator[None]:
    session._tls.cache_clear()
    yield
    session._tls.cache_clear()


def test_authorities_are_loaded_and_protocols_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    for name in ("load_verify_locations", "set_alpn_protocols"):
        does = getattr(ssl.SSLContext, name)

        def noted(
            context: ssl.SSLContext, what: object, name: str = name, does: object = does
        ) -> None:
            calls.append(name)
            assert callable(does)
            does(context, what)

        monkeypatch.setattr(ssl.SSLContext, name, noted)
    for _ in range(2):
        with socket.socket() as plain:
            ssl_wrap_socket(plain, ssl_context=session.tls(), server_hostname="example.com").close()
    assert calls == ["load_verify_locations", "set_alpn_protocols"]


def test_a_certificate_is_wanted_of_everybody_and_for_the_host() -> None:
    assert session.tls().verify_mode == ssl.CERT_REQUIRED
    assert session.tls().check_hostname
