"""Answers that are valid, but no page; and pages of strange text."""

import gzip

from tests.hostile.case import Case, finished
from tests.hostile.scripts import HEAD, PAGE, falls_silent
from tests.hostile.server import Script, answer, sends

_PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\6\0\0\0\x1f\x15\xc4\x89"
_BINARY = {
    "PNG": _PNG,
    "JPEG": b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0",
    "GIF": b"GIF89a\1\0\1\0\x80\0\0\xff\xff\xff\0\0\0",
    "WebP": b"RIFF\x24\0\0\0WEBPVP8 \x18\0\0\0",
    "PDF": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\n",
    "ZIP": b"PK\3\4\x14\0\0\0\x08\0\0\0!\0",
    "gzip": gzip.compress(PAGE),
    "an ELF program": b"\x7fELF\2\1\1\0\0\0\0\0\0\0\0\0\2\0>\0",
    "MP4": b"\0\0\0\x20ftypisom\0\0\2\0isomiso2",
    "zeros": bytes(1000),
}
_LABELS = {"html": "text/html", "text": "text/plain; charset=utf-8"}

_DETAILS = {
    400: "400 Bad Request",
    401: "401 Unauthorized: it wants a user name and password",
    402: "402 Payment Required: it wants to be paid",
    403: "403 Forbidden: it does not let programs read this page",
    404: "404 Not Found: there is no page at this address",
    410: "410 Gone: the page was there, but has been removed",
    418: "418 I'm a Teapot",
    429: "429 Too Many Requests: it was asked too often; try again later",
    451: "451 Unavailable For Legal Reasons: the page is blocked for legal reasons",
    500: "500 Internal Server Error: it has a problem of its own; try again later",
    501: "501 Not Implemented: it has a problem of its own; try again later",
    511: "511 Network Authentication Required: it has a problem of its own; try again later",
    599: "599: it has a problem of its own; try again later",
    202: "202 Accepted",
    204: "204 No Content",
    206: "206 Partial Content",
    304: "304 Not Modified",
    101: "101 Switching Protocols",
    799: "799",
    999: "999",
}

_TYPES = [
    "application/pdf",
    "image/png",
    "image/svg+xml",
    "application/json",
    "text/css",
    "text/xml",
    "multipart/x-mixed-replace; boundary=x",
    "application/octet-stream; charset=utf-8",
    "text/htmlx",
    "text",
    "\xff\x1b",
    "image/png, text/html",
]


def _unlabelled(body: bytes) -> Script:
    return sends(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


def _strange(name: str, body: bytes, words: int | None = None, **headers: str) -> Case:
    page = sends(answer(body, **headers))
    return finished(f"strange text: {name}", page, body=body, words=words)


CASES = [
    *(
        Case(
            f"status: {status}",
            "http_status",
            sends(answer(PAGE, f"{status} <b>Own phrase</b>")),
            detail=f"The site answered {detail}.",
            connections=1,
            http_status=status,
        )
        for status, detail in _DETAILS.items()
    ),
    Case(
        "status: 404 with a body that does not come",
        "http_status",
        falls_silent(HEAD.replace(b"200", b"404") + b"Content-Length: 99\r\n\r\n"),
        connections=1,
        http_status=404,
    ),
    *(
        Case(
            f"type: {ascii(content_type)[1:-1]}",
            "content_type",
            sends(answer(content_type=content_type)),
            connections=1,
        )
        for content_type in _TYPES
    ),
    Case(
        "type: a picture with a body that does not come",
        "content_type",
        falls_silent(b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n"),
        detail="This is not a page of text: the site calls it image/png.",
    ),
    *(
        finished(f"type: {content_type}", sends(answer(PAGE, content_type=content_type)))
        for content_type in (
            "text/html; charset=windows-1252",
            "TEXT/HTML",
            "text/html; charset=no-such-charset",
            "text/html, text/html; charset=utf-8",
            "application/xhtml+xml",
        )
    ),
    *(
        Case(f"{kind}, called {label}", "not_text", sends(answer(body, content_type=content_type)))
        for kind, body in _BINARY.items()
        for label, content_type in _LABELS.items()
    ),
    *(
        Case(f"{kind}, not called anything", "not_text", _unlabelled(body))
        for kind, body in _BINARY.items()
    ),
    Case(
        "PNG, as it says",
        "not_text",
        sends(answer(_PNG)),
        detail="This is not a page of text, but a PNG image.",
        connections=1,
    ),
    finished("a page, not called anything", _unlabelled(PAGE)),
    # Empty pages
    Case("empty: no length", "empty_page", sends(HEAD + b"\r\n"), connections=1),
    Case("empty: a length of nothing", "empty_page", sends(answer(b""))),
    Case(
        "empty: no chunk",
        "empty_page",
        sends(HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    ),
    *(
        Case(f"empty: called {coding}", "empty_page", sends(answer(b"", content_encoding=coding)))
        for coding in ("gzip", "deflate")
    ),
    Case(
        "empty: packed",
        "empty_page",
        sends(answer(gzip.compress(b""), content_encoding="gzip")),
        detail="The site answered with an empty page: not a single byte.",
    ),
    # Strange text
    _strange("white space only", b" \r\n\t ", words=0),
    _strange("no words", b"<p>", words=0),
    _strange("a NUL in a word", b"<p>He\0llo"),
    _strange("NULs in markup", b"<\0p\0>Hello\0", content_type="text/html"),
    _strange("lone surrogates in UTF-8", b"<p>Hello \xed\xa0\x80 \xed\xbf\xbf you"),
    _strange("lone surrogates by reference", b"<p>Hello &#xD800; &#xDFFF;&#0;&#x110000; you"),
    _strange("lone surrogates in UTF-16", "<p>Hello ".encode("utf-16") + b"\x00\xd8 \0"),
    _strange("noncharacters", "<p>Hello \ufffe\uffff\U0010ffff you".encode()),
    _strange("overlong UTF-8", b"<p>\xc0\xae\xc0\xae\xe0\x80\xaf Hello"),
    _strange("invalid bytes", b"<p>Hello " + bytes(range(128, 256)) * 99),
    _strange("control characters", b"<p>Hello\x01\x02\x1b[31m\x7f you"),
    _strange("changes of direction", "<p>\u202eHello\u202c \u2066you\u2069".encode()),
    _strange("a word of 1 MB", b"<p>" + b"x" * 2**20, words=1),
    _strange("a word of 1 MB of Chinese", b"<p>" + "的".encode() * 2**18),
    _strange("a word of 1 MB of marks", b"<p>a" + "\u0316\u0301".encode() * 2**18),
    _strange("a title of 1 MB", b"<title>" + b"title " * 2**17 + b"</title><p>Hello", words=1),
    _strange("a page that ends in a tag", b"<p>Hello <a href='", words=1),
    _strange("100,000 distinct words", b"<p>" + b" ".join(b"w%dx" % n for n in range(100_000))),
]
