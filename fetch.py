"""Fetch one page: beside :mod:`callbacks.deliver` the only HTTP to strangers.

A URL comes from a stranger and leads to a stranger's server, so this module promises that whatever
they do, :func:`fetch_page` ends in time, within memory, and never inside the operator's network.
`docs/DESIGN.md`, "The fetcher's promises", has the whole list. The promises about connections are
kept by :mod:`transport`, those about HTTP here.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import requests

from transport.budget import Budget, OverBudgetError
from transport.connection import Gate
from transport.failures import NETWORK_ERRORS, failure_of
from transport.redirects import redirect_target
from transport.session import GuardedSession
from wordcount.address import Network
from wordcount.content_coding import ACCEPTED, PLAIN, decoded, too_large
from wordcount.content_type import media_type_of
from wordcount.errors import FetchError
from wordcount.http_status import status_error
from wordcount.sniff import kind_if_not_text
from wordcount.url import read_url
from wordcount.version import VERSION

MAX_REDIRECTS = 5
PROGRAM = f"Wordcount/{VERSION}"
CONTENT_TYPES = {"text/html", "application/xhtml+xml", "text/plain"}

#: What may be received on top of the largest page: headers, chunk sizes, trailers, redirects.
_FRAMING_BYTES = 4 * 1024 * 1024
_READ_BYTES = 16 * 1024

#: Is told how much has come so far, in bytes.
Report = Callable[[int], None]

#: What a second try may mend: a site that restarts, a proxy that lost its server.
_PASSING = {"connection_refused", "connection_reset"}
_PASSING_STATUSES = {502, 503, 504}
#: How long to wait before it, in seconds; a site may ask for a little more, not for much more.
_RETRY_PAUSE = 0.25
_LONGEST_PAUSE = 2


@dataclass(frozen=True)
class Limits:
    """What one fetch may use, and where it may go.

    :param timeout: seconds, over DNS, connect, TLS, headers, body, trailers and all redirects.
    :param max_bytes: the largest page, in bytes after decompression.
    :param allowed_networks: reachable although not public, and on any port.
    """

    timeout: float
    max_bytes: int
    allowed_networks: tuple[Network, ...]


@dataclass(frozen=True)
class Manners:
    """How a fetch behaves towards sites.

    :param contact: a URL that tells the owner of a site who asks; "" for none.
    :param permit: called with the host before each request, unless it is in an allowed network;
        returns when it may be asked, or raises a FetchError.
    """

    contact: str = ""
    permit: Callable[[str], None] = lambda _host: None

    @property
    def user_agent(self) -> str:
        """The header of that name (RFC 9110, section 10.1.5)."""
        return f"{PROGRAM} (+{self.contact})" if self.contact else PROGRAM


@dataclass(frozen=True)
class Page:
    """A page as it was fetched.

    :param url: where it was in the end, after redirects; normalised.
    :param status: of HTTP.
    :param content_type: the header as received, or None if there was none.
    :param body: decompressed bytes.
    """

    url: str
    status: int
    content_type: str | None
    body: bytes


def fetch_page(
    url: str,
    limits: Limits,
    manners: Manners | None = None,
    report: Report = lambda _bytes: None,
    look_up: Callable[[], None] = lambda: None,
) -> Page:
    """Fetch the page at a URL.

    :param url: as submitted; it is normalised by :func:`wordcount.url.read_url`.
    :param report: called now and then.
    :param look_up: called now and then while the site says nothing. What it and `report` raise
        ends the fetch.
    :raises UrlError: if the URL is none that can be fetched.
    :raises FetchError: for everything that can go wrong with the network or the site.
    """
    manners = manners or Manners()
    headers = {
        "User-Agent": manners.user_agent,
        "Accept": "text/html, application/xhtml+xml, text/plain;q=0.9, */*;q=0.1",
        "Accept-Encoding": ACCEPTED,
        "Connection": "close",
    }
    budget = Budget(limits.timeout, limits.max_bytes + _FRAMING_BYTES, look_up)
    gate = Gate(limits.allowed_networks, manners.permit)

    def reported(bytes_: int) -> None:
        with budget.paused():  # it may wait for a database, which is not the site's time
            report(bytes_)

    with GuardedSession(budget, gate, headers) as session:
        return _Fetch(session, budget, limits, reported).follow(read_url(url))


@dataclass
class _Fetch:
    """One page on its way, over redirects and at most one second try."""

    _session: GuardedSession
    _budget: Budget
    _limits: Limits
    _report: Report
    _may_try_again: bool = True

    def follow(self, url: str) -> Page:
        for _ in range(MAX_REDIRECTS + 1):
            found = self._ask_again_if_need_be(url)
            if isinstance(found, Page):
                return found
            url = found
        raise FetchError("too_many_redirects", limit=MAX_REDIRECTS)

    def _ask_again_if_need_be(self, url: str) -> Page | str:
        try:
            return self._ask(url)
        except FetchError as error:
            failure = error
        pause = _pause_after(failure)
        if pause is None or not self._may_try_again or not self._budget.lasts(pause):
            raise failure
        self._may_try_again = False
        self._budget.refill()
        time.sleep(pause)
        try:
            return self._ask(url)
        except FetchError as second:
            # That it is not our turn says nothing about the site.
            raise failure if second.code == "host_busy" else second from None

    def _ask(self, url: str) -> Page | str:
        """The page at a URL, or where it leads on to."""
        try:
            with self._session.get(url, stream=True) as response:
                target = redirect_target(url, response)
                return target or _page(url, response, self._limits, self._report)
        except OverBudgetError:
            raise FetchError("bad_response", reason="it goes on and on around the page") from None
        except NETWORK_ERRORS as error:
            raise failure_of(error, self._limits.timeout) from error


def _page(url: str, response: requests.Response, limits: Limits, report: Report) -> Page:
    if response.status_code != 200:
        retry_after = response.headers.get("Retry-After", "").strip()
        raise status_error(response.status_code, retry_after)
    content_type = _printable(response.headers.get("Content-Type"))
    _check_content_type(content_type)
    body = b"".join(_reported(_body(response, limits.max_bytes), report))
    if not body:
        raise FetchError("empty_page")
    if kind := kind_if_not_text(body, content_type):
        raise FetchError("not_text", kind=kind)
    return Page(url, response.status_code, content_type, body)


def _body(response: requests.Response, max_bytes: int) -> Iterable[bytes]:
    encoding = response.headers.get("Content-Encoding", "")
    length = response.raw.length_remaining
    if length is not None and length > max_bytes and encoding.strip().lower() in PLAIN:
        raise too_large(max_bytes)
    return decoded(_chunks(response), encoding, max_bytes)


def _reported(pieces: Iterable[bytes], report: Report) -> Iterator[bytes]:
    received = 0
    for piece in pieces:
        received += len(piece)
        report(received)
        yield piece


def _printable(header: str | None) -> str | None:
    """A header without control characters: no database stores a NUL, and nobody reads others."""
    return header and "".join(filter(str.isprintable, header))


def _pause_after(failure: FetchError) -> float | None:
    """How long to wait before a second try, in seconds; None if there is to be none."""
    if failure.code in _PASSING:
        return _RETRY_PAUSE
    if failure.facts.get("status") not in _PASSING_STATUSES:
        return None
    asked = str(failure.facts["retry_after"])  # RFC 9110, section 10.2.3: seconds, or a date
    if not asked:
        return _RETRY_PAUSE
    in_a_moment = {str(seconds): float(seconds) for seconds in range(_LONGEST_PAUSE + 1)}
    return in_a_moment.get(asked)


def _check_content_type(content_type: str | None) -> None:
    media_type = media_type_of(content_type)
    if media_type and media_type not in CONTENT_TYPES:
        raise FetchError("content_type", content_type=ascii(media_type[:60])[1:-1])


def _chunks(response: requests.Response) -> Iterator[bytes]:
    try:
        yield from response.raw.stream(_READ_BYTES, decode_content=False)
    except ValueError as error:  # http.client's, for the size of a chunk that is below zero
        reason = "it is cut into chunks of impossible size"
        raise FetchError("bad_response", reason=reason) from error
