"""Tables and charts of one finished count, to take along."""

from typing import Any

from views.collocations import COLUMNS as PAIR_COLUMNS
from views.downloads import COLUMNS as WORD_COLUMNS
from views.evidence import LINE_COLUMNS, MOST_LINES_OF_A_FILE, TEXT_COLUMNS
from views.openapi import examples
from views.openapi import parameters as p
from views.openapi.answers import (
    KEPT,
    UNCHANGED,
    answer,
    broken,
    nonsense,
    not_now,
    unknown,
    wordless,
)
from views.openapi.bricks import TEXT, Json, body, operation, said, schema
from views.phrases import COLUMNS as PHRASE_COLUMNS
from views.phrases import MOST_OF_A_FILE
from views.where import COLUMNS as WHERE_COLUMNS

TABLES, CHARTS = "Tables", "Charts"

TEXT_CODES = ("no_main_text", "no_index", "index_not_ready")
SAVED = {
    "Content-Disposition": {
        "description": "A name for the file.",
        "schema": TEXT,
    }
}


def paths() -> Json:
    """The operations, by path and method."""
    of_count = "/counts/{job_key}"
    described = {
        f"{of_count}.{{ending}}": _words(),
        f"{of_count}/phrases.{{ending}}": _phrases(),
        f"{of_count}/collocations.{{ending}}": _collocations(),
        f"{of_count}/where.{{ending}}": _where(),
        f"{of_count}/word.{{ending}}": _lines(),
        f"{of_count}/as-counted.{{ending}}": _text(),
        f"{of_count}/chart.{{ending}}": _chart(),
        f"{of_count}/word/strip.{{ending}}": _strip(),
    }
    return {path: {"get": operation} for path, operation in described.items()}


def table(name: str, columns: tuple[str, ...], example: dict[str, Any]) -> Json:
    """A table in all its formats."""
    rows = said(f"Columns: {', '.join(columns)}.", TEXT)
    return {
        **body("application/json", schema(name), example),
        **body("text/csv", rows),
        **body("text/tab-separated-values", rows),
    }


def drawing() -> Json:
    """A chart in all its formats."""
    return {
        **body("image/svg+xml", TEXT),
        "image/png": {"schema": {"type": "string", "contentMediaType": "image/png"}},
    }


def _of_a_count(content: Json, *more: dict[str, Json]) -> dict[str, Json]:
    """The answers of a file of one finished count."""
    answers = {
        "200": answer("The file.", content, {**KEPT, **SAVED}),
        **UNCHANGED,
        **nonsense("too_many_words"),
        **unknown(),
        **wordless(*TEXT_CODES),
        **broken(),
        **not_now("busy", "too_many_downloads"),
    }
    for others in more:
        answers |= others
    return answers


def _count_file(
    name: str, tag: str, summary: str, description: str, parameters: list[Json], *answers: Any
) -> Json:
    ending = p.FORMAT if tag == CHARTS else p.ENDING
    return operation(
        name,
        tag,
        summary,
        description=description,
        parameters=[p.FINISHED_KEY, ending, *parameters, p.IF_NONE_MATCH],
        answers=_of_a_count(*answers),
    )


def _words() -> Json:
    return _count_file(
        "words",
        TABLES,
        "Take all words along",
        "All words of a finished count, stop words too, with the share of each, and the forms in"
        " which it is written. With `case=keep` they can be had of any page, however many.",
        [p.OF, p.CASE, p.FORMS],
        table("Words", WORD_COLUMNS, examples.WORDS),
    )


def _phrases() -> Json:
    return _count_file(
        "phrases",
        TABLES,
        "Take phrases along",
        f"Phrases of two or three words, the most frequent first, up to {MOST_OF_A_FILE:,}.",
        [p.LENGTH, p.OF, p.STOP_WORDS, p.CASE, p.FORMS],
        table("Phrases", PHRASE_COLUMNS, examples.PHRASES),
    )


def _collocations() -> Json:
    return _count_file(
        "collocations",
        TABLES,
        "Take collocations along",
        "Pairs of words that stand side by side more often than by chance, the most surprising"
        " first.",
        [p.OF, p.STOP_WORDS, p.CASE, p.FORMS],
        table("Collocations", PAIR_COLUMNS, examples.COLLOCATIONS),
    )


def _where() -> Json:
    return _count_file(
        "where",
        TABLES,
        "Take along where words stand",
        "How often each word is in headings, in links and in the rest of the text.",
        [p.OF, p.STOP_WORDS, p.CASE, p.FORMS],
        table("Where", WHERE_COLUMNS, examples.WHERE),
    )


def _no_word() -> dict[str, Json]:
    return unknown("unknown_word", what="There is no such count, or the word is not in it.")


def _lines() -> Json:
    return _count_file(
        "lines",
        TABLES,
        "Take along each place of a word",
        f"The sentences in which a word stands, up to {MOST_LINES_OF_A_FILE:,}.",
        [p.WORD, p.LINE_SORT, p.OF_STRETCH, p.CASE, p.FORMS],
        table("Lines", LINE_COLUMNS, examples.LINES),
        _no_word(),
    )


def _text() -> Json:
    return _count_file(
        "text",
        TABLES,
        "Take the text along",
        "The text as it was counted, line by line.",
        [p.OF_STRETCH],
        table("TextLines", TEXT_COLUMNS, examples.TEXT_LINES),
    )


def _chart() -> Json:
    return _count_file(
        "chart",
        CHARTS,
        "Draw the words",
        "The chart of a view of the words.",
        [p.CHART, p.OF, p.STOP_WORDS, p.CASE, p.FORMS, p.SHORTEST, p.FIND, p.SORT],
        drawing(),
        unknown("nothing_to_draw", what="There is no such count, or no word in this view."),
    )


def _strip() -> Json:
    return _count_file(
        "strip",
        CHARTS,
        "Draw where a word occurs",
        "From the beginning of the text, at the left, to its end.",
        [p.WORD, p.OF_STRETCH, p.CASE, p.FORMS],
        drawing(),
        _no_word(),
    )
