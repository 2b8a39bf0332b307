"""Sites that send on: each hop is checked as if it had been submitted, and no body is read."""

import gzip

from tests.hostile.case import Case, finished, too_slow
from tests.hostile.scripts import gzip_bomb, in_turn, redirect, repeats
from tests.hostile.server import Script, Visit, answer, sends

_PAGE = sends(answer())
_FOUND = b"HTTP/1.1 302 Found\r\nLocation: /page\r\n"

_BAD_TARGETS = [
    "file:///etc/passwd",
    "ftp://127.0.0.1/",
    "gopher://127.0.0.2:6379/_FLUSHALL",
    "data:text/html,<p>Hello",
    "javascript:alert(1)",
    "mailto:someone@good.test",
    "tel:123",
    "http://user:secret@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}\\@127.0.0.2:{port}/",
    "\\\\127.0.0.2",
    "http://[::1",
    "http://",
    "HTTPS:///",
    "http://[::1%25lo]/",
    "http://[x]/",
    "http://256.1.1.1/",
    "http://127.0.0.1:0/",
    "http://127.0.0.1:99999/",
    "//good..test/",
    "/\x01",
    "/" + "a" * 2_000,
]

_NOT_PUBLIC_TARGETS = [
    "http://127.0.0.2:{port}/",
    "//127.0.0.3:{port}/",
    "http://2130706434:{port}/",
    "http://0x7f.2:{port}/",
    "http://[::ffff:127.0.0.2]:{port}/",
    "http://[::7f00:2]:{port}/",
    "http://0.0.0.0:{port}/",
    "http://[::]:{port}/",
    "http://169.254.169.254/latest/meta-data/",
    "http://[::ffff:a9fe:a9fe]/",
    "https://10.0.0.1/",
    "http://canary.test:{port}/",
    "http://both.test:{port}/",
    "http://metadata.google.internal/",
]


def _counts_down(visit: Visit) -> None:
    steps = int(visit.path[1:])
    visit.send(answer(b"", "302 Found", location=f"/{steps - 1}") if steps else answer())


def _ever_longer(visit: Visit) -> None:
    visit.send(answer(b"", "302 Found", location=visit.path + "x"))


def _first(response: bytes) -> Script:
    return in_turn(sends(response), _PAGE)


CASES = [
    *(
        finished(f"redirect: {status}", in_turn(redirect("/", f"{status} Moved"), _PAGE))
        for status in (301, 302, 303, 307, 308)
    ),
    *(
        Case(
            f"redirect, but not by {status}",
            "http_status",
            redirect("/", f"{status} x"),
            connections=1,
            http_status=status,
        )
        for status in (201, 300, 304, 305, 306)
    ),
    finished("redirect: by a header of a page only", sends(answer(location="/", refresh="0;/x"))),
    *(
        Case(
            f"redirect to {ascii(target)[1:-1][:60]}",
            "bad_redirect",
            redirect(target),
            connections=1,
        )
        for target in _BAD_TARGETS
    ),
    *(
        Case(f"redirect to {target}", "not_public", redirect(target), connections=1)
        for target in _NOT_PUBLIC_TARGETS
    ),
    Case("redirect to another port", "port_not_allowed", redirect("http://8.8.8.8:22/")),
    Case("redirect to no host", "host_not_found", redirect("http://unknown.test/"), connections=1),
    too_slow("redirect to a silent name", redirect("http://silent.test/"), connections=1),
    # Loops and chains
    Case(
        "redirect: to itself",
        "too_many_redirects",
        redirect("/"),
        detail="The site redirected more than 5 times.",
        connections=6,
    ),
    Case("redirect: to its own fragment", "too_many_redirects", redirect("#x"), connections=6),
    Case("redirect: ever longer", "too_many_redirects", _ever_longer, connections=6),
    Case(
        "redirect: there and back",
        "too_many_redirects",
        in_turn(*[redirect("/a"), redirect("/b")] * 9),
        connections=6,
    ),
    finished("redirect: five times", _counts_down, url="{origin}/5", connections=6),
    Case(
        "redirect: six times",
        "too_many_redirects",
        _counts_down,
        "{origin}/6",
        connections=6,
    ),
    Case(
        "redirect: the fifth to the canary",
        "not_public",
        in_turn(*[redirect("/")] * 4, redirect("http://127.0.0.2:{port}/")),
        connections=5,
    ),
    # Headers
    *(
        Case(
            f"redirect: {name}",
            "http_status",
            sends(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n" + location + b"\r\n"),
            detail="The site answered 302 Found: it redirects, but does not say where to.",
            connections=1,
            http_status=302,
        )
        for name, location in {
            "no Location": b"",
            "empty Location": b"Location:\r\n",
            "Location of spaces": b"Location:   \t \r\n",
        }.items()
    ),
    Case(
        "redirect: two Locations",
        "bad_redirect",
        sends(_FOUND + b"Location: http://127.0.0.2/\r\nContent-Length: 0\r\n\r\n"),
        connections=1,
    ),
    finished("redirect: one Location twice", _first(_FOUND + b"Location: /page\r\n\r\n")),
    finished("redirect: a comma in Location", in_turn(redirect("/a,%20/b"), _PAGE)),
    # Bodies
    finished(
        "redirect: a body without end",
        in_turn(repeats(b"x" * 65536, after=_FOUND + b"\r\n"), _PAGE),
        connections=2,
    ),
    finished(
        "redirect: chunks without end",
        in_turn(repeats(b"1\r\nx\r\n", _FOUND + b"Transfer-Encoding: chunked\r\n\r\n"), _PAGE),
        connections=2,
    ),
    finished(
        "redirect: a body that does not come",
        _first(_FOUND + b"Content-Length: 1000000000000\r\n\r\n"),
        connections=2,
    ),
    finished(
        "redirect: a bomb",
        in_turn(redirect("/page", body=gzip_bomb(1024), content_encoding="gzip"), _PAGE),
        connections=2,
    ),
    finished(
        "redirect: a damaged body",
        _first(_FOUND + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"x")[:5]),
        connections=2,
    ),
    finished(
        "redirect: an unknown coding",
        _first(_FOUND + b"Content-Encoding: zstd\r\n\r\nx"),
        connections=2,
    ),
    finished(
        "redirect: a picture",
        in_turn(redirect("/page", content_type="image/png", body=b"\x89PNG"), _PAGE),
        connections=2,
    ),
]
