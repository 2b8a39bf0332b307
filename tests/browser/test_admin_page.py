"""RQ's dashboard under a policy that lets no other scripts run than its own."""

from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

import jobs
import submissions
from tests.streams import own_web

PASSWORD = "0123456789abcdef"
KNOWN = {"http_credentials": {"username": "admin", "password": PASSWORD}}


@pytest.mark.parametrize("page", [KNOWN], indirect=True)
def test_the_queue_is_shown_and_its_buttons_work(
    page: Page, app: Flask, environ: dict[str, str], logs: Path
) -> None:
    keys = [submissions.submit(f"http://{name}.example/") for name in "abc"]
    with own_web({**environ, "ADMIN_PASSWORD": PASSWORD}, logs / "admin.log") as (_, web):
        page.goto(f"{web}/admin/rq/")
        expect(page.locator("tr[data-role=queue] td").first).to_have_text(jobs.QUEUE)
        page.get_by_role("link", name="Jobs", exact=True).click()
        shown = page.locator("tr[data-role=job]")
        expect(shown).to_have_count(3)
        shown.filter(has_text=keys[0]).get_by_role("link", name="Delete").click()
        page.get_by_role("button", name="Yes").click()
        expect(shown).to_have_count(2)
        page.get_by_role("link", name=keys[1]).click()
        expect(page.locator("#job-data")).to_contain_text("queued")
        expect(page.locator("#requeue-job-btn")).to_be_hidden()
        page.get_by_role("link", name="Workers", exact=True).click()
        expect(page.get_by_text("No workers.")).to_be_visible()
        page.goto("about:blank")  # it would go on asking
    assert jobs.queue().job_ids == keys[1:]
