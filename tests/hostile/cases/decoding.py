"""Compressed bodies: bombs, damage, and what browsers put up with."""

import gzip
import zlib

from tests.hostile.case import Case, finished
from tests.hostile.scripts import HEAD, PAGE, bare_deflate, gzip_bomb, gzip_parts, repeats
from tests.hostile.server import Script, answer, sends

_PACKED = gzip.compress(PAGE)
_LARGE = gzip.compress(PAGE * 1000)
_BEGIN, _BLOCK = gzip_parts()
_HEAD_OF_GZIP = HEAD + b"Content-Encoding: gzip\r\n\r\n" + _BEGIN
_LARGEST = PAGE.ljust(10 * 2**20)


def _coded(coding: str, body: bytes) -> Script:
    return sends(answer(body, content_encoding=coding))


_GOOD = {
    "gzip": ("gzip", _PACKED),
    "x-gzip, shouted": ("X-GZIP", _PACKED),
    "gzip with a name and a comment": (
        "gzip",
        b"\x1f\x8b\x08\x18" + _PACKED[4:10] + b"name\0comment\0" + _PACKED[10:],
    ),
    "gzip of two members": ("gzip", gzip.compress(PAGE[:3]) + gzip.compress(PAGE[3:])),
    "gzip and an empty member": ("gzip", _PACKED + gzip.compress(b"")),
    "gzip and zeros": ("gzip", _PACKED + bytes(999)),
    "gzip and garbage": ("gzip", _PACKED + b"garbage"),
    "gzip and much garbage": ("gzip", _PACKED + b"garbage" * 10_000),
    "gzip and a comment of HTML": ("gzip", _PACKED + b"<!-- cached -->"),
    "gzip, gzip": ("gzip, gzip", gzip.compress(_PACKED)),
    "deflate, gzip": ("deflate, gzip", gzip.compress(zlib.compress(PAGE))),
    "gzip, deflate": ("gzip, deflate", zlib.compress(_PACKED)),
    "gzip, identity": ("gzip, identity", _PACKED),
    "deflate of zlib": ("deflate", zlib.compress(PAGE)),
    "deflate, bare": ("deflate", bare_deflate(PAGE)),
    "deflate and garbage": ("deflate", zlib.compress(PAGE) + b"garbage"),
    "identity": ("identity", PAGE),
    "an empty coding": ("", PAGE),
}

_DAMAGED = {
    "gzip, half": ("gzip", _LARGE[: len(_LARGE) // 2]),
    "gzip, all but a byte": ("gzip", _PACKED[:-1]),
    "gzip, its header only": ("gzip", _PACKED[:10]),
    "gzip, one byte": ("gzip", _PACKED[:1]),
    "gzip, the second member is cut": ("gzip", _PACKED + _PACKED[:-1]),
    "gzip with a wrong checksum": ("gzip", _PACKED[:-8] + bytes(4) + _PACKED[-4:]),
    "gzip with a wrong length": ("gzip", _PACKED[:-4] + b"\xff" * 4),
    "gzip, damaged inside": ("gzip", _LARGE[:20] + b"\xff" * 9 + _LARGE[29:]),
    "gzip that is none": ("gzip", PAGE),
    "gzip that is zlib": ("gzip", zlib.compress(PAGE)),
    "gzip, gzip, packed once": ("gzip, gzip", _PACKED),
    "deflate, all but a byte": ("deflate", zlib.compress(PAGE)[:-1]),
    "deflate with a wrong checksum": ("deflate", zlib.compress(PAGE)[:-4] + bytes(4)),
    "deflate that is gzip": ("deflate", _PACKED),
    "deflate of noise": ("deflate", b"\xff\xff\xff"),
    "deflate, one byte": ("deflate", b"x"),
}

_UNWANTED = ["br", "zstd", "compress", "X-Compress", "lzma", "dcb"]
_NONSENSE = ["UTF-8", "none", "binary", "gzip;q=1", "gzip gzip", "\xff\x01"]

_BOMBS = {
    "gzip of 1 GiB": ("gzip", gzip_bomb(1024)),
    "gzip of 1,024 members": ("gzip", gzip.compress(bytes(2**20)) * 1024),
    "gzip in gzip": ("gzip, gzip", gzip.compress(gzip_bomb(1024))),
    "gzip in deflate": ("gzip, deflate", zlib.compress(gzip_bomb(1024))),
    "deflate": ("deflate", zlib.compress(bytes(2**26))),
    "deflate, bare": ("deflate", bare_deflate(bytes(2**26))),
    "one byte too many": ("gzip", gzip.compress(_LARGEST + b"x")),
}

CASES = [
    *(finished(f"coding: {name}", _coded(*how)) for name, how in _GOOD.items()),
    *(
        Case(f"damaged: {name}", "bad_compression", _coded(*how), connections=1)
        for name, how in _DAMAGED.items()
    ),
    *(
        Case(f"coding not asked for: {coding!a}", "content_encoding", _coded(coding, PAGE))
        for coding in _UNWANTED
    ),
    *(finished(f"no coding: {coding!a}", _coded(coding, PAGE), body=PAGE) for coding in _NONSENSE),
    Case(
        "coding not asked for, as it says",
        "content_encoding",
        _coded("br", PAGE),
        detail="The page is compressed in a way that was not asked for (br).",
        connections=1,
    ),
    Case(
        "gzip three times",
        "content_encoding",
        _coded("gzip, gzip, gzip", gzip.compress(gzip.compress(_PACKED))),
    ),
    Case("gzip and br", "content_encoding", _coded("br, gzip", _PACKED)),
    Case("packed twice, as it does not say", "not_text", _coded("gzip", gzip.compress(_PACKED))),
    *(Case(f"bomb: {name}", "too_large", _coded(*how)) for name, how in _BOMBS.items()),
    Case("bomb: gzip without end", "too_large", repeats(_BLOCK, after=_HEAD_OF_GZIP)),
    Case("bomb: 20,000 empty members", "empty_page", _coded("gzip", gzip.compress(b"") * 20_000)),
    finished(
        "a page as large as may be",
        _coded("gzip", gzip.compress(_LARGEST)),
        body=_LARGEST,
        words=1,
    ),
]
