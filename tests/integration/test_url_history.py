"""All counts of a URL, and what has changed between them."""

import csv
import html
import io
import json
import re
from datetime import datetime
from importlib import import_module

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

import submissions
from models import db
from storage import leases
from tests.counts import begin, counted
from tests.support import NOBODYS_KEY, statements
from views import turns, url_changes
from views.sizes import LARGE, LARGE_TEXT_BYTES
from views.turns import TURNS
from views.url_changes import MOST_IN_JSON

pytestmark = pytest.mark.usefixtures("app")

URL = "http://example.com/prices?a=1&b=2"


def count(words: dict[str, int], **facts: object) -> str:
    return counted(words, {"the": 5}, url=URL, **facts)


def history(client: FlaskClient, url: str = URL, **more: str) -> str:
    answer = client.get("/history", query_string={"url": url, **more})
    assert answer.status_code == 200, answer.text
    return answer.text


def lines_in(page: str) -> list[str]:
    """What stands beside each count."""
    rows = re.findall(r'<th scope="row"><a[^>]*>.*?</a>(.*?)</th>', page, re.DOTALL)
    return [html.unescape(" ".join(re.sub("<[^>]+>", "", row).split())) for row in rows]


def keys_in(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><a href="/counts/([^"]*)"', page)


def test_it_can_be_cited(client: FlaskClient) -> None:
    count({"rose": 1})
    key = count({"rose": 2})
    earlier = "UPDATE results SET finished_at = finished_at - interval '2 d' WHERE job_key = :key"
    db.session.execute(text(earlier), {"key": key})  # finished first
    db.session.commit()
    submissions.submit(URL, fresh=True)
    pattern = re.compile(r'id="citation">(.*?)</span>')
    found = pattern.search(history(client))
    assert found
    time = r"\d+ \w+ \d{4}, \d\d:\d\d UTC"
    told = re.fullmatch(
        rf"{re.escape(URL)}, 2 counts from ({time}) to ({time}), by Wordcount, (http://localhost/.*)",
        html.unescape(found[1]),
    )
    assert told
    first, last = (datetime.strptime(when, "%d %B %Y, %H:%M %Z") for when in told.groups()[:2])
    assert (last - first).days in {1, 2}
    assert client.get(told[3]).status_code == 200
    only = "http://example.com/only"
    counted({"rose": 1}, url=only)
    found = pattern.search(history(client, only))
    assert found
    assert re.match(rf"{only}, counted {time}, by Wordcount, http", found[1])
    waiting = "http://example.com/waiting"
    submissions.submit(waiting)
    assert not pattern.search(history(client, waiting))


def file_of(client: FlaskClient, ending: str = "json") -> str:
    answer = client.get(f"/history.{ending}", query_string={"url": URL})
    assert answer.status_code == 200, answer.text
    return answer.text


def test_counts_with_what_changed_in_them(client: FlaskClient) -> None:
    first = count({"garden": 6, "free": 4, "Rose": 1, "rose": 2}, main_words=0)
    second = count({"garden": 6, "pricing": 6, "Rose": 3}, main_words=12)
    third = count({"garden": 6, "pricing": 6, "Rose": 3})
    counted({"other": 1}, url="http://example.com/prices")
    page = history(client)
    assert keys_in(page) == [third, second, first]
    assert lines_in(page) == [
        "No word has changed · Compare" + lines_in(page)[0].partition("Compare")[2],
        "+pricing 6, −free 4 · Compare" + lines_in(page)[1].partition("Compare")[2],
        "",
    ]
    assert f'href="/compare?a={first}&amp;b={second}"' in page
    assert f'href="/compare?a={second}&amp;b={third}"' in page
    assert "3 counts, newest first" in page
    assert '<td class="number">12</td>' in page


def test_the_url_is_read_as_submissions_read_it(client: FlaskClient) -> None:
    key = count({"garden": 1})
    assert keys_in(history(client, " HTTP://EXAMPLE.com:80/x/../prices?a=1&b=2#top ")) == [key]
    link = re.search('href="([^"]*)">History of this page<', client.get(f"/counts/{key}").text)
    assert link
    assert keys_in(client.get(html.unescape(link[1])).text) == [key]


