"""Where in a text a word occurs, also against figures that others have published."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nltk.text import ConcordanceIndex

from tests.texts import indexed, long_text, sample, written
from wordcount.dispersion import (
    Dispersion,
    deviation_of_proportions,
    dispersion,
    juilland_d,
    normalised_deviation,
)

# The corpus on which S. Th. Gries shows all measures ("Dispersions and adjusted frequencies in
# corpora", International Journal of Corpus Linguistics 13:4, 2008): five parts, letters for words.
GRIES = """\
b a m n i b e u p
b a s a t b e w q n
b c a g a b e s t a
b a g h a b e a a t
b a h a a b e a x a t"""
SIZES = [9, 10, 10, 10, 11]


def in_lines(word: str) -> list[int]:
    """How often a word stands in each part of that corpus."""
    return [line.split().count(word) for line in GRIES.splitlines()]


def test_the_example_of_gries() -> None:
    counts = in_lines("a")
    assert (counts, SIZES) == ([1, 2, 3, 4, 5], [len(line.split()) for line in GRIES.splitlines()])
    assert deviation_of_proportions(counts, SIZES) == pytest.approx(0.18, abs=1e-12)
    assert juilland_d(counts, SIZES) == pytest.approx(0.785, abs=5e-4)
    # Lijffijt and Gries (2012): divided by 1 - 9/50, for the smallest part has 9 of 50 words.
    assert normalised_deviation(counts, SIZES) == pytest.approx(0.18 / 0.82)


def test_a_word_that_all_parts_have_alike() -> None:
    assert deviation_of_proportions(SIZES, SIZES) == 0
    assert juilland_d(SIZES, SIZES) == pytest.approx(1)
    assert normalised_deviation(SIZES, SIZES) == 0


def test_a_word_that_only_one_part_has() -> None:
    counts = [3, 0, 0, 0, 0]
    assert deviation_of_proportions(counts, SIZES) == pytest.approx(1 - 9 / 50)
    assert normalised_deviation(counts, SIZES) == pytest.approx(1)
    assert juilland_d(counts, SIZES) == pytest.approx(0)


def test_parts_of_as_many_words_each() -> None:
    found = dispersion(indexed(GRIES), {"a"}, parts=5)
    assert found.sizes == [10] * 5
    words = GRIES.split()
    assert found.counts == [words[start : start + 10].count("a") for start in range(0, 50, 10)]
    assert found.numbers == [number for number, word in enumerate(words) if word == "a"]
    assert found.positions[0] == 1 / 50
    assert found.dp == deviation_of_proportions(found.counts, found.sizes)
    assert found.dp_norm == normalised_deviation(found.counts, found.sizes)
    assert found.juilland_d == juilland_d(found.counts, found.sizes)


@pytest.mark.parametrize("word", ["keeper", "roses", "the"])
def test_in_the_same_places_as_nltk_finds(word: str) -> None:
    for index in (sample()[1], long_text()):
        words = written(index)
        offsets = ConcordanceIndex(words, key=str.lower).offsets(word)
        found = dispersion(index, {form for form in index.vocabulary if form.lower() == word})
        assert found.positions == [offset / len(words) for offset in offsets]
        assert sum(found.counts) == len(offsets)


def test_of_a_word_that_does_not_occur_nothing_can_be_said() -> None:
    assert figures(dispersion(indexed(GRIES), {"z"})) == (None, None, None)
    assert figures(dispersion(indexed(""), {"z"})) == (None, None, None)


def test_of_one_part_nothing_can_be_said() -> None:
    found = dispersion(indexed(GRIES), {"a"}, parts=1)
    assert (found.sizes, found.counts) == ([50], [15])
    assert figures(found) == (0, None, None)
    assert figures(dispersion(indexed("rose"), {"rose"})) == (0, None, None)
    with pytest.raises(ValueError, match="one part"):
        dispersion(indexed(GRIES), {"a"}, parts=0)


def test_fewer_words_than_parts() -> None:
    found = dispersion(indexed("a b a"), {"a"}, parts=6)
    assert (found.sizes, found.counts) == ([1, 0, 1, 0, 1, 0], [1, 0, 0, 0, 1, 0])
    assert found.dp == deviation_of_proportions([1, 0, 1], [1, 1, 1])
    assert found.dp_norm == normalised_deviation([1, 0, 1], [1, 1, 1])
    assert found.juilland_d == juilland_d([1, 0, 1], [1, 1, 1])


def figures(found: Dispersion) -> tuple[float | None, float | None, float | None]:
    return found.dp, found.dp_norm, found.juilland_d


@given(st.lists(st.sampled_from("ab"), max_size=60), st.integers(1, 30))
def test_any_text_in_any_parts(words: list[str], parts: int) -> None:
    found = dispersion(indexed(" ".join(words)), {"a"}, parts)
    assert (found.words, len(found.sizes)) == (len(words), parts)
    assert (sum(found.sizes), sum(found.counts)) == (len(words), words.count("a"))
    assert max(found.sizes) - min(found.sizes) <= 1
    assert all(count <= size for count, size in zip(found.counts, found.sizes, strict=True))
    for number in found.numbers:
        assert words[number] == "a"
    by_part = [number * parts // len(words) for number in found.numbers]
    assert found.counts == [by_part.count(part) for part in range(parts)]
    for figure in figures(found):
        assert figure is None or -1e-9 <= figure <= 1 + 1e-9
