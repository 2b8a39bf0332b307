"""A real Chromium, as Debian packages it."""

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Error,
    Page,
    Response,
    sync_playwright,
)

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
AXE = Axe().axe_script
RULES: dict[str, Any] = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": True}},  # which is new in WCAG 2.2, and off by default
    "resultTypes": ["violations"],
    "preload": False,  # which loads all style sheets again, for the rules below
}
#: Which look at style sheets and sounds, not at elements. Those are the same on all pages.
#: Most of the time is taken by the contrast of each text with what is behind it.
BUT_COLOURS = {**RULES, "rules": {**RULES["rules"], "color-contrast": {"enabled": False}}}
COLOURS = {**RULES, "runOnly": {"type": "rule", "values": ["color-contrast"]}}
#: Elements that only repeat others, with all in them: the same tags and classes from the top down
#: have the same colours, also where rows take turns.
REPEATED = """
    (() => {
        const elements = [...document.body.querySelectorAll("*")];
        const kinds = new Map(), kindOf = new Map(), repeated = new Set();
        for (const element of elements) {
            const above = kindOf.get(element.parentElement) ?? "";
            const kind = `${above}/${element.tagName}.${element.getAttribute("class") ?? ""}`;
            kindOf.set(element, kind);
            kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
            if (kinds.get(kind) > 6) repeated.add(element);
        }
        for (const element of elements.reverse())
            if (![...element.children].every((child) => repeated.has(child)))
                repeated.delete(element);
        return [...repeated].filter((element) => !repeated.has(element.parentElement));
    })()
"""
RULES_OF_FILES = {"runOnly": {"type": "rule", "values": ["css-orientation-lock"]}, "preload": True}


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
def errors() -> list[str]:
    """The errors that were in the console until now."""
    return []


@pytest.fixture(scope="session")
def windows(browser: Browser) -> Iterator[dict[str, Page]]:
    """The windows that are open and free, by their options: a new one for each test costs more
    processor time than most tests."""
    free: dict[str, Page] = {}
    yield free
    for window in free.values():
        window.context.close()


@pytest.fixture
def page(
    browser: Browser,
    windows: dict[str, Page],
    request: pytest.FixtureRequest,
    expected_errors: list[str],
    errors: list[str],
) -> Iterator[Page]:
    """The window of a new visitor: without cookies, and as wide and as bright as at first. Ours
    keep nothing else in a browser; files that never change may be in its cache.

    The test fails on an error in a script, on whatever else is an error in the console, also what
    the Content-Security-Policy forbids, and on a file of a page that is not there; unless
    `expected_errors` has it.

    ``@pytest.mark.parametrize("page", [{...}], indirect=True)`` sets options of Playwright's
    ``Browser.new_context``.
    """
    options = {"viewport": {"width": 1280, "height": 720}, **getattr(request, "param", {})}
    # A window to which something happens on the way is not used again.
    window = windows.pop(str(options), None) or _opened(browser, options)

    def fail(error: Error) -> None:
        errors.append(str(error))

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(STATUS_MESSAGE):
            errors.append(message.text)

    def see(answer: Response) -> None:
        if answer.status >= 400 and answer.request.resource_type in OF_PAGES:
            errors.append(f"{answer.status} for {answer.url}")

    window.on("pageerror", fail)
    window.on("console", hear)
    window.on("response", see)
    yield window
    window.remove_listener("pageerror", fail)
    window.remove_listener("console", hear)
    window.remove_listener("response", see)
    _leave(window, options)
    windows[str(options)] = window
    unexpected = [error for error in errors if not any(part in error for part in expected_errors)]
    missing = [part for part in expected_errors if not any(part in error for error in errors)]
    assert (unexpected, missing) == ([], [])


def _opened(browser: Browser, options: dict[str, Any]) -> Page:
    context = browser.new_context(**options)
    context.add_init_script(TELL_OF_FORBIDDEN)
    return context.new_page()


def _leave(window: Page, options: dict[str, Any]) -> None:
    """Make of a window that somebody has used one that nobody has."""
    for other in window.context.pages:
        if other is not window:
            other.close()
    window.unroute_all(behavior="ignoreErrors")
    window.goto("about:blank")
    window.context.clear_cookies()
    window.context.clear_permissions()
    window.set_viewport_size(options["viewport"])
    window.emulate_media(
        color_scheme=options.get("color_scheme", "light"), reduced_motion="null", media="null"
    )


def check_accessible(page: Page, rules: dict[str, Any] = RULES, *, but: str = "[]") -> None:
    """Fail if axe finds anything on a page, as it is now, that keeps people from using it.

    :param but: elements that are not looked at, as an expression.
    """
    if not page.evaluate("'axe' in window"):  # it takes as long to load as to look
        page.evaluate(AXE)
    what = f"{{include: [document], exclude: {but}}}, {json.dumps(rules)}"
    found = page.evaluate(f"axe.run({what}).then((told) => told.violations)")
    assert not found, "\n".join(_told(violation) for violation in found)


def check_other_colours(page: Page) -> None:
    """Look at a page once more, that looks otherwise now; of elements alike, at the colours of
    some."""
    check_accessible(page, BUT_COLOURS)
    check_accessible(page, COLOURS, but=REPEATED)


def _told(violation: dict[str, object]) -> str:
    nodes = violation["nodes"]
    assert isinstance(nodes, list)
    where = [f"  {node['target']}: {node['failureSummary']}\n  {node['html']}" for node in nodes]
    return "\n".join([f"{violation['id']}: {violation['help']}", *where])
