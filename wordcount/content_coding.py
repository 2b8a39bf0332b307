"""Undo the compression of an HTTP body (RFC 9110, section 8.4), a small piece at a time.

A few kilobytes can unpack to gigabytes, so the pieces are made only as they are asked for: whoever
reads them decides when it is enough, and no more than one piece is in memory.
"""

import zlib
from collections.abc import Iterable, Iterator
from itertools import chain

from wordcount.errors import FetchError

#: For the header `Accept-Encoding`.
ACCEPTED = "gzip, deflate"
#: What a header `Content-Encoding` says when there is none.
PLAIN = frozenset({"", "identity"})

_PIECE_BYTES = 64 * 1024


def decoded(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """The bytes of a body without its content coding.

    :param chunks: the body as received.
    :param encoding: the header `Content-Encoding`; "" if there was none.
    :returns: pieces of at most 64 KiB if it was compressed, otherwise the chunks.
    :raises FetchError: `content_encoding`, if the coding was not asked for, or the body is damaged
        or incomplete. Only the end of the iteration says that all was well.
    """
    coding = encoding.strip().lower()
    if coding in PLAIN:
        yield from chunks
        return
    try:
        match coding:
            case "gzip" | "x-gzip":
                yield from _gunzipped(chunks)
            case "deflate":
                yield from _inflated(chunks)
            case _:
                raise FetchError("content_encoding", encoding=ascii(coding[:40])[1:-1])
    except zlib.error as error:
        raise FetchError("content_encoding", encoding=coding) from error


def _gunzipped(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The members of a gzip file, one after the other (RFC 1952, section 2.2)."""
    member = _gzip_member()
    begun = False
    for chunk in chunks:
        data = chunk
        while data:
            if member.eof:
                member = _gzip_member()
                begun = False
            if not begun:
                # Zeros may pad a file after its last member, as they do for gzip(1).
                data = data.lstrip(b"\0")
                begun = bool(data)
            yield from _pieces(member, data)
            data = member.unused_data
    if begun and not member.eof:
        raise zlib.error("incomplete")


def _gzip_member() -> "zlib._Decompress":
    return zlib.decompressobj(zlib.MAX_WBITS | 16)


def _inflated(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """A deflate stream: in a zlib wrapper, as RFC 9110 means it, or bare, as some servers do."""
    stream = None
    for chunk in _from_two_bytes(chunks):
        if stream is None:
            wrapped = _has_zlib_header(chunk)
            stream = zlib.decompressobj(zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)
        if not stream.eof:
            yield from _pieces(stream, chunk)
    if stream is not None and not stream.eof:
        raise zlib.error("incomplete")


def _pieces(stream: "zlib._Decompress", data: bytes) -> Iterator[bytes]:
    """What the data unpack to, until they are used up or the stream ends."""
    full = True
    while (data or full) and not stream.eof:
        piece = stream.decompress(data, _PIECE_BYTES)
        data = stream.unconsumed_tail
        full = len(piece) == _PIECE_BYTES  # then zlib may hold more of it back
        if piece:
            yield piece


def _from_two_bytes(chunks: Iterable[bytes]) -> Iterator[bytes]:
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
