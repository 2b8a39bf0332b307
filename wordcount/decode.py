"""Bytes -> text, in the encoding that a browser would choose, and as a browser decodes it.

The order is that of the HTML standard, section "Determining the character encoding": a byte order
mark, then the HTTP header, then what the page itself declares, then a guess.
https://html.spec.whatwg.org/multipage/parsing.html#determining-the-character-encoding
Labels and decoders are those of the Encoding standard. Python's own codecs will not do: on bytes
that are not valid they go on at another place than browsers, so that all that follows is garbled.
https://encoding.spec.whatwg.org/
"""

import re
from collections.abc import Iterator

import endec
import webencodings
from chardetng_py import detect
from selectolax.lexbor import LexborHTMLParser, LexborNode

from wordcount.content_type import charset_of, media_type_of

BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16le"),
    (b"\xfe\xff", "utf-16be"),
)
# The detector gives names for Python; this one is not also a name on the web.
PYTHON_NAMES = {"cp874": "windows-874"}
# How a page in UTF-16 that declares itself in XML begins, if it has no byte order mark.
XML_IN_UTF_16 = ((b"<\0?\0x\0", "utf-16le"), (b"\0<\0?\0x", "utf-16be"))
# Where the standard looks for a declaration, in bytes.
PRESCAN = 1024
# If the head is longer, so many times as much of the page is parsed, and again until it ends: all
# that costs little more than parsing it once.
GROWTH = 8

DECLARATIONS = 'meta[charset], meta[http-equiv="content-type" i][content]'
# https://html.spec.whatwg.org/multipage/urls-and-fetching.html#extracting-character-encodings-from-meta-elements
_CHARSET = re.compile(
    r"""charset\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s;"'][^\s;]*))""", re.IGNORECASE | re.ASCII
)


def decode(body: bytes, content_type: str | None = None) -> tuple[str, str]:
    """The text of a page, and the encoding it was read in.

    :param body: the page as it came, decompressed.
    :param content_type: the HTTP header, such as ``text/html; charset=utf-8``.
    :returns: the text, and the encoding's name in the Encoding standard, in lower case. Bytes that
        are not valid in that encoding become U+FFFD, as in browsers.
    """
    for mark, encoding in BYTE_ORDER_MARKS:
        if body.startswith(mark):
            return _decode_as(encoding, body[len(mark) :])
    return _decode_as(
        _known(charset_of(content_type))
        or _declared_in(body, media_type_of(content_type))
        or _guess(body),
        body,
    )


def to_utf8(body: bytes, content_type: str | None = None) -> tuple[bytes, str]:
    """The same as valid UTF-8, which is what the HTML parser reads.

    :returns: also the encoding it came in. The bytes are `body` itself if they need no change,
        so that a large page is not in memory twice.
    """
    text, encoding = decode(body, content_type)
    if encoding == "utf-8" and not body.startswith(BYTE_ORDER_MARKS[0][0]) and "\ufffd" not in text:
        return body, encoding
    return text.encode(), encoding


def _decode_as(encoding: str, body: bytes) -> tuple[str, str]:
    return endec.decode(body, encoding, "replace", bom="ignore"), encoding


def _known(label: str | None) -> str | None:
    """Labels mean what browsers mean by them: ``iso-8859-1`` is windows-1252."""
    encoding = webencodings.lookup(label) if label else None
    return encoding.name if encoding else None


def _declared_in(body: bytes, media_type: str) -> str | None:
    """What the page says of itself: nothing in plain text, and in XHTML no <meta> counts."""
    if media_type == "text/plain":
        return None
    for start, encoding in XML_IN_UTF_16:
        if body.startswith(start):
            return encoding
    in_meta = None if media_type == "application/xhtml+xml" else _declared_in_html(body)
    declared = in_meta or _declared_in_xml(body)
    # A declaration that could be read as ASCII was not in UTF-16; so says the standard, too.
    return "utf-8" if declared in {"utf-16le", "utf-16be"} else declared


def _declared_in_xml(body: bytes) -> str | None:
    """The encoding that an XML declaration names, at the very start; browsers heed it in HTML, too.

    https://html.spec.whatwg.org/multipage/parsing.html#concept-get-xml-encoding-when-sniffing
    """
    declaration, end, _ = body[:PRESCAN].partition(b">")
    if not end or not declaration.startswith(b"<?xml"):
        return None
    # Few pages come here, and Beautiful Soup takes a tenth of a second to load.
    from bs4.dammit import EncodingDetector

    # In the one spelling that the detector knows.
    in_one_line = b" ".join(declaration.split()).replace(b" =", b"=").replace(b"= ", b"=")
    return _known(EncodingDetector.find_declared_encoding(in_one_line + b"?>"))


def _declared_in_html(body: bytes) -> str | None:
    """The encoding that the first <meta> names which names one that is known.

    As in Chromium, the <meta> begins in the first 1,024 bytes, or stands in the head, however long
    that is. What looks like one in a comment or in a script is none.
    """
    for meta in _declarations(body):
        if encoding := _known(_label(meta)):
            # The standard's last step: pages that declare this do not mean it.
            return "windows-1252" if encoding == "x-user-defined" else encoding
    return None


def _declarations(body: bytes) -> Iterator[LexborNode]:
    """All <meta> that could name an encoding, and stand where it counts.

    The parser takes the bytes for UTF-8. Of a page in any encoding that can be declared, the tags
    are ASCII.
    """
    size = _end_of_tag(body, body.rfind(b"<", 0, PRESCAN))
    # Browsers look into <noscript> here, though they run scripts.
    page = LexborHTMLParser(body[:size], scripting=False)
    yield from page.css(DECLARATIONS)
    while size < len(body) and page.body and not page.body.first_child:
        size = _end_of_tag(body, size * GROWTH)
        page = LexborHTMLParser(body[:size], scripting=False)
        yield from page.head.css(DECLARATIONS) if page.head else ()


def _end_of_tag(body: bytes, start: int) -> int:
    """Where a tag ends that begins at `start`; a cut elsewhere could look like text."""
    return body.find(b">", max(start, 0)) + 1 or len(body)


def _label(meta: LexborNode) -> str | None:
    """The charset of a <meta>, as it is spelled there."""
    attributes = meta.attributes
    if charset := attributes.get("charset"):
        return charset
    if (attributes.get("http-equiv") or "").lower() != "content-type":
        return None
    found = _CHARSET.search(attributes.get("content") or "")
    return found[found.lastindex or 0] if found else None


def _guess(body: bytes) -> str:
    """UTF-8 if it is valid; of the other encodings, the one that a detector finds likely."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        name = detect(body, allow_utf8=False)
        return _known(PYTHON_NAMES.get(name, name)) or "windows-1252"
    return "utf-8"
