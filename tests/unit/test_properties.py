"""What holds for every page: drawn by Hypothesis, from sense to nonsense."""

import html
import unicodedata
from collections import Counter
from collections.abc import Mapping

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wordcount import PageCount, count_page
from wordcount.errors import WordcountError
from wordcount.words import is_letter

UTF_8 = "text/html; charset=utf-8"
few = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])

# --- what is drawn: text

SCRIPTS = (
    "abcXYZéÅßıİﬁ'’-_.,:/@19½ \t\n\u00a0\u00ad\u200b\u200d\u2060\u0301\u0308\u0323"
    "αΩςάὁ яЁїґ שלוםְ״ كتابِـ،٣ नमस्ते्ज़ สวัสดีน้ำ ខ្មែរ 日本語の東京カタカナが 한글각 ᄒ ᅡ ᆫ 今天天气 "
    "😀👍🏽🇩🇪"
)
text = st.text(st.one_of(st.sampled_from(SCRIPTS), st.characters(codec="utf-8")), max_size=60)

# --- what is drawn: markup


def listed(parts: str) -> st.SearchStrategy[str]:
    """One of these."""
    return st.sampled_from(parts.split("|"))


TAGS = (
    "p|div|span|b|a|ul|li|table|tr|td|pre|select|option|details|summary|dialog|button|ruby|rt|svg|"
    "math|mi|noscript|textarea|script|iframe|object|fieldset|legend|form|h1|br|hr|img|body|html|"
    "frameset|xmp|marquee|x-y"
)
STYLES = (
    "display:none|display:block|display:contents|display:inline flex|display:grid|DISPLAY:NONE|"
    "visibility:hidden|visibility:visible|float:left|position:absolute|all:unset|display:var(--a)|"
    "--a:none|--a:var(--b)|--b:var(--a)|content-visibility:hidden|white-space:pre|display:|;;|:x|"
    "display:none!important|visibility:inherit|display:revert|content:'}'|background:url(x|/*|\\"
)
CSS = (
    "p|.a|#a|*|>|+|~|,|{|}|(|)|[|]|:not(|:is(|:has(|:nth-child(2n+1)|::before|&|@media |@media(|"
    "@supports |@layer |@layer a,b;|@container |@scope (|@import 'x';|screen|(min-width:1px)|and |"
    "not |or |display:none|display:block|visibility:hidden|!important|;|/*|*/|\"|'|\\|<!--|-->|\n|"
    "[a='b' i]|:root|html|body|--a:none;|var(--a)|inherit|revert-layer|url(|U+0-7F|1e999px|calc("
)
HOSTILE = (
    "<!--|-->|<!|</|<|>|<![CDATA[|]]>|<?x|&|&#|&#0;|&#x110000;|&#xd800;|&notit;|&lt|\x00|\x0c|\r|"
    "\ufeff|<p|<p a=\"|<p a='|</p>|</b>|</body>|</html>|<a><a>|<b><i></b>|<table><b>|<select><p>|"
    "<svg><p>|<math><mi><table>|<svg><style>|<title>|<textarea>|<noscript><!--|<template><tr>|"
    "<details><summary>|<frameset>|<body hidden>|<html style=display:none>|<plaintext>|"
    "<style>@media(|<template>|<head>|<template shadowrootmode=open>"
)

attributes = st.dictionaries(
    listed("class|id|hidden|open|title|lang|data-x"),
    listed("|a|b|a b|de|until-found|&amp;"),
    max_size=3,
)
styles = st.lists(listed(STYLES), max_size=3).map(";".join)
sheets = st.lists(listed(CSS), max_size=25).map("".join)


@st.composite
def elements(draw: st.DrawFn, content: st.SearchStrategy[str]) -> str:
    """An element, mostly with its end tag."""
    tag = draw(listed(TAGS))
    named = "".join(f' {name}="{value}"' for name, value in draw(attributes).items())
    end = draw(st.sampled_from([f"</{tag}>", f"</{tag}>", ""]))
    return f'<{tag}{named} style="{draw(styles)}">{draw(content)}{end}'


pieces = st.recursive(
    st.one_of(
        text,
        text.map(html.escape),
        listed(HOSTILE),
        sheets.map(lambda sheet: f"<style>{sheet}</style>"),
    ),
    lambda inner: elements(st.lists(inner, max_size=4).map("".join)),
    max_leaves=12,
)
documents = st.lists(pieces, max_size=6).map("".join)

bodies = st.one_of(
    st.binary(max_size=300),
    st.builds(
        lambda document, encoding: document.encode(encoding, "replace"),
        documents,
        listed("utf-8|utf-16|utf-16le|cp1252|shift_jis|gb18030|iso2022_jp|utf-7"),
    ),
    st.builds(
        lambda mark, rest: mark + rest,
        st.sampled_from([b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"<meta charset="]),
        st.binary(max_size=99),
    ),
)
content_types = st.one_of(
    st.none(),
    st.text(max_size=30),
    st.builds(
        "{};charset={}".format,
        listed("text/html|text/plain|application/xhtml+xml|TEXT/HTML "),
        st.sampled_from(
            ["utf-8", "utf-16be", "big5", "x-user-defined", "hz-gb-2312", '"', "", "\0"]
        ),
    ),
)

