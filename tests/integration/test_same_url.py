"""A URL that is submitted again: the count of before, or a fresh one."""

import re
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app import create_app
from config import settings_from
from models import db
from storage import admission, leases
from tests.counts import begin

pytestmark = pytest.mark.usefixtures("app")
URL = "http://example.com/"


@pytest.fixture
def client(environ: dict[str, str]) -> FlaskClient:
    """Asks an application that counts no page twice within an hour."""
    return create_app(settings_from({**environ, "RESULT_REUSE_SECONDS": "3600"})).test_client()


def start(client: FlaskClient, url: str = URL, **body: object) -> str:
    accepted = client.post("/start", json={"url": url, **body})
    assert accepted.status_code == 200
    return accepted.text


def finish(key: str, *, seconds_ago: int = 0) -> None:
    shown = {"final_url": URL, "total_words": 0, "distinct_words": 0, "bytes": 1}
    assert leases.finish(begin(key), charset="utf-8", tops={}, reading_ease={}, **shown)
    ago = text("UPDATE results SET finished_at = now() - make_interval(secs => :ago)")
    db.session.execute(ago, {"ago": seconds_ago})
    db.session.commit()


def submit_form(client: FlaskClient, page: str, **fields: str) -> str:
    """Submit what a form on a page would; the key that this leads to."""
    token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', client.get(page).text)
    assert token
    response = client.post("/", data={"csrf_token": token[1], **fields})
    assert response.status_code == 303
    return response.headers["Location"].rpartition("/")[2]


def test_within_the_time_it_is_the_count_of_before(client: FlaskClient) -> None:
    key = start(client)
    finish(key, seconds_ago=3500)
    assert start(client, "HTTP://example.com:80/#top") == key
    assert submit_form(client, "/", url="example.com", fresh="") == key
    assert start(client, "http://example.com/other") != key


def test_after_the_time_it_is_counted_anew(client: FlaskClient) -> None:
    key = start(client)
    finish(key, seconds_ago=3700)
    again = start(client)
    assert again != key
    assert submit_form(client, "/", url="example.com") == again


def test_a_failure_is_not_given_again(client: FlaskClient) -> None:
    key = start(client)
    assert leases.fail(begin(key), "timeout", "The site did not finish answering.")
    assert start(client) != key


def test_a_program_asks_for_a_fresh_count(client: FlaskClient) -> None:
    key = start(client)
    finish(key)
    assert start(client, fresh=False) == key
    assert start(client, fresh=True) != key


def test_a_person_asks_for_a_fresh_count(client: FlaskClient) -> None:
    key = start(client)
    finish(key)
    page = client.get(f"/counts/{key}").text
    form = page.partition('<form action="/" method="post">')[2].partition("</form>")[0]
    assert "Count again" in form
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))
    assert hidden.keys() == {"csrf_token", "url", "fresh"}
    assert hidden["url"] == URL
    response = client.post("/", data=hidden)
    assert response.status_code == 303
    assert response.headers["Location"] != f"/counts/{key}"
    assert client.get(response.headers["Location"]).status_code == 200


def test_another_site_cannot_ask_for_it(client: FlaskClient) -> None:
    key = start(client)
    finish(key)
    response = client.post("/", data={"url": URL, "fresh": "true"})
    assert response.status_code == 400
    assert start(client) == key


def test_only_a_finished_count_has_the_button(client: FlaskClient) -> None:
    key = start(client)
    assert "Count again" not in client.get(f"/counts/{key}").text
    assert leases.fail(begin(key), "timeout", "The site did not finish answering.")
    failed = client.get(f"/counts/{key}").text
    assert "Count again" not in failed
    assert 'href="/?url=http://example.com/">Change the address</a>' in failed


def test_threads_that_ask_for_the_first_time_at_the_same_moment(app: Flask) -> None:
    """Seen: two of the first 32 requests of a process ended as 500."""
    threads, failures = 8, []
    ready = threading.Barrier(threads)

    def ask(number: int) -> None:
        with app.app_context():
            db.session.connection()
            ready.wait()
            try:
                admission.reusable([f"http://{number}.example/"], 60)
            except SQLAlchemyError as error:
                failures.append(error)
            finally:
                db.session.rollback()

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _ in range(10):
            admission._reusable.cache_clear()
            db.engine.clear_compiled_cache()
            with ThreadPoolExecutor(threads) as pool:
                list(pool.map(ask, range(threads)))
    finally:
        sys.setswitchinterval(interval)
    assert failures == []
