"""Answers that are no HTTP, or not for long; second tries; certificates."""

from tests.hostile.case import Case, finished
from tests.hostile.scripts import CHUNKED, HEAD, PAGE, falls_silent, in_turn, redirect, resets
from tests.hostile.server import Script, Visit, answer, sends

_PAGE = sends(answer())

#: Read as the page, one way or another.
_GOOD = {
    "until the end of the connection": HEAD + b"\r\n" + PAGE,
    "HTTP/1.0": b"HTTP/1.0 200 OK\r\n\r\n" + PAGE,
    "no reason": b"HTTP/1.1 200\r\n\r\n" + PAGE,
    "a reason of bytes": b"HTTP/1.1 200 \xff\x00\r\n\r\n" + PAGE,
    "ends of lines without CR": b"HTTP/1.1 200 OK\nContent-Length: 8\n\n" + PAGE,
    "the same length twice in one": HEAD + b"Content-Length: 8, 8\r\n\r\n" + PAGE,
    "the same length twice": HEAD + b"Content-Length: 8\r\n" * 2 + b"\r\n" + PAGE,
    "more than announced": HEAD + b"Content-Length: 8\r\n\r\n" + PAGE + b", you",
    "two answers at once": answer() + answer(b"<p>Other words"),
    "chunks": CHUNKED + b"2;x=y\r\n<p\r\n6\r\n>Hello\r\n0\r\nA: b\r\n\r\n",
    "chunks and a length": HEAD
    + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n<p>Hello\r\n0\r\n\r\n",
    "100 before": b"HTTP/1.1 100 Continue\r\n\r\n" + answer(),
    "103 before": b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + answer(),
    "many 1xx before": b"HTTP/1.1 102 Processing\r\n\r\n" * 500 + answer(),
}

_NOT_HTTP = {
    "no status": b"HTTP/1.1 abc\r\n\r\n",
    "a status of two digits": b"HTTP/1.1 20 OK\r\n\r\n",
    "a status of four digits": b"HTTP/1.1 2000 OK\r\n\r\n",
    "a status below zero": b"HTTP/1.1 -200 OK\r\n\r\n",
    "no known version": b"HTTP/9.9 200 OK\r\n\r\n",
    "HTTP/2 in words": b"HTTP/2 200 OK\r\n\r\n",
    "HTTP/0.9, a body only": b"<p>Hello",
    "HTTP/0.9, lines": b"<html>\n<p>Hello\n</html>\n",
    "a line before": b"\r\nHTTP/1.1 200 OK\r\n\r\n<p>Hello",
    "zeros": bytes(1000),
    "a long status line": b"HTTP/1.1 200 " + b"O" * 70_000,
    "a long header": HEAD + b"A: " + b"a" * 70_000,
    "many headers": HEAD + b"A: b\r\n" * 200 + b"\r\n",
    "two lengths": HEAD + b"Content-Length: 8\r\nContent-Length: 9\r\n\r\n<p>Hello!",
    "two lengths in one": HEAD + b"Content-Length: 8, 9\r\n\r\n<p>Hello!",
    "a length below zero": HEAD + b"Content-Length: -8\r\n\r\n<p>Hello",
    "a length with a sign": HEAD + b"Content-Length: +8\r\n\r\n<p>Hello",
    "a length in words": HEAD + b"Content-Length: eight\r\n\r\n<p>Hello",
    "a length in hex": HEAD + b"Content-Length: 0x8\r\n\r\n<p>Hello",
    "a length of 5,000 digits": HEAD + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n",
    "a transfer coding": HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n",
    "an unknown transfer coding": HEAD + b"Transfer-Encoding: cow\r\n\r\n<p>Hello",
    "chunked twice": HEAD + b"Transfer-Encoding: chunked\r\n" * 2 + b"\r\n0\r\n\r\n",
    "a chunk of no size": CHUNKED + b"x\r\n<p>Hello\r\n",
    "a chunk of size -8": CHUNKED + b"-8\r\n<p>Hello\r\n0\r\n\r\n",
    "a long chunk size": CHUNKED + b"1" * 70_000,
}

