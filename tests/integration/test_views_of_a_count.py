"""What the page of a finished count shows, and what it gives to take along."""

import csv
import io
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

import submissions
from models import db
from tests.counts import counted, stored
from views.sizes import MOST_RANKED_WORDS

WORDS = {"garden": 6, "Garden": 2, "gardens": 1, "Roses": 3, "été": 2, "zoo": 1}
STOP_WORDS = {"the": 15, "The": 1}


def page_of(client: FlaskClient, view: str = "", **facts: Any) -> str:
    key = counted(WORDS, STOP_WORDS, **facts)
    response = client.get(f"/counts/{key}{view}")
    assert response.status_code == 200, response.text
    return response.text


def words_in(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><bdi[^>]*><a[^>]*>(.*?)</a></bdi>', page)


@pytest.mark.parametrize(
    ("view", "words"),
    [
        ("", ["garden", "Roses", "été", "gardens", "zoo"]),
        ("?stopwords=keep", ["the", "garden", "Roses", "été", "gardens", "zoo"]),
        ("?case=keep", ["garden", "Roses", "Garden", "été", "gardens", "zoo"]),
        ("?forms=together", ["garden", "Roses", "été", "zoo"]),
        ("?forms=together&case=keep", ["garden", "Roses", "été", "zoo"]),
        ("?min=6", ["garden", "gardens"]),
        ("?q=GARD", ["garden", "gardens"]),
        ("?q=%C3%89T%C3%89", ["été"]),
        ("?q=te%CC%81", ["été"]),
        ("?sort=rare&top=2", ["gardens", "zoo"]),
        ("?sort=az", ["été", "garden", "gardens", "Roses", "zoo"]),
        ("?sort=za&top=1", ["zoo"]),
        ("?q=ETE", ["été"]),
        ("?q=%CC%81", []),
        ("?q=%00", []),
        ("?q=gar%0Aden", []),
        ("?q=nothing", []),
    ],
)
def test_views(client: FlaskClient, view: str, words: list[str]) -> None:
    assert words_in(page_of(client, view)) == words


@pytest.mark.parametrize(
    "view",
    [
        "top=0",
        "top=1001",
        "top=x",
        "min=0",
        "min=101",
        "min=²",
        "sort=up",
        "chart=pie",
        "forms=all",
    ],
)
def test_views_that_there_are_not(client: FlaskClient, view: str) -> None:
    response = client.get(f"/counts/{counted(WORDS)}?{view}", headers={"Accept": "text/html"})
    assert response.status_code == 400
    assert f"{view.partition('=')[0]}&#34; must be" in response.text


@pytest.mark.parametrize(
    ("view", "drawn", "which"),
    [
        ("", ["garden", "Roses", "été", "gardens", "zoo"], "The 5 most frequent words"),
        ("?q=GARD", ["garden", "gardens"], "The 2 most frequent words with “GARD”"),
        ("?q=gard&sort=rare&top=1", ["garden", "gardens"], "The 2 most frequent words with “gard”"),
        ("?q=zo", ["zoo"], "The only word with “zo”"),
    ],
)
def test_the_columns_are_those_of_what_is_found(
    client: FlaskClient, view: str, drawn: list[str], which: str
) -> None:
    page = page_of(client, view)
    assert re.findall(r"<g><title>(.*?): \d+</title>", page) == drawn
    assert f'<title id="chart-title">{which} as columns.</title>' in page
    assert f"<figcaption><bdi>{which}</bdi>, each column" in page


def test_there_is_nothing_to_draw(client: FlaskClient) -> None:
    page = page_of(client, "?q=<b>nothing")
    assert "There is nothing to draw" in page
    assert "<svg class" not in page
    assert "<b>nothing" not in page


def test_ranks_are_those_of_all_words_whatever_is_searched_for(client: FlaskClient) -> None:
    page = page_of(client, "?q=gard&chart=zipf")
    assert words_in(page) == ["garden", "gardens"]
    assert page.count('<circle class="point"') == 5
    assert "all are drawn, whatever is searched for" in page
    assert "whatever is searched for" not in page_of(client, "?chart=zipf")


def test_what_is_usual_is_left_out_of_the_address(client: FlaskClient) -> None:
    page = page_of(client, "?q=&stopwords=drop&min=1&case=keep&top=10")
    assert re.search(r'id="permalink" href="http://localhost/counts/[0-9a-f-]+\?case=keep"', page)


def test_shares_are_of_all_words(client: FlaskClient) -> None:
    assert "25.81%" in page_of(client)  # 8 of 31, not of the 15 that are no stop words


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        (
            {"doubts": ["built_by_script"], "total_words": 14},
            "Only 14 words: this page is",
        ),
        ({"doubts": ["built_by_script"], "total_words": 1}, "Only 1 word: this page is"),
        ({"doubts": ["log_in"]}, "This looks like a log-in page"),
        ({"doubts": ["consent"]}, "This looks like a page that asks for consent"),
        ({"doubts": ["robot_check"]}, "This looks like a check for robots"),
        ({"final_url": "http://other.example/"}, "another host: other.example, not example.com."),
    ],
)
def test_warnings(client: FlaskClient, facts: dict[str, Any], sentence: str) -> None:
    page = page_of(client, **facts)
    assert sentence in page
    is_open = '<details class="paste" id="paste" open>' in page
    assert is_open == ("doubts" in facts)  # a redirect may be well meant


