"""The page of one word, and the text as it was counted."""

import csv
import html
import io
import re
from importlib import import_module

import pytest
from flask.testing import FlaskClient

from tests.counts import counted, counted_page
from views import text_parts
from views.sizes import MOST_RANKED_WORDS

HTML = """<html lang=en><title>A garden</title><nav>Home <a href=/>Garden</a> Shop</nav>
<main><h2>The garden</h2><p>The garden has a rose. The gardens' rose is red.</p>
<p>A Garden again.</p></main><footer>Shop</footer>"""
#: From the heading to the last paragraph, as they stand in the text.
MAIN = [(17, 92)]

pytestmark = pytest.mark.usefixtures("app")


def page_of(client: FlaskClient, view: str, status: int = 200, page: str = HTML) -> str:
    key = counted_page(page, main=MAIN if page == HTML else None)
    response = client.get(f"/counts/{key}/{view}", headers={"Accept": "text/html"})
    assert response.status_code == status, response.text
    return response.text


def lines_of(page: str) -> list[str]:
    rows = re.findall(r'<tr role="row"><td.*?</tr>', page)
    return [html.unescape(re.sub("<[^>]*>", "", row)) for row in rows]


def said(page: str, element: str = "shown") -> str:
    found = re.search(rf'<(\w+)[^>]* id="{element}"[^>]*>(.*?)</\1>', page, re.DOTALL)
    assert found
    return " ".join(html.unescape(re.sub("<[^>]*>", "", found[2])).split())


def test_a_word_with_its_forms_and_share(client: FlaskClient) -> None:
    page = page_of(client, "word?w=GARDEN")
    assert '“<bdi lang="en">garden</bdi>” occurs <strong>4</strong> times' in page
    assert "21.05% of the 19 words of this page" in " ".join(page.split())
    forms = re.findall(r'<bdi class="form" lang="en">(\w+)</bdi> (\d)', page)
    assert forms == [("Garden", "2"), ("garden", "2")]
    assert "<title>“garden”: A garden – Wordcount</title>" in page
    assert "4 times, in 4 of 10 parts" in said(page, "chart-title")


@pytest.mark.parametrize(
    ("view", "times"),
    [
        ("w=garden", 4),
        ("w=%20Garden%20", 4),
        ("w=garden&case=keep", 2),
        ("w=Garden&case=keep", 2),
        ("w=gardens&forms=together", 5),
        ("w=garden&of=main", 3),
        ("w=garden&of=around", 1),
        ("w=the", 3),
        ("w=rose&sort=left", 2),
        ("w=rose&lines=whole", 2),
    ],
)
def test_it_is_found(client: FlaskClient, view: str, times: int) -> None:
    page = page_of(client, f"word?{view}")
    assert said(page).startswith(f"{times} of {times} occurrence")
    assert len(lines_of(page)) == times


@pytest.mark.parametrize(
    ("view", "where"),
    [
        ("w=garden", ["1", "1", "2", "1", "2"]),
        ("w=garden&of=main", ["1", "0", "2", "1", "2"]),
        ("w=garden&case=keep", ["1", "0", "1", "1", "1"]),
        ("w=gardens&forms=together", ["1", "1", "3", "1", "3"]),
        ("w=home", ["0", "0", "1", "0", "0"]),
    ],
)
def test_where_it_stands(client: FlaskClient, view: str, where: list[str]) -> None:
    key = counted_page(HTML, main=MAIN, alt_texts="Garden\nA garden of gardens")
    page = client.get(f"/counts/{key}/word?{view}").text
    assert re.findall(r"<dd>(.*?)</dd>", page) == where


def test_a_stop_word_is_called_one(client: FlaskClient) -> None:
    assert "It is a stop word" in page_of(client, "word?w=the")
    assert "It is a stop word" not in page_of(client, "word?w=garden")


