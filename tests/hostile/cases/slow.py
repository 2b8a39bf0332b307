"""Sites that are silent, slow or without end, at every stage of an answer."""

import gzip

from tests.hostile.case import Case, finished, too_slow
from tests.hostile.scripts import (
    CHUNKED,
    HEAD,
    PAGE,
    drips,
    falls_silent,
    in_turn,
    one_after_the_other,
    redirect,
    repeats,
    resets,
    silent,
    waits,
)
from tests.hostile.server import Script, answer, sends

_LENGTH = HEAD + b"Content-Length: 100000\r\n\r\n"
_GZIP = HEAD + b"Content-Encoding: gzip\r\n\r\n"
_GZIP_CHUNKED = HEAD + b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
_INTERIM = b"HTTP/1.1 100 Continue\r\n\r\n"
_LONG_HEADER = b"A: " + b"x" * 4096 + b"\r\n"
_EMPTY_MEMBER = gzip.compress(b"")
#: The beginning of a handshake: a record that announces far more than will ever come.
_HELLO = b"\x16\x03\x03\x3f\xff\x02\x00\x3f\xfb"
_HTTPS = "https://127.0.0.1:{port}/"

_SILENT: dict[str, Script] = {
    "before the status line": silent,
    "in the status line": falls_silent(b"HTTP/1.1 2"),
    "in the headers": falls_silent(HEAD),
    "after 100": falls_silent(_INTERIM),
    "in a 103": falls_silent(b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n"),
    "before the body": falls_silent(_LENGTH),
    "in the body": falls_silent(_LENGTH + PAGE),
    "in a body without a length": falls_silent(HEAD + b"\r\n" + PAGE),
    "before a chunk": falls_silent(CHUNKED),
    "in a chunk size": falls_silent(CHUNKED + b"1"),
    "in a chunk": falls_silent(CHUNKED + b"100\r\n" + PAGE),
    "before the last chunk": falls_silent(CHUNKED + b"8\r\n<p>Hello\r\n"),
    "in the trailers": falls_silent(CHUNKED + b"8\r\n<p>Hello\r\n0\r\nA: b\r\n"),
    "in a gzip header": falls_silent(_GZIP + _EMPTY_MEMBER[:5]),
    "after a redirect": in_turn(redirect("/x"), silent),
    "after a reset": in_turn(resets(), silent),
}

_DRIPPING: dict[str, Script] = {
    "the status line": drips(b"O", after=b"HTTP/1.1 200 "),
    "a header": drips(b"x", after=HEAD + b"X-Slow: "),
    "headers": drips(b"X-Slow: very\r\n", after=HEAD, seconds=0.04),
    "interim answers": drips(_INTERIM),
    "the body": drips(b"a", after=_LENGTH),
    "a chunk": drips(b"a", after=CHUNKED + b"ffff\r\n"),
    "chunks": drips(b"1\r\na\r\n", after=CHUNKED),
    "chunk sizes": drips(b"0", after=CHUNKED),
    "chunk extensions": drips(b"x", after=CHUNKED + b"1;"),
    "trailers": drips(b"X-Slow: very\r\n", after=CHUNKED + b"1\r\na\r\n0\r\n"),
    "empty members of gzip": drips(_EMPTY_MEMBER, after=_GZIP, seconds=0.01),
    "redirects": one_after_the_other(waits(0.45), redirect("/")),
}

_OVER_TLS = {
    "silent, in the body": _SILENT["in the body"],
    "dripping headers": _DRIPPING["headers"],
    "dripping the body": _DRIPPING["the body"],
    "dripping trailers": _DRIPPING["trailers"],
}

_ENDLESS_PAGES = {
    "a body": repeats(b"x" * 65536, after=HEAD + b"\r\n"),
    "zeros": repeats(bytes(65536), after=HEAD + b"\r\n"),
    "chunks": repeats(b"1000\r\n" + b"x" * 4096 + b"\r\n", after=CHUNKED),
}

_ENDLESS_AROUND_A_PAGE = {
    "chunk extensions": repeats(b"1;" + b"x" * 4096 + b"\r\na\r\n", after=CHUNKED),
    "interim answers": repeats((b"HTTP/1.1 100 " + b"x" * 4096 + b"\r\n\r\n") * 9),
    "interim answers with headers": repeats((_INTERIM[:-2] + _LONG_HEADER * 9 + b"\r\n") * 9),
    "trailers": repeats(_LONG_HEADER * 9, after=CHUNKED + b"0\r\n"),
}

_ENDLESS_AND_NOT_HTTP = {
    "a status line": repeats(b"x" * 65536, after=b"HTTP/1.1 200 "),
    "a header": repeats(b"x" * 65536, after=HEAD + b"A: "),
    "headers": repeats(b"A: b\r\n" * 1000, after=HEAD),
    "empty lines": repeats(b"\r\n" * 1000),
    "a chunk size": repeats(b"0" * 65536, after=CHUNKED),
    "a chunk extension": repeats(b"x" * 65536, after=CHUNKED + b"1;"),
    "noise": repeats(bytes(range(256)) * 256),
}

CASES = [
    *(too_slow(f"silent {stage}", site) for stage, site in _SILENT.items()),
    *(too_slow(f"dripping {stage}", site) for stage, site in _DRIPPING.items()),
    *(too_slow(f"TLS: {name}", site, certificate="good") for name, site in _OVER_TLS.items()),
    too_slow("silent at the connection", door="full"),
    too_slow("silent in the handshake", silent, url=_HTTPS, greet=False),
    too_slow(
        "silent in the middle of the handshake", falls_silent(_HELLO), url=_HTTPS, greet=False
    ),
    too_slow("dripping the handshake", drips(b"\0", after=_HELLO), url=_HTTPS, greet=False),
    too_slow(
        "silent after a greeting of bytes",
        falls_silent(b"\5\0\0\x01"),
        greet=False,
    ),
    *(
        Case(f"endless: {name}", "too_large", site, detail="The page is larger than 10 MB.")
        for name, site in _ENDLESS_PAGES.items()
    ),
    *(
        Case(
            f"endless: {name}",
            "bad_response",
            site,
            detail="The site's answer is not valid HTTP: it goes on and on around the page.",
        )
        for name, site in _ENDLESS_AROUND_A_PAGE.items()
    ),
    *(
        Case(f"endless: {name}", "bad_response", site)
        for name, site in _ENDLESS_AND_NOT_HTTP.items()
    ),
    Case("endless: a body over TLS", "too_large", _ENDLESS_PAGES["a body"], certificate="good"),
    Case(
        "endless: trailers over TLS",
        "bad_response",
        _ENDLESS_AROUND_A_PAGE["trailers"],
        certificate="good",
    ),
    finished(
        "slow, but in time",
        one_after_the_other(waits(0.5), sends(answer()[:-1]), waits(0.5), sends(answer()[-1:])),
    ),
    finished("slow to end, but complete", falls_silent(answer())),
    finished(
        "a gzip byte by byte",
        sends(
            _GZIP_CHUNKED
            + b"".join(b"1\r\n%c\r\n" % byte for byte in gzip.compress(PAGE))
            + b"0\r\n\r\n"
        ),
    ),
]
