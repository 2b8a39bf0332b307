"""While a count runs: the steps, the time, cancelling, and how the page hears of it."""

import re

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import text

from models import db
from tests.browser.actions import both_ways, submit, words
from tests.site import Site
from tests.support import wait_for

pytestmark = pytest.mark.usefixtures("app", "worker")


def hold(page: Page, web: str, site: Site) -> None:
    submit(page, web, site.serve("/held", "<p>Worth the wait", held=True))
    wait_for("request for the page", lambda: "/held" in site.asked)


@both_ways
def test_steps_bar_and_time(page: Page, web: str, site: Site) -> None:
    hold(page, web, site)
    expect(page.locator("#message")).to_contain_text("Fetching the page")
    expect(page.locator("[aria-current=step]")).to_have_text("Fetching the page")
    expect(page.locator(".steps .done")).to_have_count(1)
    expect(page.get_by_role("progressbar", name="How far the count is")).to_be_visible()
    assert 0 < page.locator("#bar").evaluate("bar => bar.position") < 1
    expect(page.get_by_text(re.compile(r"So far: [2-9] s"))).to_be_visible(timeout=10_000)
    site.let_go()
    assert words(page) == ["wait 1 33.33%", "Worth 1 33.33%"]


def test_the_steps_stand_side_by_side(page: Page, web: str, site: Site) -> None:
    hold(page, web, site)
    db.session.execute(text("UPDATE results SET step = 'saving'"))  # as many signs as there can be
    db.session.commit()
    expect(page.locator(".steps .done")).to_have_count(4, timeout=10_000)
    heights = page.locator(".steps li").evaluate_all("steps => steps.map((one) => one.offsetTop)")
    assert len(heights) == 5
    assert len(set(heights)) == 1
    site.let_go()


@both_ways
def test_cancel(page: Page, web: str, site: Site) -> None:
    hold(page, web, site)
    page.get_by_role("button", name="Cancel").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("This count was cancelled")
    site.let_go()
    page.get_by_role("link", name="Change the address").press("Enter")
    expect(page.get_by_label("Address of a page")).to_have_value(f"{site.address}/held")


def test_only_who_asked_may_cancel(page: Page, web: str, site: Site) -> None:
    hold(page, web, site)
    expect(page.get_by_role("button", name="Cancel")).to_be_visible()
    browser = page.context.browser
    assert browser
    other = browser.new_page()
    other.goto(page.url)
    expect(other.get_by_role("heading", level=1)).to_have_text("Counting…")
    expect(other.get_by_role("button", name="Cancel")).to_have_count(0)
    other.close()


def test_without_a_stream_it_asks_again_and_again(page: Page, web: str, site: Site) -> None:
    page.route("**/events", lambda route: route.fulfill(status=503))
    hold(page, web, site)
    page.wait_for_timeout(1500)
    asked: list[float] = []

    def count(route: Route) -> None:
        asked.append(1)
        route.continue_()

    page.route("**/results/*", count)
    page.wait_for_timeout(3000)
    assert 1 <= len(asked) <= 4  # every two seconds at most, once it is slow
    site.let_go()
    assert len(words(page)) == 2


def test_a_stream_is_for_one_window_alone(page: Page, web: str, site: Site) -> None:
    hold(page, web, site)
    with page.expect_request("**/events", timeout=10_000):
        pass
    other = page.context.new_page()
    asked: list[str] = []
    other.on("request", lambda request: asked.append(request.url))
    other.goto(page.url)
    other.wait_for_timeout(1700)  # the page is given up after five seconds
    assert any("/results/" in url for url in asked)
    assert not any(url.endswith("/events") for url in asked)
    site.let_go()
    assert len(words(other)) == 2
    other.close()


def test_the_outcome_is_told_to_those_who_listen(page: Page, web: str, site: Site) -> None:
    hold(page, web, site)
    page.get_by_role("button", name="Cancel").focus()
    site.let_go()
    expect(page.locator("#said")).to_contain_text(
        "has 3 words, 3 of them different", timeout=15_000
    )
    expect(page.locator("#shown")).to_be_focused()


def test_a_server_in_trouble(page: Page, web: str, site: Site) -> None:
    page.route("**/results/*", lambda route: route.fulfill(status=503))
    page.route("**/events", lambda route: route.fulfill(status=503))
    hold(page, web, site)
    expect(page.get_by_text("No answer from the server; trying again")).to_be_visible()
    page.unroute("**/results/*")
    site.let_go()
    assert len(words(page)) == 2


def test_with_a_stream_it_does_not_ask(page: Page, web: str, site: Site) -> None:
    hold(page, web, site)
    with page.expect_request("**/events", timeout=10_000):
        pass
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(2500)
    assert asked == []
    site.let_go()
    assert len(words(page)) == 2
    assert not any("/results/" in url for url in asked)
