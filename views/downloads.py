"""All words of counts to take along: CSV for spreadsheets, JSON for programs.

Every word is there, whole, stop words too; a column says which those are.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from flask import Response, stream_with_context

from models import Result
from views.rankings import refuse_many
from views.selection import Selection
from wordcount import rank
from wordcount.spreadsheet import safe_cell

#: Without it, spreadsheets take UTF-8 for an encoding of their own.
_MARK = "\ufeff"
#: Digits of a share behind the point.
_DIGITS = 6


#: Of each word: as it is ranked, how often, its share of all words of the page from 0 to 1, and
#: ``yes`` if it is a stop word, else ``no``.
COLUMNS = ("word", "count", "share", "stop_word")
Word = tuple[str, int, float, str]


def all_words(result: Result, selection: Selection) -> Iterator[Word]:
    """The words of a finished count, ranked as a view ranks them, but none left out.

    :raises views.errors.Problem: if there are too many, before the first one.
    """
    refuse_many(result)
    counts, kept = result.result_all or {}, result.result_no_stop_words or {}
    stop_words = {word: times for word, times in counts.items() if word not in kept}
    ranked = partial(
        rank, language=result.language, fold_case=selection.case == "fold", longest=None
    )
    names = {word for word, _ in ranked(stop_words)}
    total = result.total_words or 1
    return (
        (word, times, round(times / total, _DIGITS), "yes" if word in names else "no")
        for word, times in ranked(counts, together=selection.forms == "together")
    )


def csv_file(name: str, columns: Iterable[str], rows: Iterable[Iterable[object]]) -> Response:
    """A CSV file (RFC 4180), sent while it is made; no cell of it is a formula."""

    def lines() -> Iterator[str]:
        yield _MARK + _csv_line(columns)
        for row in rows:
            yield _csv_line(row)

    body = stream_with_context(_in_blocks(lines()))
    return _attachment(Response(body, mimetype="text/csv"), f"{name}.csv")


def json_file(name: str, facts: dict[str, Any], words: Iterable[Word]) -> Response:
    """A JSON file: one object with what is known of the page, and its words."""
    document = {**facts, "words": [dict(zip(COLUMNS, word, strict=True)) for word in words]}
    body = json.dumps(document, ensure_ascii=False)
    return _attachment(Response(body, mimetype="application/json"), f"{name}.json")


def file_name(result: Result) -> str:
    """Of a download, without its ending: plain letters only, whatever the host."""
    host = urlsplit(result.final_url or result.url).hostname or ""
    return "words-" + (re.sub(r"[^a-z0-9.-]+", "-", host).strip("-.") or "page")


def _csv_line(cells: Iterable[object]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(safe_cell(cell) if isinstance(cell, str) else cell for cell in cells)
    return line.getvalue()


def _in_blocks(lines: Iterable[str], size: int = 64 * 1024) -> Iterator[str]:
    """The same text in fewer pieces, each of which is one write to the network."""
    block: list[str] = []
    length = 0
    for line in lines:
        block.append(line)
        length += len(line)
        if length >= size:
            yield "".join(block)
            block, length = [], 0
    yield "".join(block)


def _attachment(response: Response, name: str) -> Response:
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
