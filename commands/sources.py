"""A file, standard input or a URL -> the bytes of a page, within the limits of the settings."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from config import Config, settings_from

STANDARD_INPUT = "-"

#: What a server needs and this does not: nothing is connected to, so any value of the right form.
_NOT_NEEDED = {"DATABASE_URL": "postgresql://", "REDIS_URL": "redis://", "SECRET_KEY": "unused"}
_URL = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_CONTENT_TYPES = {
    ".txt": "text/plain",
    ".xht": "application/xhtml+xml",
    ".xhtml": "application/xhtml+xml",
}
_HTML = "text/html"

#: Documents that could pass for text, by how they begin.
_SIGNATURES = {b"%PDF-": "a PDF document", b"%!PS-Adobe-": "a PostScript document"}
_BYTE_ORDER_MARKS = (b"\xfe\xff", b"\xff\xfe", b"\xef\xbb\xbf")
#: Bytes that no text has: https://mimesniff.spec.whatwg.org/#binary-data-byte
_BINARY = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
#: How far a browser looks for them: https://mimesniff.spec.whatwg.org/#resource-header
_SNIFFED_BYTES = 1445


@dataclass(frozen=True)
class Page:
    """A page as it was read.

    :ivar content_type: an HTTP header, or what stands for it.
    """

    body: bytes
    content_type: str | None


class SourceError(Exception):
    """A source cannot be counted.

    :ivar code: stable, for programs; one of `wordcount.errors` where that means the same.
    :ivar detail: a sentence for people.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code, detail)  # both, so that it can pass from process to process
        self.code = code
        self.detail = detail


def fetch_settings(environ: Mapping[str, str]) -> Config:
    """The settings of fetching, whether or not anything else is set.

    :raises ConfigError: if one of them is wrong.
    """
    return settings_from({**environ, **_NOT_NEEDED})


def page_of(source: str, settings: Config) -> Page:
    """Read a source.

    :param source: a URL with its scheme, ``-`` for standard input, or else the path of a file.
    :raises SourceError: if there is no page to be had.
    """
    if _URL.match(source):
        return _fetched(source, settings)
    if source == STANDARD_INPUT:
        return _read(lambda: open(0, "rb", closefd=False), _HTML, settings.FETCH_MAX_BYTES)
    path = Path(source)
    content_type = _CONTENT_TYPES.get(path.suffix.lower(), _HTML)
    return _read(lambda: path.open("rb"), content_type, settings.FETCH_MAX_BYTES)


def _fetched(url: str, settings: Config) -> Page:
    # Imported only here: most uses are of files, and its libraries take their time to load.
    from fetch import Limits, fetch_page
    from wordcount.errors import WordcountError

    limits = Limits(
        timeout=settings.FETCH_TIMEOUT,
        max_bytes=settings.FETCH_MAX_BYTES,
        allowed_networks=settings.FETCH_ALLOWED_NETWORKS,
    )
    try:
        page = fetch_page(url, limits)
    except WordcountError as error:
        raise SourceError(error.code, error.detail) from error
    return Page(page.body, page.content_type)


def _read(opened: Callable[[], BinaryIO], content_type: str, max_bytes: int) -> Page:
    try:
        with opened() as file:
            body = file.read(max_bytes + 1)
    except FileNotFoundError:
        hint = "There is no such file; an address begins with http:// or https://."
        raise SourceError("file_missing", hint) from None
    except IsADirectoryError:
        raise SourceError("file_is_directory", "This is a directory, not a file.") from None
    except OSError as error:
        reason = error.strerror or "unknown error"
        raise SourceError("file_unreadable", f"The file cannot be read: {reason}.") from None
    except ValueError:  # Python's for a NUL in a path
        raise SourceError("file_missing", "There can be no file of this name.") from None
    if not body:
        raise SourceError("empty_page", "The file is empty: not a single byte.")
    if len(body) > max_bytes:
        limit = f"The file is larger than {max_bytes:,} bytes (FETCH_MAX_BYTES)."
        raise SourceError("too_large", limit)
    if kind := _kind_if_not_text(body):
        raise SourceError("content_type", f"This is not a page of text, but {kind}.")
    return Page(body, content_type)


def _kind_if_not_text(body: bytes) -> str | None:
    """What a file is that is none of text, told as browsers tell it; None for text.

    What begins with a tag is a page, whatever else is in it.
    https://mimesniff.spec.whatwg.org/#rules-for-identifying-an-unknown-mime-type
    """
    for signature, kind in _SIGNATURES.items():
        if body.startswith(signature):
            return kind
    head = body[:_SNIFFED_BYTES]
    if head.lstrip().startswith(b"<") or head.startswith(_BYTE_ORDER_MARKS):
        return None
    return "binary data" if _BINARY.search(head) else None
