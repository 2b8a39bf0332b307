"""Of each golden page we see what a browser shows, and count those words."""

import pytest

from tests.golden import Golden, golden_pages
from wordcount import count_page

PAGES = golden_pages()
every_page = pytest.mark.parametrize("golden", PAGES, ids=[golden.name for golden in PAGES])


@every_page
def test_text(golden: Golden) -> None:
    text = count_page(golden.body, golden.content_type).text
    assert golden.shows(text), f"{text.split(chr(10))} instead of {[*golden.text]}"


@every_page
def test_counts(golden: Golden) -> None:
    counts = count_page(golden.body, golden.content_type).counts
    assert golden.has(counts), f"{dict(counts)} instead of {dict(golden.counts)}"
