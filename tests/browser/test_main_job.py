"""A person pastes a URL into the form and sees the words: in a real browser, on real processes."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.actions import NARROW_AND_DARK, both_ways, submit, words
from tests.site import Site
from tests.support import wait_for

pytestmark = pytest.mark.usefixtures("app", "worker")


@both_ways
def test_from_the_form_to_the_words(page: Page, web: str) -> None:
    submit(page, web, f"{web}/static/sample.html")
    assert words(page)[:3] == ["garden 6 3.92%", "keeper 5 3.27%", "Roses 5 3.27%"]
    assert "/counts/" in page.url
    expect(page.get_by_role("heading", level=1)).to_have_text("The lighthouse keeper’s garden")
    expect(page.locator(".verdict")).to_contain_text("153 words, 80 of them different, in English")
    expect(page).to_have_title("The lighthouse keeper’s garden – Wordcount")
    page.reload()
    assert len(words(page)) == 10


@both_ways
def test_a_page_is_counted_again(page: Page, web: str, site: Site) -> None:
    submit(page, web, site.serve("/news", "<p>Yesterday"))
    assert words(page) == ["Yesterday 1 100.00%"]
    before = page.url
    site.serve("/news", "<p>Today")
    page.get_by_role("button", name="Count again", exact=True).press("Enter")
    expect(page).not_to_have_url(before)
    assert words(page) == ["Today 1 100.00%"]


def test_the_sample_page_is_one_key_away(page: Page, web: str) -> None:
    page.goto(web)
    page.get_by_role("button", name="Count the sample page").press("Enter")
    assert words(page)[0] == "garden 6 3.92%"


@both_ways
def test_a_slow_page_says_how_far_it_is(page: Page, web: str, site: Site) -> None:
    submit(page, web, site.serve("/slow", "<p>Worth the wait", held=True))
    wait_for("request for the page", lambda: "/slow" in site.asked)
    expect(page.get_by_role("heading", level=1)).to_have_text("Counting…")
    expect(page.locator("#message")).to_contain_text("Fetching the page", timeout=10_000)
    site.let_go()
    assert words(page) == ["wait 1 33.33%", "Worth 1 33.33%"]


def test_a_page_that_is_not_there(page: Page, web: str, site: Site) -> None:
    submit(page, web, f"{site.address}/nothing")
    expect(page.get_by_role("alert")).to_contain_text("404 Not Found", timeout=15_000)
    page.get_by_role("link", name="Count another page").click()
    expect(page.get_by_label("Address of a page")).to_be_focused()


@both_ways
def test_a_wrong_address_stays_in_the_field(page: Page, web: str) -> None:
    submit(page, web, "ftp://example.com")
    field = page.get_by_label("Address of a page")
    expect(field).to_have_value("ftp://example.com")
    expect(page.get_by_role("alert")).to_have_text(
        "Only http and https addresses can be counted, not ftp:."
    )
    expect(field).to_have_attribute("aria-describedby", "url-error")


def test_no_word_of_a_stranger_becomes_markup(page: Page, web: str, site: Site) -> None:
    evil = (
        "<title>&lt;img src=x onerror=alert(1)&gt;</title><p>&lt;script&gt;alert(2)&lt;/script&gt;"
    )
    submit(page, web, site.serve("/evil", evil))
    assert {row.split()[0] for row in words(page)} == {"alert", "script"}
    expect(page.locator("h1")).to_have_text("<img src=x onerror=alert(1)>")
    assert page.locator("img").count() == 0


@pytest.mark.parametrize("page", [NARROW_AND_DARK], indirect=True)
def test_a_small_screen_is_wide_enough(page: Page, web: str, site: Site) -> None:
    long_word = "Donaudampfschifffahrtsgesellschaftskapitän" * 2
    submit(page, web, site.serve("/long", f"<title>{long_word}</title><p>{long_word}"))
    assert words(page) == [f"{long_word} 1 100.00%"]
    assert page.evaluate("document.documentElement.scrollWidth") == 320
