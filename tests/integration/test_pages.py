"""What people get: pages that work without JavaScript, and escape every word of a stranger."""

import re
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

import jobs
from models import db
from storage import leases
from tests.counts import begin


def token(client: FlaskClient) -> str:
    found = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', client.get("/").text)
    assert found
    return found[1]


def submit(client: FlaskClient, url: str) -> TestResponse:
    return client.post("/", data={"url": url, "csrf_token": token(client)})


def count_of(client: FlaskClient, url: str = "example.com") -> str:
    return submit(client, url).headers["Location"].rpartition("/")[2]


def test_the_form(client: FlaskClient) -> None:
    response = client.get("/?url=example.org/%3Cb%3E")
    assert response.status_code == 200
    assert 'value="example.org/&lt;b&gt;"' in response.text
    assert response.headers["Content-Security-Policy"].startswith("default-src 'self';")
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_what_the_owner_of_a_site_reads(client: FlaskClient) -> None:
    response = client.get("/about")
    assert response.status_code == 200
    assert "no host more often than 60 times a minute" in response.text


def test_a_url_leads_to_the_page_of_its_count(client: FlaskClient) -> None:
    response = submit(client, " example.com ")
    assert response.status_code == 303
    assert re.fullmatch(r"/counts/[0-9a-f-]{36}", response.headers["Location"])
    page = client.get(response.headers["Location"]).text
    assert "Waiting for a worker" in page
    assert "http://example.com/" in page
    assert '<noscript><meta http-equiv="refresh"' in page


@pytest.mark.parametrize(
    ("url", "sentence"),
    [("", "Enter the address"), ("ftp://x", "Only http and https"), ("http://", "no valid host")],
)
def test_a_wrong_url_stays_in_the_form(client: FlaskClient, url: str, sentence: str) -> None:
    response = submit(client, url)
    assert response.status_code == 400
    assert sentence in response.text
    assert f'value="{url}"' in response.text
    assert 'aria-invalid="true"' in response.text


@pytest.mark.parametrize("forged", ["", "wrong"])
def test_the_form_wants_its_token(client: FlaskClient, forged: str) -> None:
    response = client.post("/", data={"url": "example.com", "csrf_token": forged})
    assert response.status_code == 400
    assert "The form needs a cookie" in response.text
    assert 'value="example.com"' in response.text
    assert jobs.queue().count == 0


def test_a_file_in_place_of_the_url(client: FlaskClient) -> None:
    file = (BytesIO(b"http://example.com/"), "url.txt")
    response = client.post("/", data={"csrf_token": token(client), "url": file})
    assert response.status_code == 400
    assert "Enter the address" in response.text


def test_a_time_is_in_utc_wherever_the_database_is(client: FlaskClient) -> None:
    key = count_of(client)
    finish(key, [("word", 1)])
    db.session.execute(text("UPDATE results SET finished_at = '2026-01-02 03:04:05+09'"))
    db.session.commit()
    assert "1 January 2026, 18:04 UTC" in client.get(f"/counts/{key}").text


def test_a_failed_count_says_why(client: FlaskClient) -> None:
    key = count_of(client)
    claim = begin(key)
    assert leases.fail(claim, "host_not_found", "There is no host named <b>x</b>.")
    page = client.get(f"/counts/{key}")
    assert page.status_code == 200
    assert "There is no host named &lt;b&gt;x&lt;/b&gt;." in page.text
    assert "host_not_found" in page.text
    assert "http-equiv" not in page.text


def finish(key: str, words: list[tuple[str, int]], **columns: object) -> None:
    claim = begin(key)
    shown = {
        "result_all": dict(words),
        "result_no_stop_words": dict(words),
        "final_url": "http://example.com/",
        "total_words": sum(times for _, times in words),
        "distinct_words": len(words),
        "bytes": 10,
        "charset": "utf-8",
    }
    assert leases.finish(claim, **{**shown, **columns})
    db.session.expire_all()


def test_every_word_and_title_is_escaped(client: FlaskClient) -> None:
    key = count_of(client)
    evil = "<script>alert(1)</script>"
    finish(key, [(evil, 3)], title=evil, language='"><b>', final_url="http://e/?<script>")
    page = client.get(f"/counts/{key}").text
    assert "<script>" not in page
    assert '"><b>' not in page
    assert page.count("&lt;script&gt;alert(1)") >= 4  # title, heading, table and chart


def test_a_title_as_long_as_a_page_is_cut(client: FlaskClient) -> None:
    key = count_of(client)
    finish(key, [("word", 1)], title="title " * 100_000)
    assert len(client.get(f"/counts/{key}").text) < 20_000


@pytest.mark.parametrize(
    ("total", "sentence"),
    [(4, "All words of this page are stop words"), (0, "shows <strong>no words")],
)
def test_a_count_without_rows(client: FlaskClient, total: int, sentence: str) -> None:
    key = count_of(client)
    finish(key, [], total_words=total)
    assert sentence in client.get(f"/counts/{key}").text


@pytest.mark.parametrize("path", ["/counts/x", "/nowhere", "/counts/"])
def test_unknown_addresses_are_pages(client: FlaskClient, path: str) -> None:
    response = client.get(path, headers={"Accept": "text/html"})
    assert (response.status_code, response.mimetype) == (404, "text/html")
    assert "<h1>Not Found</h1>" in response.text


def test_unknown_addresses_are_problems_for_programs(client: FlaskClient) -> None:
    response = client.get("/nowhere", headers={"Accept": "application/json"})
    assert (response.status_code, response.mimetype) == (404, "application/problem+json")