_TRUNCATED = {
    "a chunk of size -1, which urllib3 reads to the end": CHUNKED + b"-1\r\n<p>Hello\r\n0\r\n\r\n",
    "less than announced": answer(content_length="1000"),
    "nothing of what is announced": HEAD + b"Content-Length: 8\r\n\r\n",
    "half a chunk": CHUNKED + b"8\r\n<p>",
    "no last chunk": CHUNKED + b"8\r\n<p>Hello\r\n",
    "no chunk at all": CHUNKED,
}

_OTHER_PROTOCOLS = {
    "SSH": b"SSH-2.0-OpenSSH_9.6\r\n",
    "SMTP": b"220 mail.test ESMTP\r\n",
    "FTP": b"220 (vsFTPd 3.0.5)\r\n",
    "POP3": b"+OK ready\r\n",
    "IMAP": b"* OK [CAPABILITY IMAP4rev1] ready\r\n",
    "VNC": b"RFB 003.008\n",
    "MySQL": b"J\0\0\0\x0a8.0.36\0",
    "IRC": b":irc.test NOTICE * :*** Looking up your hostname...\r\n",
    "Redis": b"-ERR unknown command\r\n",
    "RTSP": b"RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n",
    "Shoutcast": b"ICY 200 OK\r\n\r\n",
    "SIP": b"SIP/2.0 200 OK\r\n\r\n",
}

_CERTIFICATES = {
    "signed by itself": "self-signed certificate",
    "of a stranger": "unable to get local issuer certificate",
    "of another host": "IP address mismatch, certificate is not valid for '127.0.0.1'",
    "expired": "certificate has expired",
    "not yet valid": "certificate is not yet valid",
}

_ALERT = b"\x15\x03\x03\x00\x02\x02\x28"
_SETTINGS_AND_GOAWAY = bytes.fromhex("0000000400000000000000080700000000000000000000000001")


def _status(status: int, **headers: str) -> Script:
    return sends(answer(b"", f"{status} x", **headers))


def _ends_in_the_handshake(visit: Visit) -> None:
    visit.listen()


def _again(name: str, *scripts: Script, connections: int, **how: str) -> Case:
    return finished(f"second try: {name}", in_turn(*scripts, _PAGE), connections=connections, **how)


def _not_again(name: str, code: str, *scripts: Script, connections: int, status: int = 0) -> Case:
    return Case(
        f"second try: {name}",
        code,
        in_turn(*scripts, _PAGE),
        connections=connections,
        http_status=status or None,
    )


