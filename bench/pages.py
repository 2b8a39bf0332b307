"""A folder of saved pages, and what a browser shows of each.

``list.jsonl`` has one JSON object a line: ``name``, ``content_type`` (the HTTP header to assume)
and ``language``. ``html/NAME.html`` has the bytes of that page. ``truth.jsonl.gz`` has ``name``
and ``counts``, the words that a browser shows of it.
"""

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

LIST = "list.jsonl"
TRUTH = "truth.jsonl.gz"


class PagesError(Exception):
    """A folder is not one of saved pages; the message says what is wrong with it."""


@dataclass(frozen=True)
class SavedPage:
    """One page.

    :ivar content_type: its HTTP header.
    :ivar language: what people say it is in, as an ISO 639 code.
    :ivar file: holds its bytes.
    """

    name: str
    content_type: str
    language: str
    file: Path

    @cached_property
    def body(self) -> bytes:
        return self.file.read_bytes()


def saved_pages(folder: Path) -> list[SavedPage]:
    """The pages of a folder, in the order of its list.

    :raises PagesError: if there is no such folder, it has no list or no page, or a page is missing.
    """
    try:
        lines = (folder / LIST).read_text("utf-8").splitlines()
        pages = [
            SavedPage(
                name=entry["name"],
                content_type=entry["content_type"],
                language=entry["language"],
                file=folder / "html" / f"{entry['name']}.html",
            )
            for entry in map(json.loads, filter(str.strip, lines))
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _no_pages(folder, LIST, error) from error
    missing = [page.file for page in pages if not page.file.is_file()]
    if missing:
        raise PagesError(f"{missing[0]} is named in {LIST}, but it is not there.")
    if not pages:
        raise PagesError(f"{folder / LIST} names no page.")
    return pages


def true_counts(folder: Path) -> dict[str, Mapping[str, int]]:
    """Name of a page -> the words that a browser shows of it, and how often.

    :raises PagesError: if the folder has no truth that can be read.
    """
    try:
        with gzip.open(folder / TRUTH, "rt", encoding="utf-8") as lines:
            entries = [json.loads(line) for line in lines if line.strip()]
        return {entry["name"]: entry["counts"] for entry in entries}
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise _no_pages(folder, TRUTH, error) from error


def _no_pages(folder: Path, file: str, error: Exception) -> PagesError:
    match error:
        case FileNotFoundError() if not folder.exists():
            reason = "there is no such folder"
        case FileNotFoundError() | NotADirectoryError():
            reason = f"it has no {file}"
        case OSError() | EOFError():
            reason = f"its {file} cannot be read ({error})"
        case _:
            reason = f"its {file} is not as docs/BENCH.md says ({error!r})"
    return PagesError(f"{folder} is not a folder of saved pages: {reason}.")
