"""The strip of a word says, and draws, where it occurs."""

import re

import pytest

from tests.texts import indexed
from views.strips import COLUMNS, HEIGHT, MOST_TICKS, WIDTH, strip
from wordcount.dispersion import PARTS


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("rose " + "a " * 9, "once, near the beginning; DP 0.90"),
        ("a " * 9 + "rose", "once, near the end; DP 0.90"),
        ("rose " * 20, "20 times, in all 10 parts; DP 0.00"),
        ("rose a a a a a a a a rose", "2 times, in 2 of 10 parts; DP 0.80"),
        (
            "rose rose rose a a a a a a rose",
            "4 times, in 4 of 10 parts, mostly near the beginning;",
        ),
        ("a a a a rose rose a a a a", "2 times, in 2 of 10 parts, in the middle; DP 0.80"),
        ("rose", "once, near the beginning; DP 0.00"),
    ],
)
def test_it_is_told_in_words(text: str, sentence: str) -> None:
    assert strip(indexed(text), {"rose"}).sentence.startswith(sentence)


def test_parts_lead_to_the_first_occurrence_in_each() -> None:
    parts = strip(indexed("a rose rose " + "a " * 16 + "rose"), {"rose"}).parts
    assert [part.number for part in parts] == list(range(1, PARTS + 1))
    assert [part.times for part in parts] == [1, 1, *([0] * 7), 1]
    assert [part.place for part in parts] == [2, 7, *([None] * 7), 44]


def test_a_tick_for_each() -> None:
    drawn = strip(indexed("rose a a rose"), {"rose"})
    assert not drawn.are_columns
    assert drawn.path == f"M1.0 0V{HEIGHT}M{1 + 0.75 * (WIDTH - 2)} 0V{HEIGHT}"


def test_columns_for_many() -> None:
    drawn = strip(indexed("rose " * MOST_TICKS + "a " * MOST_TICKS + "rose"), {"rose"})
    assert drawn.are_columns
    columns = re.findall(r"M([\d.]+) 36v-([\d.]+)h4V36z", drawn.path)
    assert len(columns) == COLUMNS // 2 + 1
    assert columns[0] == ("0", "36.0")
    assert float(columns[-1][0]) == WIDTH - 5