# --- what holds


def counts_of(markup: str) -> Mapping[str, int]:
    return count_page(markup.encode(), UTF_8).counts


def check(page: PageCount) -> None:
    """What holds for every result."""
    assert page.total_words == sum(page.counts.values()) >= page.distinct_words
    assert all(times > 0 for times in page.counts.values())
    assert page.counts_without_stop_words.items() <= page.counts.items()
    for word in page.counts:
        assert any(map(is_letter, word))
        assert unicodedata.is_normalized("NFC", word)
    for line in page.text.split("\n") if page.text else []:
        assert line
        assert line == " ".join(line.split())
    # Postgres takes neither.
    everything = page.title + page.text + "".join(page.counts)
    assert "\0" not in everything
    everything.encode()


@few
@given(bodies, content_types)
def test_any_bytes_give_a_result_or_an_error_of_ours(body: bytes, content_type: str | None) -> None:
    try:
        page = count_page(body, content_type)
    except WordcountError:
        return
    check(page)


@few
@given(documents)
def test_any_document_gives_a_result_and_always_the_same(document: str) -> None:
    page = count_page(document.encode(), UTF_8)
    check(page)
    assert count_page(document.encode(), UTF_8) == page


@few
@given(sheets, styles)
def test_no_style_sheet_loses_what_is_around_it(sheet: str, style: str) -> None:
    # Whatever a sheet hides, what it is applied to is in order, and a second page knows nothing
    # of the first one's sheet.
    plain = "<!doctype html><p>one<p>two"
    check(count_page(f'<style>{sheet}</style><p class=a style="{style}">one<p>two'.encode(), UTF_8))
    assert counts_of(plain) == {"one": 1, "two": 1}


@few
@given(st.lists(text.map(html.escape), max_size=6))
def test_the_whole_is_the_sum_of_its_paragraphs(paragraphs: list[str]) -> None:
    parts: Counter[str] = Counter()
    for paragraph in paragraphs:
        parts.update(counts_of(f"<p>{paragraph}</p>"))
    assert counts_of("".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)) == parts


# Of one script each: ICU cuts between a digit and a Hangul syllable, but not between a digit and
# the letters of one.
words = st.one_of(*(st.text(alphabet, min_size=1) for alphabet in SCRIPTS.split()))


@few
@given(st.lists(words).map(" ".join))
def test_composed_or_decomposed_makes_no_difference(written: str) -> None:
    composed, decomposed = (unicodedata.normalize(form, written) for form in ("NFC", "NFD"))
    assert counts_of(html.escape(composed)) == counts_of(html.escape(decomposed))


@few
@given(st.lists(st.one_of(pieces, st.just("word")), max_size=8).map("\n".join))
def test_line_ends_make_no_difference(document: str) -> None:
    document = document.replace("\r", "")
    of_unix = counts_of(document)
    assert counts_of(document.replace("\n", "\r\n")) == of_unix
    assert counts_of(document.replace("\n", "\r")) == of_unix


@few
@given(
    listed(TAGS),
    st.permutations(["hidden", "open", 'class="a"', 'style="float:left"', "data-x=y"]),
    st.integers(0, 5),
    sheets,
)
def test_order_of_attributes_and_case_of_tags_make_no_difference(
    tag: str, shuffled: list[str], how_many: int, sheet: str
) -> None:
    chosen = shuffled[:how_many]

    def page(name: str, attributes: list[str]) -> str:
        body = f"one<{name} {' '.join(attributes)}>two</{name}>three"
        return f"<!doctype html><style>{sheet}</style>{body}"

    as_drawn = counts_of(page(tag, chosen))
    assert counts_of(page(tag, sorted(chosen))) == as_drawn
    shouted = [
        part.replace(name, name.upper(), 1) for part in chosen for name in [part.partition("=")[0]]
    ]
    assert counts_of(page(tag.upper(), shouted)) == as_drawn


@few
@given(text, listed("b|i|span|a|em|x-y"), st.data())
def test_inline_tags_and_comments_leave_words_whole(
    written: str, tag: str, data: st.DataObject
) -> None:
    # White space at a cut is left alone, because a tag may make two of one.
    here = data.draw(st.integers(0, len(written)))
    before, after = html.escape(written[:here]), html.escape(written[here:])
    whole = counts_of(f"<p>{before}{after}</p>")
    assert counts_of(f"<p>{before}<!-- cut -->{after}</p>") == whole
    assert counts_of(f"<p>{before}<{tag}>{after}</{tag}></p>") == whole


@few
@given(text.map(html.escape), listed("hidden|style='display:none'|class=gone"))
def test_what_is_hidden_counts_nothing(hidden: str, how: str) -> None:
    sheet = "<!doctype html><style>.gone { display: none }</style>"
    around = counts_of(f"{sheet}<p>one</p><p>two</p>")
    assert counts_of(f"{sheet}<p>one</p><div {how}>{hidden}</div><p>two</p>") == around


def test_what_is_drawn_has_words() -> None:
    """Otherwise the tests above would hold for a count of nothing."""
    assert len(counts_of(f"<p>{html.escape(SCRIPTS)}")) >= 20
