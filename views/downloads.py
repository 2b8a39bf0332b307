"""All words of a count to take along: whole, stop words too; a column says which those are."""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from models import Result
from views.files import DIGITS, Table
from views.rankings import refuse_many
from views.selection import Selection
from views.texts import counts_of, words_of
from wordcount import rank
from wordcount.forms import forms_of_rows

#: Of each word: as it is ranked, how often, its share of all words from 0 to 1, and whether it is
#: a stop word.
COLUMNS = ("word", "count", "share", "stop_word")
Word = tuple[str, int, float, bool]


def words_table(result: Result, selection: Selection) -> Table:
    """The words of a finished count, with what is known of the page. As :func:`all_words`.

    Where several forms are one word, each word has its forms beside it.
    """
    facts = facts_of(result, selection.of)
    words = all_words(result, selection)
    if selection.case == "keep":
        return Table("words", COLUMNS, words, facts)
    rows = list(words)
    forms = forms_of_rows(
        [word for word, *_ in rows],
        counts_of(result, main=selection.of == "main", stop_words=True),
        result.language,
        together=selection.forms == "together",
    )
    with_forms = ((*row, written) for row, written in zip(rows, forms, strict=True))
    return Table("words", (*COLUMNS, "forms"), with_forms, facts)


def facts_of(result: Result, of: str = "page") -> dict[str, Any]:
    """What is known of a page that was counted.

    :param of: what the rows beside them are of, the ``page`` or its ``main`` text.
    """
    return {
        "url": result.url,
        "final_url": result.final_url,
        "title": result.title,
        "language": result.language,
        "charset": result.charset,
        "counted_at": result.finished_at and result.finished_at.isoformat(),
        "total_words": result.total_words,
        "distinct_words": result.distinct_words,
        "main_words": result.main_words,
        "rule_version": result.rule_version,
        "pasted": result.pasted,
        "of": of,
    }


def all_words(result: Result, selection: Selection) -> Iterator[Word]:
    """The words of a finished count, ranked as a view ranks them, but none left out.

    Words as they are written can be had of any count. To be called and read in turn, see
    :func:`views.rankings.in_turn`.

    :raises views.errors.Problem: if there are too many for anything else, before the first one.
    """
    as_written = selection.case == "keep"
    if not as_written:
        refuse_many(result, "ask for case=keep, for all of them as they are written.")
    main = selection.of == "main"
    counts = counts_of(result, main=main, stop_words=True)
    kept = result.result_no_stop_words or {}
    if as_written:
        ranked: Iterable[tuple[str, int]] = sorted(counts.items(), key=_most_frequent_first)
        names = counts.keys() - kept.keys()
    else:
        how = partial(rank, language=result.language, longest=None)
        ranked = how(counts, together=selection.forms == "together")
        names = {
            word for word, _ in how({word: counts[word] for word in counts.keys() - kept.keys()})
        }
    total = words_of(result, selection.of) or 1
    return ((word, times, round(times / total, DIGITS), word in names) for word, times in ranked)


def _most_frequent_first(item: tuple[str, int]) -> tuple[int, str]:
    word, times = item
    return -times, word
