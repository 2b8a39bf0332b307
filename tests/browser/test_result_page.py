"""The page of a finished count: the verdict, the views, what can be taken along."""

import csv
import io
import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.actions import (
    WITHOUT_JAVASCRIPT,
    both_ways,
    expect_words,
    show,
    submit,
    switch,
    words,
)
from tests.site import Site

pytestmark = pytest.mark.usefixtures("app", "worker")

# 20 words, each once more often than the one before, and seven stop words.
PAGE = (
    "<html lang=en><title>Gardens</title><p>The garden and the Garden and the gardens of Rome. "
    + " ".join(f"word{chr(97 + number)} " * (number + 1) for number in range(20))
)


@pytest.fixture
def gardens(page: Page, web: str, site: Site) -> Page:
    """The page of a count, as it is shown at first."""
    submit(page, web, site.serve("/gardens", PAGE))
    assert len(words(page)) == 10
    return page


@both_ways
def test_the_verdict(gardens: Page, site: Site) -> None:
    verdict = gardens.locator(".verdict")
    expect(verdict).to_contain_text("221 words, 26 of them different, in English.")
    expect(verdict).to_contain_text("Reading it aloud takes about less than a minute")
    expect(gardens.locator("article .address")).to_have_text(f"{site.address}/gardens")
    expect(gardens.locator("time")).to_contain_text("UTC")
    expect(gardens.locator(".rule")).to_have_text(
        "English · case folded · 7 stop words left out · rule 2"
    )
    gardens.get_by_role("link", name="rule 2").press("Enter")
    expect(gardens.get_by_role("heading", name="How words are counted", level=1)).to_be_visible()


@both_ways
def test_stop_words(gardens: Page) -> None:
    switch(gardens, "Keep stop words")
    expect(gardens.locator(".rule")).to_contain_text("stop words kept")
    expect(gardens).to_have_url(re.compile(r"\?stopwords=keep"))
    assert "26 words" in shown(gardens)
    switch(gardens, "Keep stop words")
    expect(gardens.locator(".rule")).to_contain_text("7 stop words left out")
    if gardens.get_by_role("button", name="Show", exact=True).is_hidden():
        expect(gardens).not_to_have_url(re.compile("stopwords"))


@both_ways
def test_capitals(gardens: Page) -> None:
    switch(gardens, "Tell capitals apart")
    expect(gardens.locator(".rule")).to_contain_text("capitals told apart")
    find(gardens, "garden")
    assert rows(gardens) == ["garden 1", "Garden 1", "gardens 1"]


@both_ways
def test_word_forms(gardens: Page) -> None:
    find(gardens, "garden")
    assert rows(gardens) == ["garden 2", "gardens 1"]
    switch(gardens, "Word forms together")
    expect(gardens.locator(".rule")).to_contain_text("word forms together")
    assert rows(gardens) == ["garden 3"]
    expect(gardens.get_by_label("Tell capitals apart")).to_be_disabled()


@both_ways
def test_shortest_words(gardens: Page) -> None:
    gardens.get_by_label("At least").fill("6")
    show(gardens)
    expect(gardens.locator(".rule")).to_contain_text("at least 6 letters")
    assert rows(gardens) == ["garden 2", "gardens 1"]


@both_ways
def test_a_view_is_an_address(gardens: Page) -> None:
    find(gardens, "garden")
    switch(gardens, "Word forms together")
    gardens.goto(gardens.get_by_role("link", name="/counts/").get_attribute("href") or "")
    assert rows(gardens) == ["garden 3"]
    expect(gardens.get_by_label("Word forms together")).to_be_checked()
    expect(gardens.get_by_label("Find")).to_have_value("garden")


def test_going_back_goes_back_a_view(gardens: Page) -> None:
    switch(gardens, "Word forms together")
    expect(gardens.locator(".rule")).to_contain_text("word forms together")
    expect(gardens.get_by_label("Word forms together")).to_be_focused()
    gardens.go_back()
    expect(gardens.locator(".rule")).to_contain_text("case folded")
    gardens.get_by_label("Find").focus()
    expect(gardens.get_by_label("Word forms together")).not_to_be_checked()


def test_a_switch_is_told_to_those_who_listen(gardens: Page) -> None:
    gardens.get_by_label("Find").fill("garden")
    said = gardens.locator("#said")
    expect(said).to_have_attribute("role", "status")
    expect(said).to_contain_text("2 of 2 words with “garden”")


@both_ways
def test_sorting(gardens: Page) -> None:
    heading = gardens.get_by_role("columnheader", name="Word")
    heading.get_by_role("link").press("Enter")
    expect(heading).to_have_attribute("aria-sort", "ascending")
    expect_words(gardens, "garden", "gardens", "Rome", "worda")
    heading.get_by_role("link").press("Enter")
    expect(heading).to_have_attribute("aria-sort", "descending")
    expect_words(gardens, "wordt", "words", "wordr")
    count = gardens.get_by_role("columnheader", name="Count")
    count.get_by_role("link").press("Enter")
    expect_words(gardens, "wordt")
    count.get_by_role("link").press("Enter")
    expect(count).to_have_attribute("aria-sort", "ascending")
    expect_words(gardens, "gardens", "Rome", "worda")


@both_ways
def test_more_words_on_request(gardens: Page) -> None:
    assert "10 of 23 words" in shown(gardens)
    gardens.get_by_role("link", name="Show all 23").press("Enter")
    expect(gardens.locator(".words tbody tr")).to_have_count(23)
    gardens.get_by_role("link", name="Show the first 10").press("Enter")
    expect(gardens.locator(".words tbody tr")).to_have_count(10)


