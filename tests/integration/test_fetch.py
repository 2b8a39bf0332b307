"""The fetcher against real servers on loopback: every case of the table, and what is not of its
form."""

import gc
import gzip
import ssl
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import ip_network

import pytest
import trustme

from fetch import Limits, Page, fetch_page
from tests.hostile.case import FINISHED, Case
from tests.hostile.cases import CASES
from tests.hostile.resolver import Resolver
from tests.hostile.scripts import HEAD, falls_silent, in_turn, redirect, resets, silent
from tests.hostile.server import Script, Server, answer, sends
from tests.hostile.world import ALLOWED, World
from transport.budget import Budget
from transport.connection import Gate, connect
from wordcount.address import Network
from wordcount.errors import FetchError, WordcountError
from wordcount.version import VERSION

GRACE = 2.0
SMALL = 100_000
NETWORKS: tuple[Network, ...] = tuple(map(ip_network, ALLOWED.split(",")))
AS_A_WORKER = Limits(2.0, 10 * 2**20, NETWORKS)
LITTLE = Limits(1.0, SMALL, NETWORKS)
NOTHING_ALLOWED = Limits(1.0, SMALL, ())

Serve = Callable[[Script], Server]


@dataclass(frozen=True)
class Outcome:
    """What came of fetching the page of a case."""

    code: str
    detail: str
    page: Page | None
    seconds: float


@dataclass(frozen=True)
class Fetched:
    """The sites of all cases, and what is known of the slow ones: they are waited for together."""

    world: World
    slow: dict[str, Outcome]


def fetched(url: str) -> Outcome:
    """What comes of a URL, as a worker would fetch it."""
    started = time.monotonic()
    code, detail, page = FINISHED, "", None
    try:
        page = fetch_page(url, AS_A_WORKER)
    except WordcountError as error:
        code, detail = error.code, error.detail
    return Outcome(code, detail, page, time.monotonic() - started)


def failure(url: str, limits: Limits = LITTLE) -> FetchError:
    """The error that fetching ends with."""
    with pytest.raises(FetchError) as caught:
        fetch_page(url, limits)
    return caught.value


@pytest.fixture(scope="module")
def fetches(authority: trustme.CA) -> Iterator[Fetched]:
    """The sites, under the names that the resolver of the tests knows, and trusted by TLS."""
    with (
        pytest.MonkeyPatch.context() as patch,
        authority.cert_pem.tempfile() as certificate,
        World(CASES, authority) as world,
    ):
        resolver = Resolver()
        patch.setattr("socket.getaddrinfo", resolver)
        patch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", certificate)
        slow = [case for case in CASES if case.slow]
        with ThreadPoolExecutor(len(slow)) as together:
            outcomes = together.map(fetched, map(world.url, slow))
            names = (case.name for case in slow)
            known = dict(zip(names, outcomes, strict=True))
        gc.freeze()  # what is there already need not be looked through after each test
        yield Fetched(world, known)
        gc.unfreeze()
        resolver.close()


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


# --- the table


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_hostile_site(fetches: Fetched, case: Case) -> None:
    world = fetches.world
    outcome = fetches.slow.get(case.name) or fetched(world.url(case))
    assert outcome.code == case.fetched_code, outcome.detail
    assert outcome.seconds < AS_A_WORKER.timeout + GRACE
    assert not world.is_canary_touched(case)
    assert outcome.detail.isprintable()
    assert "  " not in outcome.detail
    if case.detail and case.code == case.fetched_code:
        assert outcome.detail == case.detail
    if case.connections is not None:
        assert world.connections(case) == case.connections
    if case.body is not None:
        assert outcome.page
        assert outcome.page.body == case.body


# --- pages


def test_a_page(serve: Serve) -> None:
    server = serve(sends(answer("<p>Grüße".encode("latin-1"), content_type="text/html")))
    page = fetch_page(f"{server.origin.upper()}/a b#c", LITTLE)
    assert page == Page(f"{server.origin}/a%20b", 200, "text/html", "<p>Grüße".encode("latin-1"))


def test_what_is_sent(serve: Serve) -> None:
    server = serve(sends(answer()))
    fetch_page(f"{server.origin}/a?b=c", LITTLE)
    lines = server.requests[0].decode("ascii").split("\r\n")
    assert lines[0] == "GET /a?b=c HTTP/1.1"
    assert f"Host: 127.0.0.1:{server.port}" in lines
    assert f"User-Agent: Wordcount/{VERSION}" in lines
    assert "Accept-Encoding: gzip, deflate" in lines
    assert "Connection: close" in lines


