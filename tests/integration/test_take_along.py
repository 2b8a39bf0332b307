"""A view of the words to show elsewhere: charts as files, a frame, a citation."""

import re
import xml.etree.ElementTree as ET

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

import submissions
from models import db
from tests.counts import counted, counted_page
from tests.support import NOBODYS_KEY
from views.take import FRAME_POLICY

SVG = "{http://www.w3.org/2000/svg}"
HTML = "<html lang=en><title>Gardens</title><p>A garden, a rose; the garden. 庭 حديقة"

pytestmark = pytest.mark.usefixtures("app")


@pytest.mark.parametrize("chart", ["bars", "zipf"])
def test_a_chart_is_a_drawing_that_needs_nothing_else(client: FlaskClient, chart: str) -> None:
    key = counted_page(HTML, url="http://gardens.example/a")
    answer = client.get(f"/counts/{key}/chart.svg?chart={chart}")
    assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")
    assert answer.headers["Content-Disposition"].startswith(
        f'attachment; filename="{chart}-gardens.example-'
    )
    root = ET.fromstring(answer.text)
    assert root.tag == f"{SVG}svg"
    style = root.find(f"{SVG}style")
    assert style is not None
    assert style.text is not None
    assert "fill: #1f5f5b" in style.text
    assert "var(" not in style.text
    texts = [text.text or "" for text in root.iter(f"{SVG}text")]
    assert texts[-2] == "\u2068Gardens\u2069"
    assert texts[-1].startswith("gardens.example – ")
    assert ("garden" in texts) == (chart == "bars")


def test_a_drawing_follows_the_view(client: FlaskClient) -> None:
    key = counted_page(HTML)
    assert ">the</text>" in client.get(f"/counts/{key}/chart.svg?stopwords=keep").text
    assert ">the</text>" not in client.get(f"/counts/{key}/chart.svg").text


def test_a_chart_as_pixels(client: FlaskClient) -> None:
    key = counted_page(HTML)
    answer = client.get(f"/counts/{key}/chart.png")
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    assert answer.data.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = (int.from_bytes(answer.data[at : at + 4], "big") for at in (16, 20))
    assert (width, height) == (1280, 2 * (320 - 48 + 128 + 12 + 3 * 18))


def test_letters_of_many_scripts_are_drawn(client: FlaskClient) -> None:
    """Each script has a font: what has none is drawn as boxes, all alike."""
    drawn = {
        client.get(f"/counts/{counted({word: 1}, title='x')}/chart.png").data
        for word in ("庭", "園", "ح", "ص", "ส", "ร", "ג", "ל", "क", "ग", "정", "원", "ж", "ψ")
    }
    assert len(drawn) == 14


def test_no_word_breaks_a_drawing(client: FlaskClient) -> None:
    evil = "</text><script>alert(1)</script>&'\"\x0b\x01\ufffe"
    key = counted({evil: 3, "b": 1}, title=evil)
    root = ET.fromstring(client.get(f"/counts/{key}/chart.svg").text)
    assert not list(root.iter(f"{SVG}script"))
    assert client.get(f"/counts/{key}/chart.png").status_code == 200


def test_a_frame_may_be_shown_by_any_site_and_can_do_nothing(client: FlaskClient) -> None:
    key = counted_page(HTML)
    answer = client.get(f"/counts/{key}/embed?top=2&stopwords=keep")
    assert answer.headers["Content-Security-Policy"] == FRAME_POLICY
    assert "frame-ancestors *" in FRAME_POLICY
    assert "X-Frame-Options" not in answer.headers
    assert "Set-Cookie" not in answer.headers
    assert not re.search(r"<(script|form|button|input)", answer.text)
    assert re.findall(r'<th scope="row"><bdi lang="en">(\w+)', answer.text) == ["a", "garden"]
    assert f'href="/counts/{key}?stopwords=keep&amp;top=2"' in answer.text


def test_no_other_page_may_be_framed(client: FlaskClient) -> None:
    key = counted_page(HTML)
    for path in ("/", f"/counts/{key}"):
        policy = client.get(path).headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy


def test_a_frame_that_has_nothing_to_show_says_why(client: FlaskClient) -> None:
    key, queued = counted_page(HTML), submissions.submit("http://example.com/")
    for path, status, why in (
        (f"/counts/{queued}/embed", 409, "it is queued"),
        (f"/counts/{NOBODYS_KEY}/embed", 404, "There is no count at this address."),
        (f"/counts/{key}/embed?top=none", 400, "&#34;top&#34; must be"),
        (f"/counts/{key}/embed?of=main", 409, "main text"),
    ):
        answer = client.get(path, headers={"Accept": "text/html"})
        assert (answer.status_code, answer.mimetype) == (status, "text/html")
        assert answer.headers["Content-Security-Policy"] == FRAME_POLICY
        assert why in answer.text
        assert not re.search(r"<(script|form|button|input)", answer.text)


