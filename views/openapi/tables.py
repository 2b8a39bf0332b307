"""The tables that can be taken along, as JSON has them: the facts of a page, and its rows."""

from collections.abc import Mapping, Sequence

from models import Status
from views.collocations import COLUMNS as OF_PAIRS
from views.compare import COLUMNS as OF_COMPARISONS
from views.downloads import COLUMNS as OF_WORDS
from views.evidence import LINE_COLUMNS, TEXT_COLUMNS
from views.evidence_selection import STRETCHES
from views.openapi.bricks import (
    HOW_MANY,
    HOW_MANY_OR_NOTHING,
    NUMBER,
    SHARE,
    TEXT,
    TEXT_OR_NOTHING,
    TIME,
    TIME_OR_NOTHING,
    YES_OR_NO,
    Json,
    an_object,
    list_of,
    one_of,
    pair,
    said,
    schema,
)
from views.phrases import COLUMNS as OF_PHRASES
from views.url_changes import MOST_IN_JSON
from views.url_history import COLUMNS as OF_HISTORIES
from views.where import COLUMNS as OF_WHERE

_FORMS = said(
    "As which it is written, with their counts; not where each written form is a row.",
    list_of(pair(TEXT, HOW_MANY)),
)
_PLACE = said("Where it starts in the text, in code points.", HOW_MANY)


def _row(columns: Sequence[str], of: Mapping[str, Json], also: Mapping[str, Json]) -> Json:
    """A row with these columns; whoever adds a column says here what it is."""
    return an_object({name: of[name] for name in columns}, also)


def _rows(columns: Sequence[str], also: Mapping[str, Json] | None = None, **of: Json) -> Json:
    return list_of(_row(columns, of, also or {}))


def _table(name: str, rows: Json, **facts: Json) -> Json:
    """The facts of a page, and rows."""
    return {"allOf": [schema("Facts"), an_object({**facts, name: rows})]}


_FACTS = an_object(
    {
        "url": said("As it was submitted, normalised.", TEXT),
        "final_url": said("After redirects.", TEXT_OR_NOTHING),
        "title": TEXT_OR_NOTHING,
        "language": said("Such as `en`; null if it is not known.", TEXT_OR_NOTHING),
        "charset": said("The encoding of the page, by its WHATWG name.", TEXT_OR_NOTHING),
        "counted_at": TIME_OR_NOTHING,
        "total_words": HOW_MANY_OR_NOTHING,
        "distinct_words": HOW_MANY_OR_NOTHING,
        "main_words": said(
            "How many of them are main text: 0 if none was found, null if nobody has looked.",
            HOW_MANY_OR_NOTHING,
        ),
        "rule_version": said("Of the rules of counting.", HOW_MANY_OR_NOTHING),
        "pasted": said("Whether a person has pasted the text.", YES_OR_NO),
        "of": said("What the rows are of.", one_of(STRETCHES)),
    }
)
_WORDS = _rows(
    OF_WORDS,
    {"forms": _FORMS},
    word=TEXT,
    count=HOW_MANY,
    share=said("Of all words.", SHARE),
    stop_word=YES_OR_NO,
)
_PHRASES = _rows(OF_PHRASES, phrase=TEXT, count=HOW_MANY, share=said("Of all such phrases.", SHARE))
_COLLOCATIONS = _rows(
    OF_PAIRS,
    pair=TEXT,
    count=HOW_MANY,
    share=said("Of all words.", SHARE),
    expected=said("As often it would be there by chance.", NUMBER),
    score=said("Log-likelihood.", NUMBER),
)
_WHERE = _rows(
    OF_WHERE,
    word=TEXT,
    count=said("In headings, in links and in the rest of the text.", HOW_MANY),
    headings=HOW_MANY,
    links=HOW_MANY,
    text=HOW_MANY,
    title=said("In the title of the window, which is not counted.", HOW_MANY),
    images=said("In what is said in place of images, which is not counted.", HOW_MANY),
)
_LINES = _rows(
    LINE_COLUMNS,
    number=said("Of the word in the text, from 1.", HOW_MANY),
    before=said("The sentence up to the word.", TEXT),
    word=TEXT,
    after=TEXT,
    left=said("The word before it.", TEXT),
    right=TEXT,
    place=_PLACE,
)
_TEXT_LINES = _rows(
    TEXT_COLUMNS,
    line=said("Its number, from 1.", HOW_MANY),
    part=said(
        "null where the main text is not known.",
        {"enum": [*(name for name in STRETCHES if name != "page"), None]},
    ),
    text=TEXT,
    words=HOW_MANY,
)
_COMPARED = _rows(
    OF_COMPARISONS,
    word=TEXT,
    a_count=HOW_MANY,
    b_count=HOW_MANY,
    a_per_thousand=NUMBER,
    b_per_thousand=NUMBER,
    log_likelihood=NUMBER,
    log_ratio=said("Above 0 for a word of `a`.", NUMBER),
    stop_word=YES_OR_NO,
)
_COUNTS = _rows(
    OF_HISTORIES,
    job_key=schema("Key"),
    submitted_at=TIME,
    counted_at=TIME_OR_NOTHING,
    state=one_of(Status),
    total_words=HOW_MANY_OR_NOTHING,
    distinct_words=HOW_MANY_OR_NOTHING,
    main_words=HOW_MANY_OR_NOTHING,
    language=TEXT_OR_NOTHING,
    rule_version=HOW_MANY_OR_NOTHING,
    error_code=said("Why it failed.", TEXT_OR_NOTHING),
    changed_words=said(
        "How many words have changed since the count before; null where nobody has looked.",
        HOW_MANY_OR_NOTHING,
    ),
    changes=said(
        f"The largest changes, up to {MOST_IN_JSON}, each a word and the difference.",
        {"type": ["array", "null"], "items": pair(TEXT, {"type": "integer"})},
    ),
)

#: By name, as the document has them.
SCHEMAS: dict[str, Json] = {
    "Facts": said("What is known of a page that was counted.", _FACTS),
    "Words": _table("words", _WORDS),
    "Phrases": _table(
        "phrases",
        _PHRASES,
        n=said("Words of each.", HOW_MANY),
        total_phrases=HOW_MANY,
        different_phrases=said("How many there are, also where not all are listed.", HOW_MANY),
    ),
    "Collocations": _table(
        "collocations", _COLLOCATIONS, least=said("How often a pair has to be there.", HOW_MANY)
    ),
    "Where": _table("words", _WHERE),
    "Lines": _table(
        "lines",
        _LINES,
        word=TEXT,
        count=HOW_MANY,
        forms=said(
            "As which it is written, with their counts.",
            {"type": "object", "additionalProperties": HOW_MANY},
        ),
    ),
    "TextLines": _table("lines", _TEXT_LINES),
    "Comparison": an_object({"a": schema("Facts"), "b": schema("Facts"), "words": _COMPARED}),
    "History": an_object({"url": TEXT, "counts": _COUNTS}),
}