CASES = [
    *(finished(f"HTTP: {name}", sends(sent), connections=1) for name, sent in _GOOD.items()),
    *(
        Case(f"not HTTP: {name}", "bad_response", sends(sent), connections=1)
        for name, sent in _NOT_HTTP.items()
    ),
    *(
        Case(f"truncated: {name}", "truncated", sends(sent), connections=1)
        for name, sent in _TRUNCATED.items()
    ),
    *(
        Case(f"not HTTP, but {name}", "bad_response", falls_silent(sent), greet=False)
        for name, sent in _OTHER_PROTOCOLS.items()
    ),
    Case("not HTTP, but HTTP/2", "bad_response", sends(_SETTINGS_AND_GOAWAY)),
    Case("not HTTP, but an alert of TLS", "bad_response", sends(_ALERT)),
    # Connections that end
    Case(
        "no answer",
        "no_response",
        sends(b""),
        detail="The site closed the connection without an answer.",
        connections=1,
    ),
    Case("nobody listens", "connection_refused", door="closed"),
    Case("nobody listens on IPv6", "connection_refused", host="::1", door="closed"),
    Case("half a status line", "bad_response", sends(b"HTTP/1."), connections=1),
    Case("a reset, always", "connection_reset", resets(), connections=2),
    Case("a reset after the head, always", "connection_reset", resets(HEAD + b"\r\n")),
    Case(
        "a reset in the head, always",
        "connection_reset",
        resets(HEAD),
        detail="The site broke the connection off.",
    ),
    Case(
        "a reset in the body, always",
        "connection_reset",
        resets(HEAD + b"Content-Length: 9\r\n\r\nHi"),
    ),
    Case("a reset in a chunk, always", "connection_reset", resets(CHUNKED + b"9\r\nHi")),
    # One second try, and when
    _again("after a reset", resets(), connections=2),
    *(_again(f"after {status}", _status(status), connections=2) for status in (502, 503, 504)),
    _again("after 503 and one second", _status(503, retry_after="1"), connections=2),
    _again("after a redirect and 503", redirect("/x"), _status(503), connections=3),
    _again("after 503, redirected", _status(503), redirect("/x"), connections=3),
    _again(
        "after a 503 without end",
        falls_silent(HEAD.replace(b"200", b"503") + b"\r\n"),
        connections=2,
    ),
    _not_again("503 twice", "http_status", *[_status(503)] * 2, connections=2, status=503),
    _not_again("a reset, 502", "http_status", resets(), _status(502), connections=2, status=502),
    _not_again("503, a reset", "connection_reset", _status(503), resets(), connections=2),
    _not_again("503, 404", "http_status", _status(503), _status(404), connections=2, status=404),
    _not_again(
        "503, redirected, 503",
        "http_status",
        *[_status(503), redirect("/x"), _status(503)],
        connections=3,
        status=503,
    ),
    *(
        _not_again(
            f"not if it asks for {when}",
            "http_status",
            _status(503, retry_after=when),
            connections=1,
            status=503,
        )
        for when in ("3", "60", "999999999999", "Fri, 31 Dec 2999 23:59:59 GMT", "-1", "soon")
    ),
    *(
        _not_again(
            f"not after {status}", "http_status", _status(status), connections=1, status=status
        )
        for status in (404, 408, 425, 429, 500, 501, 505, 520)
    ),
    _not_again("not after nothing", "no_response", sends(b""), connections=1),
    _not_again(
        "not after half a page", "truncated", sends(answer(content_length="1000")), connections=1
    ),
    # TLS
    finished("TLS", certificate="good", connections=1),
    finished("TLS on IPv6", certificate="good", host="::1", connections=1),
    finished("TLS by name", certificate="good", url="https://good.test:{port}/"),
    finished(
        "TLS until the end of the connection", sends(HEAD + b"\r\n" + PAGE), certificate="good"
    ),
    *(
        Case(
            f"TLS: a certificate {name}",
            "tls_failed",
            certificate=name,
            detail=f"The site's certificate or TLS connection is not valid: {reason}.",
            connections=1,
        )
        for name, reason in _CERTIFICATES.items()
    ),
    Case(
        "TLS: a certificate of another name",
        "tls_failed",
        url="https://often.test:{port}/",
        certificate="good",
    ),
    Case("TLS: no answer", "no_response", sends(b""), certificate="good"),
    Case("TLS: truncated", "truncated", sends(answer(content_length="99")), certificate="good"),
    Case("TLS: not HTTP", "bad_response", sends(b"SSH-2.0-x\r\n"), certificate="good"),
    Case(
        "TLS: plain HTTP", "tls_failed", sends(answer()), "https://127.0.0.1:{port}/", greet=False
    ),
    Case("TLS: an alert", "tls_failed", sends(_ALERT), "https://127.0.0.1:{port}/", greet=False),
    Case(
        "TLS: SSH", "tls_failed", sends(b"SSH-2.0-x\r\n"), "https://127.0.0.1:{port}/", greet=False
    ),
    Case(
        "TLS: ends in the handshake",
        "tls_failed",
        _ends_in_the_handshake,
        "https://127.0.0.1:{port}/",
        greet=False,
    ),
    Case(
        "TLS on a port that was asked for plain HTTP",
        "connection_reset",
        url="http://127.0.0.1:{port}/",
        certificate="good",
    ),
]
