"""Pages that are not what one would count, and such that are read from right to left."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.actions import both_ways, rows, submit, words
from tests.site import Site

pytestmark = pytest.mark.usefixtures("app", "worker")


@both_ways
def test_a_warning_and_a_text_in_place_of_the_page(page: Page, web: str, site: Site) -> None:
    empty_app = "<title>App</title><div id=root>Loading now</div><script src=app.js></script>"
    submit(page, web, site.serve("/app", empty_app))
    expect(
        page.get_by_text("Only 2 words: this page is probably built by JavaScript")
    ).to_be_visible(timeout=15_000)
    text = page.get_by_label("Open the page in your browser")
    expect(text).to_be_visible()
    page.get_by_role("button", name="Count this text").press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    text.fill("The real text.\nReal words, café &amp; <b>bold</b>")
    page.get_by_role("button", name="Count this text").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("A pasted text", timeout=15_000)
    assert rows(page)[:2] == ["b 2", "real 2"]  # plain text: what looks like markup is none
    expect(page.locator(".address")).to_contain_text("/app")


@both_ways
def test_a_redirect_to_another_host(page: Page, web: str, site: Site) -> None:
    other = site.serve("/there", "<title>There</title><p>Moved").replace("127.0.0.1", "localhost")
    submit(page, web, site.serve("/here", "", status=302, headers={"Location": other}))
    assert words(page) == ["Moved 1 100.00%"]
    expect(page.locator(".warning")).to_have_text(
        "The site redirected to another host: localhost, not 127.0.0.1."
    )


def test_words_from_right_to_left(page: Page, web: str, site: Site) -> None:
    arabic = "<html lang=ar><title>حديقة</title><p>زرع حارس الفنار حديقة خلف الجدار ونظر إلى البحر"
    submit(page, web, site.serve("/ar", arabic))
    words(page)
    word = page.locator(".words tbody bdi").first
    expect(word).to_have_attribute("lang", "ar")
    assert word.evaluate("word => getComputedStyle(word).direction") == "rtl"