def test_the_order_of_the_lines(client: FlaskClient) -> None:
    lines = lines_of(page_of(client, "word?w=rose"))
    assert lines == ["The garden has a rose.", "The gardens' rose is red."]
    assert lines_of(page_of(client, "word?w=the&sort=right")) == [
        "The garden",
        "The garden has a rose.",
        "The gardens' rose is red.",
    ]
    page = page_of(client, "word?w=rose&sort=right")
    assert re.findall(r'class="(\w+)" aria-sort="ascending"', page) == ["right"]


@pytest.mark.parametrize("word", ["nothing", "%3Cscript%3E", "%00", "%ED%A0%80", "a%0Ab", "…"])
def test_a_word_that_does_not_occur(client: FlaskClient, word: str) -> None:
    page = page_of(client, f"word?w={word}", 404)
    assert "does not occur on this page" in said(page)
    assert "<script>" not in page
    assert "does not occur on this page" in said(page_of(client, f"as-counted?w={word}"))


@pytest.mark.parametrize("view", ["word", "as-counted"])
def test_a_word_that_is_nearly_there(client: FlaskClient, view: str) -> None:
    key = counted_page(
        "<html lang=en><p>Café cafés cafés the café the CAFETERIA a b c décaféiné", main=[(0, 4)]
    )

    def meant(typed: str) -> list[tuple[str, str]]:
        page = client.get(f"/counts/{key}/{view}?w={typed}").text
        told = re.search(r'<p id="meant">(.*?)</p>', page)
        return re.findall(r'<a href="([^"]+)"><bdi lang="en">(.*?)</bdi>', told[1]) if told else []

    found = meant("cafe&of=main")
    assert [word for _, word in found] == ["café", "cafés", "CAFETERIA", "décaféiné"]
    page = client.get(html.unescape(found[0][0])).text
    assert "occurs <strong>1</strong>" in page or "marked 1 time" in page
    assert [word for _, word in meant("AFÉS")] == ["cafés"]
    assert [word for _, word in meant("Cafe&case=keep")] == [
        "Café",
        "café",
        "cafés",
        "CAFETERIA",
        "décaféiné",
    ]
    for none in ("tulip", "café", "%00", "", "%0A", "cafe" * 30):
        assert meant(none) == []


def test_a_word_that_occurs_elsewhere_on_the_page(client: FlaskClient) -> None:
    page = page_of(client, "word?w=shop&of=main")
    assert said(page) == "“Shop” does not occur in the main text, but 2 times on the whole page."
    assert "does not occur in what is around" in said(page_of(client, "word?w=red&of=around"))
    text = page_of(client, "as-counted?w=shop&of=main")
    assert "but 2 times on the whole page" in said(text)


def test_no_word_at_all(client: FlaskClient) -> None:
    assert "Type a word" in said(page_of(client, "word"))
    assert "all that was counted" in said(page_of(client, "as-counted"))


def test_every_word_of_the_table_leads_to_its_page(client: FlaskClient) -> None:
    key = counted_page(HTML, main=MAIN)
    page = client.get(f"/counts/{key}?of=main&forms=together&stopwords=keep&q=a&top=50").text
    links = re.findall(r'<th scope="row"><bdi[^>]*><a href="([^"]+)">(.*?)</a>', page)
    counts = re.findall(r'</th>\s*<td class="number">(\d+)', page)
    assert len(links) == len(counts) >= 3
    for (link, word), count in zip(links, counts, strict=True):
        shown = client.get(html.unescape(link))
        assert f"of {count} occurrence" in said(shown.text), word


