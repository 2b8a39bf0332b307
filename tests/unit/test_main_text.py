"""Main text is found again in the counted text: the article, and not what stands around it."""

import logging
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wordcount.decode import to_utf8
from wordcount.main_text import main_spans, spans_of
from wordcount.text import text_of_html
from wordcount.words import words_in

TESTS = Path(__file__).parent.parent

ONE = "The keeper of the lighthouse planted a garden behind the wall, and watered it each evening."
TWO = "In autumn he gave roses to the fishermen who had brought him bread, all through the year."
THREE = "When he died, they planted the most beautiful of them on his grave, beside the old tower."
AROUND = (
    "<nav><a href=/>Home</a> <a href=/c>Contact</a></nav>",
    "<footer>All rights reserved</footer>",
)
COOKIES = (
    '<div class="cookie-banner" id="cookie-notice"><p>We and our 214 partners use cookies to make '
    "your experience better, and to measure it.</p><button>Accept</button></div>"
)


def main(markup: str) -> list[str]:
    """The lines of a page that are its main text."""
    text = text_of_html(markup).text
    spans = main_spans(markup, text)
    assert_whole_lines(text, spans)
    return lines(text, spans or [])


def lines(text: str, spans: list[tuple[int, int]]) -> list[str]:
    return [line for start, end in spans for line in text[start:end].split("\n")]


def assert_whole_lines(text: str, spans: list[tuple[int, int]] | None) -> None:
    """They are in order, apart from each other, and neither starts nor ends within a line."""
    assert spans is not None
    last = -1
    for start, end in spans:
        assert last < start < end <= len(text)
        assert start == 0 or text[start - 1] == "\n"
        assert end == len(text) or text[end] == "\n"
        last = end + 1


def page(*article: str) -> str:
    return f"<!doctype html><body>{AROUND[0]}<article>{''.join(article)}</article>{AROUND[1]}"


ARTICLE = f"<h1>The garden by the sea</h1><p>{ONE}<p>{TWO}<p>{THREE}"


HEADED = ["The garden by the sea", ONE, TWO, THREE]
CHINESE = "灯塔看守人在墙后种了一个花园，每天傍晚浇水。"
AUTUMN = "秋天他把玫瑰送给一年到头给他带面包的渔夫们，大家都很高兴。"
ARABIC = "زرع حارس المنارة حديقة خلف الجدار وسقاها كل مساء طوال الصيف الطويل."
KHARIF = "وفي الخريف أهدى أجمل الورود إلى الصيادين الذين أحضروا له الخبز."


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        pytest.param(page(ARTICLE), HEADED, id="article"),
        pytest.param(page(ARTICLE, "<aside>Our letter</aside>"), HEADED, id="aside"),
        pytest.param(COOKIES + page(ARTICLE), HEADED, id="cookie banner"),
        pytest.param(
            page(
                ARTICLE, "<ul class=related><li><a href=/a>Ten roses</a><li><a href=/b>Tea</a></ul>"
            ),
            HEADED,
            id="related links",
        ),
        pytest.param(
            page(f"<p>{ONE}<p><a href=/c>Contact</a> the keeper of the garden for more.<p>{TWO}"),
            [ONE, "Contact the keeper of the garden for more.", TWO],
            id="words that are in the navigation, too",
        ),
        pytest.param(
            page(f"<p>{ONE}<ul><li>Roses of the coast<li>Tea from the hills</ul><p>{TWO}"),
            [ONE, "Roses of the coast", "Tea from the hills", TWO],
            id="list",
        ),
        pytest.param(
            page(f"<p>{ONE}<table><tr><th>Rose<th>Height<tr><td>Dog rose<td>3 m</table><p>{TWO}"),
            [ONE, "Rose Height", "Dog rose 3 m", TWO],
            id="table",
        ),
        pytest.param(page(f"<p>{ONE}<p>* * *<p>{TWO}"), [ONE, "* * *", TWO], id="a line of signs"),
        pytest.param(page(f"<p>{ONE}<p hidden>{THREE}<p>{TWO}"), [ONE, TWO], id="what is hidden"),
        pytest.param(page(f"<p>{CHINESE}<p>{AUTUMN}"), [CHINESE, AUTUMN], id="Chinese"),
        pytest.param(page(f"<p>{ARABIC}<p>{KHARIF}"), [ARABIC, KHARIF], id="Arabic"),
        pytest.param(f"<p>{ONE}", [ONE], id="fragment"),
        pytest.param("Roses", ["Roses"], id="one word"),
        pytest.param(f"<div><p>{ONE}<b><p>{TWO}</i></div></p><td>", [ONE, TWO], id="broken HTML"),
        pytest.param(f"<p>{ONE[:9]}\0{ONE[9:]}", [ONE], id="NUL"),
        pytest.param("<nav><a href=/>Home</a> <a href=/a>All</a></nav>", [], id="navigation"),
        pytest.param("", [], id="nothing"),
        pytest.param("<!-- nothing -->", [], id="a comment"),
        pytest.param("<frameset><frame>", [], id="frames"),
    ],
)
def test_main_text(markup: str, expected: list[str]) -> None:
    assert main(markup) == expected


