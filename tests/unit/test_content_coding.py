"""Content codings, undone piece by piece and never past a limit."""

import gzip
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wordcount.content_coding import decoded
from wordcount.errors import FetchError

LIMIT = 100_000


def whole(chunks: list[bytes], encoding: str, limit: int = LIMIT) -> bytes:
    return b"".join(decoded(chunks, encoding, limit))


def code_of(body: bytes, encoding: str, limit: int = LIMIT) -> str:
    with pytest.raises(FetchError) as caught:
        whole([body], encoding, limit)
    return caught.value.code


def bare_deflate(data: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return stream.compress(data) + stream.flush()


PACKED: dict[str, Callable[[bytes], bytes]] = {
    "": lambda data: data,
    "identity": lambda data: data,
    "gzip": gzip.compress,
    "X-GZip": gzip.compress,
    "deflate": zlib.compress,
    " Deflate ": bare_deflate,
    "gzip, gzip": lambda data: gzip.compress(gzip.compress(data)),
    "deflate,gzip": lambda data: gzip.compress(zlib.compress(data)),
    "identity, gzip,": gzip.compress,
    "UTF-8": lambda data: data,
    "gzip, none": gzip.compress,
}


@pytest.mark.parametrize("encoding", PACKED)
@given(data=st.binary(max_size=300), cut=st.integers(1, 40))
def test_a_body_in_chunks_of_any_size(encoding: str, data: bytes, cut: int) -> None:
    packed = PACKED[encoding](data)
    chunks = [packed[start : start + cut] for start in range(0, len(packed), cut)]
    assert whole(chunks, encoding) == data


@given(
    texts=st.lists(st.binary(max_size=50), min_size=1, max_size=4),
    behind=st.sampled_from([b"", bytes(7), b"garbage", b"\0\0<!-- sent by a proxy -->"]),
    cut=st.integers(1, 40),
)
def test_members_of_gzip_and_what_is_behind_them(
    texts: list[bytes], behind: bytes, cut: int
) -> None:
    packed = b"".join(map(gzip.compress, texts)) + behind
    chunks = [packed[start : start + cut] for start in range(0, len(packed), cut)]
    assert whole(chunks, "gzip") == b"".join(texts)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "gzip, gzip"])
@given(data=st.binary(min_size=1, max_size=300), kept=st.floats(0.01, 0.99))
def test_no_part_of_a_body_passes_for_the_whole(encoding: str, data: bytes, kept: float) -> None:
    packed = PACKED[encoding](data)
    assert code_of(packed[: max(1, int(len(packed) * kept))], encoding) == "bad_compression"


@pytest.mark.parametrize("encoding", ["br", "zstd", "compress", "gzip, br", "gzip,gzip,gzip"])
def test_codings_that_nobody_asked_for(encoding: str) -> None:
    assert code_of(gzip.compress(b"Hello"), encoding) == "content_encoding"


@pytest.mark.parametrize("encoding", ["", "gzip", "deflate", "gzip, gzip"])
def test_the_limit(encoding: str) -> None:
    assert len(whole([PACKED[encoding](bytes(LIMIT))], encoding)) == LIMIT
    assert code_of(PACKED[encoding](bytes(LIMIT + 1)), encoding) == "too_large"


def test_the_limit_also_holds_between_two_codings() -> None:
    # Empty members unpack to nothing, however many: only what is in between is large.
    between = gzip.compress(b"") * (LIMIT // 20)
    assert len(between) <= LIMIT
    assert whole([gzip.compress(between)], "gzip, gzip") == b""
    assert code_of(gzip.compress(between + between), "gzip, gzip") == "too_large"
