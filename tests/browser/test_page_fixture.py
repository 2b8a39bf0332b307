"""What the windows of these tests take for an error; otherwise no test would see one.

The site comes before the page: a browser that is still open would miss it.
"""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import RULES_OF_FILES, check_accessible, check_other_colours
from tests.site import Site
from tests.support import wait_for

POLICY = "<meta http-equiv='Content-Security-Policy' content=\"default-src 'self'\">"


@pytest.mark.parametrize(
    ("html", "error"),
    [
        ("<script>nothing.here()</script>", "nothing is not defined"),
        ("<script>console.error('in trouble')</script>", "in trouble"),
        (POLICY + "<p style='color: red'>", "forbidden by style-src-attr: inline"),
        (POLICY + "<script>alert(1)</script>", "forbidden by script-src-elem: inline"),
        (POLICY + "<img src='data:,x'>", "forbidden by img-src: data"),
        ("<link rel=stylesheet href=/gone.css>", "404 for"),
        ("<script src=/gone.js></script>", "404 for"),
    ],
)
def test_an_error(
    site: Site,
    page: Page,
    html: str,
    error: str,
    expected_errors: list[str],
    errors: list[str],
) -> None:
    # Where a policy forbids something, Chromium says so, too.
    expected_errors += [error, *["Content Security Policy"] * html.startswith(POLICY)]
    page.goto(site.serve("/", html), wait_until="load")

    def look() -> bool:  # what a policy forbids may be told a moment later
        page.evaluate("0")  # so that events are heard
        return any(error in one for one in errors)

    wait_for("error", look)


def test_the_status_of_a_page_is_no_error(site: Site, page: Page) -> None:
    site.serve("/answer", "", status=500)
    page.goto(site.serve("/", "<p>Gone", status=404))
    assert page.evaluate("fetch('/answer').then((answer) => answer.status)") == 500


def test_what_keeps_people_from_using_a_page(site: Site, page: Page) -> None:
    head = "<html lang=en><meta name=viewport content='width=device-width'><title>A page</title>"
    body = "<main><h1>A page</h1><input></main>"
    page.goto(site.serve("/", f"<!doctype html>{head}<body>{body}"))
    with pytest.raises(AssertionError, match="label: Form elements must have labels"):
        check_accessible(page)
    page.locator("input").evaluate("field => field.ariaLabel = 'A field'")
    check_accessible(page)


def test_what_keeps_people_from_turning_the_screen(site: Site, page: Page) -> None:
    turned = "@media (orientation: portrait) { html { transform: rotate(90deg) } }"
    page.goto(site.serve("/", f"<html lang=en><title>A page</title><style>{turned}</style>"))
    with pytest.raises(AssertionError, match="css-orientation-lock"):
        check_accessible(page, RULES_OF_FILES)


def test_of_elements_alike_some_are_looked_at(site: Site, page: Page) -> None:
    style = "<style>.pale { color: #999 } p:nth-child(n + 9) { color: #999 }</style>"
    head = f"<!doctype html><html lang=en><title>A page</title>{style}<main><h1>A page</h1>"
    alike = "<p>Well</p>" * 10
    page.goto(site.serve("/", head + alike))
    check_other_colours(page)
    for other in ("<p class=pale>Pale</p>", "<p><i class=pale>Pale</i></p>"):
        page.goto(site.serve("/", head + alike + other))
        with pytest.raises(AssertionError, match="color-contrast"):
            check_other_colours(page)
