"""The evidence of a count: each word where it occurs, and the text as it was counted."""

import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any, cast

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from views.citation import isolated, source_of
from views.downloads import facts_of
from views.drawings import FORMAT, chart_addresses, chart_file
from views.errors import Problem
from views.evidence_selection import FIRST_LINES, LinesAsked, TextAsked
from views.files import ENDING, Table, download, file_name, table_file
from views.finished import finished_count, view_page
from views.marked_text import MarkedText, lines_in, stretches_of
from views.one_word import OneWord
from views.selection import MOST_ROWS
from views.strips import strip
from views.text_parts import Addresses, anchor, parts_of
from views.texts import in_turn_of_text
from views.unchanging import unchanging
from wordcount.concordance import Line, Sort, concordance, first_of, line_at
from wordcount.counts import LONGEST_SHOWN, shortened

#: The lines of a concordance that a file may have. Hardly a book has as many of any word.
MOST_LINES_OF_A_FILE = 200_000
#: The written forms that are named.
MOST_FORMS = 12
#: The characters of a word that the line below a strip shows.
_LONGEST_IN_SOURCE = 30
#: Of each line of a concordance: the number of the word in the text, from 1, its sentence in three,
#: its neighbours, and where it starts in the text, in code points.
LINE_COLUMNS = ("number", "before", "word", "after", "left", "right", "place")
#: Of each line of a text: its number, ``main`` or ``around`` if that is known, and its words.
TEXT_COLUMNS = ("line", "part", "text", "words")

evidence = Blueprint("evidence", __name__)


@evidence.get("/counts/<job_key>/word")
def word(job_key: str) -> ResponseReturnValue:
    """One word: its forms, where it stands, and each time it occurs."""
    shown = OneWord(finished_count(job_key), LinesAsked.asked())
    with in_turn_of_text(shown.result):
        selection = shown.selection
        addresses = Addresses(job_key, selection, parts_of(shown.whole))
        sort = cast("Sort", selection.sort)  # it was read as one of these
        found = concordance(shown.index, shown.forms, sort=sort, first=selection.top)
        most = min(found.total, MOST_ROWS)
        page = view_page(
            "word.html",
            shown.result,
            "evidence.word",
            files=selection.of_files if shown.times else None,
            charts=_strip_addresses(shown, job_key),
            lines=found.lines,
            direction=_direction(found.lines),
            more=min(selection.top + FIRST_LINES, most),
            most=most,
            fewest=FIRST_LINES,
            most_of_a_file=MOST_LINES_OF_A_FILE,
            most_forms=MOST_FORMS,
            **_shared(shown, addresses),
        )
        is_missing = selection.w and not shown.on_the_page
        return page, 404 if is_missing else 200


@evidence.get("/counts/<job_key>/as-counted")
def text(job_key: str) -> ResponseReturnValue:
    """The text as it was counted, with a word marked."""
    shown = OneWord(finished_count(job_key), TextAsked.asked())
    with in_turn_of_text(shown.result):
        selection, parts = shown.selection, parts_of(shown.whole)
        if selection.part > max(len(parts), 1):
            raise Problem(400, "bad_parameter", f'"part" must be at most {len(parts):,}.')
        addresses = Addresses(job_key, selection, parts)
        hits = [(shown.index.starts[at], shown.index.ends[at]) for at in shown.hits]
        marked = MarkedText(shown.whole, hits, addresses)
        # Without spans it is refused, whether the word is there or not.
        numbers = {
            number
            for start, end in shown.spans
            for number in range(addresses.part_of(start), addresses.part_of(end - 1) + 1)
        }
        here = parts[selection.part - 1] if parts else (0, 0)
        return view_page(
            "as_counted.html",
            shown.result,
            "evidence.text",
            files=selection.address(w="", part=1, case="fold", forms="apart"),
            stretches=marked.stretches(here, selection.of),
            parts=sorted(numbers),
            marks=sum(1 for start, _ in hits if here[0] <= start < here[1]),
            first=addresses.of_place(hits[0][0]) if hits else None,
            **_shared(shown, addresses),
        )