def test_counts_without_words_are_listed_but_not_drawn(client: FlaskClient) -> None:
    first = count({"garden": 6})
    failed = submissions.submit(URL, fresh=True)
    assert leases.fail(begin(failed), "timeout", "It took <too> long.")
    page = history(client)
    assert "<polyline" not in page
    last = count({"garden": 7})
    waiting = submissions.submit(URL, fresh=True)
    page = history(client)
    assert keys_in(page) == [waiting, last, failed, first]
    assert lines_in(page)[0] == "waiting to be counted"
    assert lines_in(page)[1].startswith("+garden 1 · Compare")  # with the last that has words
    assert lines_in(page)[2] == "not counted: It took <too> long."
    assert page.count("<circle") == 2
    assert "<polyline" in page
    assert "From 11 words" in " ".join(re.sub("<[^>]+>", "", page).split())


def test_pasted_texts_are_private(client: FlaskClient) -> None:
    key = count({"garden": 1})
    submissions.submit_text("My own text.", URL)
    assert keys_in(history(client)) == [key]
    assert len(client.get("/history.json", query_string={"url": URL}).get_json()["counts"]) == 1
    pasted = submissions.submit_text("Another text.", URL)
    assert leases.finish(begin(pasted), charset="utf-8", tops={}, final_url=URL, total_words=0,
                         distinct_words=0, bytes=1)  # fmt: skip
    assert "History of this page" not in client.get(f"/counts/{pasted}").text
    assert pasted not in client.get(f"/compare?a={key}").text


def test_no_counts(client: FlaskClient) -> None:
    page = history(client, "example.org")
    assert "No count of this address is kept." in page
    assert 'name="url" value="http://example.org/"' in page
    assert client.get("/history.json?url=example.org").get_json() == {
        "url": "http://example.org/",
        "counts": [],
    }


def test_no_url_and_such_as_cannot_be_read(client: FlaskClient) -> None:
    assert "All counts of one address" in client.get("/history").text
    refused = client.get("/history?url=ftp://x<b>")
    assert refused.status_code == 400
    assert "Only http and https addresses can be counted" in refused.text
    assert "&lt;b&gt;" in refused.text
    for path in ("/history.csv", "/history.csv?url=ftp://x"):
        assert client.get(path).status_code == 400


def test_older_counts_have_a_page_of_their_own(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_module("views.url_history"), "MOST_SHOWN", 2)
    keys = [count({"garden": number}) for number in range(1, 6)][::-1]
    seen: list[str] = []
    before: dict[str, str] = {}
    for shown in (2, 2, 1):
        page = history(client, **before)
        assert len(keys_in(page)) == shown
        seen += keys_in(page)
        for line in lines_in(page)[: shown - (len(seen) == 5)]:
            assert line.startswith("+garden 1")  # also that whose neighbour is on the next page
        link = re.search(r'href="/history\?url=[^"]*before=([^"]*)" rel="next"', page)
        assert bool(link) == (len(seen) < 5)
        before = {"before": link[1]} if link else {}
    assert seen == keys
    assert len(client.get("/history.json", query_string={"url": URL}).get_json()["counts"]) == 5


def test_another_pages_count_is_no_beginning(client: FlaskClient) -> None:
    count({"garden": 1})
    other = counted({"garden": 1})
    for key in (other, str(NOBODYS_KEY), "x", ""):
        answer = client.get("/history", query_string={"url": URL, "before": key})
        assert (answer.status_code, answer.get_json(force=True)["code"]) == (404, "unknown_key")


def test_the_files(client: FlaskClient) -> None:
    key = count({"garden": 1, "=cmd": 4}, main_words=3)
    newer = count({"garden": 1, "=cmd": 5, "a": 2, "b": 1})
    rows = list(csv.DictReader(io.StringIO(file_of(client, "csv").lstrip("\ufeff"))))
    assert [row["job_key"] for row in rows] == [newer, key]
    assert [row["total_words"] for row in rows] == ["14", "10"]
    assert [row["changes"] for row in rows] == ["'+a 2, +=cmd 1, +b 1", ""]
    assert [row["changed_words"] for row in rows] == ["3", ""]
    assert file_of(client, "tsv").splitlines()[2].split("\t")[6] == "3"