def test_a_word_with_two_elisions_is_that_of_its_row(client: FlaskClient) -> None:
    """What a ranking shows has lost one elision, and must not lose the other."""
    key = counted_page(
        "<html lang=it><p>Un'ora d'un'ora D'un'ora l'ora l'ora l'ora ora d'un'altra.</p>"
        " <p>Questa è la lingua italiana, e ogni parola sta al suo posto.</p>",
        main=[(0, 16)],
    )
    page = client.get(f"/counts/{key}?top=50&stopwords=keep").text
    rows = re.findall(r'<a href="([^"]+)">([^<]+)</a></bdi></th>\s*<td[^>]*>(\d+)', page)
    found = {html.unescape(word): (html.unescape(link), times) for link, word, times in rows}
    assert (found["un'ora"][1], found["ora"][1], found["un'altra"][1]) == ("2", "5", "1")
    for link, times in found.values():
        assert f"of {times} occurrence" in said(client.get(link).text), link
    # A form of one row may read as another row: in a part of the page it stays what it is.
    main = client.get(f"/counts/{key}/word?w=ora&of=main").text
    assert re.findall(r'<bdi class="form"[^>]*>([^<]+)</bdi>', main) == ["Un&#39;ora"]


def test_a_very_long_word_is_found_by_what_is_shown_of_it(client: FlaskClient) -> None:
    key = counted_page(f"<p>{'long' * 50} word {'long' * 50}, {'long' * 49}")
    page = client.get(f"/counts/{key}").text
    link = re.search(r'<a href="([^"]+/word[^"]+)">long', page)
    assert link
    shown = client.get(html.unescape(link[1]))
    assert said(shown.text).startswith("2 of 2 occurrences")


def test_two_long_words_that_begin_alike_are_told_apart(client: FlaskClient) -> None:
    start = "long" * 30
    key = counted_page(f"<p>{start}a {start}a {start}b")
    page = client.get(f"/counts/{key}/where").text
    links = re.findall(r'<a href="([^"]+/word[^"]+)">long', page)
    shown = [said(client.get(html.unescape(link)).text) for link in links]
    assert [line.split(" occ")[0] for line in shown] == ["2 of 2", "1 of 1"]
    assert f"{start}a<" not in page  # no row is longer than others of its kind


def test_lines_come_fifty_at_a_time(client: FlaskClient) -> None:
    page = "<html lang=en><p>" + "A rose. " * 1100
    first = page_of(client, "word?w=rose", page=page)
    assert len(lines_of(first)) == 50
    assert "Show 50 more" in first
    assert "Show the first 1,000" in first
    most = page_of(client, "word?w=rose&top=1000", page=page)
    assert len(lines_of(most)) == 1000
    assert "Show the first 50<" in most
    assert "more</a>" not in most


@pytest.mark.parametrize(
    "view",
    [
        *("word?of=all", "word?sort=up", "word?lines=some", "word?top=0", "word?top=1001"),
        *("word?case=x", "word?forms=x", "word.csv?of=x"),
        *("as-counted?part=0", "as-counted?part=2", "as-counted?part=x", "as-counted?of=x"),
    ],
)
def test_parameters_that_make_no_sense(client: FlaskClient, view: str) -> None:
    assert "must be" in page_of(client, view, 400)


def test_sentences_from_right_to_left_are_mirrored(client: FlaskClient) -> None:
    page = "<html lang=ar><p>هذه حديقة جميلة في وسط المدينة القديمة. حديقة WiFi مجانية.</p>"
    assert 'dir="rtl">\n  <caption' in page_of(client, "word?w=حديقة", page=page)
    assert 'dir="rtl">\n  <caption' in page_of(client, "word?w=wifi", page=page)
    assert 'dir="rtl"' not in page_of(client, "word?w=rose")


def test_the_text_with_marks(client: FlaskClient) -> None:
    page = page_of(client, "as-counted?w=garden")
    assert "is marked 4 times." in said(page)
    marks = re.findall(r'<a id="at-(\d+)" href="[^"]*#at-(\d+)">(\w+)</a></mark>', page)
    assert [word for _, _, word in marks] == ["Garden", "garden", "garden", "Garden"]
    places = [at for at, _, _ in marks]
    assert [following for _, following, _ in marks] == [*places[1:], places[0]]
    links = re.findall(r'href="[^"]*#(at-\d+)"', page_of(client, "word?w=garden"))
    assert {f"at-{place}" for place in places} == set(links)


