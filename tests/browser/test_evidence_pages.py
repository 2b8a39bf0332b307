"""From a word of the table to its sentences, to its place in the text, and back."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.actions import NARROW_AND_DARK, both_ways
from tests.counts import counted_page, counted_sample
from wordcount import count_page

pytestmark = pytest.mark.usefixtures("app")

LONG = "<html lang=en><title>Gardens</title>" + "<p>A garden is no field. No garden is." * 40


@both_ways
def test_from_a_word_to_its_place_and_back_by_keyboard(page: Page, web: str) -> None:
    page.goto(f"{web}/counts/{counted_sample(web)}")
    page.get_by_role("link", name="garden", exact=True).press("Enter")
    expect(page).to_have_title("“garden”: The lighthouse keeper’s garden – Wordcount")
    expect(page.locator("#shown")).to_have_text(re.compile("6 of 6 occurrences"))
    expect(page.get_by_role("img")).to_have_accessible_name(
        "Where “garden” occurs: 6 times, in 5 of 10 parts; DP 0.50."
    )
    lines = page.locator(".kwic tbody tr")
    expect(lines.nth(3)).to_have_text(re.compile("^A garden without roses is a field"))

    heading = page.get_by_role("columnheader", name="After")
    heading.get_by_role("link").press("Enter")
    expect(heading).to_have_attribute("aria-sort", "ascending")
    expect(page).to_have_url(re.compile(r"\?w=garden&sort=right"))
    expect(lines.last).to_have_text(re.compile("without roses"))

    lines.last.get_by_role("link").press("Enter")
    marked = page.locator("mark a:target")
    expect(marked).to_be_in_viewport()
    expect(marked).to_be_focused()
    before = marked.get_attribute("id")
    page.keyboard.press("Enter")
    expect(page).not_to_have_url(re.compile(f"#{before}$"))
    expect(page.locator("mark a:target")).to_be_focused()

    page.go_back()
    page.go_back()
    expect(heading).to_have_attribute("aria-sort", "ascending")
    page.go_back()
    expect(page.get_by_role("columnheader", name="Word")).to_have_attribute(
        "aria-sort", "ascending"
    )
    page.go_back()
    expect(page.locator("#shown")).to_contain_text("of 47 words")


@both_ways
def test_a_text_and_its_parts(page: Page, web: str) -> None:
    html = "<html lang=en><nav>Home garden</nav><p>A garden has a wall.</p><footer>Imprint"
    text = count_page(html.encode()).text
    start, end = text.index("A garden"), text.index("wall.") + 5
    page.goto(f"{web}/counts/{counted_page(html, main=[(start, end)])}")
    page.get_by_role("link", name="Text", exact=True).press("Enter")
    page.get_by_label("Mark a word").fill("GARDEN")
    page.keyboard.press("Enter")
    expect(page.locator("mark")).to_have_text(["garden", "garden"])
    around = page.get_by_role("group", name="Not main text")
    expect(around).to_have_count(2)
    expect(page.get_by_role("group", name="Main text", exact=True)).to_contain_text(
        "A garden has a wall."
    )
    page.get_by_role("link", name="Main text only").press("Enter")
    expect(around).to_have_count(0)
    expect(page.locator("mark")).to_have_text(["garden"])
    expect(page).to_have_url(re.compile(r"\?w=GARDEN&of=main$"))
    page.get_by_label("Mark a word").fill("tulip")
    page.get_by_role("button", name="Mark").press("Enter")
    expect(page.locator("#shown")).to_have_text("“tulip” does not occur on this page.")
    expect(page).to_have_url(re.compile("of=main"))


@both_ways
def test_more_lines_on_request(page: Page, web: str) -> None:
    page.goto(f"{web}/counts/{counted_page(LONG)}/word?w=garden")
    lines = page.locator(".kwic tbody tr")
    expect(lines).to_have_count(50)
    page.get_by_role("link", name="Show all 80").press("Enter")
    expect(lines).to_have_count(80)
    page.get_by_role("link", name="Show the first 50").press("Enter")
    expect(lines).to_have_count(50)


@pytest.mark.parametrize(("view", "is_aligned"), [("", True), ("&lines=whole", False)])
def test_lines_are_aligned_at_the_word(page: Page, web: str, view: str, is_aligned: bool) -> None:
    page.goto(f"{web}/counts/{counted_page(LONG)}/word?w=garden{view}")
    places = "hits => hits.slice(0, 4).map(hit => Math.round(hit.getBoundingClientRect().x))"
    starts = set(page.locator(".kwic tbody .hit a").evaluate_all(places))
    assert (len(starts) == 1) == is_aligned


@pytest.mark.parametrize("page", [NARROW_AND_DARK], indirect=True)
def test_on_a_small_screen_a_line_is_its_sentence(page: Page, web: str) -> None:
    page.goto(f"{web}/counts/{counted_sample(web)}/word?w=garden")
    line = page.locator(".kwic tbody tr").nth(2)
    assert line.inner_text().startswith("Salt is no friend of a garden, so he built a wall;")
    expect(page.get_by_role("row")).to_have_count(7)
    height = line.evaluate("line => line.getBoundingClientRect().height")
    assert height > 50  # it is shown on several lines


def test_a_switch_acts_at_once(page: Page, web: str) -> None:
    key = counted_page("<html lang=en><p>A garden, the garden. Two gardens.")
    page.goto(f"{web}/counts/{key}/word?w=garden")
    expect(page.locator(".kwic tbody tr")).to_have_count(2)
    page.get_by_label("Word forms together").press("Space")
    expect(page.locator(".kwic tbody tr")).to_have_count(3)
    expect(page).to_have_url(f"{web}/counts/{key}/word?w=garden&forms=together")
    page.get_by_label("A word").fill("two")
    expect(page.locator(".kwic tbody tr")).to_have_count(3)
    page.keyboard.press("Enter")
    expect(page.locator(".kwic tbody tr")).to_have_count(1)
    page.go_back()
    expect(page.locator(".kwic tbody tr")).to_have_count(3)
