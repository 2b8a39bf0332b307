"""Nothing that axe finds keeps people from using a page, and none is wider than a small screen.

Each page of the table is looked at in two ways. Whoever adds a page adds a line.
"""

from collections.abc import Callable
from typing import Any, Literal

import pytest
from flask import current_app
from playwright.sync_api import Page, ViewportSize, expect
from redis import Redis
from sqlalchemy import select, text

import jobs
import submissions
from inbox.queue import INBOX
from inbox.reader import Reader
from models import Result, db
from storage import leases
from tests.browser.actions import NARROW_AND_DARK
from tests.browser.conftest import RULES_OF_FILES, check_accessible, check_other_colours
from tests.counts import begin, counted, counted_page
from tests.support import wait_for

pytestmark = pytest.mark.usefixtures("app")

#: The window, and the colours.
LOOKS: list[tuple[ViewportSize, Literal["light", "dark"]]] = [
    ({"width": 1280, "height": 800}, "light"),
    ({"width": 320, "height": 640}, "dark"),
]

Open = Callable[[Page, str], None]


def at(path: str, heading: str) -> Open:
    """A page that is there at once."""

    def open_it(page: Page, web: str) -> None:
        page.goto(web + path)
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)

    return open_it


def refused(page: Page, web: str) -> None:
    """The form, after an address that cannot be counted."""
    page.goto(web)
    page.get_by_label("Address of a page").fill("ftp://example.com")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Only http and https")


WORDS = {"garden": 6, "Roses": 3, "roses": 2, "ask": 2, "حديقة": 1, "庭": 1}


def finished(view: str = "", **facts: Any) -> Open:
    """The page of a count of some words, made at once."""

    def open_it(page: Page, web: str) -> None:
        page.goto(f"{web}/counts/{counted(WORDS, {'the': 15}, title='Gardens', **facts)}{view}")
        expect(page.get_by_role("table")).to_be_visible()

    return open_it


TEXT = """<html lang=en><title>Gardens</title><nav>Home <a href=/>Garden</a></nav>
<h2>The garden</h2><p>Every garden has a wall, and every wall a garden. حديقة and a garden.</p>
<p>Garden after garden after garden.</p><footer>The garden’s imprint</footer>"""


def evidence(view: str, shows: str) -> Open:
    """A view of a text that was counted, with main text and with what is around it."""

    def open_it(page: Page, web: str) -> None:
        page.goto(f"{web}/counts/{counted_page(TEXT, main=[(12, 127)])}/{view}")
        expect(page.locator("#shown")).to_contain_text(shows)

    return open_it


def pending(page: Page, web: str) -> None:
    """A count that waits for a worker."""
    page.goto(web)
    page.get_by_label("Address of a page").fill("example.com")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Cancel")).to_be_visible()


def cancelled(page: Page, web: str) -> None:
    """A count that was cancelled, with the box for its text."""
    pending(page, web)
    page.get_by_role("button", name="Cancel").press("Enter")
    page.get_by_text("Paste the text instead").press("Enter")
    expect(page.get_by_role("button", name="Count this text")).to_be_visible()


def standing_still(page: Page, web: str) -> None:
    """A count for which nothing moves."""
    key = submissions.submit("example.com")
    db.session.execute(text("UPDATE results SET moved_at = now() - interval '1 hour'"))
    db.session.commit()
    page.goto(f"{web}/counts/{key}")
    expect(page.get_by_text("Nothing has moved")).to_be_visible()


def listed(page: Page, web: str) -> None:
    """A list with a page of each state."""
    page.goto(f"{web}/?many=1")
    field = page.get_by_label("Addresses of pages, one on each line")
    field.fill("example.com\nhttp://example.com/other\nftp://example.com")
    page.get_by_role("button", name="Count words").press("Enter")
    expect(page.locator("#message")).to_have_text("1 of 3 done")
    claim = begin(stored_keys()[0])
    assert leases.fail(claim, "http_status", "The site answered 404 Not Found.")
    expect(page.locator("#message")).to_have_text("2 of 3 done", timeout=10_000)


