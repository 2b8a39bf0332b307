"""Tables of a count that are made from its stored text: what their pages share."""

from collections.abc import Set
from typing import Any

from models import Result
from views.finished import view_page
from views.selection import FIRST_ROWS, MORE_ROWS, MOST_ROWS
from views.table_selection import TableAsked
from views.texts import spans_of, stop_words_of
from wordcount.indexed_text import IndexedText
from wordcount.stems import has_stems


def table_page(
    template: str,
    result: Result,
    endpoint: str,
    asked: TableAsked,
    *,
    found: int,
    **shown: Any,
) -> str:
    """A page with such a table.

    :param found: how many rows there are.
    """
    most = min(found, MOST_ROWS)
    return view_page(
        template,
        result,
        endpoint,
        address=asked.address(),
        files=asked.only("n", "of", "stopwords", "case", "forms"),
        kept=asked.only("of", "stopwords", "case", "forms", "q"),
        selection=asked,
        found=found,
        can_join_forms=has_stems(result.language),
        more=min(asked.top + MORE_ROWS, most),
        most=most,
        fewest=FIRST_ROWS,
        **shown,
    )


def how(result: Result, asked: TableAsked, index: IndexedText) -> dict[str, Any]:
    """What the analyses want to know of a view: what is counted, and what is one word.

    :raises views.errors.Problem: if there is no main text.
    """
    stop_words: Set[str] = frozenset() if asked.stopwords == "keep" else stop_words_of(result)
    return {
        "language": result.language,
        "stop_words": stop_words,
        "fold_case": asked.case == "fold",
        "together": asked.forms == "together",
        "spans": None if asked.of == "page" else spans_of(result, index, asked.of),
    }
