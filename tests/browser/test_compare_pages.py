"""Two counts side by side and the history of a page, as people walk through them."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.actions import NARROW_AND_DARK, both_ways, expect_words, submit, switch
from tests.counts import counted
from tests.site import Site

pytestmark = pytest.mark.usefixtures("app")

GARDEN = "<html lang=en><title>Garden</title><p>The garden has roses, a garden of roses."
SEA = "<html lang=en><title>Sea</title><p>The sea has no roses, the wide blue sea."


def tell_of_apart(page: Page, web: str) -> None:
    """Open the comparison of two pages."""
    a = counted({"garden": 9, "Roses": 3}, {"the": 8}, title="Garden")
    b = counted({"sea": 9, "roses": 3, "boat": 1}, {"the": 7}, title="Sea")
    page.goto(f"{web}/compare?a={a}&b={b}")
    expect_words(page, "garden", "sea", "boat", "Roses")


@pytest.mark.usefixtures("worker")
@both_ways
def test_a_page_is_compared_with_another_one(page: Page, web: str, site: Site) -> None:
    submit(page, web, site.serve("/garden", GARDEN))
    page.get_by_role("link", name="Compare with …").press("Enter", timeout=15_000)
    expect(page.get_by_label("Address of another page")).to_be_focused()
    page.keyboard.insert_text(site.serve("/sea", SEA))
    page.keyboard.press("Enter")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Two pages compared", timeout=15_000)
    expect_words(page, "garden", "sea")
    page.get_by_role("link", name="In both").press("Enter")
    expect_words(page, "roses")
    expect(page).to_have_url(re.compile("words=both"))
    page.get_by_role("link", name="Compare A with …").press("Enter")
    expect(page.get_by_role("link", name="Sea")).to_be_visible()  # counted lately


@pytest.mark.usefixtures("worker")
@both_ways
def test_a_page_is_counted_again_and_compared(page: Page, web: str, site: Site) -> None:
    submit(page, web, site.serve("/page", GARDEN))
    again = page.get_by_role("button", name="Count again and compare")
    expect(again).to_be_visible(timeout=15_000)
    site.serve("/page", GARDEN + " Pricing, pricing.")
    again.press("Enter")
    expect(page.locator("#outcome")).to_contain_text("The same page,", timeout=15_000)
    expect(page.locator("#outcome")).to_contain_text("Since the first: +pricing 2.")
    page.get_by_role("link", name="History of this page").press("Enter")
    expect(page.get_by_role("table")).to_contain_text("+pricing 2")
    expect(page.get_by_role("img", name="2 counts, from 8 words")).to_be_visible()
    page.get_by_role("link", name="Compare").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("One page, two times")


@both_ways
def test_a_view_is_kept_in_its_address(page: Page, web: str) -> None:
    tell_of_apart(page, web)
    page.get_by_role("link", name="A–Z").press("Enter")
    expect_words(page, "boat", "garden", "Roses", "sea")
    switch(page, "Keep stop words")
    expect_words(page, "boat", "garden", "Roses", "sea", "the")
    expect(page).to_have_url(re.compile("stopwords=keep"))
    page.reload()
    expect_words(page, "boat", "garden", "Roses", "sea", "the")
    page.go_back()
    expect_words(page, "boat", "garden", "Roses", "sea")
    expect(page.locator("#shown")).to_have_text("4 of 4 words, from A to Z")
    page.go_back()
    expect_words(page, "garden", "sea")


def test_what_is_found_is_said(page: Page, web: str) -> None:
    tell_of_apart(page, web)
    page.get_by_label("Find").fill("ros")
    expect(page.locator("#said")).to_contain_text("1 of 1 word with “ros”")
    expect_words(page, "Roses")


@pytest.mark.parametrize("page", [NARROW_AND_DARK], indirect=True)
def test_all_figures_are_there_on_a_small_screen(page: Page, web: str) -> None:
    tell_of_apart(page, web)
    row = page.get_by_role("row", name="garden")
    for cell in row.get_by_role("cell").all():
        expect(cell).to_be_visible()
        box = cell.bounding_box()
        assert box
        assert box["x"] + box["width"] <= 320
