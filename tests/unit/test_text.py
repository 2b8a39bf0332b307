"""HTML in, what a reader sees out."""

import pytest

from wordcount.text import text_of_html, text_of_plain


@pytest.mark.parametrize(
    ("html", "text"),
    [
        pytest.param("<ul><li>One</li><li>Two</li></ul>", "One\nTwo", id="blocks part words"),
        pytest.param("w<b>or</b>d and <i>word</i>s", "word and words", id="inline joins"),
        pytest.param("a<br>b<hr>c", "a\nb\nc", id="br and hr"),
        pytest.param(
            "<table><tr><td>a<td>b<tr><th>c<th>d</table>", "a b\nc d", id="cells and rows"
        ),
        pytest.param("one\n   two\t three", "one two three", id="white space collapses"),
        pytest.param("a&nbsp;b &amp; c&eacute;", "a b & cé", id="entities"),
        pytest.param("<p>a<script>b()</script><style>p{}</style>c", "ac", id="script and style"),
        pytest.param("a<template><p>b</template><noscript>c</noscript>", "a", id="template"),
        pytest.param("a<noscript><div></noscript>b", "ab", id="a tag left open in noscript"),
        pytest.param("a<!-- b --><p hidden>c</p><p HIDDEN=''>d</p>", "a", id="hidden"),
        pytest.param('a<p style="color:red; DISPLAY : none">b', "a", id="display none"),
        pytest.param('a<p style="visibility:hidden!important">b', "a", id="visibility hidden"),
        pytest.param('a<p style="background:url(display:none)">b', "a\nb", id="not hidden"),
        pytest.param("a<textarea>b</textarea><input value=c>", "a", id="fields"),
        pytest.param("<details><summary>a</summary>b<p>c</details>", "a", id="details"),
        pytest.param("<details>a<p>b</p><summary>c</summary>d</details>e", "c\ne", id="bare text"),
        pytest.param("<details><p>a</p><details><summary>b</details></details>c", "c", id="nested"),
        pytest.param("<details open><summary>a</summary><p>c</details>", "a\nc", id="open details"),
        pytest.param("<dialog>a</dialog><dialog open>b</dialog>", "b", id="dialog"),
        pytest.param("<select><option>a<option>b</select>", "a\nb", id="options"),
        pytest.param("<title>t</title><p>a", "a", id="title is not text"),
        pytest.param("<frameset><frame src=x></frameset>", "", id="frameset"),
        pytest.param("", "", id="nothing"),
        pytest.param("a\x00b<p>c\x1ed", "ab\nc d", id="control characters"),
        pytest.param("<div hidden>" * 3000 + "deep</div>", "", id="hidden in hidden"),
        pytest.param(
            "<div hidden style='display:none'><details hidden><p hidden>a</details></div>b",
            "b",
            id="hidden in several ways",
        ),
        # Such pages are shown by a script; innerText, too, gives their text.
        pytest.param("<body hidden>a<p>b", "a\nb", id="hidden body"),
        pytest.param("<body style='display:none'>a<p>b", "a\nb", id="body without display"),
        pytest.param("<html style='visibility:hidden'><p>a", "", id="hidden page"),
        pytest.param("<p>" * 3000 + "deep", "deep", id="deep nesting"),
        pytest.param("<p>a<p>b</div></span></p>c", "a\nb\nc", id="broken markup"),
    ],
)
def test_visible_text(html: str, text: str) -> None:
    assert text_of_html(html).text == text


def test_the_title_of_a_picture_is_not_the_title_of_the_page() -> None:
    picture = "<svg><title>a picture</title></svg>"
    assert text_of_html(f"{picture}<p>text").title == ""
    assert text_of_html(f"<p>{picture}<title>a page</title>").title == "a page"


def test_title_and_language() -> None:
    page = text_of_html("<html lang='de-AT'><title> Ein\n Titel &amp; mehr </title><p>Text")
    assert (page.title, page.declared_language) == ("Ein Titel & mehr", "de-AT")


def test_plain_text_is_taken_as_it_is() -> None:
    page = text_of_plain("<p>not a tag</p>\r\n\r\n two\x00  words ")
    assert page.text == "<p>not a tag</p>\ntwo words"


@pytest.mark.parametrize(
    "html",
    [
        "<title>a\0b&#0;c</title>a\0b&#0;c",
        "<svg><text>a\0b&#0;c</text></svg><math><mi>a\0&#0;b</mi></math>",
        "<xmp>a\0b</xmp><pre>a\0\n&#0;</pre><select><option>a\0b</select><plaintext>a\0b",
        "<style>p{content:'\0'}</style><table>a\0b<td>\0</table><p title='\0'>\0",
    ],
)
def test_no_nul_is_left(html: str) -> None:
    for page in (text_of_html(html), text_of_html(html.encode()), text_of_plain(html)):
        assert "\0" not in page.text + page.title


def test_white_space_around_zero_width_spaces_is_read_once() -> None:
    spaces = " " * 200_000
    assert text_of_html(f"<p>a{spaces}b\u200b\n{spaces}c{spaces}\n\u200bd").text == (
        "a b\u200bc\u200bd"
    )


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<table><tr><td>One<td>two</tr> <tr><td>three</table>", "One two\nthree"),
        ("<table><tr><td>a</tr>\n<!-- a comment -->\n<tr><td>b</table>", "a\nb"),
        ("<div style='display: table-row'>a</div> <div style='display: table-row'>b</div>", "a\nb"),
        ("<table><thead><tr><td>a</thead> <tbody><tr><td>b</table>", "a\nb"),
    ],
)
def test_each_row_of_a_table_is_a_line_whatever_is_between_them(html: str, text: str) -> None:
    """As in Chromium's innerText."""
    assert text_of_html(html).text == text