def test_the_same_words_in_the_navigation_are_not_main_text() -> None:
    markup = page(f"<p>{ONE}<p>Contact<p>{TWO}")
    text = text_of_html(markup).text
    assert text.startswith("Home Contact\n")
    assert lines(text, main_spans(markup, text) or []) == [ONE, "Contact", TWO]


def test_a_page_of_main_text_is_one_span() -> None:
    markup = f"<article><p>* * *<h1>Roses</h1><p>{ONE}<p>—<p>{TWO}<p>{THREE}<p>* * *"
    text = text_of_html(markup).text
    assert main_spans(markup, text) == [(0, len(text))]


def test_bytes_are_read_as_utf_8_whatever_they_declare() -> None:
    markup = f"<?xml version='1.0' encoding='latin1'?><meta charset=latin1><p>Café. {ONE}".encode()
    text = text_of_html(markup).text
    assert main_spans(markup, text) == [(0, len(text))]


@pytest.mark.parametrize(
    "markup",
    [
        pytest.param("<article><p>" + "<b>x</b> y " * 4_500, id="much in one paragraph"),
        pytest.param("<article>" + "<p>x" * 13_000, id="many paragraphs"),
        pytest.param("<article>" + "<i>x</i> y " * 7_500, id="much text between elements"),
        pytest.param("<p><b>x</b></p><i></i>" * 17_000, id="many elements"),
    ],
)
def test_of_too_many_elements_no_main_text_is_looked_for(
    markup: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    assert main_spans(markup, text_of_html(markup).text) is None
    assert "too many elements" in caplog.text


TEXT = "Home\nContact\nThe garden by the sea\nread more\nRoses for fishermen\nread more\nEnd"


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        pytest.param(
            "The garden by the sea Roses for fishermen", [(13, 34), (45, 64)], id="joined"
        ),
        pytest.param("The garden\nby\nthe sea", [(13, 34)], id="cut"),
        pytest.param("- The garden by the sea\n| read | more |", [(13, 44)], id="signs"),
        pytest.param("garden by Roses for fishermen read more", [(45, 74)], id="less than half"),
        pytest.param("garden by the", [(13, 34)], id="more than half"),
        pytest.param("The garden, as seen by all the ships at sea", [(13, 34)], id="more words"),
        pytest.param("a text of another page", [], id="another text"),
        pytest.param(TEXT, [(0, len(TEXT))], id="all"),
        pytest.param("", [], id="nothing"),
    ],
)
def test_lines_are_found_again(part: str, expected: list[tuple[int, int]]) -> None:
    assert spans_of(TEXT, part) == expected


text = st.text(st.sampled_from("ab .\n\u0301\u00ad公\u202e"), max_size=60).map(
    lambda drawn: "\n".join(line.strip() for line in drawn.split("\n") if line.strip())
)


@given(text, text)
@settings(deadline=None, max_examples=200)
def test_any_two_texts_give_whole_lines(whole: str, part: str) -> None:
    assert_whole_lines(whole, spans_of(whole, part))


@given(st.binary(max_size=60) | st.text(max_size=60))
@settings(deadline=None, max_examples=100)
def test_any_page_gives_whole_lines_and_no_more_words_than_it_has(markup: bytes | str) -> None:
    if isinstance(markup, bytes):
        markup, _ = to_utf8(markup)
    counted = text_of_html(markup).text if isinstance(markup, bytes) else "a page\nof text"
    spans = main_spans(markup, counted)
    assert_whole_lines(counted, spans)
    assert words_in("\n".join(lines(counted, spans or []))) <= words_in(counted)


@pytest.mark.parametrize("kind", ["hidden", "parser", "scripts", "separation"])
def test_golden_pages_give_whole_lines(kind: str) -> None:
    files = sorted((TESTS / "golden" / kind).glob("*.html"))
    assert files
    for file in files:
        markup, _ = to_utf8(file.read_bytes())
        counted = text_of_html(markup).text
        assert_whole_lines(counted, main_spans(markup, counted))
