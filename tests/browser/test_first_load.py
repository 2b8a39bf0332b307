"""The first page of a count that somebody opens: few bytes, and no file waits for another one."""

from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser

import submissions
from tests.counts import counted_sample

MOST_BYTES = 100_000
FILES = {"Stylesheet", "Script", "Image", "Font"}


def loaded(browser: Browser, address: str) -> tuple[list[dict[str, Any]], float]:
    """What a browser that has nothing yet asks for until the page is there, and all its bytes."""
    asked: list[dict[str, Any]] = []
    sizes: dict[str, float] = {}
    context = browser.new_context()
    try:
        page = context.new_page()
        network = context.new_cdp_session(page)
        network.on("Network.requestWillBeSent", lambda one: asked.extend([one]))
        network.on(
            "Network.loadingFinished",
            lambda end: sizes.update({end["requestId"]: end["encodedDataLength"]}),
        )
        network.send("Network.enable")
        network.send("Network.setCacheDisabled", {"cacheDisabled": True})
        page.goto(address, wait_until="load")
    finally:
        context.close()
    # What a style sheet draws from its own text is no request.
    sent = [one for one in asked if not one["request"]["url"].startswith("data:")]
    files = {one["requestId"] for one in sent if one["type"] in {"Document", *FILES}}
    assert files <= sizes.keys()
    return sent, sum(sizes.values())


@pytest.mark.parametrize("is_finished", [True, False])
def test_the_page_of_a_count_is_there_after_one_round(
    app: Flask, web: str, browser: Browser, is_finished: bool
) -> None:
    key = counted_sample(web) if is_finished else submissions.submit("http://example.com/")
    address = f"{web}/counts/{key}"
    asked, size = loaded(browser, address)
    files = [one for one in asked if one["type"] in FILES]
    assert {one["type"] for one in files} >= {"Stylesheet", "Script"}
    # Found in the page itself: not in a style sheet, nor by a script, nor behind a redirect.
    found_in = {one["initiator"].get("url", address) for one in files}
    assert (found_in, [one for one in files if "redirectResponse" in one]) == ({address}, [])
    # What a script asks for to show how far a count is, comes after the page.
    others = {one["type"] for one in asked} - FILES - {"Document", "Other"}
    assert others <= (set() if is_finished else {"Fetch", "EventSource"})
    assert 10_000 < size < MOST_BYTES
