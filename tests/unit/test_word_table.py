"""What is known of many words, in a file."""

from pathlib import Path

import pytest

from wordcount.word_table import WordTable, write_words


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def table_of(words: dict[bytes, bytes], name: str = "some") -> WordTable:
    return WordTable.kept(name, lambda file: write_words(words.items(), file))


@pytest.mark.parametrize("many", [0, 1, 5, 3000])
def test_every_word_is_found_and_no_other(many: int) -> None:
    words = {b"word%d" % number: b"%d" % (number % 7) for number in range(many)}
    table = table_of(words)
    assert {word: table.get(word) for word in words} == words
    others = [b"", b"word", b"word%d" % many, b"ord1", b"1", b"WORD1", "wörd1".encode()]
    assert [table.get(word) for word in others] == [None] * len(others)


def test_what_is_known_may_be_nothing_or_hold_anything_but_a_line_feed() -> None:
    words = {b"a": b"", b"b": b"1 2\t3", "ж".encode(): b"x"}
    table = table_of(words)
    assert {word: table.get(word) for word in words} == words


def test_it_is_written_once() -> None:
    table_of({b"a": b"1"}, "first")
    assert table_of({b"a": b"2"}, "first").get(b"a") == b"1"
    assert table_of({b"a": b"2"}, "second").get(b"a") == b"2"
