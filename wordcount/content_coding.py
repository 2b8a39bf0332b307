"""Undo the compression of an HTTP body (RFC 9110, section 8.4), a small piece at a time.

A few kilobytes can unpack to gigabytes, so the pieces are made only as they are asked for: whoever
reads them decides when it is enough, and no more than one piece is in memory.
"""

import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain

from wordcount.errors import FetchError

#: For the header `Accept-Encoding`.
ACCEPTED = "gzip, deflate"
#: What a header `Content-Encoding` says when there is none.
PLAIN = frozenset({"", "identity"})
#: Codings that were not asked for. https://www.iana.org/assignments/http-parameters
_UNWANTED = frozenset(
    "aes128gcm br bzip2 compress dcb dcz exi lzma pack200-gzip x-bzip2 x-compress xz zstd".split()
)
#: Codings on top of each other: nobody has a reason for more.
MAX_CODINGS = 2

#: Small, for what follows a member of gzip is copied for each member.
_PIECE_BYTES = 16 * 1024
_GZIP_FIRST_BYTE = 0x1F  # RFC 1952, section 2.3.1

Pieces = Iterable[bytes]


def decoded(chunks: Pieces, encoding: str, max_bytes: int) -> Pieces:
    """The bytes of a body without its content codings, in pieces.

    :param chunks: the body as received.
    :param encoding: the header `Content-Encoding`; "" if there was none. What is no coding, such as
        `UTF-8`, which some servers send there, means nothing, as in browsers.
    :param max_bytes: what it may unpack to, and also what is between two codings.
    :raises FetchError: `content_encoding`, if a coding was not asked for. Reading the pieces raises
        `too_large`, or `bad_compression` if the body is damaged or incomplete: only their end says
        that all is well.
    """
    codings = [coding.strip().lower() for coding in encoding.split(",")]
    wanted = [coding for coding in codings if coding in _DECODERS]
    if len(wanted) > MAX_CODINGS or not _UNWANTED.isdisjoint(codings):
        raise FetchError("content_encoding", encoding=ascii(encoding.strip()[:40])[1:-1])
    for coding in reversed(wanted):  # they are named in the order in which they were applied
        chunks = _decoded_once(chunks, coding, max_bytes)
    return _bounded(chunks, max_bytes)


def too_large(max_bytes: int) -> FetchError:
    """The error for a page of more bytes than these."""
    mebibytes = max_bytes / 2**20
    limit = f"{mebibytes:.4g} MB" if mebibytes >= 1 else f"{max_bytes:,} bytes"
    return FetchError("too_large", limit=limit)


def _bounded(pieces: Pieces, max_bytes: int) -> Iterator[bytes]:
    left = max_bytes
    for piece in pieces:
        left -= len(piece)
        if left < 0:
            raise too_large(max_bytes)
        yield piece


def _decoded_once(chunks: Pieces, coding: str, max_bytes: int) -> Iterator[bytes]:
    try:
        yield from _bounded(_DECODERS[coding](chunks), max_bytes)
    except zlib.error as error:
        raise FetchError("bad_compression", encoding=coding) from error


def _gunzipped(chunks: Pieces) -> Iterator[bytes]:
    """The members of a gzip file, one after the other (RFC 1952, section 2.2).

    What follows them and is no member is left out, as gzip(1) and browsers do.
    """
    member = _gzip_member()
    begun = False
    for chunk in chunks:
        data = chunk
        while data:
            if member.eof:
                data = data.lstrip(b"\0")  # zeros may fill a block up
                if not data:
                    break
                if data[0] != _GZIP_FIRST_BYTE:
                    return
                member = _gzip_member()
            yield from _unpacked(member, data)
            begun = True
            data = member.unused_data
    if begun and not member.eof:
        raise zlib.error("incomplete")


def _gzip_member() -> "zlib._Decompress":
    return zlib.decompressobj(zlib.MAX_WBITS | 16)


def _inflated(chunks: Pieces) -> Iterator[bytes]:
    """A deflate stream: in a zlib wrapper, as RFC 9110 means it, or bare, as some servers do."""
    stream = None
    for chunk in _from_two_bytes(chunks):
        if stream is None:
            wrapped = _has_zlib_header(chunk)
            stream = zlib.decompressobj(zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)
        if not stream.eof:
            yield from _unpacked(stream, chunk)
    if stream is not None and not stream.eof:
        raise zlib.error("incomplete")


def _unpacked(stream: "zlib._Decompress", data: bytes) -> Iterator[bytes]:
    """What the data unpack to, until they are used up or the stream ends."""
    full = True
    while (data or full) and not stream.eof:
        piece = stream.decompress(data, _PIECE_BYTES)
        data = stream.unconsumed_tail
        full = len(piece) == _PIECE_BYTES  # then zlib may hold more of it back
        if piece:
            yield piece


def _from_two_bytes(chunks: Pieces) -> Iterator[bytes]:
    """The same bytes; the first chunk has two or more, if there are as many."""
    rest = iter(chunks)
    head = b""
    for chunk in rest:
        head += chunk
        if len(head) > 1:
            break
    return chain([head] if head else [], rest)


def _has_zlib_header(data: bytes) -> bool:
    """RFC 1950, section 2.2: method 8 in the low half of the first byte, and 31 as check."""
    return data[0] & 0x0F == 8 and int.from_bytes(data[:2], "big") % 31 == 0


_DECODERS: Mapping[str, Callable[[Pieces], Iterator[bytes]]] = {
    "gzip": _gunzipped,
    "x-gzip": _gunzipped,
    "deflate": _inflated,
}
