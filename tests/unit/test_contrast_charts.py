"""The geometry of the charts that compare."""

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from views.charts import HEIGHT, LEFT, WIDTH
from views.contrast_charts import PAIRS, Drawn, Moment, course, wings

BEGIN = datetime(2026, 3, 1, 12, tzinfo=UTC)

# One word in a thousand million, or none.
rates = st.just(0.0) | st.floats(1e-9, 1000)


def test_bars_are_as_long_as_words_are_frequent() -> None:
    chart = wings([Drawn("garden", 40, 0), Drawn("rose", 10, 20)])
    garden, rose = chart.bars
    assert garden.a_width / rose.a_width == pytest.approx(4, rel=0.01)
    assert rose.b_width / rose.a_width == pytest.approx(2, rel=0.01)
    assert garden.b_width == 0
    assert garden.a_x + garden.a_width == pytest.approx(chart.middle, abs=0.1)


def test_numbers_stand_on_both_sides_alike() -> None:
    chart = wings([Drawn("garden", 42, 3)])
    left, middle, right = chart.ticks
    assert [left.label, middle.label, right.label] == ["20", "0", "20"]
    assert right.at - middle.at == pytest.approx(middle.at - left.at, abs=0.1)


@pytest.mark.parametrize(("most", "label"), [(0.03, "0.02"), (1, "1"), (7, "5"), (1000, "1,000")])
def test_numbers_are_round(most: float, label: str) -> None:
    assert wings([Drawn("garden", most, 0)]).ticks[0].label == label


@given(st.lists(st.tuples(rates, rates), max_size=30))
def test_all_bars_lie_within_the_chart(pairs: list[tuple[float, float]]) -> None:
    chart = wings([Drawn(f"w{number}", a, b) for number, (a, b) in enumerate(pairs)])
    assert len(chart.bars) == min(len(pairs), PAIRS)
    for bar in chart.bars:
        assert chart.words < bar.a_x
        assert chart.middle + bar.b_width <= WIDTH
        assert chart.head <= bar.y < bar.y + chart.thickness <= chart.base
        assert all(map(math.isfinite, (bar.a_x, bar.a_width, bar.b_width)))


def test_the_axis_of_time_is_real() -> None:
    moments = [Moment(BEGIN + timedelta(days=days), 100) for days in (0, 1, 10)]
    first, second, last = (point.x for point in course(moments).points)
    assert (second - first) / (last - first) == pytest.approx(0.1, abs=0.001)


def test_points_are_as_high_as_there_are_words_and_in_their_order() -> None:
    chart = course([Moment(BEGIN + timedelta(days=2), 50), Moment(BEGIN, 100)])
    assert [point.moment.words for point in chart.points] == [100, 50]
    first, last = (chart.base - point.y for point in chart.points)
    assert first / last == pytest.approx(2, rel=0.01)
    assert chart.line == " ".join(f"{point.x},{point.y}" for point in chart.points)


@pytest.mark.parametrize(
    ("length", "labels"),
    [
        (timedelta(days=3), ["1 Mar 2026", "4 Mar 2026"]),
        (timedelta(hours=3), ["12:00", "15:00"]),
        (timedelta(seconds=9), ["12:00:00", "12:00:09"]),
        (timedelta(), ["12:00:00"]),
    ],
)
def test_the_ends_are_named_as_exactly_as_need_be(length: timedelta, labels: list[str]) -> None:
    chart = course([Moment(BEGIN, 1), Moment(BEGIN + length, 1)])
    assert [tick.label for tick in chart.x_ticks] == labels


@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 10**7)), max_size=60))
def test_all_points_lie_within_the_chart(counts: list[tuple[int, int]]) -> None:
    chart = course([Moment(BEGIN + timedelta(seconds=at), words) for at, words in counts])
    assert len(chart.points) == len(counts)
    for point in chart.points:
        assert LEFT <= point.x <= WIDTH
        assert 0 <= point.y <= HEIGHT
