"""What people take along of a view, in a real browser."""

from playwright.sync_api import Page, expect

from tests.browser.actions import both_ways
from tests.counts import counted_sample
from tests.site import Site


@both_ways
def test_a_frame_shows_the_words_in_a_page_of_another_site(
    app: object, page: Page, web: str, site: Site
) -> None:
    page.goto(f"{web}/counts/{counted_sample(web)}?stopwords=keep")
    page.get_by_text("Show these words in a page of your own").press("Enter")
    frame = page.get_by_label("Put this into its HTML").input_value()
    page.goto(site.serve("/blog", f"<html lang=en><title>Blog</title><h1>My blog</h1>{frame}"))
    shown = page.frame_locator("iframe")
    expect(shown.get_by_role("rowheader").first).to_have_text("the")
    expect(shown.get_by_role("heading")).to_have_text("The lighthouse keeper’s garden")
    with page.context.expect_page() as opened:
        shown.get_by_role("link", name="All words").press("Enter")
    expect(opened.value.get_by_label("Keep stop words")).to_be_checked()


def test_no_other_page_can_be_put_into_a_frame(
    app: object, page: Page, web: str, site: Site, expected_errors: list[str]
) -> None:
    expected_errors.append("frame-ancestors 'none'")
    blog = site.serve("/blog", f"<html lang=en><title>Blog</title><iframe src='{web}'></iframe>")
    page.goto(blog)
    expect(page.frame_locator("iframe").get_by_label("Address of a page")).to_have_count(0)


def test_a_chart_is_saved_as_a_picture(app: object, page: Page, web: str) -> None:
    page.goto(f"{web}/counts/{counted_sample(web)}?chart=zipf")
    for name in ("SVG", "PNG"):
        with page.expect_download() as saved:
            page.get_by_role("link", name=name).press("Enter")
        assert saved.value.suggested_filename.startswith("zipf-127.0.0.1-")
        assert saved.value.suggested_filename.endswith(f".{name.lower()}")


def test_the_citation_is_copied(app: object, page: Page, web: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{web}/counts/{counted_sample(web)}")
    page.get_by_role("button", name="Copy the citation").press("Enter")
    expect(page.locator("#told")).to_have_text("Citation copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("“The lighthouse keeper’s garden”, http://127.0.0.1:")
    assert copied == page.locator("#citation").inner_text()


def test_by_http_a_browser_lets_no_page_copy(app: object, page: Page, web: str) -> None:
    page.goto(f"{web}/counts/{counted_sample(web)}")
    # As it is for pages that come by HTTP, but for those of the same machine.
    page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.get_by_role("button", name="Copy the citation").press("Enter")
    expect(page.locator("#told")).to_have_text("The browser lets pages copy by https:// only.")
