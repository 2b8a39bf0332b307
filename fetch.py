"""Fetch one page: the only outbound HTTP of the project.

A URL comes from a stranger and leads to a stranger's server, so this module promises that whatever
they do, :func:`fetch_page` ends in time, within memory, and never inside the operator's network.
`docs/DESIGN.md`, "The fetcher's promises", has the whole list. The promises about connections are
kept by :mod:`transport`, those about HTTP here.
"""

import http.client
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin

import requests
import urllib3

from transport import Budget, Gate, GuardedSession, OverBudgetError
from wordcount.address import Network
from wordcount.content_coding import ACCEPTED, PLAIN, decoded
from wordcount.content_type import media_type_of
from wordcount.errors import FetchError, UrlError
from wordcount.url import read_url

MAX_REDIRECTS = 5
USER_AGENT = "Wordcount/0.1"
CONTENT_TYPES = {"text/html", "application/xhtml+xml", "text/plain"}

_HEADERS = {
    "User-Agent": USER_AGENT,
    "Accept": "text/html, application/xhtml+xml, text/plain;q=0.9, */*;q=0.1",
    "Accept-Encoding": ACCEPTED,
    "Connection": "close",
}
_REDIRECTS = {301, 302, 303, 307, 308}
#: What may be received on top of the largest page: headers, chunk sizes, trailers, redirects.
_FRAMING_BYTES = 1024 * 1024
_READ_BYTES = 16 * 1024

_STATUS_HINTS = {
    401: "it wants a user name and password",
    402: "it wants to be paid",
    403: "it does not let programs read this page",
    404: "there is no page at this address",
    410: "the page was there, but has been removed",
    429: "it was asked too often; try again later",
    451: "the page is blocked for legal reasons",
}


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


def fetch_page(url: str, limits: Limits) -> Page:
    """Fetch the page at a URL.

    :param url: as submitted; it is normalised by :func:`wordcount.url.read_url`.
    :raises UrlError: if the URL is none that can be fetched.
    :raises FetchError: for everything that can go wrong with the network or the site.
    """
    url = read_url(url)
    budget = Budget(limits.timeout, limits.max_bytes + _FRAMING_BYTES)
    gate = Gate(limits.allowed_networks)
    try:
        with GuardedSession(budget, gate, _HEADERS) as session:
            return _follow(session, url, limits.max_bytes)
    except OverBudgetError:
        raise _too_large(limits.max_bytes) from None
    except (OSError, http.client.HTTPException, urllib3.exceptions.HTTPError) as error:
        # An error of requests is an OSError.
        raise _named(error, limits) from error


def _follow(session: GuardedSession, url: str, max_bytes: int) -> Page:
    for _ in range(MAX_REDIRECTS + 1):
        with session.get(url, stream=True) as response:
            target = _redirect_target(url, response)
            if target is None:
                return _page(url, response, max_bytes)
        url = target
    raise FetchError("too_many_redirects", limit=MAX_REDIRECTS)


def _redirect_target(url: str, response: requests.Response) -> str | None:
    """Where a response leads on to (RFC 9110, section 10.2.2), or None if it does not."""
    location = response.headers.get("Location", "").strip()
    if response.status_code not in _REDIRECTS or not location:
        return None
    try:
        return read_url(urljoin(url, _utf8(location)))
    except UrlError as error:
        raise FetchError("bad_redirect", reason=error.detail) from None
    except ValueError:  # urljoin's word for brackets that do not match
        raise FetchError("bad_redirect", reason="it is not a URL.") from None


def _utf8(header: str) -> str:
    """Python reads headers as Latin-1; sites that do not encode their URLs send UTF-8."""
    try:
        return header.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return header


def _page(url: str, response: requests.Response, max_bytes: int) -> Page:
    _check_status(response.status_code)
    content_type = _printable(response.headers.get("Content-Type"))
    _check_content_type(content_type)
    body = _body(response, max_bytes)
    if not body:
        raise FetchError("empty_page")
    return Page(url, response.status_code, content_type, body)


def _body(response: requests.Response, max_bytes: int) -> bytes:
    encoding = response.headers.get("Content-Encoding", "")
    length = response.raw.length_remaining
    if length is not None and length > max_bytes and encoding.strip().lower() in PLAIN:
        raise _too_large(max_bytes)
    body = bytearray()
    for piece in decoded(_chunks(response), encoding):
        body += piece
        if len(body) > max_bytes:
            raise _too_large(max_bytes)
    return bytes(body)


def _printable(header: str | None) -> str | None:
    """A header without control characters: no database stores a NUL, and nobody reads others."""
    return header and "".join(filter(str.isprintable, header))


def _check_status(status: int) -> None:
    if status == 200:
        return
    # Not the server's own phrase, which can be any text.
    phrase = f" {http.client.responses[status]}" if status in http.client.responses else ""
    if status in _REDIRECTS:
        hint = ": it redirects, but does not say where to"
    elif 500 <= status < 600:
        hint = ": it has a problem of its own; try again later"
    else:
        hint = f": {_STATUS_HINTS[status]}" if status in _STATUS_HINTS else ""
    raise FetchError("http_status", status=status, reason=phrase + hint)


def _check_content_type(content_type: str | None) -> None:
    media_type = media_type_of(content_type)
    if media_type and media_type not in CONTENT_TYPES:
        raise FetchError("content_type", content_type=ascii(media_type[:60])[1:-1])


def _chunks(response: requests.Response) -> Iterator[bytes]:
    try:
        yield from response.raw.stream(_READ_BYTES, decode_content=False)
    except ValueError as error:  # http.client's, for the size of a chunk that is below zero
        raise _bad("it is cut into chunks of impossible size") from error


def _named(error: BaseException, limits: Limits) -> FetchError:
    """The error of ours for one of the network's.

    `urllib3` and `requests` wrap errors in each other; what happened is found by going from the
    outermost to the innermost until one says something.
    """
    link: BaseException | None = error
    while link is not None:
        match link:
            case TimeoutError():
                return FetchError("timeout", seconds=limits.timeout)
            case ssl.SSLError():
                return FetchError("tls_failed", reason=_tls_reason(link))
            case http.client.HTTPException():  # before OSError: RemoteDisconnected is both
                return _bad(_http_reason(link))
            case requests.RequestException():
                pass  # a wrapper, although it is an OSError
            case OSError():
                return FetchError("connection_failed", reason=link.strerror or "it broke off")
        link = link.__context__
    return _bad("it cannot be understood")


def _tls_reason(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message.rstrip(".")
    return (error.reason or "the connection broke off").replace("_", " ").lower()


def _http_reason(error: http.client.HTTPException) -> str:
    match error:
        case http.client.RemoteDisconnected():
            return "it ended before it began"
        case http.client.IncompleteRead():
            return "it ended early"
        case http.client.LineTooLong():
            return "it has a line that is too long"
        case http.client.BadStatusLine() | http.client.UnknownProtocol():
            return "it does not begin like one"
        case _:
            return "it has too many headers"


def _bad(reason: str) -> FetchError:
    return FetchError("bad_response", reason=reason)


def _too_large(max_bytes: int) -> FetchError:
    mebibytes = max_bytes / 2**20
    limit = f"{mebibytes:.4g} MiB" if mebibytes >= 1 else f"{max_bytes:,} bytes"
    return FetchError("too_large", limit=limit)