def test_programs_get_more_changes_as_lists(client: FlaskClient) -> None:
    count({"garden": 9, "rose": 1})
    count({"garden": 5, "rose": 1, **{f"new{number:03}": 1 for number in range(MOST_IN_JSON)}})
    newer, older = json.loads(file_of(client))["counts"]
    assert newer["changed_words"] == MOST_IN_JSON + 1
    assert newer["changes"][:2] == [["garden", -4], ["new000", 1]]
    assert len(newer["changes"]) == MOST_IN_JSON
    assert (older["changed_words"], older["changes"]) == (None, None)
    row = next(csv.DictReader(io.StringIO(file_of(client, "csv").lstrip("\ufeff"))))
    assert row["changed_words"] == str(MOST_IN_JSON + 1)
    assert row["changes"] == "'-garden 4, " + ", ".join(f"+new{n:03} 1" for n in range(5))


def test_many_counts_are_read_at_once(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(url_changes, "COUNTS_AT_ONCE", 4)
    for number in range(7):
        count({"garden": number + 1})
    with statements() as asked:
        rows = json.loads(file_of(client))["counts"]
    assert [row["changes"] for row in rows] == [[["garden", 1]]] * 6 + [None]
    assert sum("result_no_stop_words" in statement for statement in asked) == 2


@pytest.mark.parametrize("limit", ["FORMS_AT_ONCE", "BYTES_AT_ONCE"])
def test_of_large_counts_few_are_read_at_once(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(url_changes, limit, 1)
    for number in range(3):
        count({"garden": number + 1})
    with statements() as asked:
        history(client)
    assert sum("result_no_stop_words" in statement for statement in asked) == 3


@pytest.mark.parametrize(
    "facts", [{"distinct_words": 1, "total_words": LARGE}, {"bytes": LARGE_TEXT_BYTES + 1}]
)
def test_large_histories_take_turns(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, facts: dict[str, int]
) -> None:
    monkeypatch.setattr(turns, "PATIENCE", 0.0)
    count({"garden": 1})
    with TURNS.taken(0):
        assert file_of(client)
        count({"garden": 2}, **facts)
        for path in ("/history", "/history.json"):
            answer = client.get(path, query_string={"url": URL})
            assert (answer.status_code, answer.get_json(force=True)["code"]) == (503, "busy")


def test_many_bytes_are_not_compared(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(url_changes, "MOST_BYTES", 2_000)
    for number in range(3):  # each of a page of a thousand bytes
        count({"garden": number + 1})
    assert [row["changes"] for row in json.loads(file_of(client))["counts"]] == [
        [["garden", 1]],
        None,
        None,
    ]


def test_large_columns_are_read_only_where_they_are_compared(client: FlaskClient) -> None:
    for number in range(3):
        count({"garden": number + 1})
    failed = submissions.submit(URL, fresh=True)
    assert leases.fail(begin(failed), "timeout", "It took too long.")
    with statements() as asked:
        history(client)
    assert sum("result_no_stop_words" in statement for statement in asked) == 1
    assert not any("result_all" in statement or "text_index" in statement for statement in asked)


def test_many_words_are_not_compared(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(url_changes, "MOST_FORMS", 30)
    for number in range(1, 4):  # each of as many as it has words, for no sizes are stored
        count({"garden": number + 3})
    lines = lines_in(history(client))
    assert lines[0].startswith("+garden 1 · Compare")
    assert lines[1].startswith("+garden 1 · Compare")
    count({"garden": 20})
    lines = lines_in(history(client))
    assert lines[0].startswith("Too many words to be compared in this list · Compare")
    assert lines[2].startswith("Too many words to be compared in this list · Compare")


def test_a_form_is_another_word_in_another_language(client: FlaskClient) -> None:
    count({"l'eau": 2, "mer": 1}, language="en")
    count({"l'eau": 2, "mer": 1}, language="fr", rule_version=3)
    assert lines_in(history(client))[0].startswith("+eau 2, −l'eau 2 · by other rules · Compare")