def test_the_content_type_is_passed_on(serve: Serve) -> None:
    server = serve(sends(answer(content_type="TEXT/HTML; charset=windows-1252")))
    page = fetch_page(server.origin, LITTLE)
    assert page.content_type == "TEXT/HTML; charset=windows-1252"


def test_a_page_needs_no_content_type(serve: Serve) -> None:
    server = serve(sends(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nHi"))
    assert fetch_page(server.origin, LITTLE) == Page(f"{server.origin}/", 200, None, b"Hi")


def test_the_environment_cannot_set_a_proxy(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    server, proxy = serve(sends(answer())), serve(sends(answer()))
    monkeypatch.setenv("http_proxy", proxy.origin)
    fetch_page(server.origin, LITTLE)
    assert proxy.connections == 0


# --- redirects


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/there", "/there"),
        ("there", "/a/there"),
        ("../there#fragment", "/there"),
        ("  ?q=é ", "/a/b?q=%C3%A9"),
        ("?q=\u00c3\u00a9", "/a/b?q=%C3%A9"),  # the two bytes of UTF-8
        ("//good.test:{port}/x", "/x"),
    ],
)
def test_where_a_redirect_leads(fetches: Fetched, serve: Serve, location: str, target: str) -> None:
    server = serve(in_turn(redirect(location), sends(answer())))
    assert fetch_page(f"{server.origin}/a/b", LITTLE).url.endswith(f":{server.port}{target}")


def test_cookies_are_not_kept(serve: Serve) -> None:
    # Of such a date Python's own reader of cookies would complain, at length.
    cookie = f"a=b; expires=Mon, 01 Jan {'9' * 5000} 00:00:00 GMT"
    server = serve(in_turn(redirect("/page", set_cookie=cookie), sends(answer())))
    fetch_page(server.origin, LITTLE)
    assert len(server.requests) == 2
    assert b"cookie" not in server.requests[1].lower()


# --- size


def test_a_second_try_has_an_allowance_of_its_own(serve: Serve) -> None:
    body = b"<p>" + b" " * 8 * 2**20  # twice as much is more than one try may receive
    server = serve(in_turn(resets(answer(body)[:-1]), sends(answer(body))))
    assert fetch_page(server.origin, Limits(20.0, 10 * 2**20, NETWORKS)).body == body
    assert server.connections == 2


def test_a_page_as_large_as_allowed(serve: Serve) -> None:
    body = b"x" * SMALL
    server = serve(sends(answer(body)))
    assert fetch_page(server.origin, LITTLE).body == body
    packed = serve(sends(answer(gzip.compress(body), content_encoding="gzip")))
    assert fetch_page(packed.origin, LITTLE).body == body


def test_a_page_that_says_it_is_too_large_is_not_read(serve: Serve) -> None:
    server = serve(falls_silent(HEAD + b"Content-Length: %d\r\n\r\n" % (SMALL + 1)))
    assert failure(server.origin).detail == "The page is larger than 100,000 bytes."


# --- addresses and names


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "[::ffff:127.0.0.1]"])
def test_nothing_is_connected_that_is_not_public(serve: Serve, host: str) -> None:
    server = serve(sends(answer()))
    assert failure(f"http://{host}:{server.port}/", NOTHING_ALLOWED).code == "not_public"
    assert server.connections == 0


def test_ports() -> None:
    # Refused before anything is sent: the address is public, and need not be reachable.
    error = failure("http://8.8.8.8:22/")
    assert error.code == "port_not_allowed"
    assert error.detail == "Port 22 is not allowed: only 80, 443, 8080 and 8443 are."


def test_a_name_under_a_final_dot_is_looked_up_as_it_is(fetches: Fetched, serve: Serve) -> None:
    server = serve(sends(answer()))
    fetch_page(f"http://good.test.:{server.port}/", LITTLE)
    assert f"Host: good.test:{server.port}".encode() in server.requests[0]


# --- TLS


def test_nothing_is_asked_of_a_site_that_nobody_vouches_for() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with Server(sends(answer()), tls=context) as server:
        assert failure(server.origin).code == "tls_failed"
    assert server.requests == []


def test_sending_ends_with_the_budget_too(serve: Serve) -> None:
    server = serve(silent)  # it reads the head of a request, and no more
    gate = Gate(NETWORKS, lambda _host: None)
    begun = time.monotonic()
    with connect("127.0.0.1", server.port, Budget(1.0, SMALL), gate) as sock:
        time.sleep(0.7)  # what is used before counts
        sock.sendall(b"POST / HTTP/1.1\r\n\r\n")
        with pytest.raises(TimeoutError):
            sock.sendall(bytes(64 * 2**20))
    assert time.monotonic() - begun < 1.5
