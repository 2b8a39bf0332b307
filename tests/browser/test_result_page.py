"""The page of a finished count: the verdict, the views, what can be taken along."""

import csv
import io
import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.actions import (
    WITHOUT_JAVASCRIPT,
    both_ways,
    expect_words,
    rows,
    show,
    switch,
    words,
)
from tests.counts import counted_sample

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def counted(page: Page, web: str) -> Page:
    """The page of the count of the sample page, as it is shown at first."""
    page.goto(f"{web}/counts/{counted_sample(web)}")
    assert len(words(page)) == 10
    return page


@both_ways
def test_the_verdict(counted: Page, web: str) -> None:
    verdict = counted.locator(".verdict")
    expect(verdict).to_contain_text("153 words, 80 of them different, in English.")
    expect(verdict).to_contain_text("Reading it aloud takes less than a minute")
    expect(counted.locator("article .address")).to_have_text(f"{web}/static/sample.html")
    expect(counted.locator("time")).to_contain_text("UTC")
    expect(counted.locator(".rule")).to_have_text(
        "English · case folded · 81 stop words left out · rule 2"
    )
    counted.get_by_role("link", name="rule 2").press("Enter")
    expect(counted.get_by_role("heading", name="How words are counted", level=1)).to_be_visible()


@both_ways
def test_stop_words(counted: Page) -> None:
    switch(counted, "Keep stop words")
    expect(counted.locator(".rule")).to_contain_text("stop words kept")
    expect(counted).to_have_url(re.compile(r"[?&]stopwords=keep"))
    assert "80 words" in shown(counted)
    switch(counted, "Keep stop words")
    expect(counted.locator(".rule")).to_contain_text("81 stop words left out")
    if counted.get_by_role("button", name="Show", exact=True).is_hidden():
        expect(counted).not_to_have_url(re.compile("stopwords"))


@both_ways
def test_capitals(counted: Page) -> None:
    switch(counted, "Tell capitals apart")
    expect(counted.locator(".rule")).to_contain_text("capitals told apart")
    find(counted, "rose")
    assert rows(counted) == ["Roses 3", "roses 2"]


@both_ways
def test_word_forms(counted: Page) -> None:
    find(counted, "keeper")
    assert rows(counted) == ["keeper 5", "keeper’s 1"]
    switch(counted, "Word forms together")
    expect(counted.locator(".rule")).to_contain_text("word forms together")
    assert rows(counted) == ["keeper 6"]
    expect(counted.get_by_label("Tell capitals apart")).to_be_disabled()


@both_ways
def test_shortest_words(counted: Page) -> None:
    counted.get_by_label("At least").fill("8")
    show(counted)
    expect(counted.locator(".rule")).to_contain_text("at least 8 letters")
    assert rows(counted) == ["lighthouse 4", "visitors 2"]


@both_ways
def test_a_view_is_an_address(counted: Page) -> None:
    find(counted, "keeper")
    switch(counted, "Word forms together")
    expect(counted.locator(".rule")).to_contain_text("word forms together")
    counted.goto(counted.get_by_role("link", name="/counts/").get_attribute("href") or "")
    assert rows(counted) == ["keeper 6"]
    expect(counted.get_by_label("Word forms together")).to_be_checked()
    expect(counted.get_by_label("Find")).to_have_value("keeper")


def test_going_back_goes_back_a_view(counted: Page) -> None:
    switch(counted, "Word forms together")
    expect(counted.locator(".rule")).to_contain_text("word forms together")
    expect(counted.get_by_label("Word forms together")).to_be_focused()
    counted.go_back()
    expect(counted.locator(".rule")).to_contain_text("case folded")
    counted.get_by_label("Find").focus()
    expect(counted.get_by_label("Word forms together")).not_to_be_checked()


def test_going_back_skips_what_was_typed(counted: Page) -> None:
    switch(counted, "Word forms together")
    expect(counted.locator(".rule")).to_contain_text("word forms together")
    counted.get_by_label("Find").press_sequentially("keeper", delay=250)
    expect(counted.locator("#shown")).to_contain_text("“keeper”")
    counted.go_back()
    expect(counted.locator(".rule")).to_contain_text("case folded")
    expect(counted.get_by_label("Find")).to_have_value("")
    assert len(words(counted)) == 10


