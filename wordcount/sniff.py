"""Tell text from what only passes for it: an image labelled HTML, a PDF document named .html."""

import re

import webencodings

from wordcount.content_type import charset_of, media_type_of

#: How documents and images begin, where no text would.
#: https://mimesniff.spec.whatwg.org/#matching-an-image-type-pattern and what follows there
_SIGNATURES = {
    b"%PDF-": "a PDF document",
    b"%!PS-Adobe-": "a PostScript document",
    b"\x89PNG\r\n\x1a\n": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF87a": "a GIF image",
    b"GIF89a": "a GIF image",
    b"PK\x03\x04": "a ZIP archive or an office document",
    b"\x1f\x8b\x08": "a gzip archive",
    b"\x7fELF": "a program",
    b"OggS\x00": "an Ogg recording",
    b"\x1aE\xdf\xa3": "a WebM or Matroska video",
}
_WEBP = re.compile(rb"RIFF.{4}WEBPVP", re.DOTALL)
_BYTE_ORDER_MARKS = (b"\xfe\xff", b"\xff\xfe", b"\xef\xbb\xbf")
#: Bytes that no text has: https://mimesniff.spec.whatwg.org/#binary-data-byte
_BINARY = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
#: How far a browser looks for them: https://mimesniff.spec.whatwg.org/#resource-header
_SNIFFED_BYTES = 1445
#: One such byte in so many is an accident of a page that is called HTML; more are no page.
_ACCIDENTS = 20
_HTML = {"text/html", "application/xhtml+xml"}
_TWO_BYTES = {"utf-16le", "utf-16be"}


def kind_if_not_text(body: bytes, content_type: str | None = None) -> str | None:
    """What a page is that is none of text; None for text.

    Plain text, and what is called nothing, is judged as browsers judge it. They believe whatever is
    called HTML; here it must not be full of bytes that no text has. What begins with a tag is a
    page, whatever else is in it; so is what says that it is UTF-16, where every other byte may be
    zero.

    :param content_type: its HTTP header.
    :returns: with an article, such as ``a PNG image``.
    """
    for signature, kind in _SIGNATURES.items():
        if body.startswith(signature):
            return kind
    if _WEBP.match(body):
        return "a WebP image"
    head = body[:_SNIFFED_BYTES]
    if head.lstrip().startswith(b"<") or head.startswith(_BYTE_ORDER_MARKS):
        return None
    encoding = webencodings.lookup(charset_of(content_type) or "")
    if encoding and encoding.name in _TWO_BYTES:
        return None
    strange = len(_BINARY.findall(head))
    accidents = len(head) // _ACCIDENTS if media_type_of(content_type) in _HTML else 0
    return "binary data" if strange > accidents else None
