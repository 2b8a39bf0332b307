"""What people submit from the pages, and who may: lists, pasted texts, cancelling, the history."""

import csv
import io
import re

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import create_app
from config import settings_from
from models import Result, Status, db
from storage import leases
from tests.counts import begin, counted, stored
from tests.integration.test_pages import count_of, token


def submit(client: FlaskClient, lines: str) -> TestResponse:
    return client.post("/", data={"url": lines, "csrf_token": token(client)})


def list_of(client: FlaskClient, lines: str) -> str:
    return submit(client, lines).headers["Location"]


def press(client: FlaskClient, path: str, **data: str) -> TestResponse:
    return client.post(path, data={"csrf_token": token(client), **data})


def test_several_lines_are_a_list(client: FlaskClient) -> None:
    address = list_of(client, "example.com\r\n\r\n  ftp://x  \r\nexample.com\r\nexample.org/<b>")
    assert re.fullmatch(r"/lists/[0-9a-f-]{36}", address)
    page = client.get(address).text
    assert "<strong>1</strong> of <strong>3</strong>" in page
    assert "Only http and https addresses can be counted" in page
    assert "<b>" not in page
    assert '<noscript><meta http-equiv="refresh"' in page


@pytest.mark.parametrize("text", ["example.com\n", "\r\n example.com \r\n\r\n"])
def test_one_line_is_no_list(client: FlaskClient, text: str) -> None:
    assert submit(client, text).headers["Location"].startswith("/counts/")


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ("ftp://a\nmailto:b", "No line of the list"),
        ("\n".join(f"a{n}.example" for n in range(201)), "201"),
    ],
)
def test_a_list_that_is_refused_stays_in_the_field(
    client: FlaskClient, lines: str, sentence: str
) -> None:
    response = submit(client, lines)
    assert response.status_code == 400
    assert sentence in response.text
    assert lines in response.text
    assert 'aria-describedby="url-error"' in response.text
    assert db.session.query(Result).count() == 0


def test_two_hundred_long_addresses_are_not_too_much(client: FlaskClient) -> None:
    lines = "\n".join(f"example.com/{n}{'x' * 1900}" for n in range(200))
    assert submit(client, lines).status_code == 303


def test_files_of_a_list(client: FlaskClient) -> None:
    key = list_of(client, "example.com/a\nexample.com/b\n=ftp://c\nexample.com/d")
    a, b = (str(r.job_key) for r in db.session.query(Result).order_by(Result.id).limit(2))
    finish_with(a, {"garden": 2, "=1+1": 1})
    finish_with(b, {})
    words = rows_of(client.get(f"{key}.csv"))
    assert [(row["number"], row["state"], row["word"], row["count"]) for row in words] == [
        ("1", "finished", "garden", "2"),
        ("1", "finished", "'=1+1", "1"),
        ("2", "finished", "", ""),
        ("3", "refused", "", ""),
        ("4", "queued", "", ""),
    ]
    assert words[3]["url"] == "'=ftp://c"
    assert words[3]["message"]
    pages = rows_of(client.get(f"{key}/pages.csv"))
    assert [row["total_words"] for row in pages] == ["3", "0", "", ""]


def test_a_list_warns_of_what_may_mislead(client: FlaskClient) -> None:
    address = list_of(client, "example.com/a\nexample.com/b")
    a, b = (str(r.job_key) for r in db.session.query(Result).order_by(Result.id))
    facts = {"total_words": 2, "distinct_words": 2, "result_all": {}, "result_no_stop_words": {}}
    assert leases.finish(begin(a), doubts=["log_in"], final_url="http://example.com/in", **facts)
    assert leases.finish(begin(b), doubts=[], final_url="http://other.example/", **facts)
    db.session.remove()
    page = client.get(address).text
    assert "This looks like a log-in page" in page
    assert "another host: other.example, not example.com" in page
    assert "<strong>4</strong> words in all" in page
    messages = [row["message"] for row in rows_of(client.get(f"{address}/pages.csv"))]
    assert ["log-in" in messages[0], "another host" in messages[1]] == [True, True]
    assert "http://example.com/a" not in client.get("/").text
    assert "example.com/a and 1 more" in client.get("/").text


def finish_with(key: str, words: dict[str, int]) -> None:
    assert leases.finish(
        begin(key),
        total_words=sum(words.values()),
        distinct_words=len(words),
        result_all=words,
        result_no_stop_words=words,
    )
    db.session.remove()


def rows_of(response: TestResponse) -> list[dict[str, str]]:
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(response.data.decode("utf-8-sig"))))


