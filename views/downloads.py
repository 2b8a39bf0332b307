"""All words of counts to take along: CSV for spreadsheets, JSON for programs.

Every word is there, whole, stop words too; a column says which those are. Who reads a file may be
slow. So it is written before its first byte is sent, and what is read then keeps neither a
connection to the database nor the words in memory.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
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
from views.rankings import refuse_many
from views.selection import Selection
from wordcount import rank
from wordcount.spreadsheet import safe_cell

#: How many downloads may be under way at once in one process: each keeps a thread.
MAX_DOWNLOADS = 4
#: Without it, spreadsheets take UTF-8 for an encoding of their own.
_MARK = "\ufeff"
#: Digits of a share behind the point.
_DIGITS = 6
#: Bytes of a file that are kept in memory; a larger one is put on the disk.
_IN_MEMORY = 4 * 1024 * 1024
#: Bytes of each write to the network.
_BLOCK = 64 * 1024

#: Of each word: as it is ranked, how often, its share of all words of the page from 0 to 1, and
#: whether it is a stop word.
COLUMNS = ("word", "count", "share", "stop_word")
Word = tuple[str, int, float, bool]
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


def all_words(result: Result, selection: Selection) -> Iterator[Word]:
    """The words of a finished count, ranked as a view ranks them, but none left out.

    Words as they are written can be had of any count. To be called and read in turn, see
    :func:`views.rankings.in_turn`.

    :raises views.errors.Problem: if there are too many for anything else, before the first one.
    """
    as_written = selection.case == "keep"
    if not as_written:
        refuse_many(result, "ask for case=keep, for all of them as they are written.")
    counts, kept = result.result_all or {}, result.result_no_stop_words or {}
    if as_written:
        ranked: Iterable[tuple[str, int]] = sorted(counts.items(), key=_most_frequent_first)
        names = counts.keys() - kept.keys()
    else:
        how = partial(rank, language=result.language, longest=None)
        ranked = how(counts, together=selection.forms == "together")
        names = {word for word, _ in how({word: counts[word] for word in counts.keys() - kept})}
    total = result.total_words or 1
    return ((word, times, round(times / total, _DIGITS), word in names) for word, times in ranked)


def csv_file(name: str, columns: Iterable[str], rows: Iterable[Iterable[object]]) -> Response:
    """A CSV file (RFC 4180); no cell of it is a formula."""
    file = written(csv_writer(chain([columns], rows), mark=True))
    return _closing(file, f"{name}.csv", "text/csv")


def json_file(name: str, facts: Mapping[str, Any], words: Iterable[Word]) -> Response:
    """A JSON file: one object with what is known of the page, and its words."""
    file = written(partial(_write_json, facts, words))
    return _closing(file, f"{name}.json", "application/json")


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

    :param mark: whether the file begins with them.
    """

    def write(text: TextIO) -> None:
        text.write(_MARK if mark else "")
        csv.writer(text).writerows(map(_cell, row) for row in rows)

    return write


def _cell(value: object) -> object:
    match value:
        case str():
            return safe_cell(value)
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.{_DIGITS}f}"  # 0.000002, not 2e-06
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


def file_name(result: Result) -> str:
    """Of a download, without its ending: plain letters only, whatever the host."""
    host = urlsplit(result.final_url or result.url).hostname or ""
    plain = re.sub(r"[^a-z0-9.-]+", "-", host).strip("-.") or "page"
    return f"words-{plain}-{str(result.job_key)[:8]}"  # a site has many pages


def _closing(file: IO[bytes], name: str, mimetype: str) -> Response:
    response = attachment(FileWrapper(file, _BLOCK), name, mimetype)
    at_the_end_of(response, file.close)
    return response


def _most_frequent_first(item: tuple[str, int]) -> tuple[int, str]:
    word, times = item
    return -times, word


def _write_json(facts: Mapping[str, Any], words: Iterable[Word], text: TextIO) -> None:
    """A word at a time: all of them as objects would take ten times the memory of the file."""
    encode = json.JSONEncoder(ensure_ascii=False).encode
    text.write(encode({**facts, "words": []}).removesuffix("]}"))
    for number, word in enumerate(words):
        text.write(", " if number else "")
        text.write(encode(dict(zip(COLUMNS, word, strict=True))))
    text.write("]}")
