"""Who counts as one client behind how many proxies: through a real gunicorn, as strangers try it.

The tests speak as the last proxy does, or as a client who talks to gunicorn directly.
"""

import http.client
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.programs import Program, running
from tests.support import free_port

pytestmark = pytest.mark.usefixtures("app")

#: What a client may do, in one hour.
ALLOWED = 2
FORWARDED = "X-Forwarded-For"
Headers = Sequence[tuple[str, str]]


class Web:
    """A gunicorn, and requests to it with any headers, also several of one name."""

    def __init__(self, program: Program, address: str) -> None:
        self.program = program
        self._host = urlsplit(address).netloc

    def ask(self, method: str, path: str, headers: Headers, body: bytes = b"") -> tuple[int, str]:
        """The status and the text of the answer."""
        connection = http.client.HTTPConnection(self._host, timeout=20)
        connection.putrequest(method, path)
        connection.putheader("Content-Length", str(len(body)))
        for name, value in headers:
            connection.putheader(name, value.encode("latin-1"))
        connection.endheaders(body)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text

    def submit(self, *headers: tuple[str, str]) -> int:
        """The status of one submission."""
        body = json.dumps({"url": "http://example.com/"}).encode()
        return self.ask("POST", "/start", headers, body)[0]

    def use_up(self, *headers: tuple[str, str]) -> None:
        """Use the whole allowance of a client."""
        assert [self.submit(*headers) for _ in range(ALLOWED + 1)] == [200] * ALLOWED + [429]


@pytest.fixture(scope="module")
def behind(environ: dict[str, str], logs: Path) -> Iterator[Callable[[int], Web]]:
    """The web as it is behind some number of proxies, started when it is first asked for."""
    webs: dict[int, Web] = {}
    with ExitStack() as programs:

        def behind(proxies: int) -> Web:
            if proxies not in webs:
                settings = {
                    **environ,
                    "PORT": str(free_port()),
                    "WEB_CONCURRENCY": "1",
                    "RATELIMIT_ENABLED": "true",
                    "SUBMISSION_RATE_LIMIT": f"{ALLOWED}/hour",
                    "TRUSTED_PROXIES": str(proxies),
                }
                log = logs / f"behind-{proxies}.log"
                program = programs.enter_context(
                    running(["gunicorn", "app:create_app()"], settings, log)
                )
                program.wait_for_line("Listening at")
                webs[proxies] = Web(program, f"http://127.0.0.1:{settings['PORT']}")
            return webs[proxies]

        yield behind


@pytest.mark.parametrize(
    "headers",
    [
        [(FORWARDED, "198.51.100.1")],
        [(FORWARDED, "198.51.100.1"), (FORWARDED, "198.51.100.2")],
        [("X_Forwarded_For", "198.51.100.1")],
        [("Forwarded", "for=198.51.100.1")],
        [("X-Real-IP", "198.51.100.1")],
        [(FORWARDED, "garbage")],
    ],
)
def test_without_proxies_no_header_changes_who_one_is(
    behind: Callable[[int], Web], headers: Headers
) -> None:
    web = behind(0)
    web.use_up()
    assert web.submit(*headers) == 429


def test_without_proxies_one_line_says_what_to_set(behind: Callable[[int], Web]) -> None:
    web = behind(0)
    for path in ("/", "/about", "/static/sample.html"):
        assert web.ask("GET", path, [(FORWARDED, "198.51.100.1")])[0] == 200
    web.program.wait_for_line("TRUSTED_PROXIES")
    (line,) = [line for line in web.program.log.splitlines() if "TRUSTED_PROXIES is 0" in line]
    assert "198.51.100.1" not in line


def test_clients_behind_a_proxy_have_allowances_of_their_own(behind: Callable[[int], Web]) -> None:
    web = behind(1)
    web.use_up((FORWARDED, "203.0.113.1"))
    web.use_up((FORWARDED, "203.0.113.2"))
    web.use_up()  # somebody who comes past the proxy
    web.use_up((FORWARDED, "2001:db8:1:2::1"))
    assert web.submit((FORWARDED, "2001:db8:1:2::2")) == 429
    web.use_up((FORWARDED, "2001:db8:1:3::1"))
    assert "TRUSTED_PROXIES" not in web.program.log


@pytest.mark.parametrize(
    "written",
    [
        "198.51.100.1",
        "198.51.100.1, 198.51.100.2",
        '"',
        '"198.51.100.1',
        'a"b\\',
        "\\",
        ",,",
        "\xff",
    ],
)
@pytest.mark.parametrize("lines", [1, 2])
def test_what_a_client_writes_itself_changes_nothing(
    behind: Callable[[int], Web], written: str, lines: int
) -> None:
    web = behind(1)
    web.use_up((FORWARDED, "203.0.113.1"))
    if lines == 1:
        headers = [(FORWARDED, f"{written}, 203.0.113.1")]
    else:
        headers = [(FORWARDED, written), (FORWARDED, "203.0.113.1")]
    assert web.submit(*headers) == 429


@pytest.mark.parametrize("written", ["", "198.51.100.1, ", '"198.51.100.1, '])
def test_behind_two_proxies(behind: Callable[[int], Web], written: str) -> None:
    web = behind(2)
    web.use_up((FORWARDED, "203.0.113.1, 192.0.2.1"))
    assert web.submit((FORWARDED, f"{written}203.0.113.1, 192.0.2.9")) == 429
    assert web.submit((FORWARDED, f"{written}203.0.113.2, 192.0.2.1")) == 200


@pytest.mark.parametrize("proxies", [0, 1])
@pytest.mark.parametrize(
    "garbage", ["", ",", '"', "unknown", "\xff\xfe", "[::1", "1.2.3.4:x", "a" * 8000]
)
def test_garbage_from_a_proxy_is_no_defect(
    behind: Callable[[int], Web], proxies: int, garbage: str
) -> None:
    web = behind(proxies)
    headers = [(FORWARDED, garbage), ("X-Forwarded-Proto", garbage[:100])]
    assert web.submit(*headers) == 200
    for path in ("/", "/about"):
        assert web.ask("GET", path, headers)[0] == 200


def test_all_garbage_from_a_proxy_is_one_client(behind: Callable[[int], Web]) -> None:
    web = behind(1)
    web.use_up((FORWARDED, "garbage"))
    assert web.submit((FORWARDED, "other garbage")) == 429


@pytest.mark.parametrize(("proxies", "scheme"), [(0, "http"), (1, "https")])
def test_the_scheme_is_what_a_trusted_proxy_says(
    behind: Callable[[int], Web], proxies: int, scheme: str
) -> None:
    headers = [
        ("X-Forwarded-Proto", "https"),
        # What no proxy is believed:
        ("X-Forwarded-Ssl", "off"),
        ("X-Forwarded-Host", "evil.example"),
        ("X-Forwarded-Port", "666"),
        ("X-Forwarded-Prefix", "/evil"),
        ("SCRIPT_NAME", "/evil"),
    ]
    status, page = behind(proxies).ask("GET", "/", headers)
    assert status == 200
    assert f'value="{scheme}://127.0.0.1:' in page
    assert not {part for part in ("evil.example", "/evil", ":666/") if part in page}
