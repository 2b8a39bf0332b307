"""The words of one text are found in another one, in their order, in time that does not explode."""

import time

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wordcount.alignment import aligned, words_of

words = st.lists(st.sampled_from("a b c d e f".split()), max_size=40)


def paired(ours: str, theirs: str) -> tuple[list[str], list[str]]:
    """The words of either text that have a counterpart in the other."""
    known: dict[str, int] = {}
    here, there = words_of(ours, known).numbers, words_of(theirs, known).numbers
    name = {number: word for word, number in known.items()}
    is_here, is_there = aligned(here, there)
    return (
        [name[number] for number in here[is_here].tolist()],
        [name[number] for number in there[is_there].tolist()],
    )


def places(ours: str, theirs: str) -> list[int]:
    """Which words of ours have a counterpart, by their place."""
    known: dict[str, int] = {}
    here, _ = aligned(words_of(ours, known).numbers, words_of(theirs, known).numbers)
    return [int(place) for place in numpy.flatnonzero(here)]


@pytest.mark.parametrize(
    ("text", "expected", "lines"),
    [
        pytest.param("One two\nthree", ["One", "two", "three"], [0, 0, 1], id="lines"),
        pytest.param("| a |\n---\n- b", ["a", "b"], [0, 2], id="signs of a table"),
        pytest.param("\n\nx", ["x"], [2], id="blank lines"),
        pytest.param(
            "公园 in 東京に", ["公", "园", "in", "東", "京", "に"], [0] * 6, id="ideographs"
        ),
        pytest.param(
            "exam\u00adple zero\u200bwidth", ["example", "zerowidth"], [0, 0], id="unseen"
        ),
        pytest.param("\ud800a\0b", ["ab"], [0], id="what is no character"),
        pytest.param("", [], [], id="nothing"),
        pytest.param("— … !", [], [], id="no words"),
    ],
)
def test_words(text: str, expected: list[str], lines: list[int]) -> None:
    known: dict[str, int] = {}
    found = words_of(text, known)
    name = {number: word for word, number in known.items()}
    assert [name[number] for number in found.numbers.tolist()] == expected
    assert found.lines.tolist() == lines


def test_what_stands_between_is_passed_by() -> None:
    assert paired("home shop the old keeper waters roses about", "the keeper waters red roses") == (
        ["the", "keeper", "waters", "roses"],
        ["the", "keeper", "waters", "roses"],
    )


def test_of_words_that_stand_twice_those_beside_the_others_are_taken() -> None:
    assert places("more home shop tea the keeper sleeps more", "the keeper sleeps more") == [
        4,
        5,
        6,
        7,
    ]
    assert places("more home shop tea more the keeper sleeps", "more the keeper sleeps") == [
        4,
        5,
        6,
        7,
    ]


def test_a_long_line_that_stands_twice_is_taken_beside_the_others() -> None:
    title = "the garden by the sea and all of its roses"
    text = "the keeper of the house has planted many of them for us"
    ours = f"{title} home shop about {title} by ann {text}"
    assert places(ours, f"{title} {text}") == [*range(13, 23), *range(25, 37)]


def test_a_text_that_stands_twice_is_taken_once() -> None:
    text = " ".join(f"word{number}" for number in range(50))
    assert places(f"{text} {text}", text) == list(range(50))


def test_what_stands_in_another_order_is_left_out() -> None:
    one, two = "a b c d e f g h i j k l", "m n o p q r s t"
    assert paired(f"{one} {two}", f"{two} {one}")[0] == one.split()


def test_nothing_but_one_word() -> None:
    assert paired("a " * 1000, "a " * 700)[0] == ["a"] * 700
    assert paired("a " * 1000, "b " * 700)[0] == []


@given(words, words)
@settings(deadline=None, max_examples=100)
def test_counterparts_are_the_same_words_in_the_same_order(
    ours: list[str], theirs: list[str]
) -> None:
    here, there = paired(" ".join(ours), " ".join(theirs))
    assert here == there


@given(words, st.data())
@settings(deadline=None, max_examples=50)
def test_of_a_text_all_is_found_that_is_rare(ours: list[str], data: st.DataObject) -> None:
    ours = [f"{word}{number}" for number, word in enumerate(ours)]
    kept = [word for word in ours if data.draw(st.booleans())]
    assert paired(" ".join(ours), " ".join(kept))[0] == kept


def squares(count: int) -> str:
    return " ".join(str(number * number % 997) for number in range(count))


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        pytest.param("a " * 60_000, "a " * 30_000, id="one word"),
        pytest.param("a b " * 30_000, "b a " * 30_000, id="two words"),
        pytest.param(squares(60_000), squares(50_000)[5000:], id="a pattern"),
        pytest.param(
            " ".join(map(str, range(20_000))),
            " ".join(map(str, reversed(range(20_000)))),
            id="backwards",
        ),
        pytest.param(
            " ".join(f"{number} x" for number in range(20_000)),
            " ".join(f"{number} y" for number in range(20_000)),
            id="every other word",
        ),
        pytest.param(
            " ".join(f"{number} x {'y' * (number % 2)}" for number in range(20_000)),
            " ".join(f"{number} x {'z' * (number % 2)}" for number in range(20_000)),
            id="every gap goes on",
        ),
    ],
)
def test_no_text_takes_quadratic_time(ours: str, theirs: str) -> None:
    begun = time.process_time()
    paired(ours, theirs)
    # Each takes about a second; whoever compared all words with all would be at it for hours.
    assert time.process_time() - begun < 20
