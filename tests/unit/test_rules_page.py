"""The rules of counting as a page: what Markdown becomes, and that nothing is lost on the way."""

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from config import settings_from
from tests.support import PROJECT
from views import protection
from views.rules import document_of

SOURCE = (PROJECT / "docs/COUNTING.md").read_text("utf-8")


@pytest.fixture(scope="module")
def page() -> str:
    """The page needs no database."""
    app: Flask = create_app(settings_from({"DATABASE_URL": "postgresql://127.0.0.1:1/none"}))
    client: FlaskClient = app.test_client()
    answer = client.get("/rules")
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    assert answer.headers["Content-Security-Policy"] == protection.CONTENT_SECURITY_POLICY
    return answer.text


def test_every_heading_has_an_address(page: str) -> None:
    title, *headings = re.findall(r"^#+ (.+)$", SOURCE, re.MULTILINE)
    assert f"<h1>{title}</h1>" in page
    shown = re.findall(r'<h\d id="([^"]+)">([^<]+)</h\d>', page)
    assert [words for _, words in shown] == headings
    assert [name for name, _ in shown] == re.findall(r'<li><a href="#(.+?)">', page)
    assert len({name for name, _ in shown}) == len(headings)
    assert ("stop-words", "Stop words") in shown
    assert f"<title>{title} – Wordcount</title>" in page


def test_every_example_is_there(page: str) -> None:
    examples = re.findall(r"`([^`]+)`", SOURCE)
    assert len(examples) > 200
    shown = re.findall(r'<code dir="auto">([^<]+)</code>', page)
    assert [unescape(example) for example in shown] == examples


def test_every_row_is_there(page: str) -> None:
    tables = SOURCE.count("| --- |\n")
    rows = len(re.findall(r"^\|", SOURCE, re.MULTILINE)) - tables
    assert page.count("<tr>") == rows
    assert page.count("<table") == page.count('role="group" tabindex="0"') == tables


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("[a](https://example.org/#b)", '<a href="https://example.org/#b">a</a>'),
        ("[a](#b)", '<a href="#b">a</a>'),
        ("[a](RULES.md#b)", '<a href="#b">a</a>'),
        ("[a `b`](OTHER.md#b) c", 'a <code dir="auto">b</code> c'),
        ("[a](../tests/x.py) [b](#b)", 'a <a href="#b">b</a>'),
        ("[a](javascript:alert)", "[a](javascript:alert)"),
        ("<b onclick=x>", "&lt;b onclick=x&gt;"),
    ],
)
def test_what_stands_in_a_line(markdown: str, html: str) -> None:
    assert document_of(markdown, name="RULES.md").html == f"<p>{html}</p>\n"


def test_a_table() -> None:
    table = document_of('## "A" & `b`\n\n| a | b |\n| :-- | --: |\n| 1 | 2 |\n').html
    assert 'aria-label="Table: &#34;A&#34; &amp; b"' in table
    assert '<th scope="col">b</th>' in table
    assert "style" not in table


def test_a_text_without_a_heading() -> None:
    assert document_of("a").title == ""
