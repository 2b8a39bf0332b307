"""The core as a whole: bytes in, counted words out."""

import subprocess
import sys
from dataclasses import FrozenInstanceError

import pytest

from tests.support import PROJECT
from wordcount import Ranked, count_page

SAMPLE = PROJECT / "static" / "sample.html"


def test_the_sample_page() -> None:
    page = count_page(SAMPLE.read_bytes(), "text/html; charset=utf-8")
    assert page.title == "The lighthouse keeper’s garden"
    assert (page.language, page.charset) == ("en", "utf-8")
    assert page.ranking()[:5] == [
        ("garden", 6),
        ("keeper", 5),
        ("Roses", 5),
        ("lighthouse", 4),
        ("kale", 3),
    ]
    assert {"сад", "κήπος", "庭", "حديقة", "बगीचा", "สวน"} < page.counts.keys()


def test_a_page_of_stop_words_has_an_empty_ranking() -> None:
    page = count_page(b"<html lang=en><p>The of and")
    assert page.ranking() == []
    assert page.ranking(stop_words=True) == [("and", 1), ("of", 1), ("The", 1)]
    assert (page.total_words, page.distinct_words) == (3, 3)


def test_a_page_without_words() -> None:
    page = count_page(b"")
    assert (page.title, page.text, page.language, page.ranking()) == ("", "", None, [])
    assert (page.total_words, page.distinct_words) == (0, 0)


def test_plain_text_is_not_html() -> None:
    assert count_page(b"<b>bold</b>", "text/plain").counts == {"b": 2, "bold": 1}


def test_as_written() -> None:
    page = count_page(b"<html lang=de>Haus haus HAUS haus")
    assert page.counts == {"Haus": 1, "haus": 2, "HAUS": 1}
    assert page.ranking() == [Ranked("haus", 4)]
    assert page.ranking(fold_case=False) == [("haus", 2), ("HAUS", 1), ("Haus", 1)]
    assert (page.total_words, page.distinct_words) == (4, 1)


def test_a_language_brings_its_own_rules() -> None:
    page = count_page("<html lang=fr>L’eau, l'eau et l'Eau qu’elle a".encode())
    assert page.counts == {"L’eau": 1, "l'eau": 1, "et": 1, "l'Eau": 1, "qu’elle": 1, "a": 1}
    assert page.counts_without_stop_words == {"L’eau": 1, "l'eau": 1, "l'Eau": 1}
    assert page.ranking() == [("eau", 3)]
    assert page.ranking(stop_words=True) == [("eau", 3), ("a", 1), ("elle", 1), ("et", 1)]
    assert (page.total_words, page.distinct_words) == (6, 4)


def test_long_words_are_shortened_unless_they_are_wanted_whole() -> None:
    page = count_page(b"x" * 300)
    assert page.counts == {"x" * 300: 1}
    assert page.ranking() == [("x" * 100 + "…", 1)]
    assert page.ranking(longest=None) == [("x" * 300, 1)]


def test_a_count_cannot_be_changed() -> None:
    page = count_page(b"one")
    with pytest.raises(FrozenInstanceError):
        page.title = "two"  # type: ignore[misc]
    with pytest.raises(TypeError):
        page.counts["one"] = 2  # type: ignore[index]


@pytest.mark.parametrize("noise", [b"\x00", b"\xff\xfe\xfd", bytes(range(256)) * 4, b"<" * 5000])
def test_any_bytes_give_a_result(noise: bytes) -> None:
    page = count_page(noise)
    assert page.total_words == sum(page.counts.values())
    assert "\x00" not in page.text


def test_a_page_for_whose_tree_there_is_no_memory() -> None:
    script = """
from workers.confine import confine
from wordcount import count_page
from wordcount.errors import PageError
count_page(b"<p>Ready")
page = b"<p a>" * 1_500_000
confine(cpu_seconds=30, memory_bytes=100 * 2**20)
try:
    count_page(page)
except PageError as error:
    print(error.code)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "too_complex\n"
