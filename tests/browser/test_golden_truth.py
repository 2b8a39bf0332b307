"""The golden pages say what Chromium shows, and not what we would like it to show."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.golden import Golden, golden_pages, lines_of, words_of
from tests.golden.shown import Window, window

PAGES = golden_pages()


@pytest.fixture(scope="module")
def chromium(browser: Browser) -> Iterator[Window]:
    with window(browser) as opened:
        yield opened


@pytest.mark.parametrize("golden", PAGES, ids=[golden.name for golden in PAGES])
def test_chromium_shows_it(chromium: Window, golden: Golden) -> None:
    if golden.may_be_written:
        text = chromium.text_of_written(golden.body.decode())
    else:
        text = chromium.text_of(golden.body, golden.content_type)
    assert (lines_of(text), words_of(text)) == ([*golden.text], golden.counts)
