"""What sites do, in pieces that the cases put together."""

import zlib

from tests.hostile.server import Script, Visit, answer

PAGE = b"<p>Hello"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


def redirect(location: str, status: str = "302 Found", body: bytes = b"", **headers: str) -> Script:
    """Leads elsewhere; `{port}` is the port of the site itself."""

    def script(visit: Visit) -> None:
        target = location.replace("{port}", str(visit.port))
        visit.send(answer(body, status, location=target, **headers))

    return script


def in_turn(*scripts: Script) -> Script:
    """Does another thing on each connection; the last one for ever."""
    return lambda visit: scripts[min(visit.number, len(scripts)) - 1](visit)


def one_after_the_other(*scripts: Script) -> Script:
    """Does all of these on one connection."""

    def script(visit: Visit) -> None:
        for step in scripts:
            step(visit)

    return script


def drips(data: bytes, after: bytes = b"", seconds: float = 0.05) -> Script:
    """Sends the beginning at once, and then one byte now and then, over and over."""

    def script(visit: Visit) -> None:
        visit.send(after)
        while True:
            visit.drip(data, seconds)

    return script


def repeats(data: bytes, after: bytes = b"") -> Script:
    """Sends the beginning, and then the same for ever."""

    def script(visit: Visit) -> None:
        visit.send(after)
        visit.repeat(data)

    return script


def silent(visit: Visit) -> None:
    """Says nothing, and does not hang up either."""
    visit.wait(10)


def falls_silent(after: bytes) -> Script:
    """Says something, and then nothing more."""

    def script(visit: Visit) -> None:
        visit.send(after)
        visit.wait(10)

    return script


def waits(seconds: float) -> Script:
    """Lets some time pass."""
    return lambda visit: visit.wait(seconds)


def resets(before: bytes = b"") -> Script:
    """Breaks the connection off."""

    def script(visit: Visit) -> None:
        visit.send(before)
        visit.wait(0.1 if before else 0)  # a RST can overtake what was sent
        visit.reset()

    return script


def bare_deflate(data: bytes) -> bytes:
    """Compressed without the wrapper of zlib, as some servers understand `deflate`."""
    stream = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return stream.compress(data) + stream.flush()


def gzip_parts() -> tuple[bytes, bytes]:
    """How a gzip begins, and a block that unpacks to 1 MiB of nothing, as often as it is sent."""
    stream = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    head = stream.compress(b"") + stream.flush(zlib.Z_FULL_FLUSH)
    return head, stream.compress(bytes(2**20)) + stream.flush(zlib.Z_FULL_FLUSH)


def gzip_bomb(mebibytes: int) -> bytes:
    """Unpacks to that much of nothing, and takes no time to make; its end is missing."""
    head, block = gzip_parts()
    return head + block * mebibytes