@evidence.get(f"/counts/<job_key>/word.{ENDING}")
@unchanging
@download
def word_file(job_key: str, ending: str) -> Response:
    """The concordance of a word to take along, in the order that a view shows it in."""
    shown = OneWord(finished_count(job_key), LinesAsked.asked())
    with in_turn_of_text(shown.result):
        if shown.group is None:
            raise Problem(404, "unknown_word", "This word does not occur there.")
        facts = {
            "word": shown.group.word,
            "count": shown.times,
            "forms": dict(shown.group.forms),
        }
        sort = cast("Sort", shown.selection.sort)
        numbers = first_of(shown.index, shown.hits, sort=sort, first=MOST_LINES_OF_A_FILE)
        lines = (line_at(shown.index, number) for number in numbers)
        rows = ((line.number + 1, *line[1:]) for line in lines)
        facts = facts_of(shown.result, shown.selection.of) | facts
        table = Table("lines", LINE_COLUMNS, rows, facts)
        return table_file(table, ending, file_name(shown.result, "concordance"))


@evidence.get(f"/counts/<job_key>/word/strip.{FORMAT}")
@unchanging
@download
def strip_file(job_key: str, ending: str) -> Response:
    """The strip of a word, as a drawing."""
    shown = OneWord(finished_count(job_key), LinesAsked.asked())
    with in_turn_of_text(shown.result):
        if shown.group is None:
            raise Problem(404, "unknown_word", "This word does not occur there.")
        chart = strip(shown.index, shown.forms)
        word = shortened(shown.group.word, LONGEST_SHOWN)
        return chart_file(
            "charts/strip.svg",
            ending,
            file_name(shown.result, "strip"),
            below=[
                f"“{isolated(shortened(word, _LONGEST_IN_SOURCE))}” from the beginning of the text"
                f" to its end: {chart.sentence}",
                *source_of(shown.result),
            ],
            chart=chart,
            word=word,
        )


@evidence.get(f"/counts/<job_key>/as-counted.{ENDING}")
@unchanging
@download
def text_file(job_key: str, ending: str) -> Response:
    """The text as it was counted to take along, line by line."""
    shown = OneWord(finished_count(job_key), TextAsked.asked())
    with in_turn_of_text(shown.result):
        of = shown.selection.of
        facts = facts_of(shown.result, of)
        table = Table("lines", TEXT_COLUMNS, _lines_of(shown, of), facts)
        return table_file(table, ending, file_name(shown.result, "text"))


def _lines_of(shown: OneWord[TextAsked], of: str) -> Iterator[tuple[int, str | None, str, int]]:
    """The rows of :data:`TEXT_COLUMNS`."""
    index = shown.whole
    name = {True: "main", False: "around", None: None}
    lines = (
        (name[is_main], line)
        for is_main, span in stretches_of(index)
        for line in lines_in(index.text, span)
    )
    for number, (part, (start, end)) in enumerate(lines, 1):
        if of in {"page", part}:
            words = index.number_at(end) - index.number_at(start)
            yield number, part, index.text[start:end], words


def _strip_addresses(shown: OneWord[LinesAsked], job_key: str) -> dict[str, str] | None:
    if not shown.times:
        return None
    return chart_addresses("evidence.strip_file", job_key=job_key, **shown.selection.shared)


def _shared(shown: OneWord[Any], addresses: Addresses) -> dict[str, Any]:
    """What both pages show."""
    selection = shown.selection
    named = shown.group or shown.on_the_page
    return {
        "shown": shown,
        "selection": selection,
        "address": selection.address(),
        "addresses": addresses,
        "anchor": anchor,
        "word": shortened(named.word if named else selection.w, LONGEST_SHOWN),
        "strip": strip(shown.index, shown.forms) if shown.times else None,
    }


def _direction(lines: Iterable[Line]) -> str:
    """In which direction most of these sentences are written, as HTML has it."""
    directions = [_direction_of(line.before + line.hit + line.after) for line in lines]
    return "rtl" if directions.count("rtl") * 2 > len(directions) else "ltr"


def _direction_of(sentence: str) -> str:
    """That of its first letter that has one, as browsers find it for ``dir=auto``."""
    strong = (unicodedata.bidirectional(sign) for sign in sentence)
    first = next((kind for kind in strong if kind in {"L", "R", "AL"}), "L")
    return "ltr" if first == "L" else "rtl"
