"""Nothing that axe finds keeps people from using a page, and none is wider than a small screen.

Each page of the table is looked at in two ways. Whoever adds a page adds a line.
"""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import check_accessible
from tests.support import wait_for

pytestmark = pytest.mark.usefixtures("app")

WIDE_AND_LIGHT = {"viewport": {"width": 1280, "height": 800}, "color_scheme": "light"}
NARROW_AND_DARK = {"viewport": {"width": 320, "height": 640}, "color_scheme": "dark"}

both_looks = pytest.mark.parametrize(
    "page",
    [
        pytest.param(WIDE_AND_LIGHT, id="wide and light"),
        pytest.param(NARROW_AND_DARK, id="narrow and dark"),
    ],
    indirect=True,
)

Open = Callable[[Page, str], None]


def at(path: str, heading: str) -> Open:
    """A page that is there at once."""

    def open_it(page: Page, web: str) -> None:
        page.goto(web + path)
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)

    return open_it


def refused(page: Page, web: str) -> None:
    """The form, after an address that cannot be counted."""
    page.goto(web)
    page.get_by_label("Address of a page").fill("ftp://example.com")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Only http and https")


#: By name: how to get to a page, and to see that one is there.
PAGES: dict[str, Open] = {
    "form": at("/", "Which words does a page use?"),
    "form that is filled in": at("/?url=example.org/%3Cb%3E", "Which words does a page use?"),
    "refused form": refused,
    "about": at("/about", "About the program that fetches pages"),
    "rules": at("/rules", "How words are counted"),
    "error": at("/nowhere", "Not Found"),
}


@both_looks
@pytest.mark.parametrize("name", PAGES)
def test_everybody_can_use_it(page: Page, web: str, name: str) -> None:
    PAGES[name](page, web)
    check_accessible(page)
    assert page.viewport_size
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.viewport_size["width"]


@both_looks
def test_a_rule_has_an_address(page: Page, web: str) -> None:
    page.goto(f"{web}/rules#stop-words")
    expect(page.get_by_role("heading", name="Stop words")).to_be_in_viewport()


@pytest.mark.parametrize("page", [NARROW_AND_DARK], indirect=True)
def test_a_table_of_rules_is_scrolled_by_keyboard(page: Page, web: str) -> None:
    page.goto(f"{web}/rules")
    box = page.get_by_role("group", name="Table: What is a word")
    box.focus()
    expect(box).to_be_focused()
    assert box.evaluate("box => box.scrollWidth > box.clientWidth")
    page.keyboard.press("ArrowRight")
    wait_for("scrolling", lambda: box.evaluate("box => box.scrollLeft"))


def test_the_sample_page_shows_what_is_counted(page: Page, web: str) -> None:
    page.goto(f"{web}/static/sample.html")
    shown = page.inner_text("body")
    assert "The keeper counts on his fingers" in shown
    assert "Nor is the lighthouse" not in shown
