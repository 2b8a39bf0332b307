"""Tables to take along: CSV and TSV for spreadsheets, JSON for programs.

Who reads a file may be slow. So it is written before its first byte is sent, and what is read then
keeps neither a connection to the database nor the rows in memory.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial, wraps
from itertools import chain
from tempfile import SpooledTemporaryFile
from typing import IO, Any, ParamSpec, TextIO
from urllib.parse import urlsplit

from flask import Response
from werkzeug.wsgi import FileWrapper

from models import Result, db
from views.errors import Problem
from views.places import Places, at_the_end_of
from wordcount.spreadsheet import safe_cell

#: How many downloads may be under way at once in one process: each keeps a thread.
MAX_DOWNLOADS = 4
#: Without it, spreadsheets take UTF-8 for an encoding of their own.
_MARK = "\ufeff"
#: Digits behind the point of what is no whole number, such as a share.
DIGITS = 6
#: Bytes of a file that are kept in memory; a larger one is put on the disk.
_IN_MEMORY = 4 * 1024 * 1024
#: Bytes of each write to the network.
_BLOCK = 64 * 1024

#: In which forms a table can be had.
ENDINGS = ("csv", "tsv", "json")
#: The same as part of a route.
ENDING = f"<any({', '.join(ENDINGS)}):ending>"
# What would end a cell or a line of TSV, to some programs.
_PARTING = re.compile("[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]")
P = ParamSpec("P")


def _too_many_downloads() -> Problem:
    return Problem(
        503,
        "too_many_downloads",
        "Too many files are being taken along just now. Please try again in a moment.",
        headers={"Retry-After": "10"},
    )


_PLACES = Places(MAX_DOWNLOADS, _too_many_downloads)


def download(view: Callable[P, Response]) -> Callable[P, Response]:
    """A view that answers with a file: there are only so many at once, and a reader may be slow."""

    def make(*args: P.args, **kwargs: P.kwargs) -> Response:
        response = view(*args, **kwargs)
        db.session.remove()
        return response

    @wraps(view)
    def limited(*args: P.args, **kwargs: P.kwargs) -> Response:
        return _PLACES.serve(partial(make, *args, **kwargs))

    return limited


@dataclass(frozen=True)
class Table:
    """Rows to take along.

    :ivar name: what the rows are, as programs call them: ``words``.
    :ivar facts: what else there is to know; only JSON has room for it.
    """

    name: str
    columns: Sequence[str]
    rows: Iterable[Iterable[object]]
    facts: Mapping[str, Any] = field(default_factory=dict)


def table_file(table: Table, ending: str, name: str) -> Response:
    """A table as a file that browsers save.

    CSV is that of RFC 4180. No cell of CSV or TSV is a formula.

    :param ending: one of :data:`ENDINGS`.
    :param name: of the file, without its ending.
    """
    rows = chain([table.columns], table.rows)
    match ending:
        case "csv":
            file, mimetype = written(csv_writer(rows, mark=True)), "text/csv"
        case "tsv":
            file, mimetype = written(tsv_writer(rows)), "text/tab-separated-values"
        case _:
            file, mimetype = written(partial(_write_json, table)), "application/json"
    return _closing(file, f"{name}.{ending}", mimetype)


def written(write: Callable[[TextIO], object]) -> IO[bytes]:
    """What is written, in a file that is to be read, and closed, which removes it."""
    file = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 -- the caller closes it
    text = io.TextIOWrapper(file, "utf-8", newline="")
    write(text)
    text.detach()
    file.seek(0)
    return file


def csv_writer(
    rows: Iterable[Iterable[object]], *, mark: bool = False
) -> Callable[[TextIO], object]:
    """What :func:`written` wants for rows of a CSV file.

    :param mark: whether the file begins with the mark of UTF-8.
    """

    def write(text: TextIO) -> None:
        text.write(_MARK if mark else "")
        csv.writer(text).writerows(map(_cell, row) for row in rows)

    return write


def tsv_writer(rows: Iterable[Iterable[object]]) -> Callable[[TextIO], object]:
    """The same for rows of a TSV file, in which a cell cannot hold a tab or the end of a line.

    https://www.iana.org/assignments/media-types/text/tab-separated-values
    """

    def write(text: TextIO) -> None:
        for row in rows:
            cells = ("" if value is None else str(_cell(value)) for value in row)
            text.write("\t".join(" ".join(_PARTING.split(cell)) for cell in cells) + "\n")

    return write


def _cell(value: object) -> object:
    match value:
        case str():
            return safe_cell(value)
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.{DIGITS}f}"  # 0.000002, not 2e-06
        case list():  # of forms with their counts; in JSON as it is
            return safe_cell(", ".join(f"{form} {times}" for form, times in value))
        case _:
            return value


def blocks_of(file: IO[bytes]) -> Iterator[bytes]:
    """A file that was written, to its end."""
    with file:
        yield from FileWrapper(file, _BLOCK)


def attachment(body: Iterable[bytes], name: str, mimetype: str) -> Response:
    """An answer that browsers save as a file."""
    response = Response(body, mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def file_name(result: Result, what: str = "words") -> str:
    """Of a download, without its ending: plain letters only, whatever the host.

    :param what: it has in its rows.
    """
    host = urlsplit(result.final_url or result.url).hostname or ""
    plain = re.sub(r"[^a-z0-9.-]+", "-", host).strip("-.") or "page"
    return f"{what}-{plain}-{str(result.job_key)[:8]}"  # a site has many pages


def _closing(file: IO[bytes], name: str, mimetype: str) -> Response:
    response = attachment(FileWrapper(file, _BLOCK), name, mimetype)
    at_the_end_of(response, file.close)
    return response


def _write_json(table: Table, text: TextIO) -> None:
    """A row at a time: all of them as objects would take ten times the memory of the file."""
    encode = json.JSONEncoder(ensure_ascii=False).encode
    text.write(encode({**table.facts, table.name: []}).removesuffix("]}"))
    for number, row in enumerate(table.rows):
        text.write(", " if number else "")
        text.write(encode(dict(zip(table.columns, row, strict=True))))
    text.write("]}")
