"""The form: one address or many, what was counted lately, the bookmarklet."""

from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.browser.actions import both_ways, submit, words
from tests.site import Site

pytestmark = pytest.mark.usefixtures("app", "worker")


def test_an_address_in_the_address(page: Page, web: str) -> None:
    page.goto(f"{web}/?url={quote(web + '/static/sample.html')}")
    field = page.get_by_label("Address of a page")
    expect(field).to_have_value(f"{web}/static/sample.html")
    field.press("Enter")
    assert words(page)[0].startswith("garden 6")


@both_ways
def test_several_pages_by_a_link(page: Page, web: str, site: Site) -> None:
    page.goto(web)
    page.get_by_role("link", name="Several pages at once").press("Enter")
    field = page.get_by_label("Addresses of pages, one on each line")
    field.fill(f"{site.serve('/one', '<title>One</title>Word')}\n\nmailto:x\n{site.address}/none")
    page.get_by_role("button", name="Count words").press("Enter")
    expect(page.locator("#message")).to_have_text(
        "3 of 3 done: 1 counted, 2 not · 1 word in all", timeout=15_000
    )
    rows = page.locator(".lines tbody tr")
    expect(rows.nth(0)).to_contain_text("One")
    expect(rows.nth(0)).to_contain_text("counted")
    expect(rows.nth(1)).to_contain_text("Only http and https addresses can be counted")
    expect(rows.nth(2)).to_contain_text("404 Not Found")
    page.get_by_role("link", name="One", exact=True).press("Enter")
    assert words(page) == ["Word 1 100.00%"]


def test_pasting_several_lines_makes_room_for_them(page: Page, web: str) -> None:
    page.goto(web)
    page.get_by_label("Address of a page").evaluate(
        """field => {
            const clipboardData = new DataTransfer();
            clipboardData.setData("text", "a.example\\nb.example\\n");
            field.dispatchEvent(new ClipboardEvent("paste", {clipboardData, bubbles: true}));
        }"""
    )
    field = page.get_by_label("Addresses of pages, one on each line")
    expect(field).to_be_focused()
    expect(field).to_have_value("a.example\nb.example")


def test_lines_are_not_lost_when_nobody_answers(page: Page, web: str) -> None:
    page.goto(web)
    page.route("**/?many=1", lambda route: route.fulfill(status=503))
    page.get_by_label("Address of a page").fill("a.example")
    page.get_by_role("link", name="Several pages at once").press("Enter")
    expect(page.get_by_text("No answer from the server: nothing was done")).to_be_visible()
    expect(page.get_by_label("Address of a page")).to_have_value("a.example")


@both_ways
def test_too_many_lines_stay_in_the_field(page: Page, web: str) -> None:
    lines = "\n".join(f"http://example.com/{number}" for number in range(201))
    page.goto(f"{web}/?many=1")
    page.get_by_label("Addresses of pages").fill(lines)
    page.get_by_role("button", name="Count words").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("201")
    expect(page.get_by_label("Addresses of pages")).to_have_value(lines)


def test_what_was_counted_lately(page: Page, web: str, site: Site) -> None:
    page.goto(web)
    expect(page.get_by_role("heading", name="Counted lately")).to_have_count(0)
    for name in ("First", "Second"):
        submit(page, web, site.serve(f"/{name}", f"<title>{name}</title><p>Word"))
        words(page)
    page.goto(web)
    lately = page.get_by_role("region", name="Counted lately").get_by_role("listitem")
    expect(lately).to_have_text(["Second 1 word", "First 1 word"])
    lately.get_by_role("link", name="First").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("First")
    page.goto(web)
    page.get_by_role("button", name="Clear the list").press("Enter")
    expect(page.get_by_role("heading", name="Counted lately")).to_have_count(0)


def test_another_visitor_does_not_see_it(page: Page, web: str, site: Site) -> None:
    submit(page, web, site.serve("/mine", "<title>Mine</title><p>Word"))
    words(page)
    browser = page.context.browser
    assert browser
    other = browser.new_page()
    other.goto(web)
    expect(other.get_by_role("heading", name="Which words does a page use?")).to_be_visible()
    expect(other.get_by_text("Mine")).to_have_count(0)
    other.close()


def test_the_bookmarklet_brings_the_page_along(page: Page, web: str, site: Site) -> None:
    page.goto(web)
    link = page.get_by_role("link", name="Count words")
    code = link.get_attribute("href") or ""
    assert code.startswith("javascript:")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    link.press("Enter")  # for those who do not drag
    expect(page.get_by_text("paste it as the address of a new bookmark")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == code
    page.goto(site.serve("/any?a=1&b=2", "<p>Any page"))
    page.evaluate(code.removeprefix("javascript:"))  # as the bookmarks bar does
    field = page.get_by_label("Address of a page")
    expect(field).to_have_value(f"{site.address}/any?a=1&b=2")
    field.press("Enter")
    assert words(page)[0].startswith("Any 1")