def compared(page: Page, web: str) -> None:
    """Two counts in two languages side by side."""
    a = counted(WORDS, {"the": 15}, title="Gardens")
    b = counted({"Garten": 3, "ask": 4}, {"der": 9}, title="Gärten", language="de")
    page.goto(f"{web}/compare?a={a}&b={b}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Two pages compared")


def to_be_compared(page: Page, web: str) -> None:
    """What there is to compare a count with."""
    counted({"garden": 1}, url="http://example.com/")
    page.goto(f"{web}/compare?a={counted(WORDS, url='http://example.com/')}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Compare with …")


def not_compared(page: Page, web: str) -> None:
    """Two counts of which one has failed."""
    failed = submissions.submit("example.com")
    assert leases.fail(begin(failed), "http_status", "The site answered 404 Not Found.")
    page.goto(f"{web}/compare?a={counted(WORDS)}&b={failed}")
    expect(page.get_by_role("heading", level=1)).to_have_text("These cannot be compared")


def history(page: Page, web: str) -> None:
    """Counts of a page in each state."""
    for times in (3, 4):
        counted({"garden": times, "حديقة": times}, url="http://example.com/", main_words=2)
    failed = submissions.submit("example.com", fresh=True)
    assert leases.fail(begin(failed), "http_status", "The site answered 404 Not Found.")
    submissions.submit("example.com", fresh=True)
    page.goto(f"{web}/history?url=example.com")
    expect(page.get_by_role("table")).to_be_visible()


def live_events(page: Page, web: str) -> None:
    """What was told before the page was opened, and after."""
    claim = begin(submissions.submit("http://example.com/" + "long" * 30))
    page.goto(f"{web}/pubsub?key={claim.job_key}")
    expect(page.get_by_text("Listening")).to_be_visible()
    jobs.events().tell(claim, "finished", words=1234567, ref="a reference " + "x" * 180)
    expect(page.get_by_text("1,234,567 words")).to_be_visible()


def inbox(page: Page, web: str) -> None:
    """Items that wait, that were taken, and one that was rejected."""
    redis: Redis = current_app.extensions["redis"]
    items: list[str | bytes] = ["ftp://example.com", '{"url": "a.example", "ref": "mine"}']
    for number, item in enumerate([*items, b"\xff", "b.example"], start=1):
        redis.lpush(INBOX, item)
        if number <= len(items):
            reader = Reader()
            assert reader.look() == ""
            reader.leave()
    page.goto(f"{web}/prodcons")
    expect(page.locator("#last tbody tr")).to_have_count(4)


def not_put_in(page: Page, web: str) -> None:
    """The form of the inbox, with a name that is too long."""
    page.goto(f"{web}/prodcons")
    page.get_by_label("Address of a page").fill("example.com")
    page.get_by_label("Your name for it").fill("x" * 300)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("The ref must be a number")


def stored_keys() -> list[str]:
    db.session.rollback()
    return [str(key) for key in db.session.scalars(select(Result.job_key).order_by(Result.id))]


