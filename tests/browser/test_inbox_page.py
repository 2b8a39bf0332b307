"""The page of the inbox: what is put in by a person, and what becomes of it."""

import json

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from redis import Redis

from inbox.queue import INBOX
from inbox.reader import Reader
from tests.browser.actions import both_ways

pytestmark = pytest.mark.usefixtures("app")


@both_ways
def test_an_address_is_put_in_and_becomes_a_count(app: Flask, page: Page, web: str) -> None:
    redis: Redis = app.extensions["redis"]
    page.goto(f"{web}/prodcons")
    field = page.get_by_label("Address of a page")
    field.focus()
    page.keyboard.insert_text("ftp://example.com")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Your name for it")).to_be_focused()
    page.keyboard.insert_text("<mine>")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Only http and https")
    expect(field).to_have_attribute("aria-describedby", "error")
    expect(field).to_be_focused()
    expect(page.get_by_label("Your name for it")).to_have_value("<mine>")
    field.fill("example.com/secret")
    page.keyboard.press("Enter")
    row = page.locator("#last tbody tr")
    expect(row).to_contain_text("ref <mine>")
    expect(row).to_contain_text("waits")
    expect(page.locator("#item")).to_have_text("It waits.")
    expect(page.locator("#standing")).to_have_text("1 waiting, 0 in flight, 0 rejected")
    assert json.loads(redis.lrange(INBOX, 0, 0)[0])["ref"] == "<mine>"
    reader = Reader()
    assert reader.look() == ""
    reader.leave()
    page.get_by_role("link", name="Look again").press("Enter")
    expect(row).to_contain_text("accepted")
    expect(page.locator("body")).not_to_contain_text("secret")
    expect(page.locator("#item").get_by_role("link")).to_have_attribute(
        "href", row.get_by_role("link").get_attribute("href") or ""
    )
    row.get_by_role("link", name="example.com").press("Enter")
    expect(page.locator(".address")).to_have_text("http://example.com/secret")
