"""Phrases and collocations of a count: as pages, and to take along."""

import csv
import io
import re
from importlib import import_module
from math import erfc, sqrt

import pytest
from flask.testing import FlaskClient

from tests.counts import counted, counted_page
from views.collocations import ONCE_IN_A_THOUSAND

HTML = """<html lang=en><title>A garden</title><nav>Rose garden shop</nav>
<main><p>The rose garden of the king is a Rose Garden. The old gardener sees the rose garden.</p>
<p>An old king, an old king: «été» chaud.</p></main>"""
#: Both paragraphs, as they stand in the text.
MAIN = [(17, 138)]

pytestmark = pytest.mark.usefixtures("app")


def rows_in(page: str) -> list[str]:
    rows = re.findall(r'<th scope="row"[^>]*><bdi lang="en">(.*?)</bdi></th>\s*<td.*?>(.*?)<', page)
    return [" ".join(row) for row in rows]


def page_of(client: FlaskClient, view: str, html: str = HTML) -> str:
    response = client.get(f"/counts/{counted_page(html, main=MAIN)}/{view}")
    assert response.status_code == 200, response.text
    return response.text


@pytest.mark.parametrize(
    ("view", "rows"),
    [
        ("?top=3", ["rose garden 4", "an old 2", "old king 2"]),
        ("?of=main&top=1", ["rose garden 3"]),
        ("?case=keep&top=2", ["old king 2", "rose garden 2"]),
        ("?stopwords=keep&q=of%20the", ["of the 1"]),
        ("?q=of%20the", []),
        ("?n=3&q=SEES", ["gardener sees the 1", "old gardener sees 1", "sees the rose 1"]),
        ("?n=3&q=r%20sees%20th", ["gardener sees the 1"]),
        ("?q=ete%20cha", ["été chaud 1"]),
        ("?q=gardener&forms=together", ["gardener sees 1", "old gardener 1"]),
        ("?sort=az&top=2", ["a Rose 1", "an old 2"]),
        ("?sort=za&top=1", ["the rose 2"]),
        ("?sort=az&q=ete", ["été chaud 1", "king été 1"]),
        ("?sort=rare&top=1", ["a Rose 1"]),
        ("?q=%00", []),
        ("?q=%C2%AD", []),
        ("?q=a%0Ab", []),
        ("?q=a%20b%20c%20d", []),
    ],
)
def test_phrases(client: FlaskClient, view: str, rows: list[str]) -> None:
    page = page_of(client, f"phrases{view}")
    assert rows_in(page) == rows, re.findall('id="shown">.*?<', page)


def test_what_the_page_says(client: FlaskClient) -> None:
    page = page_of(client, "phrases")
    assert "10 of 16 phrases of two words, most frequent first." in page
    assert "A share is of all 22 such phrases" in page
    assert "18.18%" in page  # 4 of 22
    rule = re.search(r'id="rule"><a href="(.*?)">(.*?)</a>', page, re.DOTALL)
    assert rule
    assert " ".join(rule[2].split()) == (
        "English · case folded · no two stop words side by side · rule 2"
    )
    assert rule[1] == "/rules#phrases"
    assert '<a href="/counts/' in page
    assert re.search(r'/phrases" aria-current="page">Phrases</a>', page)


@pytest.mark.parametrize("view", ["n=1", "n=4", "sort=score", "of=around", "top=1001", "case=x"])
def test_views_that_there_are_not(client: FlaskClient, view: str) -> None:
    key = counted_page(HTML)
    answer = client.get(f"/counts/{key}/phrases?{view}", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.get_json()["code"]) == (400, "bad_parameter")


@pytest.mark.parametrize("path", ["phrases", "phrases.csv", "collocations", "collocations.json"])
def test_pages_without_index_or_main_text(client: FlaskClient, path: str) -> None:
    headers = {"Accept": "application/json"}
    old = client.get(f"/counts/{counted({'garden': 2})}/{path}", headers=headers)
    assert (old.status_code, old.get_json()["code"]) == (409, "no_index")
    none = client.get(f"/counts/{counted_page(HTML, main=[])}/{path}?of=main", headers=headers)
    assert (none.status_code, none.get_json()["code"]) == (409, "no_main_text")
    assert client.get(f"/counts/x/{path}", headers=headers).status_code == 404


@pytest.mark.parametrize("html", ["<p>garden", "<p>the<p>of", "<p>的"])
def test_pages_without_any(client: FlaskClient, html: str) -> None:
    for path in (
        "phrases",
        "phrases?n=3",
        "phrases?q=x",
        "phrases?sort=az",
        "phrases?stopwords=keep",
    ):
        assert rows_in(page_of(client, path, html)) == []
    for path in ("collocations", "collocations?q=x", "collocations?sort=az"):
        assert rows_in(page_of(client, path, html)) == []


