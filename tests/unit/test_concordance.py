"""A word in its sentences, also against NLTK's concordance."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icu4py.breakers import CharacterBreaker
from nltk.text import ConcordanceIndex, Text

from tests.texts import indexed, long_text, sample, texts, written
from wordcount.concordance import LONGEST_SIDE, Sort, concordance
from wordcount.indexed_text import IndexedText, Layout
from wordcount.occurrences import occurrences

ROSES = indexed("A red rose. No rose!\nRoses: the white Rose and the red rose. Rose")


def contexts(index: IndexedText, forms: set[str], sort: Sort) -> list[str]:
    lines = concordance(index, forms, sort=sort).lines
    return [line.before + line.hit + line.after for line in lines]


def test_every_line_is_a_sentence() -> None:
    found = concordance(ROSES, {"rose", "Rose"})
    assert found.total == 5
    assert [line[:6] for line in found.lines] == [
        (2, "A red ", "rose", ".", "red", ""),
        (4, "No ", "rose", "!", "No", ""),
        (8, "Roses: the white ", "Rose", " and the red rose.", "white", "and"),
        (12, "Roses: the white Rose and the red ", "rose", ".", "red", ""),
        (13, "", "Rose", "", "", ""),
    ]
    assert [ROSES.text[line.place :][:4] for line in found.lines] == [
        line.hit for line in found.lines
    ]


def test_sorted_by_the_words_on_the_left() -> None:
    assert contexts(ROSES, {"rose", "Rose"}, "left") == [
        "Rose",
        "No rose!",
        "A red rose.",
        "Roses: the white Rose and the red rose.",
        "Roses: the white Rose and the red rose.",
    ]


def test_sorted_by_up_to_three_words_then_by_the_text() -> None:
    text = "x b a 2. x a b z. x A. x a b c e. x Á. x a B c d. x z. x."
    after = [line.after for line in concordance(indexed(text), {"x"}, sort="right").lines]
    assert after == [".", " A.", " a b c e.", " a B c d.", " a b z.", " Á.", " b a 2.", " z."]


def test_accents_come_after_all_letters() -> None:
    text = "éclair x. zoo x. ecu x. Ecu x. eclair x. Zoo x."
    left = [line.left for line in concordance(indexed(text), {"x"}, sort="left").lines]
    assert left == ["eclair", "éclair", "ecu", "Ecu", "zoo", "Zoo"]


def test_only_the_first_lines() -> None:
    assert concordance(ROSES, {"rose"}, first=1) == (
        3,
        concordance(ROSES, {"rose"}).lines[:1],
    )
    assert concordance(ROSES, {"rose"}, first=0).lines == []
    assert concordance(ROSES, {"tulip"}, sort="left") == (0, [])
    assert concordance(ROSES, set()) == (0, [])
    assert concordance(indexed(""), {"rose"}, sort="right") == (0, [])


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("word " * 99, " word" * 99),
        ("1,234 " * 99, " 1,234" * 99),
        ("👩‍👩‍👧" * 99, "👩‍👩‍👧" * 99),
        ("公园" * 999, "公园" * 999),
        ("x" * 999 + " ", " " + "x" * 999),
        ("e\u0301\u0323" * 999 + " ", " " + "e\u0301\u0323" * 999),
        ("नमस्ते " * 99, " नमस्ते" * 99),
        ("\u0301 " * 999, " \u0301" * 999),
    ],
    ids=["words", "numbers", "emoji", "Chinese", "one-word", "marks", "Hindi", "loose-marks"],
)
def test_a_long_sentence_is_cut_where_no_letter_is_parted(left: str, right: str) -> None:
    index = indexed(f"{left}hit{right}")
    [line] = concordance(index, {"hit"}).lines
    assert line.before.startswith("…")
    assert line.after.endswith("…")
    before, after = line.before[1:], line.after[:-1]
    assert index.text[line.place - len(before) :].startswith(f"{before}hit{after}")
    assert max(len(before), len(after)) <= LONGEST_SIDE
    ends = {0}
    for piece in CharacterBreaker(index.text, "root"):
        ends.add(max(ends) + len(piece))
    assert {line.place - len(before), line.place + 3 + len(after)} <= ends


def test_as_much_of_a_long_sentence_as_there_is_room_for() -> None:
    [line] = concordance(indexed("word " * 99 + "hit" + " word" * 99), {"hit"}).lines
    assert (line.before, line.after) == ("…" + "word " * 60, " word" * 60 + "…")


def test_without_sentences_it_is_the_whole_text() -> None:
    index = IndexedText.of("A rose", {"A": 1, "rose": 1}, Layout())
    for sort in ("text", "left", "right"):
        [line] = concordance(index, {"rose"}, sort=sort).lines
        assert line[1:6] == ("A ", "rose", "", "A", "")


@pytest.mark.parametrize("word", ["keeper", "garden", "the"])
def test_as_many_and_in_the_same_places_as_nltk_finds(word: str) -> None:
    for index in (sample()[1], long_text()):
        words = written(index)
        offsets = ConcordanceIndex(words, key=str.lower).offsets(word)
        forms = {form for form in index.vocabulary if form.lower() == word}
        assert occurrences(index, forms) == offsets
        found = concordance(index, forms, first=len(words))
        assert (found.total, [line.number for line in found.lines]) == (len(offsets), offsets)


def test_the_same_words_around_as_nltk_shows() -> None:
    index = long_text()
    listed = Text(written(index)).concordance_list("count", width=80, lines=1_000)
    found = concordance(index, {"count", "Count", "COUNT"}, first=1_000).lines
    assert len(found) == len(listed) > 20
    for line, theirs in zip(found, listed, strict=True):
        assert (line.number, line.hit) == (theirs.offset, theirs.query)
        assert line.left in ("", theirs.left[-1])
        assert line.right in ("", theirs.right[0])


def sorted_by(index: IndexedText, hits: list[int], *, right: bool) -> list[int]:
    """The hits in their order, by all three neighbours at once."""
    words = written(index)

    def order(hit: int) -> list[tuple[str, str]]:
        [(first, end)] = [span for span in index.sentences if span[0] <= hit < span[1]]
        near = words[hit + 1 : end][:3] if right else words[first:hit][::-1][:3]
        return [(letters(word.lower()), word.lower()) for word in near]

    return sorted(hits, key=order)


def letters(word: str) -> str:
    decomposed = unicodedata.normalize("NFD", word)
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


@given(texts, st.sampled_from(["rose", "the", "été", "公园"]), st.integers(0, 20))
def test_any_text_in_any_order(text: str, word: str, first: int) -> None:
    index = indexed(text)
    hits = occurrences(index, {word})
    assert hits == [at for at, found in enumerate(written(index)) if found == word]
    for sort in ("text", "left", "right"):
        total, lines = concordance(index, {word}, sort=sort, first=first)
        order = hits if sort == "text" else sorted_by(index, hits, right=sort == "right")
        assert (total, [line.number for line in lines]) == (len(hits), order[:first])
        for line in lines:
            assert (
                line.before + line.hit + line.after
                in text.split("\n")[text[: line.place].count("\n")]
            )
