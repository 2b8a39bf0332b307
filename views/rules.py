"""The rules of counting, `docs/COUNTING.md`, as a page of the site."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape

rules = Blueprint("rules", __name__)

#: The tokens of a heading: it opens, its words, it closes.
_TITLE = 3
_FILE = Path(__file__).parent.parent / "docs" / "COUNTING.md"


@dataclass(frozen=True)
class Document:
    """A text as a page shows it.

    :param title: its first heading, which is not in `html`.
    :param sections: the id and the words of each heading below that, in their order.
    """

    title: str
    sections: list[tuple[str, str]]
    html: Markup


@rules.get("/rules")
def show() -> ResponseReturnValue:
    """What is a word, and which are ranked together."""
    return render_template("rules.html", document=_counting())


@cache
def _counting() -> Document:
    return document_of(_FILE.read_text("utf-8"), name=_FILE.name)


def document_of(markdown: str, *, name: str = "") -> Document:
    """A text in Markdown, made ready for a page.

    Each heading has an id, made of its words; each table is in a box of its own, which can be
    scrolled where the screen is small; and what stands as code is read in its own direction.

    :param name: of the file. Links to other files lead nowhere here and become plain text.
    """
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse(markdown)
    titles = [_text(after) for token, after in pairwise(tokens) if token.type == "heading_open"]
    text = list(_for_a_page(tokens, name))[_TITLE if titles else 0 :]
    html = parser.renderer.render(text, parser.options, {})
    return Document(
        titles[0] if titles else "",
        [(_id(title), title) for title in titles[1:]],
        Markup(html),  # noqa: S704 -- raw HTML is off
    )


def _id(title: str) -> str:
    return re.sub(r"\W+", "-", title.casefold()).strip("-")


def _text(inline: Token) -> str:
    return "".join(child.content for child in inline.children or [])


def _for_a_page(tokens: list[Token], name: str) -> Iterator[Token]:
    section = ""
    for number, token in enumerate(tokens):
        token.attrs.pop("style", None)  # of aligned columns; the site's policy forbids it
        match token.type:
            case "heading_open":
                section = _text(tokens[number + 1])
                token.attrSet("id", _id(section))
            case "table_open":
                token.attrSet("class", "table")
                label = escape(f"Table: {section}")
                yield _html(
                    f'<div class="table-responsive" role="group" tabindex="0" aria-label="{label}">'
                )
            case "th_open":
                token.attrSet("scope", "col")
            case "inline":
                token.children = list(_in_a_line(token.children or [], name))
        yield token
        if token.type == "table_close":
            yield _html("</div>\n")


def _in_a_line(tokens: list[Token], name: str) -> Iterator[Token]:
    is_link = False
    for token in tokens:
        match token.type:
            case "code_inline":
                token.attrSet("dir", "auto")
            case "link_open":
                target = str(token.attrs["href"]).removeprefix(name)
                token.attrSet("href", target)
                is_link = re.match(r"https?://|#", target) is not None
        if is_link or token.type not in {"link_open", "link_close"}:
            yield token


def _html(content: str) -> Token:
    return Token("html_block", "", 0, content=content)
