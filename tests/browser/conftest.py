"""A real Chromium, as Debian packages it."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

OPTIONS = [
    "--no-sandbox",  # which root cannot have, and CI is root
    "--disable-background-networking",  # call nobody
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A browser; where there is none its tests are skipped, but in CI they fail."""
    program = shutil.which("chromium")
    if not program:
        missing = "these tests need Chromium: apt install chromium"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=OPTIONS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A window of a new visitor; an error in a script of ours fails the test.

    ``@pytest.mark.parametrize("page", [{...}], indirect=True)`` sets options of Playwright's
    ``Browser.new_context``.
    """
    context = browser.new_context(**getattr(request, "param", {}))
    window = context.new_page()
    errors: list[str] = []
    window.on("pageerror", lambda error: errors.append(str(error)))
    yield window
    context.close()
    assert not errors