def test_a_second_switch_does_not_undo_the_first(counted: Page) -> None:
    counted.route("**/counts/*", lambda route: pause_and_go_on(counted, route))
    counted.get_by_label("Keep stop words").press("Space")
    counted.wait_for_timeout(350)  # the answer to it is on its way
    counted.get_by_label("Tell capitals apart").press("Space")
    expect(counted.locator(".rule")).to_contain_text("capitals told apart · stop words kept")
    expect(counted.get_by_label("Keep stop words")).to_be_checked()
    expect(counted.get_by_label("Tell capitals apart")).to_be_checked()


def pause_and_go_on(page: Page, route: Route) -> None:
    page.wait_for_timeout(300)
    route.continue_()


def test_an_empty_minimum_is_none_yet(counted: Page) -> None:
    field = counted.get_by_label("At least")
    field.press("Control+a")
    field.press("Backspace")
    counted.wait_for_timeout(500)
    expect(field).to_be_focused()
    field.press("8")
    expect(counted.locator(".rule")).to_contain_text("at least 8 letters")


def test_the_focus_goes_on_where_it_was(counted: Page) -> None:
    counted.get_by_role("link", name="Show all 47").press("Enter")
    expect(counted.locator("#shown")).to_be_focused()
    counted.get_by_role("link", name="Zipf").press("Enter")
    expect(counted.get_by_role("img")).to_have_accessible_name(re.compile("logarithmic"))
    expect(counted.locator("#said")).to_contain_text("logarithmic")
    expect(counted.locator("#chart-zipf")).to_be_focused()


def test_within_a_page_nothing_is_asked(counted: Page) -> None:
    asked: list[str] = []
    counted.on("request", lambda request: asked.append(request.url))
    counted.keyboard.press("Tab")
    counted.keyboard.press("Enter")  # the link to the content
    expect(counted).to_have_url(re.compile("#main$"))
    counted.wait_for_timeout(500)
    assert not [url for url in asked if "/counts/" in url]


