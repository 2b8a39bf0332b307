"""Two counts side by side, all counts of a URL, the pages of a list."""

from views.compare import COLUMNS as COMPARE_COLUMNS
from views.openapi import examples
from views.openapi import parameters as p
from views.openapi.answers import (
    answer,
    broken,
    misdirected,
    nonsense,
    not_now,
    problem,
    refused,
    unknown,
    wordless,
)
from views.openapi.bricks import TEXT, Json, body, operation
from views.openapi.files import CHARTS, SAVED, TEXT_CODES, drawing, table
from views.url_history import COLUMNS as HISTORY_COLUMNS
from views.url_history import MOST_IN_FILE, MOST_SHOWN

SEVERAL = "Several counts"


def paths() -> Json:
    """The operations, by path and method."""
    return {
        "/compare.{ending}": {"get": _comparison()},
        "/compare/chart.{ending}": {"get": _comparison_chart()},
        "/history.{ending}": {"get": _history()},
        "/history/chart.{ending}": {"get": _history_chart()},
        "/lists/{list_key}.csv": {"get": _list()},
        "/lists/{list_key}/pages.csv": {"get": _list_pages()},
    }


def _of_several(content: Json, *more: dict[str, Json]) -> dict[str, Json]:
    """The answers of a file of what may grow."""
    answers = {
        "200": answer("The file.", content, SAVED),
        **broken(),
        **not_now("busy", "too_many_downloads"),
    }
    for others in more:
        answers |= others
    return answers


def _comparison() -> Json:
    return operation(
        "comparison",
        SEVERAL,
        "Compare two counts",
        description="The words of both, stop words too, by how telling they are.",
        parameters=[p.ENDING, p.A, p.B, p.KIND, p.PAIR_SORT, p.OF, p.FORMS],
        answers=_of_several(
            table("Comparison", COMPARE_COLUMNS, examples.COMPARISON),
            nonsense("too_many_words"),
            unknown(),
            wordless(*TEXT_CODES),
        ),
    )


def _comparison_chart() -> Json:
    return operation(
        "comparisonChart",
        CHARTS,
        "Draw a comparison",
        description="The first words of a view of two counts.",
        parameters=[p.FORMAT, p.A, p.B, p.KIND, p.PAIR_SORT, p.OF, p.STOP_WORDS, p.FORMS, p.FIND],
        answers=_of_several(
            drawing(),
            nonsense("too_many_words"),
            unknown("nothing_to_draw", what="There is no such count, or no word in this view."),
            wordless(*TEXT_CODES),
        ),
    )


def _history() -> Json:
    return operation(
        "history",
        SEVERAL,
        "Get all counts of a page",
        description=(
            f"The counts of a URL, up to {MOST_IN_FILE:,}, newest first, and what has changed from"
            " each to the next; an empty list if there are none. Texts that were pasted are not in"
            " it."
        ),
        parameters=[p.ENDING, p.URL],
        answers=_of_several(
            table("History", HISTORY_COLUMNS, examples.HISTORY),
            refused(what="This is no address of a page."),
            _no_such_ending(),
        ),
    )


def _history_chart() -> Json:
    return operation(
        "historyChart",
        CHARTS,
        "Draw the history of a page",
        description=f"The words of the {MOST_SHOWN} newest counts over time.",
        parameters=[p.FORMAT, p.URL, p.BEFORE],
        answers=_of_several(
            drawing(),
            refused(what="This is no address of a page."),
            unknown("unknown_url", what="No count of this address is finished."),
        ),
    )


def _list() -> Json:
    return _of_a_list(
        "listWords",
        "Take the words of a list along",
        "All words of all pages of a list, as far as they are done.",
        [p.OF, p.CASE, p.FORMS],
        nonsense(),
    )


def _list_pages() -> Json:
    return _of_a_list(
        "listPages",
        "Take the pages of a list along",
        "One row for each page: how it stands, and how many words it has.",
        [],
        misdirected(),
    )


def _of_a_list(
    name: str, summary: str, description: str, parameters: list[Json], *more: dict[str, Json]
) -> Json:
    return operation(
        name,
        SEVERAL,
        summary,
        description=description,
        parameters=[p.LIST_KEY, *parameters],
        answers=_of_several(
            body("text/csv", TEXT),
            unknown(
                what="There is no list with this key.",
                sentence="There is no list at this address.",
            ),
            *more,
        ),
    )


def _no_such_ending() -> dict[str, Json]:
    """404 for an ending that there is not."""
    return problem(
        404,
        "There is no file with this ending.",
        "not_found",
        sentence="There is nothing at this address.",
    )