def test_main_text_is_told_from_what_is_around_it(client: FlaskClient) -> None:
    page = page_of(client, "as-counted")
    assert re.findall(r'role="group" aria-label="([^"]+)"', page) == [
        "Not main text: navigation, footer and the like",
        "Main text",
        "Not main text: navigation, footer and the like",
    ]
    assert re.findall(r'<span class="quiet">(\d+) words?</span></h3>', page) == ["3", "15", "1"]
    assert re.findall(r'id="of-\w+"[^>]*>(.*?)</a>', page) == [
        'Whole page <span class="quiet">19</span>',
        'Main text only <span class="quiet">15</span>',
        'Only what is around it <span class="quiet">4</span>',
    ]
    main = page_of(client, "as-counted?of=main")
    assert "Not main text:" not in main
    assert "Main text 15 words, whole page 19." in main
    assert "A Garden again." not in page_of(client, "as-counted?of=around")


def test_a_page_without_main_text_says_so(client: FlaskClient) -> None:
    key = counted_page(HTML, main=[])
    page = client.get(f"/counts/{key}/as-counted").text
    assert "No main text was found on this page" in page
    assert 'role="group"' not in page
    for view in ("as-counted?of=main", "as-counted?of=around", "word?w=garden&of=main"):
        refused = client.get(f"/counts/{key}/{view}", headers={"Accept": "application/json"})
        assert (refused.status_code, refused.get_json(force=True)["code"]) == (409, "no_main_text")


def test_nobody_has_looked_for_main_text(client: FlaskClient) -> None:
    key = counted_page(HTML)
    assert "It is not known what of this text" in client.get(f"/counts/{key}/as-counted").text


def test_a_long_text_has_parts(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_parts, "MOST_LINES", 2)
    key = counted_page(HTML, main=MAIN)
    first = client.get(f"/counts/{key}/as-counted?w=garden").text
    assert "Part 1 of 3" in first
    assert "4 times, 2 of them in this part" in said(first)
    second = client.get(f"/counts/{key}/as-counted?w=garden&part=2").text
    marks = re.findall(r'<mark><a id="(at-\d+)"', second)
    assert len(marks) == 2
    assert f'part=2#{marks[0]}"' in first  # from the last mark of one part to the first of another
    word = html.unescape(client.get(f"/counts/{key}/word?w=garden").text)
    assert f"/as-counted?w=garden&part=2#{marks[1]}" in word
    main = client.get(f"/counts/{key}/as-counted?of=around&part=2").text
    assert "There is none of it in this part" in main


@pytest.mark.parametrize("view", ["word?w=the", "as-counted", "word.csv?w=the", "as-counted.json"])
def test_a_count_without_an_index(client: FlaskClient, view: str) -> None:
    key = counted({"garden": 1}, {"the": 2})
    refused = client.get(f"/counts/{key}/{view}", headers={"Accept": "application/json"})
    assert (refused.status_code, refused.get_json(force=True)["code"]) == (409, "no_index")


def test_a_page_without_words(client: FlaskClient) -> None:
    key = counted_page("<title>Nothing</title>")
    assert "shows <strong>no words</strong>" in client.get(f"/counts/{key}/as-counted").text
    assert client.get(f"/counts/{key}/word?w=x").status_code == 404
    assert client.get(f"/counts/{key}/as-counted.json").get_json()["lines"] == []


def test_a_page_of_too_many_words_shows_each_form_by_itself(client: FlaskClient) -> None:
    key = counted_page(HTML, main=MAIN, distinct_words=MOST_RANKED_WORDS + 1)
    page = client.get(f"/counts/{key}/word?w=Garden&forms=together").text
    assert said(page).startswith("2 of 2 occurrences")
    assert "each form of a word is shown by itself" in page
    assert "Perhaps you mean" in client.get(f"/counts/{key}/word?w=gardén").text


