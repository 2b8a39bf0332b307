"""Where headings and links stand in the text, and what is said in place of images."""

import sys
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser, LexborNode

from wordcount import read_page
from wordcount.cascade import UNSTYLED, styles_of
from wordcount.indexed_text import Span
from wordcount.outline import SPACE, with_signs, without_signs
from wordcount.roles import roles_of
from wordcount.text import _lines, text_of_html, text_of_plain
from wordcount.walk import seen


def headings_of(html: str) -> list[str]:
    page = text_of_html(html)
    return [page.text[start:end] for start, end in page.headings]


def links_of(html: str) -> list[str]:
    page = text_of_html(html)
    return [page.text[start:end] for start, end in page.links]


@pytest.mark.parametrize(
    ("html", "headings"),
    [
        pytest.param("<h1> One </h1><p>two<h6>three", ["One", "three"], id="tags"),
        pytest.param("<h1>One<br>two</h1>", ["One\ntwo"], id="over several lines"),
        pytest.param("<h1></h1><h2> &nbsp; </h2><h3>&#8203;</h3>", [], id="empty"),
        pytest.param(
            "<div role=heading>One</div><b role='x HEADING'>two</b>", ["One", "two"], id="role"
        ),
        pytest.param("<div role=headings>One</div>", [], id="another role"),
        pytest.param("<h1><div role=heading>One</div> two</h1>", ["One\ntwo"], id="nested"),
        pytest.param("<h1 hidden>One</h1><h2 style='visibility:hidden'>Two</h2>", [], id="hidden"),
        pytest.param("<h1><i hidden>One</i> two</h1>", ["two"], id="hidden in part"),
        pytest.param("<h1 style='display:contents'>One</h1>two", ["One"], id="contents"),
        pytest.param("<h1 style='display:inline'>One</h1>two", ["One"], id="in the line"),
        pytest.param("<h1 style='float:left'>One</h1>two", ["One"], id="floating"),
        pytest.param(
            "<details><summary><h2>One</h2></summary><h2>two</h2></details>", ["One"], id="closed"
        ),
        pytest.param("<pre> <h1>\none\n </h1>\n</pre>", ["one"], id="preformatted"),
        pytest.param("<h1>One</h1><h2>two</h2>", ["One", "two"], id="one after the other"),
        pytest.param("<title>One</title><p>two", [], id="the title of the window"),
    ],
)
def test_headings(html: str, headings: list[str]) -> None:
    assert headings_of(html) == headings


@pytest.mark.parametrize(
    ("html", "links"),
    [
        pytest.param("a <a href=/> b </a> c <a href=''>d</a>e", ["b", "d"], id="with an address"),
        pytest.param("<a name=x>a</a><a>b</a>", [], id="without one"),
        pytest.param("<i role=link>a</i> <a role=link>b</a>", ["a", "b"], id="role"),
        pytest.param("<a href=/>a</a><a href=/>b</a>", ["ab"], id="nothing between"),
        pytest.param("<a href=/>a </a><a href=/>b</a>", ["a", "b"], id="a space between"),
        pytest.param(
            "<a href=/>a<table><td><a href=/>b</a>c</table>d</a>e",
            ["a\nbc\nd"],
            id="through a table",
        ),
        pytest.param("<a href=/>a<div>b</div><div>c</div></a> d", ["a\nb\nc"], id="around blocks"),
        pytest.param("<p><a href=/>a<p>b<p>c</a> d", ["a", "b", "c"], id="unclosed"),
        pytest.param("<h1>a <a href=/>b</a></h1>", ["b"], id="in a heading"),
        pytest.param("<a href=/><h1>a</h1></a>", ["a"], id="around a heading"),
        pytest.param(
            "<button>x <a href=/> </a> </button>y <a href=/>z</a>",
            ["z"],
            id="blank at the end of a box",
        ),
        pytest.param(
            "<button><a href=/>x <a href=/> </a></button>y", ["x"], id="space at the end of a box"
        ),
        pytest.param(
            "<button>x <i role=link>y<i role=link> </i> </i></button>z",
            ["y"],
            id="nested at the end of a box",
        ),
        pytest.param("<a href=/ style=display:inline-block> x </a>y", ["x"], id="a box"),
        pytest.param(
            "<svg><a href=/><text>a</text></a><a xlink:href=/><text>b</text></a></svg>",
            ["a", "b"],
            id="in a picture",
        ),
        pytest.param("<area href=/ alt=a><link href=/>b", [], id="other elements with an address"),
        pytest.param("<a href=/>a\n\u200b\nb</a>", ["a\u200bb"], id="zero-width space within"),
        pytest.param("a\n<a href=/>\u200b b</a>", ["b"], id="zero-width space at the start"),
        pytest.param("<a href=/>a\u202fb\xa0</a>\u202fc", ["a\u202fb"], id="narrow space"),
        pytest.param("<a href=/>\x01\ud8f5\U0001f600</a>", ["\x01\U0001f600"], id="odd characters"),
    ],
)
def test_links(html: str, links: list[str]) -> None:
    assert links_of(html) == links


