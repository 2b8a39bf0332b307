"""Every ranking can be of the main text only."""

import pytest
from flask.testing import FlaskClient

from tests.counts import counted, counted_page

HTML = """<html lang=en><title>A garden</title><nav>Home garden Shop</nav>
<main><p>The garden has a rose. The rose is red.</p><p>A Garden again.</p></main>
<footer>Shop</footer>"""
#: The two paragraphs, as they stand in the text.
MAIN = [(17, 72)]

pytestmark = pytest.mark.usefixtures("app")


def test_the_main_text_is_ranked_by_itself(client: FlaskClient) -> None:
    key = counted_page(HTML, main=MAIN)
    assert client.get(f"/results/{key}").get_json()[:2] == [["garden", 3], ["rose", 2]]
    main = client.get(f"/results/{key}?of=main").get_json()
    assert main == [["garden", 2], ["rose", 2], ["red", 1]]
    kept = client.get(f"/results/{key}?of=main&stopwords=keep&top=3").get_json()
    assert kept == [["a", 2], ["garden", 2], ["rose", 2]]


def test_the_page_says_both_figures_and_shows_either(client: FlaskClient) -> None:
    key = counted_page(HTML, main=MAIN)
    whole = client.get(f"/counts/{key}").text
    assert "Main text 12 words, whole page 16." in whole
    main = client.get(f"/counts/{key}?of=main").text
    assert "3 of 3 words" in main
    assert "Shop" not in main.partition('id="table"')[2].partition("</table>")[0]


def test_a_file_of_the_main_text(client: FlaskClient) -> None:
    key = counted_page(HTML, main=MAIN)
    document = client.get(f"/counts/{key}.json?of=main").get_json()
    assert (document["of"], document["main_words"], document["total_words"]) == ("main", 12, 16)
    assert document["words"][0] == {
        "word": "a",
        "count": 2,
        "share": 0.166667,
        "stop_word": True,
        "forms": [["A", 1], ["a", 1]],
    }


def test_a_page_without_main_text_says_so(client: FlaskClient) -> None:
    key = counted_page(HTML, main=[])
    assert "No main text was found, whole page 16 words." in client.get(f"/counts/{key}").text
    refused = client.get(f"/results/{key}?of=main")
    assert (refused.status_code, refused.get_json(force=True)["code"]) == (409, "no_main_text")


def test_what_nobody_has_looked_for_is_not_said_to_be_missing(client: FlaskClient) -> None:
    key = counted({"garden": 2})
    assert "main text was found" not in client.get(f"/counts/{key}").text
    refused = client.get(f"/results/{key}?of=main")
    assert "not known" in refused.get_json(force=True)["detail"]


@pytest.mark.parametrize(
    ("eases", "sentence"),
    [
        ({"page": ("flesch", 64.24)}, "Flesch Reading Ease: 64.2, standard."),
        (
            {"page": ("flesch", 64.24), "main": ("flesch", 28.0)},
            "Flesch Reading Ease: main text 28.0, very difficult; whole page 64.2, standard.",
        ),
        ({}, None),
        ({"page": ("of a later release", 1.0)}, None),
    ],
    ids=["page", "both", "none", "unknown"],
)
def test_the_page_says_how_easy_it_reads(
    client: FlaskClient, eases: dict[str, tuple[str, float]], sentence: str | None
) -> None:
    page = client.get(f"/counts/{counted_page(HTML, reading_ease=eases)}").text
    assert (sentence or "Reading it aloud") in page
    assert ("Reading Ease" in page) == (sentence is not None)
