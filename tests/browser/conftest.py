"""A real Chromium, as Debian packages it."""

import os
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, sync_playwright

from dev import DevError
from dev.chromium import OPTIONS, chromium

#: What Chromium writes into the console for every answer from 400 on, whatever was asked for.
STATUS_MESSAGE = "Failed to load resource: the server responded with a status of"
#: What pages themselves ask for. Which status a page has, or an answer that a script asked for, is
#: for the test to say.
OF_PAGES = {"stylesheet", "script", "image", "font", "manifest"}
TELL_OF_FORBIDDEN = """
    document.addEventListener("securitypolicyviolation", (violation) => console.error(
        `forbidden by ${violation.violatedDirective}: ${violation.blockedURI} ${violation.sample}`
    ));
"""
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": True}},  # which is new in WCAG 2.2, and off by default
    "resultTypes": ["violations"],
}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A browser; where there is none its tests are skipped, but in CI they fail."""
    try:
        program = chromium()
    except DevError as missing:
        if os.environ.get("CI"):
            pytest.fail(str(missing))
        pytest.skip(str(missing))
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=program, args=OPTIONS) as started,
    ):
        yield started


@pytest.fixture
def expected_errors() -> list[str]:
    """Parts of the errors that a test wants to see in the console; it puts them in itself."""
    return []


@pytest.fixture
def page(
    browser: Browser, request: pytest.FixtureRequest, expected_errors: list[str]
) -> Iterator[Page]:
    """A window of a new visitor.

    The test fails on an error in a script, on whatever else is an error in the console, also what
    the Content-Security-Policy forbids, and on a file of a page that is not there; unless
    `expected_errors` has it.

    ``@pytest.mark.parametrize("page", [{...}], indirect=True)`` sets options of Playwright's
    ``Browser.new_context``.
    """
    context = browser.new_context(**getattr(request, "param", {}))
    context.add_init_script(TELL_OF_FORBIDDEN)
    window = context.new_page()
    errors: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(STATUS_MESSAGE):
            errors.append(message.text)

    def see(answer: Response) -> None:
        if answer.status >= 400 and answer.request.resource_type in OF_PAGES:
            errors.append(f"{answer.status} for {answer.url}")

    window.on("pageerror", lambda error: errors.append(str(error)))
    window.on("console", hear)
    window.on("response", see)
    yield window
    context.close()
    unexpected = [error for error in errors if not any(part in error for part in expected_errors)]
    missing = [part for part in expected_errors if not any(part in error for error in errors)]
    assert (unexpected, missing) == ([], [])


def check_accessible(page: Page) -> None:
    """Fail if axe finds anything on a page, as it is now, that keeps people from using it."""
    found = Axe().run(page, options=RULES).response["violations"]
    assert not found, "\n".join(_told(violation) for violation in found)


def _told(violation: dict[str, object]) -> str:
    nodes = violation["nodes"]
    assert isinstance(nodes, list)
    where = [f"  {node['target']}: {node['failureSummary']}\n  {node['html']}" for node in nodes]
    return "\n".join([f"{violation['id']}: {violation['help']}", *where])
