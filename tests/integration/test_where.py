"""Where the words of a count stand: as a page, and to take along."""

import re

import pytest
from flask.testing import FlaskClient

from tests.counts import counted, counted_page
from views.texts import LONGEST_ALTS, LONGEST_TITLE

HTML = """<html lang=en><title>Roses &amp; gardens</title>
<nav><a href=/>Garden</a> <a href=/s>Shop</a></nav>
<h1>The garden</h1><p>A garden has a rose. Gardens have <a href=/r>Roses</a>.</p>
<img alt="A rose, a rose"><p>L’été: the sea.</p>"""
#: The paragraph below the heading, as it stands in the text.
MAIN = [(23, 67)]

pytestmark = pytest.mark.usefixtures("app")


def rows_in(page: str) -> list[str]:
    table = page.partition('id="table"')[2]
    rows = re.findall(r'role="rowheader">(.*?)</th>(.*?)</tr>', table, re.DOTALL)
    return [" ".join(re.sub("<[^>]*>", " ", "".join(row)).split()) for row in rows]


def page_of(client: FlaskClient, view: str) -> str:
    response = client.get(f"/counts/{counted_page(HTML, main=MAIN)}/where{view}")
    assert response.status_code == 200, response.text
    return response.text


@pytest.mark.parametrize(
    ("view", "rows"),
    [
        # The count, headings, links, the rest; the title, images.
        ("?top=3", ["garden 3 1 1 1 0 0", "Gardens 1 0 0 1 1 0", "L’été 1 0 0 1 0 0"]),
        ("?sort=az&top=2", ["garden 3 1 1 1 0 0", "Gardens 1 0 0 1 1 0"]),
        ("?sort=images&top=1", ["rose 1 0 0 1 0 2"]),
        ("?sort=links&top=3", ["garden 3 1 1 1 0 0", "Roses 1 0 1 0 1 0", "Shop 1 0 1 0 0 0"]),
        ("?forms=together&top=2", ["garden 4 1 1 2 1 0", "rose 2 0 1 1 1 2"]),
        ("?case=keep&q=gard", ["garden 2 1 0 1 0 0", "Garden 1 0 1 0 0 0", "Gardens 1 0 0 1 0 0"]),
        ("?of=main&q=gard", ["garden 1 0 0 1 0 0", "Gardens 1 0 0 1 1 0"]),
        ("?q=ete", ["L’été 1 0 0 1 0 0"]),
        ("?stopwords=keep&q=the", ["the 2 1 0 1 0 0"]),
        ("?q=%00", []),
        ("?q=%C2%AD", []),
    ],
)
def test_where_words_stand(client: FlaskClient, view: str, rows: list[str]) -> None:
    assert rows_in(page_of(client, view)) == rows


def test_what_the_page_says_of_places(client: FlaskClient) -> None:
    page = page_of(client, "?sort=title")
    assert "words, most frequent in the title first." in page
    assert page.count('<span class="visually-hidden"> (not counted)</span>') == 2
    assert re.search(r'/rules#where-a-word-stands">', page)
    assert re.search(r'/where" aria-current="page">Where</a>', page)
    assert re.search(r'href="/counts/[^"]*/word\?w=Gardens"', page)


def test_a_file_of_places(client: FlaskClient) -> None:
    key = counted_page(HTML, main=MAIN)
    document = client.get(f"/counts/{key}/where.json?top=1&sort=az&q=x&of=main").get_json()
    assert document["of"] == "main"
    assert document["words"][0] == {
        "word": "garden",
        "count": 1,
        "headings": 0,
        "links": 0,
        "text": 1,
        "title": 0,
        "images": 0,
    }
    table = client.get(f"/counts/{key}/where.tsv").text
    assert table.startswith(
        "word\tcount\theadings\tlinks\ttext\ttitle\timages\ngarden\t3\t1\t1\t1\t0\t0\n"
    )


@pytest.mark.parametrize("path", ["where", "where.csv"])
def test_places_that_are_not_known(client: FlaskClient, path: str) -> None:
    headers = {"Accept": "application/json"}
    old = client.get(f"/counts/{counted({'garden': 2})}/{path}", headers=headers)
    assert (old.status_code, old.get_json()["code"]) == (409, "no_index")
    none = client.get(f"/counts/{counted_page(HTML, main=[])}/{path}?of=main", headers=headers)
    assert (none.status_code, none.get_json()["code"]) == (409, "no_main_text")
    wrong = client.get(f"/counts/{counted_page(HTML)}/{path}?sort=body", headers=headers)
    assert (wrong.status_code, wrong.get_json()["code"]) == (400, "bad_parameter")
    many = counted_page(HTML, distinct_words=200_001)
    refused = client.get(f"/counts/{many}/{path}", headers=headers)
    assert (refused.status_code, refused.get_json()["code"]) == (400, "too_many_words")


def test_a_page_of_stop_words_only(client: FlaskClient) -> None:
    key = counted_page("<p>the of the", result_no_stop_words={})
    assert "stop words, such as" in client.get(f"/counts/{key}/where").text
    assert rows_in(client.get(f"/counts/{key}/where?stopwords=keep").text)[0] == "the 2 0 0 2 0 0"


def test_so_much_is_looked_at_beside_the_text(client: FlaskClient) -> None:
    title = "rose " * (LONGEST_TITLE // 5) + "garden"
    alts = "garden " * (LONGEST_ALTS // 7) + "x " * 9 + "\n" + "rose " * 9
    key = counted_page("<p>rose garden x", title=title, alt_texts=alts)
    found = client.get(f"/counts/{key}/where.json").get_json()["words"]
    rows = {row["word"]: row for row in found}
    assert (rows["rose"]["title"], rows["garden"]["title"]) == (LONGEST_TITLE // 5, 0)
    assert (rows["garden"]["images"], rows["x"]["images"]) == (LONGEST_ALTS // 7, 2)
    assert rows["rose"]["images"] == 0


def test_no_word_beside_the_text_is_cut(client: FlaskClient) -> None:
    alts = "x " * ((LONGEST_ALTS - 2) // 2) + "gardens"
    key = counted_page("<p>ga garden gardens", title="t" * (LONGEST_TITLE + 1), alt_texts=alts)
    rows = client.get(f"/counts/{key}/where.json").get_json()["words"]
    assert {row["images"] for row in rows} == {0}
