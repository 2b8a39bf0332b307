"""What `make bench` makes of what it has measured, and the pages that it knows."""

from typing import Any

import pytest

from bench.bars import Figure, at_least, at_most, number, percentile
from bench.first_load import Request, rounds, source_of
from bench.known import large, small
from wordcount import count_page

DOCUMENT = "http://127.0.0.1/counts/KEY"


@pytest.mark.parametrize(
    ("part", "expected"), [(0.5, 50), (0.95, 95), (0.951, 96), (1, 100), (0, 1)]
)
def test_percentile(part: float, expected: int) -> None:
    assert percentile(range(100, 0, -1), part) == expected


def test_percentile_of_one() -> None:
    assert percentile([7], 0.5) == percentile([7], 0.95) == 7


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, "-"), (0.123, "0.12"), (8, "8"), (12.34, "12.3"), (1234.5, "1,234")],
)
def test_numbers(value: float | None, expected: str) -> None:
    assert number(value) == expected


def test_a_bar_is_reached_by_what_is_just_on_it() -> None:
    assert at_most(60).is_reached(60)
    assert not at_most(60).is_reached(60.1)
    assert at_least(0.5).is_reached(0.5)
    assert not at_least(0.5).is_reached(0.49)


def test_a_figure_reaches_all_of_its_bars_or_none() -> None:
    bars: dict[str, Any] = {"bar": at_most(60), "ratio_bar": at_least(6)}
    assert Figure(what="x", ours=50, ratio=7, **bars).is_reached is True
    assert Figure(what="x", ours=70, ratio=7, **bars).is_reached is False
    assert Figure(what="x", ours=50, ratio=5, **bars).is_reached is False
    assert Figure(what="x", ours=50, **bars).is_reached is False
    assert Figure(what="x", ours=50).is_reached is None


def test_a_row_says_what_was_wanted() -> None:
    figure = Figure(
        what="p50 ms", ours=70, classic=700, ratio=10, bar=at_most(60), ratio_bar=at_least(6)
    )
    assert figure.cells() == ("p50 ms", "700", "70", "10", "≤ 60, ≥ 6 times", "**no**")


def test_what_the_document_names_is_one_round() -> None:
    document = Request(DOCUMENT, None)
    assert rounds([document]) == 0
    assert rounds([document, Request("site.css", DOCUMENT), Request("site.js", DOCUMENT)]) == 1


def test_what_only_a_script_names_is_another_round() -> None:
    chain = [Request("a.js", DOCUMENT), Request("b.js", "a.js"), Request("c.js", "b.js")]
    assert rounds([Request(DOCUMENT, None), *chain]) == 3


def test_what_asks_for_itself_ends() -> None:
    assert rounds([Request("a.js", "b.js"), Request("b.js", "a.js")]) == 1


def test_where_a_request_was_found() -> None:
    inner = {"callFrames": [], "parent": {"callFrames": [{"url": "a.js"}, {"url": "b.js"}]}}
    assert source_of({"type": "script", "stack": inner}, DOCUMENT) == "a.js"
    assert source_of({"type": "parser", "url": "site.css"}, DOCUMENT) == "site.css"
    assert source_of({"type": "other"}, DOCUMENT) == DOCUMENT


@pytest.mark.parametrize("page", range(5))
def test_the_words_of_a_small_page_are_known(page: int) -> None:
    body, words = small(page)
    assert 1500 < len(body) < 2500
    assert count_page(body, "text/html; charset=utf-8").counts == words


def test_a_large_page_has_so_many_words() -> None:
    assert count_page(large(1_234), "text/html").distinct_words == 1_234
