"""Pages of very many words: what is stored ready-made, and what takes turns."""

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import submissions
from models import db
from storage import leases
from tests.counts import begin, columns_of_text, counted, counted_page, stored
from tests.streams import own_web
from tests.support import statements
from views import turns
from views.rankings import Ranking
from views.sizes import (
    LARGE,
    LARGE_ALTS_BYTES,
    LARGE_TEXT,
    LARGE_TEXT_BYTES,
    MOST_RANKED_WORDS,
    is_large,
    words_to_rank,
)
from views.turns import AT_LARGE, MAX_AT_LARGE, TURNS
from wordcount import count_page

#: More words than are stored ready-made, in several forms, with stop words.
TEXT = "The garden of the Garden: gardens, Roses. " * 3 + " ".join(
    f"{word}{number} " * (1 + number % 3)
    for number in range(70)
    for word in ("oak", "Elm", "oak", "ELM")
)
EACH = [
    {"stop_words": stop_words, "fold_case": fold_case}
    for stop_words in (True, False)
    for fold_case in (True, False)
]


def as_the_pipeline_does(**facts: object) -> str:
    """The key of a count of the text above."""
    key = submissions.submit_text(TEXT, "http://example.com/")
    assert leases.finish(begin(key), **{**columns_of_text("http://example.com/", TEXT), **facts})
    db.session.remove()
    return key


def view_of(client: FlaskClient, key: str, view: str) -> str:
    """What changes with the view: switches, rule, table, chart."""
    db.session.remove()
    response = client.get(f"/counts/{key}{view}")
    assert response.status_code == 200, response.text
    found = re.search(r'<section aria-labelledby="view-heading".*?</section>', response.text, re.S)
    assert found
    return found[0]


def refusal(response: TestResponse) -> tuple[int, str]:
    return response.status_code, response.get_json(force=True)["code"]


def ask(client: FlaskClient, path: str) -> TestResponse:
    return client.get(path, headers={"Accept": "application/json"})


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("how", EACH, ids=str)
def test_sizes_are_those_of_the_rankings(how: dict[str, bool]) -> None:
    page = count_page(TEXT.encode(), "text/plain; charset=utf-8")
    rows = page.ranking(**how)
    size = Ranking(top=1, **how).size_of(stored(as_the_pipeline_does()))
    assert size == (len(rows), sum(times for _, times in rows))


USUAL = ["", "?stopwords=keep", "?case=keep", "?stopwords=keep&case=keep&top=100", "?top=60"]
OTHERS = ["?top=101", "?q=a", "?sort=rare", "?min=2", "?forms=together", "?chart=zipf"]


@pytest.mark.parametrize("view", USUAL)
def test_a_usual_view_needs_no_more_than_what_is_ready_made(client: FlaskClient, view: str) -> None:
    key, old = as_the_pipeline_does(), as_the_pipeline_does(sizes=None)
    with statements() as asked:
        ready_made = view_of(client, key, view)
    assert asked
    assert not [statement for statement in asked if "result_all" in statement]
    assert not [statement for statement in asked if "result_no_stop_words" in statement]
    assert ready_made == view_of(client, old, view).replace(old, key)


@pytest.mark.parametrize("view", OTHERS)
def test_any_other_view_is_the_same_with_and_without_sizes(client: FlaskClient, view: str) -> None:
    key, old = as_the_pipeline_does(), as_the_pipeline_does(sizes=None)
    with statements() as asked:
        page = view_of(client, key, view)
    assert [statement for statement in asked if "result_no_stop_words" in statement]
    assert page == view_of(client, old, view).replace(old, key)


def test_a_long_text_of_few_words_is_not_loaded_to_be_counted(client: FlaskClient) -> None:
    many = {"total_words": MOST_RANKED_WORDS + 1}
    keys = as_the_pipeline_does(**many), as_the_pipeline_does(**many, sizes=None)
    found = []
    for key in keys:
        result = stored(key)
        with statements() as asked:
            found.append(words_to_rank(result))
        assert not [statement for statement in asked if "SELECT results.result_all" in statement]
    assert found == [len(count_page(TEXT.encode(), "text/plain").counts)] * 2