#: By name: how to get to a page, and to see that one is there.
PAGES: dict[str, Open] = {
    "form": at("/", "Which words does a page use?"),
    "form that is filled in": at("/?url=example.org/%3Cb%3E", "Which words does a page use?"),
    "refused form": refused,
    "about": at("/about", "About the program that fetches pages"),
    "rules": at("/rules", "How words are counted"),
    "for programs": at("/api/docs", "For programs"),
    "form for many": at("/?many=1", "Which words does a page use?"),
    "pending": pending,
    "standing still": standing_still,
    "cancelled": cancelled,
    "finished": finished(),
    "finished, by rank": finished("?chart=zipf&stopwords=keep&sort=az"),
    "finished, with warnings": finished(doubts=["log_in", "built_by_script"], url="http://a.b/"),
    "frame": finished("/embed"),
    "word forms together": finished("?forms=together"),
    "phrases": evidence("phrases?n=3", "phrases of three words"),
    "where words stand": evidence("where?sort=headings", "most frequent in headings first"),
    "collocations": evidence("collocations?sort=frequent&stopwords=keep", "most frequent first"),
    "one word": evidence("word?w=garden", "8 of 8 occurrences"),
    "one word in whole sentences": evidence("word?w=garden&lines=whole&of=main", "in the order"),
    "a word from right to left": evidence("word?w=حديقة&sort=left", "by the word before it"),
    "no such word": evidence("word?w=tulip", "does not occur on this page"),
    "text": evidence("as-counted?w=garden", "is marked"),
    "list": listed,
    "compared": compared,
    "to be compared": to_be_compared,
    "not compared": not_compared,
    "history": history,
    "history form": at("/history", "History of a page"),
    "live events": live_events,
    "inbox": inbox,
    "inbox, none yet": at("/prodcons", "The inbox"),
    "inbox that takes nothing": not_put_in,
    "live events, none yet": at("/pubsub", "Live events"),
    "error": at("/nowhere", "Not Found"),
}


@pytest.mark.parametrize("name", PAGES)
def test_everybody_can_use_it(page: Page, web: str, name: str) -> None:
    PAGES[name](page, web)
    for (size, colours), check in zip(LOOKS, (check_accessible, check_other_colours), strict=True):
        page.set_viewport_size(size)
        # Colours that are still on their way are not looked at.
        page.emulate_media(color_scheme=colours, reduced_motion="reduce")
        check(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


@pytest.mark.parametrize(
    "name",
    [
        "form",
        "finished",
        "finished, with warnings",
        "one word",
        "text",
        "list",
        "compared",
        "inbox",
    ],
)
def test_the_focus_is_seen_wherever_it_goes(page: Page, web: str, name: str) -> None:
    PAGES[name](page, web)
    page.locator("body").evaluate("body => body.focus()")
    page.evaluate(
        """() => {
            window.seen = {};
            document.addEventListener("focusin", ({target}) => {
                const {outlineStyle, outlineWidth} = getComputedStyle(target);
                seen[target.outerHTML.slice(0, 120)] = [outlineStyle, parseFloat(outlineWidth)];
            });
        }"""
    )
    for _ in range(60):
        page.keyboard.press("Tab")
    seen = page.evaluate("seen")
    assert len(seen) >= 5
    for element, (style, width) in seen.items():
        assert style != "none", element
        assert width >= 2, element


def test_no_style_forbids_to_turn_the_screen(page: Page, web: str) -> None:
    page.goto(web)
    check_accessible(page, RULES_OF_FILES)


def test_a_rule_has_an_address(page: Page, web: str) -> None:
    page.goto(f"{web}/rules#stop-words")
    expect(page.get_by_role("heading", name="Stop words")).to_be_in_viewport()


@pytest.mark.parametrize("page", [NARROW_AND_DARK], indirect=True)
def test_a_table_of_rules_is_scrolled_by_keyboard(page: Page, web: str) -> None:
    page.goto(f"{web}/rules")
    box = page.get_by_role("group", name="Table: What is a word")
    box.focus()
    expect(box).to_be_focused()
    assert box.evaluate("box => box.scrollWidth > box.clientWidth")
    page.keyboard.press("ArrowRight")
    wait_for("scrolling", lambda: box.evaluate("box => box.scrollLeft"))


def test_the_sample_page_shows_what_is_counted(page: Page, web: str) -> None:
    page.goto(f"{web}/static/sample.html")
    shown = page.inner_text("body")
    assert "The keeper counts on his fingers" in shown
    assert "Nor is the lighthouse" not in shown
