"""While a count waits and nobody works: the place in the queue, and standstill."""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text

from models import db
from tests.browser.actions import both_ways, submit

pytestmark = pytest.mark.usefixtures("app")


@both_ways
def test_the_place_in_the_queue(page: Page, web: str) -> None:
    page.request.post(f"{web}/start", data={"url": "http://example.com/first"})
    submit(page, web, "http://example.com/second")
    expect(page.locator("#message")).to_have_text("Waiting for a worker: number 2 in the queue")
    db.session.execute(text("UPDATE results SET status = 'failed' WHERE url LIKE '%first'"))
    db.session.commit()
    expect(page.locator("#message")).to_have_text(
        "Waiting for a worker: number 1 in the queue", timeout=10_000
    )


@both_ways
def test_when_nothing_moves_it_says_so(page: Page, web: str) -> None:
    submit(page, web, "http://example.com/")
    expect(page.locator("#message")).to_contain_text("number 1 in the queue")
    expect(page.locator("#advice")).to_be_hidden()
    db.session.execute(text("UPDATE results SET moved_at = now() - interval '40 s'"))
    db.session.commit()
    expect(page.locator("#advice")).to_contain_text("Nothing has moved for 4", timeout=10_000)
