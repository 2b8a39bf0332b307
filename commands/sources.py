"""A file, standard input or a URL -> the bytes of a page, within the limits of the settings."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from config import Config, settings_from
from wordcount.errors import SENTENCES, WordcountError
from wordcount.sniff import kind_if_not_text
from workers.host_limit import IN_MEMORY, HostLimit

STANDARD_INPUT = "-"
#: A source that begins like this is a URL, and none that does not.
HAS_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)

#: What a server needs and this does not.
_NOT_NEEDED = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY"}
_CONTENT_TYPES = {
    ".txt": "text/plain",
    ".xht": "application/xhtml+xml",
    ".xhtml": "application/xhtml+xml",
}
_HTML = "text/html"


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
    return settings_from(environ, without=_NOT_NEEDED)


class Reader:
    """Reads the pages of one command, and asks no host too often for them."""

    def __init__(self, settings: Config) -> None:
        self._settings = settings
        # Without Redis: a command knows of itself alone. It has the time to wait.
        self._host_limit = HostLimit(settings.HOST_RATE_LIMIT, IN_MEMORY, patience=math.inf)

    def page_of(self, source: str) -> Page:
        """Read a source.

        :param source: a URL with its scheme, ``-`` for standard input, or else the path of a file.
        :raises SourceError: if there is no page to be had.
        """
        if HAS_SCHEME.match(source):
            return self._fetched(source)
        max_bytes = self._settings.FETCH_MAX_BYTES
        if source == STANDARD_INPUT:
            return _read(lambda: open(0, "rb", closefd=False), _HTML, max_bytes)
        path = Path(source)
        content_type = _CONTENT_TYPES.get(path.suffix.lower(), _HTML)
        return _read(lambda: path.open("rb"), content_type, max_bytes)

    def _fetched(self, url: str) -> Page:
        # Imported only here: most uses are of files, and its libraries take their time to load.
        from fetch import Limits, Manners, fetch_page

        limits = Limits(
            timeout=self._settings.FETCH_TIMEOUT,
            max_bytes=self._settings.FETCH_MAX_BYTES,
            allowed_networks=self._settings.FETCH_ALLOWED_NETWORKS,
        )
        manners = Manners(contact=self._settings.CONTACT_URL, permit=self._host_limit.wait)
        try:
            page = fetch_page(url, limits, manners)
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
    if kind := kind_if_not_text(body, content_type):
        raise SourceError("not_text", SENTENCES["not_text"].format(kind=kind))
    return Page(body, content_type)