@pytest.mark.parametrize(
    ("html", "alts"),
    [
        pytest.param("<img alt=' a  \n b '>c<p><img alt=d>", "a b\nd", id="images"),
        pytest.param("<img><img alt><img alt=' '><img src=a title=b>", "", id="without words"),
        pytest.param("<img alt='' aria-label=a><img aria-label=b alt=c>", "a\nc", id="label"),
        pytest.param(
            "<input type=IMAGE alt=a><input alt=b><input type=text alt=c>", "a", id="buttons"
        ),
        pytest.param("<map><area alt=a><area></map>", "a", id="areas"),
        pytest.param(
            "<i role=img aria-label=a>b</i><svg role=img aria-label=c></svg><i aria-label=d>",
            "a\nc",
            id="role",
        ),
        pytest.param("<svg><title>a</title></svg>", "", id="title of a picture"),
        pytest.param(
            "<svg role=img><g role=img aria-label=a></g></svg>", "a", id="part of a picture"
        ),
        pytest.param("<img alt=a hidden><p style=display:none><img alt=b></p>", "", id="not there"),
        pytest.param(
            "<p style=visibility:hidden><img alt=a><area alt=b><i role=img aria-label=c></i>",
            "",
            id="invisible",
        ),
        pytest.param(
            "<p style=visibility:hidden><img alt=a style=visibility:visible>",
            "a",
            id="visible again",
        ),
        pytest.param("<img alt=a style=display:contents>", "", id="contents"),
        pytest.param(
            "<noscript><img alt=a></noscript><template><img alt=b></template>", "", id="not drawn"
        ),
        pytest.param(
            "<details><summary><img alt=a></summary><img alt=b></details>", "a", id="closed"
        ),
        pytest.param(
            "<img alt=a style=float:left><img alt=a class=b>", "a\na", id="styled, and twice"
        ),
        pytest.param(
            "<img alt='a&#0;b&#xd800;&#x2028;c'>", "a\ufffdb\ufffd c", id="odd characters"
        ),
    ],
)
def test_what_is_said_in_place_of_images(html: str, alts: str) -> None:
    page = text_of_html(html)
    assert page.alts == alts


def test_a_read_page_has_them_beside_its_text() -> None:
    body = b"<title>T</title><h1>One <a href=/>two</a></h1><img alt=three>"
    page = read_page(body)
    assert (page.text, page.headings, page.links, page.alts) == (
        "One two",
        [(0, 7)],
        [(4, 7)],
        "three",
    )
    plain = text_of_plain("<h1>One</h1>")
    assert (list(plain.headings), list(plain.links), plain.alts) == ([], [], "")


def test_all_white_space_is_known() -> None:
    white = {character for character in map(chr, range(sys.maxunicode)) if character.isspace()}
    assert set(SPACE) == white | {"\0", "\u200b"}


