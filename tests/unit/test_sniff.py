"""Text is told from what only passes for it."""

import pytest

from wordcount.sniff import kind_if_not_text

TEXT = [
    (b"<p>Hello", None),
    (b" \n<!-- \x00 --><p>Hello", None),
    (b"Hello, world", "text/plain"),
    (b"", None),
    ("Grüße".encode("latin-1"), "text/html"),
    ("日本".encode("iso-2022-jp"), "text/plain"),  # which has escape characters
    (b"Tab\t, line\n, page\x0c", "text/plain"),
    ("Hello".encode("utf-16"), "text/plain"),
    ("Hello".encode("utf-16-le"), "text/plain; charset=UTF-16LE"),
    ("Hello".encode("utf-16-be"), 'text/plain; charset="utf-16be"'),
    (b"\xef\xbb\xbfHello\x00", "text/plain"),
    (b"x" * 1445 + b"\x00", "text/plain"),
    ("Hello".encode("utf-16-le"), "text/plain; charset=ucs-2"),
    (b"Notice: x\x00y in z.php\n<!doctype html>", "text/html"),
    (b"RIFF is a format, GIF another, and PK two letters", "text/plain"),
]

NOT_TEXT = [
    (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "a PNG image"),
    (b"\xff\xd8\xff\xe0\x00\x10JFIF", "a JPEG image"),
    (b"GIF89a\x01\x00", "a GIF image"),
    (b"RIFF\x24\x00\x00\x00WEBPVP8 ", "a WebP image"),
    (b"%PDF-1.7\n", "a PDF document"),
    (b"%!PS-Adobe-3.0", "a PostScript document"),
    (b"PK\x03\x04\x14\x00", "a ZIP archive or an office document"),
    (b"\x1f\x8b\x08\x00\x00", "a gzip archive"),
    (b"\x7fELF\x02\x01\x01", "a program"),
    (b"\x00\x00\x00\x18ftypmp42", "binary data"),
    (b"ID3\x04\x00", "binary data"),
    ("Hello".encode("utf-16-le"), "binary data"),
]


@pytest.mark.parametrize(("body", "content_type"), TEXT)
def test_text(body: bytes, content_type: str | None) -> None:
    assert kind_if_not_text(body, content_type) is None


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/json"])
def test_a_single_byte_tells_where_nobody_speaks_of_html(content_type: str | None) -> None:
    assert kind_if_not_text(b"A word of text, and this:\x00", content_type) == "binary data"


@pytest.mark.parametrize(("body", "kind"), NOT_TEXT)
@pytest.mark.parametrize("content_type", [None, "text/html", "text/plain; charset=utf-8"])
def test_not_text(body: bytes, kind: str, content_type: str | None) -> None:
    assert kind_if_not_text(body, content_type) == kind