def test_a_frame_whose_words_are_not_known_yet(client: FlaskClient) -> None:
    key = counted_page(HTML)
    db.session.execute(text("UPDATE results SET main_words = NULL, reading_ease = NULL"))
    db.session.execute(text("UPDATE results SET total_words = 100001, finished_at = now()"))
    db.session.commit()
    path = f"/counts/{key}/embed?of=main"
    answer = client.get(path, headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["Refresh"]) == (409, "5")
    assert "<h1>Not known yet</h1>" in answer.text


def test_the_table_of_a_frame_has_a_heading_for_each_cell(client: FlaskClient) -> None:
    page = client.get(f"/counts/{counted_page(HTML)}/embed").text
    rows = re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)
    assert {len(re.findall(r"<t[hd]\b", row)) for row in rows} == {3}


def test_the_page_offers_the_frame_and_the_citation(client: FlaskClient) -> None:
    key = counted_page(HTML, url="http://gardens.example/a")
    page = client.get(f"/counts/{key}?top=20").text
    assert f"&lt;iframe src=&#34;http://localhost/counts/{key}/embed?top=20&#34;" in page
    cited = re.search(r'id="citation">(.*?)</span>', page)
    assert cited
    assert re.fullmatch(
        r"“Gardens”, http://gardens.example/a, counted \d+ \w+ \d{4}, \d\d:\d\d UTC by Wordcount "
        rf"\(counting rule 2\), http://localhost/counts/{key}\?top=20",
        cited[1],
    )


@pytest.mark.parametrize("ending", ["gif", "svgz", "csv"])
def test_an_unknown_format_is_not_there(client: FlaskClient, ending: str) -> None:
    assert client.get(f"/counts/{counted({'a': 1})}/chart.{ending}").status_code == 404


def drawing(client: FlaskClient, path: str) -> list[str]:
    """The texts of a chart, which is there as pixels, too."""
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    pixels = client.get(path.replace(".svg", ".png"))
    assert pixels.data.startswith(b"\x89PNG\r\n\x1a\n")
    assert "var(" not in answer.text
    return [text.text or "" for text in ET.fromstring(answer.text).iter(f"{SVG}text")]


def test_every_other_chart_can_be_had_as_well(client: FlaskClient) -> None:
    one = counted_page(HTML, url="http://gardens.example/")
    other = counted_page(HTML.replace("rose", "wall"), url="http://gardens.example/")
    strip = drawing(client, f"/counts/{one}/word/strip.svg?w=garden")
    assert strip[0].startswith(
        "“\u2068garden\u2069” from the beginning of the text to its end: 2 times"
    )
    wings = drawing(client, f"/compare/chart.svg?a={one}&b={other}")
    assert {"A", "B", "rose", "wall"} < set(wings)
    assert (
        drawing(client, "/history/chart.svg?url=gardens.example")[-1] == "http://gardens.example/"
    )


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/counts/{}/word/strip.svg?w=tulip", "unknown_word"),
        ("/history/chart.png?url=a.b", "unknown_url"),
    ],
)
def test_a_chart_of_nothing_is_not_there(client: FlaskClient, path: str, code: str) -> None:
    answer = client.get(path.format(counted_page(HTML)))
    assert (answer.status_code, answer.get_json(force=True)["code"]) == (404, code)


@pytest.mark.parametrize("view", ["min=100", "min=100&chart=zipf", "q=tulip"])
def test_a_view_without_words_has_no_chart(client: FlaskClient, view: str) -> None:
    key, other = counted_page(HTML), counted_page("<p>the")
    page = client.get(f"/counts/{key}?{view}")
    assert page.status_code == 200
    assert 'id="link"' in page.text
    assert 'id="charts"' not in page.text
    drawn = [f"/counts/{key}/chart.{ending}?{view}" for ending in ("svg", "png")]
    drawn.append(f"/compare/chart.svg?a={other}&b={other}&q=tulip")
    for path in drawn:
        answer = client.get(path)
        assert answer.status_code == 404, path
        assert answer.get_json(force=True)["code"] == "nothing_to_draw"
    assert 'id="charts"' not in client.get(f"/compare?a={other}&b={other}&q=tulip").text


def test_a_page_without_words_has_no_chart(client: FlaskClient) -> None:
    key = counted_page("<title>Nothing</title>")
    for view in ("", "?chart=zipf"):
        assert client.get(f"/counts/{key}{view}").status_code == 200
        assert client.get(f"/counts/{key}/chart.svg{view}").status_code == 404


def test_each_page_leads_to_its_charts(client: FlaskClient) -> None:
    one, other = counted_page(HTML, url="http://a.b/"), counted_page(HTML, url="http://a.b/")
    for path in (
        f"/counts/{one}",
        f"/counts/{one}/word?w=garden",
        f"/compare?a={one}&b={other}",
        "/history?url=http://a.b/",
    ):
        page = client.get(path).text
        for ending in ("svg", "png"):
            link = re.search(rf'<a href="([^"]+\.{ending}[^"]*)">', page)
            assert link, path
            assert client.get(link[1].replace("&amp;", "&")).status_code == 200
