"""The fetcher against real servers on loopback, most of them ill-behaved."""

import gc
import gzip
import socket
import ssl
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from ipaddress import ip_network

import pytest
import trustme

from fetch import Limits, Page, fetch_page
from tests.hostile_server import Script, Server, Visit, answer, sends
from wordcount.address import Network
from wordcount.errors import FetchError, UrlError

TIMEOUT = 1.0
GRACE = 2.0
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"

ONLY_ONE = Limits(TIMEOUT, 100_000, (ip_network("127.0.0.1/32"),))
NOTHING_ALLOWED = Limits(TIMEOUT, 100_000, ())
PATIENT = Limits(10.0, 10 * 2**20, (ip_network("127.0.0.1/32"),))

Serve = Callable[[Script], Server]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts servers on 127.0.0.1 that end with the test."""
    servers: list[Server] = []

    def start(script: Script) -> Server:
        server = Server(script).__enter__()
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.__exit__(None, None, None)


@pytest.fixture(autouse=True)
def _no_socket_is_left_open() -> Iterator[None]:
    """Python warns of an open socket when it collects it, and a warning is an error here."""
    yield
    gc.collect()


def failure(url: str, limits: Limits = ONLY_ONE) -> FetchError:
    """The error that fetching ends with, in time."""
    started = time.monotonic()
    with pytest.raises(FetchError) as caught:
        fetch_page(url, limits)
    assert time.monotonic() - started < limits.timeout + GRACE
    return caught.value


# --- pages


def test_a_page(serve: Serve) -> None:
    server = serve(sends(answer("<p>Grüße".encode("latin-1"), content_type="text/html")))
    page = fetch_page(f"{server.origin.upper()}/a b#c", ONLY_ONE)
    assert page == Page(f"{server.origin}/a%20b", 200, "text/html", "<p>Grüße".encode("latin-1"))


def test_what_is_sent(serve: Serve) -> None:
    server = serve(sends(answer()))
    fetch_page(f"{server.origin}/a?b=c", ONLY_ONE)
    lines = server.requests[0].decode("ascii").split("\r\n")
    assert lines[0] == "GET /a?b=c HTTP/1.1"
    assert f"Host: 127.0.0.1:{server.port}" in lines
    assert "User-Agent: Wordcount/0.1" in lines
    assert "Accept-Encoding: gzip, deflate" in lines
    assert "Connection: close" in lines


@pytest.mark.parametrize(
    "content_type",
    [
        "text/html; charset=windows-1252",
        "TEXT/HTML",
        "application/xhtml+xml;charset=utf-8",
        "text/plain",
        "text/html, text/html; charset=utf-8",
    ],
)
def test_the_content_type_is_passed_on(serve: Serve, content_type: str) -> None:
    server = serve(sends(answer(content_type=content_type)))
    assert fetch_page(server.origin, ONLY_ONE).content_type == content_type


def test_a_page_needs_no_content_type(serve: Serve) -> None:
    server = serve(sends(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nHi"))
    assert fetch_page(server.origin, ONLY_ONE) == Page(f"{server.origin}/", 200, None, b"Hi")


@pytest.mark.parametrize(
    "response",
    [
        pytest.param(HEAD + b"\r\nHello", id="until the end of the connection"),
        pytest.param(b"HTTP/1.0 200 OK\r\n\r\nHello", id="HTTP/1.0"),
        pytest.param(HEAD + b"Content-Length: 5, 5\r\n\r\nHello", id="the same length twice"),
        pytest.param(HEAD + b"Content-Length: 5\r\n\r\nHello, you", id="more than announced"),
        pytest.param(CHUNKED + b"2;x=y\r\nHe\r\n3\r\nllo\r\n0\r\nA: b\r\n\r\n", id="chunks"),
        pytest.param(b"HTTP/1.1 100 Continue\r\n\r\n" + answer(b"Hello"), id="100"),
        pytest.param(b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + answer(b"Hello"), id="103"),
    ],
)
def test_ways_to_send_a_body(serve: Serve, response: bytes) -> None:
    assert fetch_page(serve(sends(response)).origin, ONLY_ONE).body == b"Hello"


def _bare_deflate(data: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return stream.compress(data) + stream.flush()


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(b"Hello")),
        ("X-GZIP", gzip.compress(b"Hello")),
        ("gzip", gzip.compress(b"Hel") + gzip.compress(b"lo") + b"\0" * 9),
        ("deflate", zlib.compress(b"Hello")),
        ("deflate", _bare_deflate(b"Hello")),
        ("identity", b"Hello"),
    ],
)
def test_compressed_pages(serve: Serve, encoding: str, body: bytes) -> None:
    server = serve(sends(answer(body, content_encoding=encoding)))
    assert fetch_page(server.origin, ONLY_ONE).body == b"Hello"


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_an_empty_body_may_be_called_compressed(serve: Serve, encoding: str) -> None:
    server = serve(sends(answer(b"", content_encoding=encoding)))
    assert failure(server.origin).code == "empty_page"


def test_a_compressed_page_that_comes_byte_by_byte(serve: Serve) -> None:
    data = _bare_deflate(b"Hello")
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in data) + b"0\r\n\r\n"
    head = CHUNKED.removesuffix(b"\r\n") + b"Content-Encoding: deflate\r\n\r\n"
    assert fetch_page(serve(sends(head + chunks)).origin, ONLY_ONE).body == b"Hello"


def test_ipv6() -> None:
    with Server(sends(answer(b"Hello")), host="::1") as server:
        page = fetch_page(server.origin, Limits(TIMEOUT, 100, (ip_network("::1/128"),)))
    assert page.url == f"http://[::1]:{server.port}/"


def test_a_host_name_that_is_allowed_by_its_addresses(serve: Serve) -> None:
    server = serve(sends(answer()))
    loopback: tuple[Network, ...] = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
    url = f"http://localhost:{server.port}/"
    assert fetch_page(url, Limits(TIMEOUT, 100, loopback)).url == url


def test_the_environment_cannot_set_a_proxy(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    server, proxy = serve(sends(answer())), serve(sends(answer()))
    monkeypatch.setenv("http_proxy", proxy.origin)
    fetch_page(server.origin, ONLY_ONE)
    assert proxy.connections == 0


# --- redirects


def _redirect(location: str, status: str = "302 Found", **headers: str) -> bytes:
    return answer(b"", status=status, location=location, **headers)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/there", "/there"),
        ("there", "/a/there"),
        ("../there#fragment", "/there"),
        ("  ?q=é ", "/a/b?q=%C3%A9"),
        ("?q=\u00c3\u00a9", "/a/b?q=%C3%A9"),  # the two bytes of UTF-8
    ],
)
def test_redirects(serve: Serve, status: int, location: str, target: str) -> None:
    def script(visit: Visit) -> None:
        moved = visit.path == "/a/b"
        visit.send(_redirect(location, f"{status} Moved") if moved else answer())

    server = serve(script)
    assert fetch_page(f"{server.origin}/a/b", ONLY_ONE).url == server.origin + target


def test_a_redirect_to_another_server(serve: Serve) -> None:
    target = serve(sends(answer(b"Hello")))
    server = serve(sends(_redirect(f"//127.0.0.1:{target.port}/x")))
    assert fetch_page(server.origin, ONLY_ONE).url == f"{target.origin}/x"


def test_a_redirect_to_a_forbidden_address_is_not_followed(serve: Serve) -> None:
    with Server(sends(answer(b"secret")), host="127.0.0.2") as canary:
        server = serve(sends(_redirect(canary.origin)))
        assert failure(server.origin).code == "not_public"
    assert canary.connections == 0


@pytest.mark.parametrize(
    "location",
    ["file:///etc/passwd", "javascript:alert(1)", "http://u:p@127.0.0.1/", "\\\\x", "http://[x/"],
)
def test_a_redirect_to_what_cannot_be_submitted(serve: Serve, location: str) -> None:
    assert failure(serve(sends(_redirect(location))).origin).code == "bad_redirect"


def test_a_redirect_to_nowhere(serve: Serve) -> None:
    server = serve(sends(answer(status="302 Found")))
    assert failure(server.origin).code == "http_status"


def test_a_redirect_loop(serve: Serve) -> None:
    server = serve(sends(_redirect("/")))
    assert failure(server.origin).code == "too_many_redirects"
    assert server.connections == 6


def test_five_redirects_are_followed_and_six_are_not(serve: Serve) -> None:
    def script(visit: Visit) -> None:
        steps = int(visit.path[1:])
        visit.send(_redirect(f"/{steps - 1}") if steps else answer())

    server = serve(script)
    assert fetch_page(f"{server.origin}/5", ONLY_ONE).url == f"{server.origin}/0"
    assert failure(f"{server.origin}/6").code == "too_many_redirects"


def test_the_body_of_a_redirect_is_not_read(serve: Serve) -> None:
    def script(visit: Visit) -> None:
        if visit.path == "/":
            visit.send(_redirect("/page", content_length=str(2**40)))
            visit.repeat(b"x" * 65536)
        visit.send(answer(b"Hello"))

    assert fetch_page(serve(script).origin, ONLY_ONE).body == b"Hello"


def test_cookies_are_not_kept(serve: Serve) -> None:
    def script(visit: Visit) -> None:
        visit.send(_redirect("/page", set_cookie="a=b") if visit.path == "/" else answer())

    server = serve(script)
    fetch_page(server.origin, ONLY_ONE)
    assert len(server.requests) == 2
    assert b"cookie" not in server.requests[1].lower()


# --- time


def _silent(visit: Visit) -> None:
    visit.wait(10)


def _drips_headers(visit: Visit) -> None:
    visit.send(HEAD)
    visit.drip(b"X-Slow: very\r\n" * 100)


def _drips_interim_answers(visit: Visit) -> None:
    while True:
        visit.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        visit.wait(0.05)


def _drips_body(visit: Visit) -> None:
    visit.send(HEAD + b"Content-Length: 1000\r\n\r\n")
    visit.drip(b"a" * 1000)


def _drips_chunks(visit: Visit) -> None:
    visit.send(CHUNKED)
    visit.drip(b"1\r\na\r\n" * 1000)


def _drips_trailers(visit: Visit) -> None:
    visit.send(CHUNKED + b"1\r\na\r\n0\r\n")
    visit.drip(b"X-Slow: very\r\n" * 100)


def _drips_redirects(visit: Visit) -> None:
    visit.wait(0.4)
    visit.send(_redirect("/"))


SLOW = [
    _silent,
    _drips_headers,
    _drips_interim_answers,
    _drips_body,
    _drips_chunks,
    _drips_trailers,
    _drips_redirects,
]


@pytest.mark.parametrize("script", SLOW)
def test_the_deadline_is_for_everything(serve: Serve, script: Script) -> None:
    error = failure(serve(script).origin)
    assert error.code == "timeout"
    assert error.detail == "The site did not finish answering within 1 seconds."


def test_the_deadline_is_for_connecting() -> None:
    # A full backlog: the kernel leaves further connections without an answer.
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        address = listener.getsockname()
        waiting = [socket.socket() for _ in range(4)]
        for sock in waiting:
            sock.setblocking(False)
            sock.connect_ex(address)
        try:
            assert failure(f"http://127.0.0.1:{address[1]}").code == "timeout"
        finally:
            for sock in waiting:
                sock.close()


# --- size


def _endless_body(visit: Visit) -> None:
    visit.send(HEAD + b"\r\n")
    visit.repeat(b"x" * 65536)


def _endless_chunks(visit: Visit) -> None:
    visit.send(CHUNKED)
    visit.repeat(b"1000\r\n" + b"x" * 4096 + b"\r\n")


def _endless_interim_answers(visit: Visit) -> None:
    visit.repeat(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000)


def _endless_trailers(visit: Visit) -> None:
    visit.send(CHUNKED + b"0\r\n")
    visit.repeat(b"A: b\r\n" * 1000)


@pytest.mark.parametrize(
    "script", [_endless_body, _endless_chunks, _endless_interim_answers, _endless_trailers]
)
def test_endless_answers(serve: Serve, script: Script) -> None:
    limits = Limits(10.0, 100_000, ONLY_ONE.allowed_networks)
    error = failure(serve(script).origin, limits)
    assert error.code == "too_large"
    assert error.detail == "The page is larger than 100,000 bytes."


@pytest.mark.parametrize(
    ("encoding", "bomb"),
    [("gzip", gzip.compress(bytes(2**26))), ("deflate", zlib.compress(bytes(2**26)))],
)
def test_bombs(serve: Serve, encoding: str, bomb: bytes) -> None:
    server = serve(sends(answer(bomb, content_encoding=encoding)))
    error = failure(server.origin, PATIENT)
    assert error.code == "too_large"
    assert error.detail == "The page is larger than 10 MiB."


def test_a_page_as_large_as_allowed(serve: Serve) -> None:
    body = b"x" * ONLY_ONE.max_bytes
    server = serve(sends(answer(body)))
    assert fetch_page(server.origin, ONLY_ONE).body == body
    packed = serve(sends(answer(gzip.compress(body), content_encoding="gzip")))
    assert fetch_page(packed.origin, ONLY_ONE).body == body


def test_a_page_that_says_it_is_too_large_is_not_read(serve: Serve) -> None:
    def script(visit: Visit) -> None:
        visit.send(HEAD + b"Content-Length: 100001\r\n\r\n")
        visit.wait(10)

    assert failure(serve(script).origin).code == "too_large"


# --- answers that are no page


@pytest.mark.parametrize(
    ("status", "detail"),
    [
        ("404 No", "The site answered 404 Not Found: there is no page at this address."),
        (
            "403 No",
            "The site answered 403 Forbidden: it does not let programs read this page.",
        ),
        (
            "500 No",
            "The site answered 500 Internal Server Error: it has a problem of its own;"
            " try again later.",
        ),
        ("204 No Content", "The site answered 204 No Content."),
        ("206 Part", "The site answered 206 Partial Content."),
        ("304 Same", "The site answered 304 Not Modified."),
        ("101 Other", "The site answered 101 Switching Protocols."),
        ("799 <b>Own</b>", "The site answered 799."),
    ],
)
def test_other_statuses(serve: Serve, status: str, detail: str) -> None:
    error = failure(serve(sends(answer(status=status))).origin)
    assert (error.code, error.detail) == ("http_status", detail)


def test_a_site_that_wants_to_be_asked_later_is_not_waited_for(serve: Serve) -> None:
    server = serve(sends(answer(status="503 Busy", retry_after="60")))
    assert failure(server.origin).code == "http_status"
    assert server.connections == 1


@pytest.mark.parametrize(
    "content_type", ["application/pdf", "image/png", "application/json", "text/html+x", "\xff\x1b"]
)
def test_other_types(serve: Serve, content_type: str) -> None:
    error = failure(serve(sends(answer(content_type=content_type))).origin)
    assert error.code == "content_type"
    assert error.detail.isprintable()


_PACKED = gzip.compress(b"Hello" * 1000)


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", _PACKED[: len(_PACKED) // 2]),
        ("gzip", _PACKED[:-1]),
        ("gzip", _PACKED[:1]),
        ("gzip", _PACKED + _PACKED[:-1]),
        ("gzip", _PACKED[:-8] + bytes(8)),
        ("gzip", b"Hello"),
        ("deflate", zlib.compress(b"Hello")[:-1]),
        ("deflate", b"\xff\xff\xff"),
        ("deflate", b"x"),
        ("br", b"Hello"),
        ("gzip, gzip", gzip.compress(_PACKED)),
    ],
)
def test_damaged_or_unwanted_compression(serve: Serve, encoding: str, body: bytes) -> None:
    server = serve(sends(answer(body, content_encoding=encoding)))
    assert failure(server.origin).code == "content_encoding"


@pytest.mark.parametrize(
    "response",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"SSH-2.0-OpenSSH_9.6\r\n", id="not HTTP"),
        pytest.param(b"HTTP/1.1 abc\r\n\r\n", id="no status"),
        pytest.param(b"HTTP/9.9 200 OK\r\n\r\n", id="no known version"),
        pytest.param(b"HTTP/1.1 200 " + b"O" * 70_000, id="a long status line"),
        pytest.param(HEAD + b"A: " + b"a" * 70_000, id="a long header"),
        pytest.param(HEAD + b"A: b\r\n" * 200 + b"\r\n", id="many headers"),
        pytest.param(answer(content_length="1000"), id="less than announced"),
        pytest.param(
            HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nHello!", id="two lengths"
        ),
        pytest.param(HEAD + b"Content-Length: 5, 6\r\n\r\nHello!", id="two lengths in one"),
        pytest.param(HEAD + b"Content-Length: -5\r\n\r\nHello", id="a length below zero"),
        pytest.param(HEAD + b"Content-Length: +5\r\n\r\nHello", id="a length with a sign"),
        pytest.param(HEAD + b"Content-Length: five\r\n\r\nHello", id="a length in words"),
        pytest.param(HEAD + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n", id="a long length"),
        pytest.param(HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n", id="a transfer coding"),
        pytest.param(CHUNKED + b"5\r\nHel", id="half a chunk"),
        pytest.param(CHUNKED + b"5\r\nHello\r\n", id="no last chunk"),
        pytest.param(CHUNKED + b"x\r\nHello\r\n", id="a chunk of no size"),
        pytest.param(CHUNKED + b"-5\r\nHello\r\n0\r\n\r\n", id="a chunk of size -5"),
        pytest.param(CHUNKED + b"-1\r\nHello\r\n0\r\n\r\n", id="a chunk of size -1"),
        pytest.param(CHUNKED + b"1" * 70_000, id="a long chunk size"),
    ],
)
def test_answers_that_are_not_http(serve: Serve, response: bytes) -> None:
    error = failure(serve(sends(response)).origin)
    assert error.code == "bad_response"
    assert "  " not in error.detail


@pytest.mark.parametrize("before", [b"", HEAD, HEAD + b"Content-Length: 9\r\n\r\nHi"])
def test_a_connection_that_breaks_off(serve: Serve, before: bytes) -> None:
    def script(visit: Visit) -> None:
        visit.send(before)
        visit.wait(0.1)  # a RST can overtake what was sent
        visit.reset()

    assert failure(serve(script).origin).code == "connection_failed"


# --- addresses


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    error = failure(f"http://127.0.0.1:{port}/")
    assert (error.code, error.detail) == (
        "connection_failed",
        "The site could not be reached: Connection refused.",
    )


def test_no_such_host() -> None:
    # RFC 6761, section 6.4: no name under .invalid exists.
    error = failure("http://nosuch.invalid/", PATIENT)
    assert (error.code, error.detail) == (
        "host_not_found",
        "There is no host named nosuch.invalid.",
    )


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "127.0.0.1",
        "2130706433",
        "0x7f.1",
        "0177.0.0.1",
        "127.1",
        "１２７．０．０．１",
        "0.0.0.0",
        "0",
        "10.0.0.1",
        "169.254.169.254",
        "[::]",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:a9fe:a9fe]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[2001:0:1::]",
        "[fe80::1]",
        "[ff02::1]",
    ],
)
def test_addresses_that_are_not_public(host: str) -> None:
    assert failure(f"http://{host}/", NOTHING_ALLOWED).code == "not_public"


def test_an_address_with_a_zone_is_not_public() -> None:
    with pytest.raises(UrlError) as caught:
        fetch_page("http://[fe80::1%25lo]/", NOTHING_ALLOWED)
    assert caught.value.code == "not_public"


def test_nothing_is_connected_that_is_not_public(serve: Serve) -> None:
    server = serve(sends(answer()))
    assert failure(server.origin, NOTHING_ALLOWED).code == "not_public"
    assert server.connections == 0


def test_0_0_0_0_does_not_lead_to_an_allowed_loopback(serve: Serve) -> None:
    server = serve(sends(answer()))
    assert failure(f"http://0.0.0.0:{server.port}/").code == "not_public"
    assert server.connections == 0


def test_ports() -> None:
    # Refused before anything is sent: the address is public, and need not be reachable.
    error = failure("http://8.8.8.8:22/", NOTHING_ALLOWED)
    assert error.code == "port_not_allowed"
    assert error.detail == "Port 22 is not allowed: only 80, 443, 8080 and 8443 are."


# Loopback has no DNS that a test could own, so these stand in for the system's resolver.


def _resolver(
    monkeypatch: pytest.MonkeyPatch, *lookups: Sequence[str] | OSError, seconds: float = 0
) -> list[object]:
    """Let the n-th look-up give the n-th outcome; the list tells which hosts were asked for."""
    asked: list[object] = []
    outcomes = iter(lookups)

    def getaddrinfo(host: object, port: int, **_how: object) -> list[tuple[object, ...]]:
        asked.append(host)
        time.sleep(seconds)
        outcome = next(outcomes)
        if isinstance(outcome, OSError):
            raise outcome
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in outcome]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


def test_one_forbidden_address_among_several(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    server = serve(sends(answer()))
    _resolver(monkeypatch, ["127.0.0.1", "127.0.0.2"])
    assert failure(f"http://a.example:{server.port}/").code == "not_public"
    assert server.connections == 0


def test_a_name_is_resolved_once_per_connection(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(sends(answer()))
    asked = _resolver(monkeypatch, ["127.0.0.1"], ["127.0.0.2"])
    fetch_page(f"http://a.example.:{server.port}/", ONLY_ONE)
    assert asked == [b"a.example."]
    assert f"Host: a.example:{server.port}".encode() in server.requests[0]


def test_a_name_that_changes_its_address_between_redirects(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(sends(_redirect("/again")))
    _resolver(monkeypatch, ["127.0.0.1"], ["127.0.0.2"])
    assert failure(f"http://a.example:{server.port}/").code == "not_public"


def test_the_next_address_is_tried(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    server = serve(sends(answer(b"Hello")))
    _resolver(monkeypatch, ["127.0.0.3", "127.0.0.1"])
    limits = Limits(TIMEOUT, 100, (ip_network("127.0.0.0/8"),))
    assert fetch_page(f"http://a.example:{server.port}/", limits).body == b"Hello"


def test_the_deadline_is_for_the_look_up(monkeypatch: pytest.MonkeyPatch) -> None:
    _resolver(monkeypatch, ["127.0.0.1"], seconds=2)
    limits = Limits(0.2, 100, ONLY_ONE.allowed_networks)
    assert failure("http://a.example/", limits).code == "timeout"


@pytest.mark.parametrize(
    ("errno", "code"),
    [(socket.EAI_NONAME, "host_not_found"), (socket.EAI_AGAIN, "connection_failed")],
)
def test_look_ups_that_fail(monkeypatch: pytest.MonkeyPatch, errno: int, code: str) -> None:
    _resolver(monkeypatch, socket.gaierror(errno, "as the resolver says"))
    assert failure("http://a.example/").code == code


def test_a_url_that_cannot_be_fetched() -> None:
    with pytest.raises(UrlError) as caught:
        fetch_page("ftp://example.com/", ONLY_ONE)
    assert caught.value.code == "url_scheme"


# --- TLS


@pytest.fixture
def _trusted(authority: trustme.CA, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The fetcher trusts the test's authority, as it trusts those of certifi otherwise."""
    with authority.cert_pem.tempfile() as file:
        monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", file)
        yield


