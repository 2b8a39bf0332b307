"""The geometry of the charts: what is drawn is in proportion to what was counted."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from views.charts import COLUMNS, HEIGHT, LABEL_LETTERS, POINTS, WIDTH, bars, zipf
from wordcount import Ranked

rankings = st.lists(st.integers(1, 10**6), max_size=600).map(
    lambda times: [Ranked(f"w{number}", n) for number, n in enumerate(sorted(times)[::-1])]
)


def ranking(*times: int) -> list[Ranked]:
    return [Ranked(f"word{number}", n) for number, n in enumerate(times)]


def test_columns_are_as_high_as_words_are_frequent() -> None:
    chart = bars(ranking(60, 30, 6))
    assert [column.height for column in chart.columns] == pytest.approx([270, 135, 27], rel=0.2)
    first, second, third = (column.height for column in chart.columns)
    assert first / second == pytest.approx(2, abs=0.01)
    assert first / third == pytest.approx(10, abs=0.1)


def test_the_numbers_beside_the_columns_are_round() -> None:
    assert [tick.label for tick in bars(ranking(1891)).ticks] == [
        "0",
        "500",
        "1,000",
        "1,500",
        "2,000",
    ]
    assert [tick.label for tick in bars(ranking(1)).ticks] == ["0", "1"]
    assert [tick.label for tick in bars(ranking(7)).ticks] == ["0", "2", "4", "6", "8"]


def test_long_words_are_cut_below_their_column() -> None:
    (column,) = bars([Ranked("w" * 40, 3)]).columns
    assert column.label == "w" * (LABEL_LETTERS - 1) + "…"
    assert column.word == "w" * 40


def test_a_label_is_cut_between_letters_not_within_one() -> None:
    word = "garde" + "n\N{COMBINING ACUTE ACCENT}\N{COMBINING DIAERESIS}" * 4
    (column,) = bars([Ranked(word, 3)]).columns
    assert column.label == word[:8] + "…"
    (column,) = bars([Ranked("w" * LABEL_LETTERS, 3)]).columns
    assert column.label == "w" * LABEL_LETTERS


@given(rankings)
def test_columns_stay_inside(ranked: list[Ranked]) -> None:
    chart = bars(ranked)
    assert len(chart.columns) == min(len(ranked), COLUMNS)
    for column in chart.columns:
        assert 0 <= column.x < column.x + column.width <= WIDTH
        assert 0 <= column.y <= chart.base
        assert column.y + column.height == pytest.approx(chart.base, abs=0.2)
    # The scale reaches above the highest column.
    assert all(column.y >= chart.ticks[-1].at - 0.2 for column in chart.columns)


def test_a_text_that_keeps_zipfs_law_lies_on_its_line() -> None:
    chart = zipf([Ranked(f"w{rank}", 10_000 // rank) for rank in (1, 2, 4, 5, 8, 10)][:2])
    x1, y1, x2, y2 = chart.law
    slope = (y2 - y1) / (x2 - x1)
    for x, y in chart.points:
        assert y == pytest.approx(y1 + slope * (x - x1), abs=0.3)


def test_the_axes_go_by_powers_of_ten() -> None:
    chart = zipf(ranking(*range(1500, 0, -1)))
    assert [tick.label for tick in chart.x_ticks] == ["1", "10", "100", "1,000", "10k"]
    assert [tick.label for tick in chart.y_ticks] == ["1", "10", "100", "1,000", "10k"]
    gaps = {
        round(after.at - before.at)
        for before, after in zip(chart.x_ticks, chart.x_ticks[1:], strict=False)
    }
    assert len(gaps) == 1


@given(rankings)
def test_points_stay_inside_and_are_not_too_many(ranked: list[Ranked]) -> None:
    chart = zipf(ranked)
    assert len(chart.points) <= POINTS
    assert all(chart.left <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in chart.points)
    assert bool(chart.points) == bool(ranked)
    if ranked:
        least = ranked[-1].times
        decades = len(chart.y_ticks) - 1
        expected = chart.base - math.log10(least) / decades * (chart.base - chart.top)
        assert chart.points[-1][1] == pytest.approx(expected, abs=0.1)
