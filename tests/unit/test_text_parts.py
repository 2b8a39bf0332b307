"""Long texts are cut into parts at line ends, and each word is in one of them."""

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from tests.texts import indexed, texts
from views import text_parts
from views.evidence_selection import TextAsked
from views.text_parts import Addresses, parts_of


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_parts, "LONGEST_PART", 10)
    monkeypatch.setattr(text_parts, "MOST_LINES", 3)


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in parts_of(indexed(text))]


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", []),
        ("a rose", ["a rose"]),
        ("ten signs!", ["ten signs!"]),
        ("one\ntwo\nthree\nfour", ["one\ntwo\n", "three\nfour"]),
        ("a\nb\nc", ["a\nb\nc"]),
        ("a\nb\nc\nd", ["a\nb\nc\n", "d"]),
        ("two words in a line", ["two words ", "in a line"]),
        ("longer-than-any-part", ["longer-", "than-any-", "part"]),
        ("unbreakable,word", ["unbreakabl", "e,word"]),
        ("......................", ["..........", "..........", ".."]),
    ],
)
def test_parts_end_where_they_should(text: str, parts: list[str]) -> None:
    assert cut(text) == parts


def test_a_usual_part_has_a_usual_size() -> None:
    text = "\n".join(["a line of a few words"] * 30_000)
    sizes = [end - start for start, end in parts_of(indexed(text))]
    assert max(sizes) <= 200_000
    assert len(sizes) == 6  # of 5,000 lines each
    assert sum(sizes) == len(text)


def test_a_part_has_so_many_words() -> None:
    index = indexed("a," * 60_000)
    assert parts_of(index) == [(0, 100_000), (100_000, 120_000)]


@given(texts, st.integers(3, 40), st.integers(1, 4))
def test_nothing_is_lost_and_no_word_is_cut(text: str, longest: int, most: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_parts, "LONGEST_PART", longest)
        patch.setattr(text_parts, "MOST_LINES", most)
        patch.setattr(text_parts, "MOST_WORDS", most + 1)
        index = indexed(text)
        parts = parts_of(index)
        assert "".join(cut(text)) == text
    addresses = Addresses("key", TextAsked(), parts)
    for start, end in zip(index.starts, index.ends, strict=True):
        part_start, part_end = parts[addresses.part_of(start) - 1]
        assert part_start <= start < part_end
        if end - start <= longest:
            assert end <= part_end


def test_addresses() -> None:
    app = Flask("test")
    app.add_url_rule("/counts/<job_key>/as-counted", "evidence.text")
    parts = [(0, 10), (10, 20)]
    with app.test_request_context():
        addresses = Addresses("key", TextAsked(w="a&b", of="main", part=2), parts)
        assert addresses.of_place(9) == "/counts/key/as-counted?w=a%26b&of=main#at-9"
        assert addresses.of_place(10, seen_in=2) == "#at-10"
        assert addresses.of_place(10, seen_in=1) == addresses.of_place(10)
        assert addresses.of_place(10) == "/counts/key/as-counted?w=a%26b&of=main&part=2#at-10"
