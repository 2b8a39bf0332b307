"""Small documents at random: the words that we count are those that Chromium shows.

They are drawn from a small grammar of what hides words and of what parts them: always the same
ones, so that a failure can be repeated; Hypothesis cuts a failing one down to the smallest.
"""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser

from tests.golden import UTF_8, words_of
from tests.golden.shown import Window, window
from wordcount import count_page

BLOCKS = ["div", "p", "ul", "li", "section", "h2", "blockquote", "fieldset"]
INLINES = ["span", "b", "i", "a", "em", "x-tag", "button", "label", "summary"]
DISPLAYS = ["none", "block", "inline", "inline-block", "flex", "inline-flex", "grid", "contents"]
RARE_DISPLAYS = ["table", "list-item", "flow-root", "inline-grid"]
OTHERS = [
    "float: left",
    "position: absolute",
    "position: relative",
    "visibility: hidden",
    "visibility: visible",
    "visibility: inherit",
    "content-visibility: hidden",
    "display: wrong",
    "display: var(--d)",
    "--d: none",
    "--d: block",
    "all: unset",
]
SIMPLE_SELECTORS = ["p", "div", "b", "span", ".a", ".b", "#c", "ul", "li"]
TURNS = [
    "{}:first-child",
    "{}:last-of-type",
    "{}:nth-child(2n)",
    "{}:empty",
    "{}:hover",
    "{}::before",
    ":is({}, i)",
    ":where({})",
    "{}:has(.b)",
    "{} .a",
    "{} > *",
    "{} + *",
    "{} ~ .b",
    "{}, ul",
    "{}, :unknown",
]
CONDITIONS = [
    "@media print",
    "@media screen",
    "@media (min-width: 900px)",
    "@media not all and (max-width: 900px)",
    "@supports (display: grid)",
    "@supports not (display: grid)",
    "@layer one",
    "@layer two",
    "@unknown",
    ".b",  # a rule around a rule
]

# Short, so that two that touch make another word.
texts = st.lists(st.sampled_from(["ox", "cat", "emu", " ", "\n"]), min_size=1, max_size=3)
declarations = st.builds(
    "{}{}".format,
    st.one_of(
        st.sampled_from(DISPLAYS).map("display: {}".format),
        st.sampled_from(RARE_DISPLAYS).map("display: {}".format),
        st.sampled_from(OTHERS),
    ),
    st.sampled_from(["", "", "", " !important"]),
)
selectors = st.builds(
    str.format, st.sampled_from(["{}", *TURNS]), st.sampled_from(SIMPLE_SELECTORS)
)
plain_rules = st.builds("{} {{ {}; }}".format, selectors, declarations)
rules = st.one_of(
    plain_rules, st.builds("{} {{ {} }}".format, st.sampled_from(CONDITIONS), plain_rules)
)
attributes = st.lists(
    st.one_of(
        st.sampled_from(["class=a", "class=b", 'class="a b"', "id=c", "hidden"]),
        declarations.map('style="{}"'.format),
    ),
    max_size=2,
    unique_by=lambda attribute: attribute.partition("=")[0],
).map(" ".join)


def elements(content: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """An element around what may stand in it."""
    tags = st.sampled_from(BLOCKS + INLINES)
    # What innerText makes of cells that are no cells is told by golden pages.
    cell = st.builds("<td {}>{}</td>".format, st.sampled_from(["", "", "hidden"]), content)
    return st.one_of(
        st.builds("<{0} {1}>{2}</{0}>".format, tags, attributes, content),
        st.builds("<table {}><tr>{}{}</tr></table>".format, attributes, cell, cell),
        st.builds(
            "<details {}><summary>{}</summary>{}</details>".format,
            st.sampled_from(["", "open"]),
            content,
            content,
        ),
    )


leaves = st.one_of(
    texts.map("".join),
    st.builds("<{} {}>".format, st.sampled_from(["br", "hr", "wbr", "img alt=emu"]), attributes),
    st.sampled_from(
        [
            "<!-- emu -->",
            "<input value=emu>",
            "<select><option>ox<option hidden>cat</select>",
            "<ruby>ox<rp>(</rp><rt>cat</rt></ruby>",
            "<noscript>emu</noscript>",
            "<svg><text>ox</text><title>emu</title></svg>",
            "<textarea>emu</textarea>",
            "<dialog>emu</dialog>",
            "<div popover>emu</div>",
        ]
    ),
)
pieces = st.recursive(
    leaves,
    lambda inner: elements(st.lists(inner, min_size=1, max_size=3).map("".join)),
    max_leaves=8,
)
pages = st.builds(
    "<!doctype html><style>{}</style><main>{}</main>".format,
    st.lists(rules, max_size=4).map(" ".join),
    st.lists(pieces, min_size=1, max_size=4).map("".join),
)


@pytest.fixture(scope="module")
def chromium(browser: Browser) -> Iterator[Window]:
    with window(browser) as opened:
        yield opened


@settings(
    max_examples=150,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(page=pages)
def test_we_count_what_chromium_shows(chromium: Window, page: str) -> None:
    seen = words_of(chromium.text_of_written(page))
    assert count_page(page.encode(), UTF_8).counts == seen
