"""What stands in addresses and headers; choices and limits are those of who reads them."""

from collections.abc import Mapping, Sequence

from views.comparison import KINDS
from views.comparison import SORTS as PAIR_SORTS
from views.drawings import FORMATS
from views.evidence_selection import SORTS as LINE_SORTS
from views.evidence_selection import STRETCHES
from views.files import ENDINGS
from views.json_body import NAME
from views.openapi import examples
from views.openapi.bricks import TEXT, Json, one_of, schema
from views.selection import CHARTS, PARTS, SORTS
from views.table_selection import LENGTHS
from wordcount.counts import LONGEST_SHOWN

#: The largest number that `views.parameters.number` reads.
LARGEST = 10**9 - 1


def choice(name: str, options: Sequence[str], what: str) -> Json:
    """One of a few words; the first is what a missing parameter means."""
    return _query(name, {**one_of(options), "default": options[0]}, what)


def whole(name: str, what: str, *, otherwise: int, high: int = LARGEST) -> Json:
    """A whole number from 1 on."""
    of = {"type": "integer", "minimum": 1, "maximum": high, "default": otherwise}
    return _query(name, of, what)


def text(name: str, what: str, example: str, *, required: bool = False) -> Json:
    """Any text."""
    return _query(name, TEXT, what, example=example, required=required)


def a_key(name: str, what: str, example: str) -> Json:
    """The key of a count, as a parameter."""
    return _query(name, schema("Key"), what, example=example, required=True)


def in_path(name: str, of: Json, what: str, **more: object) -> Json:
    """A part of the path."""
    return {"name": name, "in": "path", "required": True, "description": what, "schema": of, **more}


def header(name: str, of: Json, what: str, **more: object) -> Json:
    """A header of the request, which may be left out."""
    return {"name": name, "in": "header", "description": what, "schema": of, **more}


def _query(
    name: str, of: Json, what: str, *, example: str | None = None, required: bool = False
) -> Json:
    described: Json = {"name": name, "in": "query", "description": what, "schema": of}
    if required:
        described["required"] = True
    if example is not None:
        described["example"] = example
    return described


def _named(keys: Mapping[str, str]) -> Json:
    return {name: {"value": key} for name, key in keys.items()}


JOB_KEY = in_path(
    "job_key",
    schema("Key"),
    "What `POST /start` has answered.",
    examples=_named(
        {
            "finished": examples.FINISHED,
            "pending": examples.PENDING,
            "failed": examples.FAILED,
        }
    ),
)
#: Where only finished counts have something to show.
FINISHED_KEY = in_path(
    "job_key",
    schema("Key"),
    "The key of a finished count.",
    example=examples.FINISHED,
)
LIST_KEY = in_path(
    "list_key",
    schema("Key"),
    "The last part of the address of a list's page.",
    example=examples.LIST,
)
ENDING = in_path(
    "ending",
    one_of(ENDINGS),
    "CSV and TSV are for spreadsheets, JSON has more to say of the page.",
    example="json",
)
FORMAT = in_path("ending", one_of(FORMATS), "SVG, or PNG at twice its size.", example="svg")

OF = choice("of", PARTS, "The whole page, or its main text only.")
OF_STRETCH = choice(
    "of", STRETCHES, "The whole page, its main text, or what is around the main text."
)
STOP_WORDS = choice("stopwords", ("drop", "keep"), "Leave out stop words such as *the*, or not.")
CASE = choice(
    "case",
    ("fold", "keep"),
    "Count `Python` and `python` together, shown in the more frequent form, or each by itself.",
)
FORMS = choice(
    "forms",
    ("apart", "together"),
    "Count forms of a word such as *garden* and *gardens* together, in languages whose stems are"
    " known; then case is folded.",
)
SHORTEST = whole("min", "Only words of at least so many letters.", otherwise=1, high=LONGEST_SHOWN)
LENGTH = choice("n", LENGTHS, "Words of a phrase.")
SORT = choice("sort", SORTS, "By count, from either end, or by the alphabet, from either end.")
CHART = choice("chart", CHARTS, "The most frequent words as columns, or ranks as Zipf saw them.")
WORD = text("w", "The word, in any of its written forms.", "garden", required=True)
LINE_SORT = choice(
    "sort", LINE_SORTS, "As in the text, or by the word to the left or to the right."
)
FIND = text("q", "Only words that contain this, whatever its case and accents.", "gard")

A = a_key("a", "The key of a finished count.", examples.FINISHED)
B = a_key("b", "The key of the finished count to compare it with.", examples.OTHER)
KIND = choice("words", KINDS, "All words, those that both counts have, or those that only one has.")
PAIR_SORT = choice(
    "sort",
    PAIR_SORTS,
    "By log-likelihood, by log ratio, by the difference of the shares, or by the alphabet.",
)
URL = text(
    "url", "The address of the page; `http://` may be left out.", examples.SAMPLE, required=True
)
BEFORE = _query(
    "before",
    schema("Key"),
    "Only counts older than the one with this key.",
)

ITEM = _query(
    "item",
    {"type": "string", "format": "uuid"},
    "The id of an item, as `POST /prodcons` has answered it: only of this one is told.",
)

IF_NONE_MATCH = header(
    "If-None-Match", TEXT, "The `ETag` of an answer that you have: then 304 says that it stands."
)
IDEMPOTENCY_KEY = header(
    "Idempotency-Key",
    {"type": "string", "pattern": f"^{NAME.pattern}$"},
    "A name of this request that you make, such as a UUID. Sent again with the same body within"
    " a day, it is counted once, and gets the same key.",
)
