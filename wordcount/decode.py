"""Bytes -> text, in the encoding that a browser would choose.

The order is that of the HTML standard, section "Determining the character encoding": a byte order
mark, then the HTTP header, then what the page itself declares, then a guess.
https://html.spec.whatwg.org/multipage/parsing.html#determining-the-character-encoding
"""

import webencodings
from bs4.dammit import EncodingDetector
from chardetng_py import detect

from wordcount.content_type import charset_of


def _standard(name: str) -> webencodings.Encoding:
    encoding = webencodings.lookup(name)
    assert encoding, name
    return encoding


UTF_8 = _standard("utf-8")
WINDOWS_1252 = _standard("windows-1252")
BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", UTF_8),
    (b"\xff\xfe", _standard("utf-16le")),
    (b"\xfe\xff", _standard("utf-16be")),
)
# The detector gives names for Python; this one is not also a name on the web.
PYTHON_NAMES = {"cp874": "windows-874"}
# Browsers look for a declaration in the first 1,024 bytes only.
PRESCAN_BYTES = 1024


def decode(body: bytes, content_type: str | None = None) -> tuple[str, str]:
    """The text of a page, and the encoding it was read in.

    :param body: the page as it came, decompressed.
    :param content_type: the HTTP header, such as ``text/html; charset=utf-8``.
    :returns: the text, and the encoding's name in the WHATWG Encoding standard, in lower case.
        Bytes that are not valid in that encoding become U+FFFD, as in browsers.
    """
    for mark, of_mark in BYTE_ORDER_MARKS:
        if body.startswith(mark):
            return _decode_as(of_mark, body[len(mark) :])
    encoding = (
        _known(charset_of(content_type)) or _declared_in(body) or _valid_utf8(body) or _guess(body)
    )
    return _decode_as(encoding, body)


def _known(label: str | None) -> webencodings.Encoding | None:
    """Labels mean what browsers mean by them: ``iso-8859-1`` is windows-1252."""
    return webencodings.lookup(label) if label else None


def _declared_in(body: bytes) -> webencodings.Encoding | None:
    label = EncodingDetector.find_declared_encoding(body[:PRESCAN_BYTES], is_html=True)
    encoding = _known(label)
    if encoding and encoding.name.startswith("utf-16"):
        # The declaration was readable as ASCII, so UTF-16 it cannot be; the standard says UTF-8.
        return UTF_8
    return encoding


def _valid_utf8(body: bytes) -> webencodings.Encoding | None:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return UTF_8


def _guess(body: bytes) -> webencodings.Encoding:
    name = detect(body, allow_utf8=False)
    return _known(PYTHON_NAMES.get(name, name)) or WINDOWS_1252


def _decode_as(encoding: webencodings.Encoding, body: bytes) -> tuple[str, str]:
    text, _ = encoding.codec_info.decode(body, "replace")
    return text, encoding.name