@pytest.mark.parametrize("path", ["/lists/x", "/lists/x.csv", "/lists/x/pages.csv"])
def test_lists_that_there_are_not(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_what_was_counted_lately_is_the_sessions_own(app: Flask) -> None:
    mine, other = app.test_client(), app.test_client()
    for number in range(12):
        count_of(mine, f"example.com/{number}")
    list_of(mine, "a.example\nb.example")
    page = mine.get("/").text
    shown = re.findall(r'<li><a href="(/\w+)/', page)
    assert shown == ["/lists", *["/counts"] * 9]
    assert "http://example.com/11" in page
    assert "http://example.com/2<" not in page
    assert "Counted lately" not in other.get("/").text
    assert press(mine, "/forget").status_code == 303
    assert "Counted lately" not in mine.get("/").text


def test_what_was_removed_is_not_counted_lately(client: FlaskClient) -> None:
    count_of(client)
    db.session.query(Result).delete()
    db.session.commit()
    assert "Counted lately" not in client.get("/").text


def test_the_owner_cancels(client: FlaskClient) -> None:
    key = count_of(client)
    assert "Cancel</button>" in client.get(f"/counts/{key}").text
    response = press(client, f"/counts/{key}/cancel")
    assert (response.status_code, response.headers["Location"]) == (303, f"/counts/{key}")
    assert stored(key).error_code == "cancelled"


def test_nobody_else_cancels(app: Flask) -> None:
    mine, other = app.test_client(), app.test_client()
    key = count_of(mine)
    g.pop("csrf_token")  # requests of a test share it, those of a server do not
    assert "Cancel</button>" not in other.get(f"/counts/{key}").text
    refused = press(other, f"/counts/{key}/cancel")
    assert refused.status_code == 409
    assert "Somebody else waits for this count, too" in refused.text
    assert stored(key).status == Status.QUEUED


def test_what_is_done_is_not_cancelled(client: FlaskClient) -> None:
    key = count_of(client)
    finish_with(key, {"garden": 1})
    assert press(client, f"/counts/{key}/cancel").status_code == 303
    assert stored(key).status == Status.FINISHED
    assert press(client, "/counts/x/cancel").status_code == 404


@pytest.mark.parametrize("form", ["cancel", "text"])
def test_an_answer_to_a_form_is_loaded_again(client: FlaskClient, form: str) -> None:
    key = count_of(client)
    response = client.get(f"/counts/{key}/{form}")
    assert (response.status_code, response.headers["Location"]) == (303, f"/counts/{key}")


@pytest.mark.parametrize("path", ["/forget", "/counts/{key}/cancel", "/counts/{key}/text"])
def test_other_sites_press_no_buttons(client: FlaskClient, path: str) -> None:
    key = count_of(client)
    response = client.post(path.format(key=key), data={"csrf_token": "forged", "text": "Words"})
    assert response.status_code == 400
    assert stored(key).status == Status.QUEUED
    assert db.session.query(Result).count() == 1
    assert "Counted lately" in client.get("/").text


def test_a_text_in_place_of_a_page(client: FlaskClient) -> None:
    key = counted({"app": 1}, doubts=["built_by_script"])
    response = press(client, f"/counts/{key}/text", text="Ein Wort.\x00 Noch ein Wort.")
    assert response.status_code == 303
    pasted = stored(response.headers["Location"].rpartition("/")[2])
    assert pasted.pasted
    assert pasted.url == stored(key).url
    assert "\x00" not in (pasted.text or "")
    assert "Fetching the page" not in client.get(response.headers["Location"]).text


@pytest.mark.parametrize(
    ("text", "sentence"),
    [(" \n", "Paste the text of the page"), ("x" * 1_000_001, "1,000,000 characters")],
)
def test_a_text_that_is_refused_stays_in_its_box(
    client: FlaskClient, text: str, sentence: str
) -> None:
    key = counted({"app": 1})
    response = press(client, f"/counts/{key}/text", text=text)
    assert response.status_code == 400
    assert sentence in response.text
    assert text in response.text
    assert '<details class="paste" id="paste" open>' in response.text


def test_a_text_of_a_million_chinese_letters(client: FlaskClient) -> None:
    key = counted({"app": 1})
    fields = {"csrf_token": token(client), "text": "园" * 1_000_000}
    body = "".join(
        f'--end\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    response = client.post(
        f"/counts/{key}/text",
        data=f"{body}--end--\r\n".encode(),
        content_type="multipart/form-data; boundary=end",
    )
    assert response.status_code == 303


def test_a_text_that_could_not_be_counted_is_still_there(client: FlaskClient) -> None:
    key = counted({"app": 1})
    pasted = press(client, f"/counts/{key}/text", text="My <b> text").headers["Location"]
    press(client, f"{pasted}/cancel")
    page = client.get(pasted).text
    assert "My &lt;b&gt; text</textarea>" in page
    assert "Try again" not in page


def test_too_often_keeps_the_text(environ: dict[str, str], app: Flask) -> None:
    key = counted({"app": 1})
    busy = {**environ, "RATELIMIT_ENABLED": "true", "SUBMISSION_RATE_LIMIT": "1/hour"}
    client = create_app(settings_from(busy)).test_client()
    sent = {"csrf_token": token(client), "text": "My text " * 10_000}
    assert client.post(f"/counts/{key}/text", data=sent).status_code == 303
    for path in (f"/counts/{key}/text", "/counts/x/text"):
        response = client.post(path, data=sent, headers={"Accept": "text/html"})
        assert response.status_code == 429
        assert sent["text"] in response.text
        assert "You have submitted many pages" in response.text


def test_a_text_for_a_count_that_there_is_not(client: FlaskClient) -> None:
    assert press(client, "/counts/x/text", text="Words").status_code == 404
