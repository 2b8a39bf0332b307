"""The page of all events: what was told before, and what comes while it is looked at."""

from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect

import jobs
import submissions
from models import Status
from storage.states import Count
from tests.browser.actions import WITHOUT_JAVASCRIPT
from tests.counts import begin
from tests.streams import own_web
from tests.support import NOBODYS_KEY

COUNT = Count(str(NOBODYS_KEY), "http://example.com/secret", 1, Status.RUNNING)
#: How many rows the page keeps; as in static/pubsub.js.
MOST_ROWS = 200

pytestmark = pytest.mark.usefixtures("app")


def tell(*numbers: int) -> None:
    for number in numbers:
        jobs.events().tell(COUNT, "finished", words=number)


def listen(page: Page, web: str) -> Locator:
    """Open the page, and wait until it hears; its rows."""
    page.goto(f"{web}/pubsub")
    expect(page.locator("#state")).to_have_text("Listening: events are shown as they come.")
    return page.locator("#events tbody tr")


def test_rows_come_alike_before_and_after(page: Page, web: str) -> None:
    claim = begin(submissions.submit("http://example.com/<b>&"))
    evil = "<img src=x>"
    jobs.events().tell(claim, "failed", bytes=81920, words=1234, code=evil, ref=evil)
    page.goto(f"{web}/pubsub?key={claim.job_key}")
    rows = page.locator("#events tbody tr")
    expect(page.locator("#state")).to_contain_text("Listening")
    expect(rows).to_have_count(2)
    jobs.events().tell(claim, "failed", bytes=81920, words=1234, code=evil, ref=evil)
    expect(rows).to_have_count(3)
    later, earlier, first = (row.locator("td").all() for row in rows.all())
    assert [cell.inner_html() for cell in later][1:] == [cell.inner_html() for cell in earlier][1:]
    facts = "failed, 1,234 words, 81,920 bytes, <img src=x>, ref <img src=x>"
    expect(later[3]).to_have_text(facts)
    expect(later[2]).to_have_text("http://example.com/%3Cb%3E&")
    expect(first[3]).to_have_text("queued")
    later[1].get_by_role("link").press("Enter")
    page.wait_for_url(f"**/counts/{claim.job_key}")


@pytest.mark.parametrize("page", [WITHOUT_JAVASCRIPT], indirect=True)
def test_the_latest_are_there_without_javascript(page: Page, web: str) -> None:
    page.goto(f"{web}/pubsub")
    expect(page.get_by_text("Nothing has happened yet.")).to_be_visible()
    tell(1, 2)
    page.get_by_role("link", name="Show the latest").press("Enter")
    expect(page.locator("#events tbody tr")).to_have_count(2)
    expect(page.locator("#events tbody tr").first).to_contain_text("finished, 2 words")
    expect(page.get_by_role("button", name="Pause")).to_be_hidden()


def test_only_so_many_rows_are_kept(page: Page, web: str) -> None:
    rows = listen(page, web)
    expect(page.get_by_text("Nothing has happened yet.")).to_be_visible()
    tell(*range(MOST_ROWS + 50))
    expect(rows.first).to_contain_text(f"finished, {MOST_ROWS + 49} words")
    expect(rows).to_have_count(MOST_ROWS)
    expect(rows.last).to_contain_text("finished, 50 words")
    expect(page.get_by_text("Nothing has happened yet.")).to_be_hidden()


def test_a_pause_loses_nothing(page: Page, web: str) -> None:
    rows = listen(page, web)
    tell(1)
    expect(rows).to_have_count(1)
    page.get_by_role("button", name="Pause").press("Enter")
    expect(page.get_by_role("button", name="Pause", pressed=True)).to_be_visible()
    expect(page.locator("#state")).to_contain_text("Paused.")
    tell(2, 3)
    page.wait_for_timeout(300)  # that nothing comes cannot be waited for
    expect(rows).to_have_count(1)
    page.get_by_role("button", name="Pause").press("Enter")
    expect(rows).to_have_count(3)
    expect(rows.first).to_contain_text("finished, 3 words")


def test_each_window_hears_every_event(page: Page, web: str) -> None:
    windows = [page, page.context.new_page()]
    tables = [listen(window, web) for window in windows]
    tell(1, 2, 3)
    for rows in tables:
        expect(rows).to_have_count(3)


def test_a_window_that_nobody_looks_at_catches_up(page: Page, web: str) -> None:
    rows = listen(page, web)
    look = """(isHidden) => {
        Object.defineProperty(document, "hidden", {value: isHidden, configurable: true});
        document.dispatchEvent(new Event("visibilitychange"));
    }"""
    page.evaluate(look, True)
    expect(page.locator("#state")).to_have_text("Waiting until this page is looked at.")
    tell(1, 2)
    page.evaluate(look, False)
    expect(rows).to_have_count(2)


def test_it_says_when_the_connection_is_lost_and_what_is_missing(
    page: Page,
    app: Flask,
    environ: dict[str, str],
    logs: Path,
    expected_errors: list[str],
) -> None:
    expected_errors.append("ERR_")  # nobody answers
    with own_web(environ, logs / "pubsub_page.log") as (_, web):
        rows = listen(page, web)
        tell(1)
        expect(rows).to_have_count(1)
        app.extensions["redis"].flushall()
        expect(page.locator("#missed")).to_contain_text("Events may have been missed.")
    lost = page.get_by_text("The connection is lost; trying again.")
    expect(lost).to_be_visible(timeout=10_000)
