"""Counting a page, and what came out."""

from models import TOP_ROWS
from storage.once import REMEMBERED_HOURS
from views.json_body import NAME_REUSED
from views.openapi import examples, parameters
from views.openapi.answers import (
    CALLBACK_CODES,
    KEPT,
    RETRY_AFTER,
    UNCHANGED,
    answer,
    broken,
    failed,
    misdirected,
    nonsense,
    not_now,
    page,
    problem,
    unknown,
    what_submissions_get,
)
from views.openapi.bricks import TEXT, Json, body, operation, schema, sent
from views.paging import DEFAULT_TOP
from views.sizes import MOST_RANKED_WORDS
from wordcount.version import VERSION

SERVICE, COUNTING = "Service", "Counting"

PAGED = {
    "X-Total-Count": {
        "description": "How many rows there are in all.",
        "schema": {"type": "integer", "minimum": 0},
    },
    "Link": {
        "description": "Where there is more than one page: the `first`, `prev`, `next` and `last`"
        " (RFC 8288).",
        "schema": TEXT,
    },
}
_TOP = {
    "name": "top",
    "in": "query",
    "description": f"Rows of a page. More than the first {TOP_ROWS} can be had of counts with up to"
    f" {MOST_RANKED_WORDS:,} different words.",
    "schema": {
        "anyOf": [
            {"type": "integer", "minimum": 1, "maximum": parameters.LARGEST},
            {"const": "all"},
        ],
        "default": DEFAULT_TOP,
    },
}
#: Which rows of a ranking.
RANKING = [
    _TOP,
    parameters.whole("page", "Which page; 1 where `top` is `all`.", otherwise=1),
    parameters.STOP_WORDS,
    parameters.CASE,
    parameters.FORMS,
    parameters.SHORTEST,
    parameters.OF,
]
SUBMISSION = body("application/json", schema("Submission"), {"url": examples.SAMPLE})


def paths() -> Json:
    """The operations, by path and method."""
    return {
        "/": {"get": _service()},
        "/start": {"post": _start()},
        "/results/{job_key}": {"get": _results()},
        "/results/{job_key}/callbacks": {"get": _callbacks()},
    }


def _service() -> Json:
    example = {
        "name": "Wordcount",
        "status": "running",
        "version": VERSION,
        "docs": "http://127.0.0.1:5000/api/docs",
        "openapi": "http://127.0.0.1:5000/api/openapi.json",
    }
    return operation(
        "service",
        SERVICE,
        "See that the service runs",
        description=(
            "With `Accept: application/json`: its version, and where it is described. Otherwise"
            " the form for people."
        ),
        answers={
            "200": answer(
                "It runs.",
                {**body("application/json", schema("Service"), example), **page("The form.")},
            ),
            **misdirected(),
            **broken(),
        },
    )


def _start() -> Json:
    key = body("text/plain", schema("Key"), examples.FINISHED)
    return operation(
        "start",
        COUNTING,
        "Have a page counted",
        description=(
            "The same URL gets the same key while its count is pending, and for a while after it"
            " was counted. The body is read as JSON, whatever its `Content-Type`."
        ),
        parameters=[parameters.IDEMPOTENCY_KEY],
        requestBody=sent(SUBMISSION),
        answers=submitted("The job key.", key),
    )


def submitted(what: str, content: Json) -> dict[str, Json]:
    """All answers to who submits a page."""
    return {
        "200": answer(what, content),
        **what_submissions_get("bad_json", "bad_parameter", "bad_idempotency_key", *CALLBACK_CODES),
        **problem(
            422,
            f"Another body had the same `Idempotency-Key` in the last {REMEMBERED_HOURS} hours.",
            "idempotency_key_reused",
            sentence=NAME_REUSED,
        ),
    }


def _results() -> Json:
    ranking = body("application/json", schema("Ranking"), examples.TOP_TEN)
    standing = body("application/json", schema("Standing"), examples.STANDING)
    return operation(
        "results",
        COUNTING,
        "Get the words of a count",
        description=(
            "While the count is pending it is answered 202 and says where it stands: ask again"
            " after `Retry-After` seconds. The rows of a finished count never change."
        ),
        parameters=[parameters.JOB_KEY, *RANKING, parameters.IF_NONE_MATCH],
        answers={
            "200": answer("The words, most frequent first.", ranking, {**KEPT, **PAGED}),
            "202": answer("The count is pending.", standing, RETRY_AFTER),
            **UNCHANGED,
            **nonsense("too_many_words"),
            **unknown(),
            **without_main_text(),
            **failed(),
            **broken(),
            **not_now("busy", "too_many_downloads"),
        },
    )


def _callbacks() -> Json:
    return operation(
        "callbacks",
        COUNTING,
        "See what became of callbacks",
        description=(
            "One entry for each `callback_url` of the count, also of others who share it; neither"
            " URL nor secret is told. Yours has the `delivery_id` that your receiver was sent."
        ),
        parameters=[parameters.JOB_KEY],
        answers={
            "200": answer(
                "The deliveries.",
                body("application/json", schema("Callbacks"), examples.CALLBACKS),
            ),
            **misdirected(),
            **unknown(),
            **broken(),
            **not_now(),
        },
    )


def without_main_text() -> dict[str, Json]:
    """409 for a ranking."""
    return problem(
        409,
        "The main text was asked for, and none was found, or it is not known.",
        "no_main_text",
        "index_not_ready",
        "no_index",
        sentence="No main text was found on this page.",
    )