def test_many_blank_and_nested_links() -> None:
    wide = text_of_html("<a href=/> </a>" * 30_000 + "x" * 30_000)
    assert (len(wide.text), wide.links) == (30_000, [])
    nested = "<i role=link style=display:inline-block>" * 400 + " a " + "</i>" * 400
    assert links_of(nested * 20) == ["a" * 20]
    box = "<button>" + "<a href=/> </a>" * 30_000 + "</button>x"
    assert links_of(box) == []


# --- any page

SPACES = " \n\t\r\xa0\u202f\u200b\u3000\x1c"
texts = st.text(st.sampled_from(f"ab{SPACES}"), max_size=5)
TAGS = (
    "a href=/|a href=/|a|h1|h2|span role=link|div role=heading|p role=link|b role=heading|span|div|"
    "p|pre|br|wbr|table|tr|td|button|button role=link|svg|text|details|summary|select|option|input|"
    "input role=link|img role=link|i hidden|ruby|rt|slot role=link|textarea|hr"
).split("|")
STYLES = (
    "display:inline-block|display:contents|display:block|display:flex|display:none|float:left|"
    "visibility:hidden|visibility:visible|display:table-cell|display:inline"
).split("|")


@st.composite
def elements(draw: st.DrawFn, content: st.SearchStrategy[str]) -> str:
    tag = draw(st.sampled_from(TAGS))
    style = draw(st.sampled_from(["", "", *(f" style='{style}'" for style in STYLES)]))
    end = draw(st.sampled_from([f"</{tag.partition(' ')[0]}>"] * 3 + [""]))
    return f"<{tag}{style}>{draw(content)}{end}"


documents = st.recursive(
    texts, lambda inner: elements(st.lists(inner, max_size=4).map("".join)), max_leaves=10
)
pages = st.lists(documents, max_size=5).map("".join)

KINDS = {"headings": "h1, h2, [role=heading]", "links": "a[href], [role=link]"}


def with_masked(html: str, selector: str, number: int) -> str | None:
    """The text of a page if in one element of a kind all letters are others; None without it."""
    tree = LexborHTMLParser(html, scripting=True)
    found = tree.css(selector)
    root, body = tree.root, tree.body
    assert root
    assert body
    if number == len(found):
        return None
    styles, roles = styles_of(tree), roles_of(tree)
    for element in roles.named:
        styles.setdefault(element, UNSTYLED)
    for node in [*found[number].traverse(include_text=True)]:
        if node.tag == "-text":
            mask(node)
    return without_signs(_lines(with_signs(seen(root, body, styles, roles))))[0]


def mask(node: LexborNode) -> None:
    text = node.text_content or ""
    node.replace_with(text.replace("a", "A").replace("b", "B"))


def spans_by_masking(html: str, selector: str) -> list[Span]:
    """What is a span, element by element: from the first letter in it to the last one."""
    text, spans, number = text_of_html(html).text, [], 0
    while (masked := with_masked(html, selector, number)) is not None:
        number += 1
        assert len(masked) == len(text)
        inside = [place for place, letter in enumerate(masked) if letter != text[place]]
        if inside:
            spans.append((inside[0], inside[-1] + 1))
    return together(sorted(spans))


def together(spans: list[Span]) -> list[Span]:
    joined: list[Span] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


@settings(deadline=None, max_examples=120, suppress_health_check=[HealthCheck.too_slow])
@given(pages)
def test_the_spans_are_those_of_a_slow_reading(html: str) -> None:
    page = text_of_html(html)
    assert page.headings == spans_by_masking(html, KINDS["headings"])
    assert page.links == spans_by_masking(html, KINDS["links"])
    for spans in (page.headings, page.links):
        assert all(
            page.text[start:end].strip(SPACE) == page.text[start:end] for start, end in spans
        )
        assert all(one[1] < other[0] for one, other in pairwise(spans))


@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(pages)
def test_no_heading_and_no_link_changes_the_text(html: str) -> None:
    bare = html
    for attribute in (" href=/", " role=link", " role=heading"):
        bare = bare.replace(attribute, "")
    assert text_of_html(bare).text == text_of_html(html).text
