"""What people do in the browser, and what they see then."""

import pytest
from playwright.sync_api import Page, expect

WITHOUT_JAVASCRIPT = {"java_script_enabled": False}
NARROW_AND_DARK = {"viewport": {"width": 320, "height": 640}, "color_scheme": "dark"}

#: Runs a test with JavaScript and without.
both_ways = pytest.mark.parametrize(
    "page",
    [
        pytest.param({}, id="with JavaScript"),
        pytest.param(WITHOUT_JAVASCRIPT, id="without JavaScript"),
    ],
    indirect=True,
)


def submit(page: Page, web: str, url: str) -> None:
    """With the keyboard alone: the field has the focus from the start."""
    page.goto(web)
    expect(page.get_by_label("Address of a page")).to_be_focused()
    page.keyboard.insert_text(url)
    page.keyboard.press("Enter")


def words(page: Page) -> list[str]:
    """The rows of the table, when there is one, without the forms of the words."""
    expect(page.locator(".words tbody tr")).not_to_have_count(0, timeout=15_000)
    cells = """cells => cells.map(
        cell => (cell.matches("th") && cell.querySelector("bdi") || cell).innerText)"""
    rows = page.locator(".words tbody tr").all()
    return [" ".join(" ".join(row.locator("th, td").evaluate_all(cells)).split()) for row in rows]


def rows(page: Page) -> list[str]:
    """Words and counts."""
    return [row.rpartition(" ")[0] for row in words(page)]


def switch(page: Page, label: str) -> None:
    """Press a switch with the keyboard; without JavaScript a button shows the view."""
    page.get_by_label(label).press("Space")
    show(page)


def show(page: Page) -> None:
    """Press the button that is there without JavaScript."""
    button = page.get_by_role("button", name="Show", exact=True)
    if button.is_visible():
        button.press("Enter")


def expect_words(page: Page, *expected: str) -> None:
    """Wait until the table begins with these words."""
    for number, word in enumerate(expected):
        expect(page.locator(".words tbody th").nth(number)).to_have_text(word)