def test_no_warning_without_need(client: FlaskClient) -> None:
    page = page_of(client, final_url="http://www.example.com/else", doubts=[])
    assert 'class="warning"' not in page
    assert '<details class="paste" id="paste">' in page


@pytest.mark.parametrize(
    ("words", "language", "time"),
    [
        (227, "en", "less than a minute"),
        (228, "en", "about 1 minute"),
        (2280, "en", "about 10 minutes"),
        (569_556, "en", "about 42 hours"),
    ],
)
def test_reading_time(client: FlaskClient, words: int, language: str, time: str) -> None:
    page = page_of(client, total_words=words, language=language)
    assert f"takes <strong>{time}</strong>" in page


def test_tiny_shares(client: FlaskClient) -> None:
    page = page_of(client, total_words=1_000_000)
    assert "&lt;0.01%" in page
    key = counted({"once": 1}, total_words=1_000_000)
    assert rows_of(client, key)[0]["share"] == "0.000001"


def test_a_language_without_stems(client: FlaskClient) -> None:
    page = page_of(client, language="ja")
    assert "(not in this language)" in page


def test_a_page_with_too_many_words_shows_the_first(client: FlaskClient) -> None:
    page = page_of(
        client,
        "?min=3&q=a",
        distinct_words=MOST_RANKED_WORDS + 1,
        tops={"no_stop_words/folded": [["garden", 6], ["Roses", 3]]},
    )
    assert words_in(page) == ["garden"]
    assert "only the most frequent 2 are shown" in page


def rows_of(client: FlaskClient, key: str, view: str = "") -> list[dict[str, str]]:
    response = client.get(f"/counts/{key}.csv{view}")
    assert response.status_code == 200
    assert response.mimetype == "text/csv"
    return list(csv.DictReader(io.StringIO(response.data.decode("utf-8-sig"))))


def test_csv_has_all_words_whatever_the_view(client: FlaskClient) -> None:
    key = counted(WORDS, STOP_WORDS)
    rows = rows_of(client, key, "?q=zoo&min=9&top=1")
    assert [(row["word"], row["count"], row["stop_word"]) for row in rows] == [
        ("the", "16", "yes"),
        ("garden", "8", "no"),
        ("Roses", "3", "no"),
        ("été", "2", "no"),
        ("gardens", "1", "no"),
        ("zoo", "1", "no"),
    ]
    assert rows[0]["share"] == "0.516129"
    assert len(rows_of(client, key, "?case=keep")) == 8
    assert len(rows_of(client, key, "?forms=together")) == 5