def test_large_counts_take_turns(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PATIENCE", 0.0)
    large = as_the_pipeline_does(distinct_words=LARGE + 1)
    small = as_the_pipeline_does(distinct_words=LARGE)
    with TURNS.taken(0):
        for address in (f"/counts/{large}?sort=az", f"/results/{large}?forms=together"):
            response = ask(client, address)
            assert refusal(response) == (503, "busy")
            assert response.headers["Retry-After"] == "5"
        assert client.get(f"/counts/{large}?case=keep").status_code == 200
        assert client.get(f"/results/{large}").status_code == 200
        assert client.get(f"/counts/{small}?sort=az").status_code == 200
    assert client.get(f"/counts/{large}?sort=az").status_code == 200
    assert client.get(f"/results/{large}?forms=together").status_code == 200


def test_only_so_many_wait_for_their_turn(client: FlaskClient) -> None:
    large = as_the_pipeline_does(distinct_words=LARGE + 1)
    with ExitStack() as others:
        for _ in range(MAX_AT_LARGE):
            others.enter_context(AT_LARGE.held())
        assert refusal(ask(client, f"/counts/{large}?sort=az")) == (503, "busy")
    assert client.get(f"/counts/{large}?sort=az").status_code == 200


def test_a_busy_page_says_so_to_people(client: FlaskClient) -> None:
    large = as_the_pipeline_does(distinct_words=LARGE + 1)
    with ExitStack() as others:
        for _ in range(MAX_AT_LARGE):
            others.enter_context(AT_LARGE.held())
        response = client.get(f"/counts/{large}?sort=az", headers={"Accept": "text/html"})
    assert (response.status_code, response.mimetype) == (503, "text/html")
    assert "Please try again in a moment" in response.text


def test_many_views_of_a_large_count_at_once(
    app: Flask, environ: dict[str, str], logs: Path
) -> None:
    key = counted({f"word{number}": 1 for number in range(LARGE + 1)})
    with own_web(environ, logs / "large.log") as (program, web), ThreadPoolExecutor(16) as people:

        def status(address: str) -> int:
            headers = {"Accept": "application/json"}
            return requests.get(web + address, headers=headers, timeout=60).status_code

        views = list(people.map(status, [f"/counts/{key}?forms=together"] * 32 + ["/about"]))
        assert views.pop() == 200
        assert {200} <= set(views) <= {200, 503}
        assert status(f"/counts/{key}?forms=together") == 200
        assert "Traceback" not in program.log


#: Of each: what makes it large, in a text of a few words.
LARGE_IN_SOME_WAY = {
    "words": {"total_words": LARGE_TEXT + 1},
    "different words": {"distinct_words": LARGE + 1},
    "forms": {"sizes": {"all/as_written": (LARGE + 1, LARGE + 1), "no_stop_words/folded": (2, 2)}},
    "bytes": {"text": "1\n" * (LARGE_TEXT_BYTES // 2) + "1"},
    "alternative texts": {"alt_texts": "é" * (LARGE_ALTS_BYTES // 2) + "1"},
}
OF_TEXTS = [
    *("as-counted", "as-counted.csv", "word?w=rose", "word.csv?w=rose", "word/strip.svg?w=rose"),
    *("where", "where.csv", "phrases", "phrases.csv", "collocations", "collocations.csv"),
    *("?of=main", "embed?of=main", "chart.svg?of=main"),
]


@pytest.mark.parametrize("facts", LARGE_IN_SOME_WAY.values(), ids=LARGE_IN_SOME_WAY)
def test_large_texts_take_turns(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, facts: dict[str, Any]
) -> None:
    monkeypatch.setattr(turns, "PATIENCE", 0.0)
    html = "<p>A rose in a garden"
    large, small = (counted_page(html, main=[(0, 18)], **more) for more in (facts, {}))
    addresses = [f"/counts/{{}}{'' if '?' in view[:1] else '/'}{view}" for view in OF_TEXTS]
    addresses += ["/counts/{}.csv?of=main", "/results/{}?of=main", "/compare?a={}&b={}&of=main"]
    with TURNS.taken(0):
        for address in addresses:
            assert refusal(ask(client, address.format(large, large))) == (503, "busy"), address
        for address in addresses:
            assert client.get(address.format(small, small)).status_code == 200, address
        assert client.get(f"/counts/{large}").status_code == 200  # which is stored ready-made


def test_texts_are_not_loaded_to_see_how_large_they_are(client: FlaskClient) -> None:
    result = stored(counted_page("<p>A rose <img alt=Rose>"))
    with statements() as asked:
        assert not is_large(result)
    assert [statement for statement in asked if "octet_length(results.text)" in statement]
    assert not [statement for statement in asked if "SELECT results.text" in statement]