def test_when_nobody_answers_the_view_stays(counted: Page) -> None:
    asked: list[str] = []

    def refuse(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(status=503, body="away")

    switch(counted, "Word forms together")
    expect(counted.locator(".rule")).to_contain_text("word forms together")
    counted.route("**/counts/*", refuse)
    counted.get_by_label("Find").fill("keeper")
    expect(counted.get_by_text("No answer from the server")).to_be_visible()
    counted.go_back()
    counted.wait_for_timeout(1000)
    assert len(asked) == 2
    expect(counted.locator(".rule")).to_contain_text("word forms together")


def test_a_switch_is_told_to_those_who_listen(counted: Page) -> None:
    counted.get_by_label("Find").fill("keeper")
    said = counted.locator("#said")
    expect(said).to_have_attribute("role", "status")
    expect(said).to_contain_text("2 of 2 words with “keeper”")


@both_ways
def test_sorting(counted: Page) -> None:
    heading = counted.get_by_role("columnheader", name="Word")
    heading.get_by_role("link").press("Enter")
    expect(heading).to_have_attribute("aria-sort", "ascending")
    expect_words(counted, "ask", "boat", "built", "counts", "dark")
    heading.get_by_role("link").press("Enter")
    expect(heading).to_have_attribute("aria-sort", "descending")
    expect_words(counted, "庭", "สวน")
    count = counted.get_by_role("columnheader", name="Count")
    count.get_by_role("link").press("Enter")
    expect_words(counted, "garden", "keeper", "Roses")
    count.get_by_role("link").press("Enter")
    expect(count).to_have_attribute("aria-sort", "ascending")
    expect_words(counted, "boat", "built")


@both_ways
def test_more_words_on_request(counted: Page) -> None:
    assert "10 of 47 words" in shown(counted)
    counted.get_by_role("link", name="Show all 47").press("Enter")
    expect(counted.locator(".words tbody tr")).to_have_count(47)
    counted.get_by_role("link", name="Show the first 10").press("Enter")
    expect(counted.locator(".words tbody tr")).to_have_count(10)


@both_ways
def test_the_charts(counted: Page) -> None:
    chart = counted.get_by_role("img")
    expect(chart).to_have_accessible_name(re.compile("20 most frequent words"))
    expect(chart.locator(".column")).to_have_count(20)
    first, second = (chart.locator(".column").nth(number) for number in (0, 1))
    ratio = height(second) / height(first)
    assert ratio == pytest.approx(5 / 6, abs=0.01)
    counted.get_by_role("link", name="Zipf").press("Enter")
    expect(chart).to_have_accessible_name(re.compile("logarithmic axes: 47 words"))
    expect(chart.locator(".point")).to_have_count(47)
    expect(counted).to_have_url(re.compile("chart=zipf"))


@both_ways
def test_csv(counted: Page, tmp_path: Path) -> None:
    table = download(counted, "CSV", tmp_path)
    assert table.startswith("\ufeffword,count,share,stop_word,forms\r\n")
    words_ = list(csv.DictReader(io.StringIO(table.removeprefix("\ufeff"))))
    assert len(words_) == 80
    the = {"word": "the", "count": "15", "share": "0.098039", "stop_word": "yes"}
    assert words_[0] == {**the, "forms": "the 11, The 4"}
    garden = {"word": "garden", "count": "6", "share": "0.039216", "stop_word": "no"}
    assert {**garden, "forms": "garden 6"} in words_
    assert sum(int(row["count"]) for row in words_ if row["stop_word"] == "yes") == 81
    assert sum(int(row["count"]) for row in words_) == 153


@both_ways
def test_json(counted: Page, web: str, tmp_path: Path) -> None:
    switch(counted, "Word forms together")
    expect(counted.locator(".rule")).to_contain_text("word forms together")
    document = json.loads(download(counted, "JSON", tmp_path))
    assert document["url"] == f"{web}/static/sample.html"
    assert document["total_words"] == 153
    keeper = {"word": "keeper", "count": 6, "share": 0.039216, "stop_word": False}
    assert {**keeper, "forms": [["keeper", 5], ["keeper’s", 1]]} in document["words"]


def test_copying(counted: Page) -> None:
    counted.context.grant_permissions(["clipboard-read", "clipboard-write"])
    counted.get_by_role("button", name="Copy the table").press("Enter")
    expect(counted.get_by_text("Table copied")).to_be_visible()
    copied = counted.evaluate("navigator.clipboard.readText()").split("\n")
    assert copied[:2] == ["Word\tCount\tShare", "garden\t6\t3.92%"]
    assert len(copied) == 11
    counted.get_by_role("button", name="Copy the link").press("Enter")
    expect(counted.get_by_text("Link copied")).to_be_visible()
    assert counted.evaluate("navigator.clipboard.readText()") == counted.url


@pytest.mark.parametrize("page", [WITHOUT_JAVASCRIPT], indirect=True)
def test_without_javascript_there_are_no_buttons_that_need_it(counted: Page) -> None:
    expect(counted.get_by_role("button", name="Copy")).to_have_count(0)


def test_on_paper(counted: Page) -> None:
    counted.emulate_media(media="print")
    expect(counted.get_by_role("button", name="Count again", exact=True)).to_be_hidden()
    expect(counted.get_by_role("button", name="Copy the link")).to_be_hidden()
    expect(counted.locator("#switches")).to_be_hidden()
    expect(counted.locator(".words")).to_be_visible()
    expect(counted.locator(".verdict")).to_be_visible()
    expect(counted.locator("#permalink")).to_be_visible()


def find(page: Page, text: str) -> None:
    page.get_by_label("Find").fill(text)
    show(page)
    expect(page.locator("#shown")).to_contain_text(f"“{text}”")


def shown(page: Page) -> str:
    return page.locator("#shown").inner_text()


def height(column: Locator) -> float:
    return float(column.get_attribute("height") or 0)


def download(page: Page, name: str, folder: Path) -> str:
    with page.expect_download() as started:
        page.get_by_role("link", name=name, exact=True).press("Enter")
    started.value.save_as(folder / "file")
    return (folder / "file").read_bytes().decode()
