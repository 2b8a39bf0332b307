"""Of each golden page we see what a browser shows, and count those words."""

import pytest

from tests.golden import Golden, golden_pages
from wordcount import count_page

# What we do not do as the browser does, and why. When one of these is mended, its test fails until
# it is taken off this list.
NEEDS_LAYOUT = "the size of a box is not known without layout"
NEEDS_SPACE = "the white-space property is not read"
KNOWN = {
    "hidden/content-property": "content is not read: nearly all rules with it are for ::before",
    "hidden/details-opened-by-content-visibility": "::details-content is taken for no element",
    "hidden/shadow-dom-without-slot": "shadow trees are not built",
    "separation/anonymous-table-around-bare-text": "boxes without an element are not built",
    "separation/inline-block-preformatted": NEEDS_SPACE,
    "styles/container-query": NEEDS_LAYOUT,
    "styles/revert-layer": "revert-layer is taken for revert",
    "styles/scope-rule": "@scope is not read",
}
KNOWN_TEXT = KNOWN | {"separation/preformatted-space-in-a-word": NEEDS_SPACE}


def pages(known: dict[str, str]) -> pytest.MarkDecorator:
    """All golden pages; those of which we know that they fail must fail."""
    marked = [
        pytest.param(
            golden,
            id=golden.name,
            marks=[pytest.mark.xfail(reason=known[golden.name], strict=True)]
            if golden.name in known
            else [],
        )
        for golden in golden_pages()
    ]
    return pytest.mark.parametrize("golden", marked)


def test_what_is_known_to_fail_is_there() -> None:
    assert KNOWN_TEXT.keys() <= {golden.name for golden in golden_pages()}


@pages(KNOWN_TEXT)
def test_text(golden: Golden) -> None:
    text = count_page(golden.body, golden.content_type).text
    assert golden.shows(text), f"{text.split(chr(10))} instead of {[*golden.text]}"


@pages(KNOWN)
def test_counts(golden: Golden) -> None:
    counts = count_page(golden.body, golden.content_type).counts
    assert golden.has(counts), f"{dict(counts)} instead of {dict(golden.counts)}"