def test_a_file_has_all_phrases(client: FlaskClient) -> None:
    key = counted_page(HTML, main=MAIN)
    answer = client.get(f"/counts/{key}/phrases.csv?q=x&top=1&sort=az&n=3")
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert rows[0] == {"phrase": "an old king", "count": "2", "share": "0.125000"}
    assert sum(int(row["count"]) for row in rows) == 16
    assert f"phrases-of-3-example.com-{key[:8]}.csv" in answer.headers["Content-Disposition"]
    document = client.get(f"/counts/{key}/phrases.json?of=main").get_json()
    assert (document["n"], document["of"], document["total_phrases"]) == (2, "main", 20)
    assert document["phrases"][0] == {"phrase": "rose garden", "count": 3, "share": 0.15}


def test_a_file_has_so_many_phrases(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "All phrases of two words, whole" in page_of(client, "phrases")
    monkeypatch.setattr(import_module("views.phrases"), "MOST_OF_A_FILE", 2)
    key = counted_page(HTML, main=MAIN)
    document = client.get(f"/counts/{key}/phrases.json").get_json()
    assert [row["phrase"] for row in document["phrases"]] == ["rose garden", "an old"]
    assert (document["total_phrases"], document["different_phrases"]) == (22, 16)
    page = client.get(f"/counts/{key}/phrases?q=garden").text
    assert "The 2 most frequent phrases of two words, whole" in page


def test_no_cell_of_phrases_is_a_formula(client: FlaskClient) -> None:
    key = counted_page("<p>@SUM A1 @SUM A1")
    table = client.get(f"/counts/{key}/phrases.tsv").text
    assert all(line[0] not in "=+-@" for line in table.splitlines())


def test_addresses_keep_the_view(client: FlaskClient) -> None:
    page = page_of(client, "phrases?n=3&of=main&stopwords=keep&q=r&sort=az&top=2")
    assert re.search(
        r'id="permalink" href="http://localhost/counts/[^"]*/phrases'
        r'\?of=main&amp;stopwords=keep&amp;q=r&amp;top=2&amp;n=3&amp;sort=az"',
        page,
    )
    assert re.search(r'/phrases.csv\?of=main&amp;stopwords=keep&amp;n=3"', page)
    assert re.search(r'/collocations\?of=main&amp;stopwords=keep&amp;q=r#view"', page)
    assert re.search(r'/phrases\?of=main&amp;stopwords=keep&amp;q=r#view"', page)
    usual = page_of(client, "phrases?n=2&of=page&sort=frequent&top=10&q=")
    assert re.search(r'id="permalink" href="http://localhost/counts/[^"?]*/phrases"', usual)


def test_strangers_words_are_escaped(client: FlaskClient) -> None:
    page = page_of(client, "phrases?q=%3Cb%3E", "<p>a&lt;b>x y")
    assert "<b>" not in page.partition("</h1>")[2]


def test_collocations(client: FlaskClient) -> None:
    page = page_of(client, "collocations")
    assert rows_in(page) == ["rose garden 4", "old king 2"]
    assert "2 of 2 pairs of words, most surprising first." in page
    assert "above 10.83 in one of a thousand cases" in page
    assert re.search(r'/phrases" aria-current="true">Phrases</a>', page)
    assert rows_in(page_of(client, "collocations?sort=az")) == ["old king 2", "rose garden 4"]
    assert rows_in(page_of(client, "collocations?q=ng")) == ["old king 2"]
    assert rows_in(page_of(client, "collocations?of=main&top=1")) == ["rose garden 3"]
    assert rows_in(page_of(client, "collocations?stopwords=keep&q=an%20old")) == ["an old 2"]


def test_a_file_of_collocations(client: FlaskClient) -> None:
    key = counted_page(HTML)
    document = client.get(f"/counts/{key}/collocations.json?top=1&q=x").get_json()
    assert document["least"] == 2
    assert [pair["pair"] for pair in document["collocations"]] == ["rose garden", "old king"]
    first = document["collocations"][0]
    # Of 28 words 4 are "rose" and 4 are "garden".
    assert (first["count"], first["share"], first["expected"]) == (4, 0.142857, 0.571429)
    table = client.get(f"/counts/{key}/collocations.csv").text
    assert table.startswith("\ufeffpair,count,share,expected,score\r\nrose garden,4,0.142857,")


def test_the_limit_is_that_of_chi_square() -> None:
    """One in a thousand: the tail of chi-square with one degree of freedom is erfc(√(x/2))."""
    assert erfc(sqrt(ONCE_IN_A_THOUSAND / 2)) == pytest.approx(0.001, rel=0.005)