def rows_of(client: FlaskClient, address: str) -> list[dict[str, str]]:
    response = client.get(address)
    assert response.status_code == 200, response.text
    return list(csv.DictReader(io.StringIO(response.data.decode("utf-8-sig"))))


def test_the_lines_of_a_word_to_take_along(client: FlaskClient) -> None:
    key = counted_page(HTML, main=MAIN)
    rows = rows_of(client, f"/counts/{key}/word.csv?w=rose&top=1&sort=left")
    assert rows[0] == {
        "number": "10",
        "before": "The garden has a ",
        "word": "rose",
        "after": ".",
        "left": "a",
        "right": "",
        "place": rows[0]["place"],
    }
    assert len(rows) == 2
    document = client.get(f"/counts/{key}/word.json?w=ROSE&of=main").get_json()
    assert (document["word"], document["count"], document["forms"]) == ("rose", 2, {"rose": 2})
    assert (document["of"], len(document["lines"])) == ("main", 2)
    missing = client.get(f"/counts/{key}/word.json?w=tulip")
    assert (missing.status_code, missing.get_json(force=True)["code"]) == (404, "unknown_word")
    name = client.get(f"/counts/{key}/word.tsv?w=rose").headers["Content-Disposition"]
    assert f'"concordance-example.com-{key[:8]}.tsv"' in name


@pytest.mark.parametrize(
    ("sort", "order"), [("", "dcba"), ("&sort=left", "abcd"), ("&sort=right", "bcda")]
)
def test_a_file_has_its_lines_in_the_order_of_the_page(
    client: FlaskClient, sort: str, order: str
) -> None:
    key = counted_page("<p>d rose z.<p>c rose y.<p>b rose x.<p>a rose zz.")
    page = client.get(f"/counts/{key}/word?w=rose&top=1{sort}&lines=whole").text
    link = re.search(r'href="(/counts/[^"]*/word\.csv[^"]*)"', page)
    assert link
    rows = rows_of(client, html.unescape(link[1]))
    assert "".join(row["left"] for row in rows) == order


def test_a_file_has_so_many_lines(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    evidence = import_module("views.evidence")  # views.evidence is the blueprint
    monkeypatch.setattr(evidence, "MOST_LINES_OF_A_FILE", 1)
    key = counted_page(HTML)
    assert len(rows_of(client, f"/counts/{key}/word.csv?w=rose")) == 1
    assert "The first 1 lines of it" in client.get(f"/counts/{key}/word?w=rose").text


def test_the_text_to_take_along(client: FlaskClient) -> None:
    key = counted_page(HTML.replace("A Garden again.", "=1+1 Garden one"), main=MAIN)
    rows = rows_of(client, f"/counts/{key}/as-counted.csv")
    assert [(row["line"], row["part"], row["words"]) for row in rows] == [
        ("1", "around", "3"),
        ("2", "main", "2"),
        ("3", "main", "10"),
        ("4", "main", "2"),
        ("5", "around", "1"),
    ]
    assert rows[3]["text"] == "'=1+1 Garden one"
    main = client.get(f"/counts/{key}/as-counted.json?of=main").get_json()
    assert [line["line"] for line in main["lines"]] == [2, 3, 4]
    unknown = client.get(f"/counts/{counted_page(HTML)}/as-counted.json").get_json()
    assert {line["part"] for line in unknown["lines"]} == {None}


def test_everything_of_a_stranger_is_escaped(client: FlaskClient) -> None:
    page = "<html lang='\"x'><title>&lt;b></title><p>&lt;script>alert(1)&lt;/script> it's \"x\"</p>"
    for view in ("word?w=alert", "as-counted?w=alert", "as-counted?w=%22%3E%3Cscript%3E"):
        shown = page_of(client, view, page=page)
        assert "<script>" not in shown
        assert "<b>" not in shown
