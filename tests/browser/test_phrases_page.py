"""The pages of phrases and collocations, and the forms of words, as people use them."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.actions import both_ways, expect_words, rows, show, switch
from tests.counts import counted_sample

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def counted(page: Page, web: str) -> Page:
    """The page of the count of the sample page."""
    page.goto(f"{web}/counts/{counted_sample(web)}")
    return page


@both_ways
def test_from_words_to_phrases_and_back(counted: Page) -> None:
    counted.get_by_role("link", name="Phrases", exact=True).press("Enter")
    expect(counted.get_by_role("heading", level=2).first).to_have_text("Phrases of two words")
    expect_words(counted, "a garden")
    counted.get_by_role("link", name="3 words").press("Enter")
    expect(counted.get_by_role("heading", level=2).first).to_have_text("Phrases of three words")
    expect(counted).to_have_url(re.compile(r"\?n=3"))
    counted.get_by_role("searchbox", name="Find").fill("keeper")
    show(counted)
    expect(counted.locator("#shown")).to_contain_text("phrases of three words with “keeper”")
    switch(counted, "Keep stop words")
    expect(counted.locator("#rule")).to_contain_text("stop words kept")
    view = counted.locator("#permalink").get_attribute("href") or ""
    assert re.search(r"phrases\?stopwords=keep&q=keeper&n=3$", view)
    before = rows(counted)
    counted.get_by_role("link", name="Collocations").press("Enter")
    expect(counted.locator("#meaning")).to_contain_text("10.83")
    expect(counted.get_by_label("Keep stop words")).to_be_checked()
    counted.go_back()
    expect(counted.get_by_role("heading", level=2).first).to_have_text("Phrases of three words")
    assert rows(counted) == before
    counted.goto(view)
    assert rows(counted) == before


@both_ways
def test_sorting_and_more(counted: Page) -> None:
    counted.get_by_role("link", name="Phrases", exact=True).press("Enter")
    head = counted.get_by_role("columnheader", name="Phrase")
    head.get_by_role("link").press("Enter")
    expect(head).to_have_attribute("aria-sort", "ascending")
    counted.get_by_role("link", name=re.compile("Show all")).press("Enter")
    expect(counted.locator(".words tbody tr").nth(10)).to_be_visible()
    counted.get_by_role("link", name="Show the first 10").press("Enter")
    expect(counted.locator(".words tbody tr")).to_have_count(10)


@both_ways
def test_forms_of_words_are_listed(counted: Page) -> None:
    expect(counted.locator(".forms")).to_have_count(0)
    switch(counted, "Word forms together")
    keeper = counted.locator(".words tbody th", has_text="keeper").first
    expect(keeper.locator(".forms")).to_have_text(re.compile(r"keeper\s5, keeper’s\s1"))


def test_copying_phrases(counted: Page) -> None:
    counted.context.grant_permissions(["clipboard-read", "clipboard-write"])
    counted.get_by_role("link", name="Phrases", exact=True).press("Enter")
    counted.get_by_role("link", name="Collocations").press("Enter")
    expect(counted.locator("#meaning")).to_be_visible()
    counted.get_by_role("button", name="Copy the table").press("Enter")
    expect(counted.get_by_text("Table copied")).to_be_visible()
    copied = counted.evaluate("navigator.clipboard.readText()").split("\n")
    assert copied[0].split("\t") == ["Words", "Count", "Share", "Expected", "Score"]
    assert len(copied[1].split("\t")) == 5


@both_ways
def test_where_words_stand(counted: Page) -> None:
    counted.get_by_role("link", name="Where", exact=True).press("Enter")
    head = counted.get_by_role("columnheader", name="Headings")
    head.get_by_role("link").press("Enter")
    expect(head).to_have_attribute("aria-sort", "descending")
    expect(counted.locator("#shown")).to_contain_text("most frequent in headings first")
    switch(counted, "Keep stop words")
    expect(counted.locator("#rule")).to_contain_text("stop words kept")
    expect(head).to_have_attribute("aria-sort", "descending")
    expect(counted).to_have_url(re.compile("sort=headings"))