def test_a_certificate_that_nobody_vouches_for(tls: ssl.SSLContext) -> None:
    with Server(sends(answer()), tls=tls) as server:
        error = failure(server.origin)
    assert error.code == "tls_failed"
    assert "unable to get local issuer certificate" in error.detail
    assert server.requests == []


@pytest.mark.usefixtures("_trusted")
def test_a_certificate_of_another_host(tls: ssl.SSLContext) -> None:
    with Server(sends(answer()), host="127.0.0.2", tls=tls) as server:
        limits = Limits(TIMEOUT, 100, (ip_network("127.0.0.2/32"),))
        assert failure(server.origin, limits).code == "tls_failed"


def test_a_server_that_does_not_speak_tls(serve: Serve) -> None:
    with Server(sends(b"HTTP/1.1 400 Bad Request\r\n\r\n"), greet=False) as server:
        assert failure(f"https://127.0.0.1:{server.port}/").code == "tls_failed"


@pytest.mark.parametrize("data", [b"", b"\x16\x03\x03\x3f\xff" + b"\x02\x00\x3f\xfb" * 1000])
def test_the_deadline_is_for_the_handshake(data: bytes) -> None:
    def script(visit: Visit) -> None:
        visit.drip(data)
        visit.wait(10)

    with Server(script, greet=False) as server:
        assert failure(f"https://127.0.0.1:{server.port}/").code == "timeout"


@pytest.mark.usefixtures("_trusted")
def test_a_page_over_tls(serve: Serve, tls: ssl.SSLContext) -> None:
    with Server(sends(answer(b"Hello")), tls=tls) as server:
        assert fetch_page(f"{server.origin}/x", ONLY_ONE).body == b"Hello"
        moved = serve(sends(_redirect(f"{server.origin}/y")))
        assert fetch_page(moved.origin, ONLY_ONE).url == f"{server.origin}/y"


@pytest.mark.usefixtures("_trusted")
@pytest.mark.parametrize("script", SLOW)
def test_the_deadline_is_for_everything_over_tls(tls: ssl.SSLContext, script: Script) -> None:
    with Server(script, tls=tls) as server:
        assert failure(server.origin).code == "timeout"


@pytest.mark.usefixtures("_trusted")
@pytest.mark.parametrize("script", [_endless_body, _endless_trailers])
def test_endless_answers_over_tls(tls: ssl.SSLContext, script: Script) -> None:
    with Server(script, tls=tls) as server:
        limits = Limits(10.0, 100_000, ONLY_ONE.allowed_networks)
        assert failure(server.origin, limits).code == "too_large"