def test_no_cell_is_a_formula(client: FlaskClient) -> None:
    evil = {"=cmd|'/c calc'!A0": 3, "@SUM(1)": 2, "＝1": 2, '"quoted", and more': 1, "x" * 500: 1}
    rows = rows_of(client, counted(evil))
    assert {row["word"] for row in rows} == {
        "'=cmd|'/c calc'!A0",
        "'@SUM(1)",
        "'＝1",
        '"quoted", and more',
        "x" * 500,
    }


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("example.com", "words-example.com"),
        ('exa"m\r\nple.com', "words-exa-mple.com"),
        ("[::1]", "words-1"),
    ],
)
def test_the_name_of_a_file(client: FlaskClient, host: str, name: str) -> None:
    key = counted(WORDS, final_url=f"http://{host}/")
    disposition = client.get(f"/counts/{key}.json").headers["Content-Disposition"]
    assert disposition == f'attachment; filename="{name}-{key[:8]}.json"'


@pytest.mark.parametrize("ending", ["csv", "json"])
def test_nothing_to_take_along_yet(client: FlaskClient, ending: str) -> None:
    key = submissions.submit("http://example.com/")
    response = client.get(f"/counts/{key}.{ending}", headers={"Accept": "application/json"})
    assert response.status_code == 409
    assert response.json
    assert response.json["code"] == "not_finished"
    assert client.get(f"/counts/x.{ending}").status_code == 404


def test_a_count_from_before_there_were_doubts(client: FlaskClient) -> None:
    key = counted(WORDS, doubts=None)
    assert client.get(f"/counts/{key}").status_code == 200
    assert stored(key).doubts is None


def test_a_doubt_of_a_later_release(client: FlaskClient) -> None:
    key = counted(WORDS)
    db.session.execute(text("""UPDATE results SET doubts = '["no_such_doubt"]'"""))
    db.session.commit()
    assert client.get(f"/counts/{key}").status_code == 200


def forms_in(page: str) -> list[str]:
    cells = re.findall(r'<small class="forms">(.*?)</small>', page)
    return [re.sub("<[^>]*>", "", cell).replace("&nbsp;", " ") for cell in cells]


@pytest.mark.parametrize(
    ("view", "forms"),
    [
        ("", []),  # what is stored is shown at once
        ("?sort=az", []),
        ("?forms=together", [", written garden 6, Garden 2, gardens 1"]),
        ("?q=garden", [", written garden 6, Garden 2"]),
        ("?q=garden&case=keep", []),
        ("?q=garden&stopwords=keep&of=page", [", written garden 6, Garden 2"]),
    ],
)
def test_forms_are_listed_for_who_asks(client: FlaskClient, view: str, forms: list[str]) -> None:
    assert forms_in(page_of(client, view)) == forms


def test_a_word_with_very_many_forms(client: FlaskClient) -> None:
    spellings = {f"{'a' * number}B{'a' * (300 - number)}": 1 for number in range(300)}
    other = {"the<b>": 2, "Wordy": 1, "wordy": 1}
    short = {f"{'A' * number}{'a' * (20 - number)}": 1 for number in range(20)}
    page = client.get(f"/counts/{counted({**spellings, **other, **short})}?forms=together").text
    [many, *_] = [row for row in forms_in(page) if "more" in row]
    assert many.endswith(" and 8 more")
    assert "<b>" not in page.partition('id="table"')[2].partition("</table>")[0]


def test_files_have_the_forms_of_each_word(client: FlaskClient) -> None:
    key = counted({"garden": 6, "gardens": 1, "=A": 2, "=a": 1})
    rows = rows_of(client, key, "?forms=together")
    assert [(row["word"], row["forms"]) for row in rows] == [
        ("garden", "garden 6, gardens 1"),
        ("'=A", "'=A 2, =a 1"),
    ]
    words = client.get(f"/counts/{key}.json?forms=together").get_json()["words"]
    assert words[0]["forms"] == [["garden", 6], ["gardens", 1]]
    assert "forms" not in rows_of(client, key, "?case=keep")[0]