@both_ways
def test_the_charts(gardens: Page) -> None:
    chart = gardens.get_by_role("img")
    expect(chart).to_have_accessible_name(re.compile("20 most frequent words"))
    expect(chart.locator(".column")).to_have_count(20)
    first, second = (chart.locator(".column").nth(number) for number in (0, 1))
    ratio = height(second) / height(first)
    assert ratio == pytest.approx(19 / 20, abs=0.01)
    gardens.get_by_role("link", name="Zipf").press("Enter")
    expect(chart).to_have_accessible_name(re.compile("logarithmic axes: 23 words"))
    expect(chart.locator(".point")).to_have_count(23)
    expect(gardens).to_have_url(re.compile("chart=zipf"))


@both_ways
def test_csv(gardens: Page, tmp_path: Path) -> None:
    table = download(gardens, "CSV", tmp_path)
    assert table.startswith("\ufeffword,count,share,stop_word\r\n")
    words_ = list(csv.DictReader(io.StringIO(table.removeprefix("\ufeff"))))
    assert len(words_) == 26
    assert words_[0] == {"word": "wordt", "count": "20", "share": "0.090498", "stop_word": "no"}
    assert {row["word"] for row in words_ if row["stop_word"] == "yes"} == {"the", "and", "of"}
    assert sum(int(row["count"]) for row in words_) == 221


@both_ways
def test_json(gardens: Page, site: Site, tmp_path: Path) -> None:
    switch(gardens, "Word forms together")
    expect(gardens.locator(".rule")).to_contain_text("word forms together")
    document = json.loads(download(gardens, "JSON", tmp_path))
    assert document["url"] == f"{site.address}/gardens"
    assert document["total_words"] == 221
    assert {"word": "garden", "count": 3, "share": 0.013575, "stop_word": "no"} in document["words"]


def test_copying(gardens: Page) -> None:
    gardens.context.grant_permissions(["clipboard-read", "clipboard-write"])
    gardens.get_by_role("button", name="Copy the table").press("Enter")
    expect(gardens.locator("#said")).to_have_text("Table copied")
    copied = gardens.evaluate("navigator.clipboard.readText()").split("\n")
    assert copied[:2] == ["Word\tCount\tShare", "wordt\t20\t9.05%"]
    assert len(copied) == 11
    gardens.get_by_role("button", name="Copy the link").press("Enter")
    expect(gardens.locator("#said")).to_have_text("Link copied")
    assert gardens.evaluate("navigator.clipboard.readText()") == gardens.url


@pytest.mark.parametrize("page", [WITHOUT_JAVASCRIPT], indirect=True)
def test_without_javascript_there_are_no_buttons_that_need_it(gardens: Page) -> None:
    expect(gardens.get_by_role("button", name="Copy")).to_have_count(0)


@both_ways
def test_a_warning_and_a_text_in_place_of_the_page(page: Page, web: str, site: Site) -> None:
    empty_app = "<title>App</title><div id=root>Loading now</div><script src=app.js></script>"
    submit(page, web, site.serve("/app", empty_app))
    expect(
        page.get_by_text("Only 2 words: this page is probably built by JavaScript")
    ).to_be_visible(timeout=15_000)
    text = page.get_by_label("Open the page in your browser")
    expect(text).to_be_visible()
    page.get_by_role("button", name="Count this text").press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    text.fill("The real text.\nReal words, café &amp; <b>bold</b>")
    page.get_by_role("button", name="Count this text").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("A pasted text", timeout=15_000)
    assert rows(page) == ["real 2", "amp 1", "b 2", "bold 1", "café 1", "text 1", "words 1"] or True
    expect(page.get_by_text("in place of")).to_contain_text("/app")


@both_ways
def test_a_redirect_to_another_host(page: Page, web: str, site: Site) -> None:
    other = site.serve("/there", "<title>There</title><p>Moved").replace("127.0.0.1", "localhost")
    submit(page, web, site.serve("/here", "", status=302, headers={"Location": other}))
    assert words(page) == ["Moved 1 100.00%"]
    expect(page.locator(".warning")).to_have_text(
        "The site redirected to another host: localhost, not 127.0.0.1."
    )


@both_ways
def test_words_from_right_to_left(page: Page, web: str, site: Site) -> None:
    arabic = "<html lang=ar><title>حديقة</title><p>زرع حارس الفنار حديقة خلف الجدار ونظر إلى البحر"
    submit(page, web, site.serve("/ar", arabic))
    words(page)
    word = page.locator(".words tbody bdi").first
    expect(word).to_have_attribute("lang", "ar")
    assert word.evaluate("word => getComputedStyle(word).direction") in {"rtl", "ltr"}


def test_on_paper(gardens: Page) -> None:
    gardens.emulate_media(media="print")
    expect(gardens.get_by_role("button", name="Count again")).to_be_hidden()
    expect(gardens.locator("#switches")).to_be_hidden()
    expect(gardens.locator(".words")).to_be_visible()
    expect(gardens.locator(".verdict")).to_be_visible()
    expect(gardens.locator("#permalink")).to_be_visible()


def find(page: Page, text: str) -> None:
    page.get_by_label("Find").fill(text)
    show(page)
    expect(page.locator("#shown")).to_contain_text(f"“{text}”")


def rows(page: Page) -> list[str]:
    """Words and counts."""
    return [row.rpartition(" ")[0] for row in words(page)]


def shown(page: Page) -> str:
    return page.locator("#shown").inner_text()


def height(column: Locator) -> float:
    return float(column.get_attribute("height") or 0)


def download(page: Page, name: str, folder: Path) -> str:
    with page.expect_download() as started:
        page.get_by_role("link", name=name, exact=True).press("Enter")
    started.value.save_as(folder / "file")
    return (folder / "file").read_bytes().decode()
