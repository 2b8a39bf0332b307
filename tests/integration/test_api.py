"""What programs get from the API, without a worker: every answer but the counted words."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import create_engine, func, select, text
from werkzeug.test import TestResponse

import jobs
from app import create_app
from config import settings_from
from models import Result, db
from storage import leases
from tests.counts import begin, make_due
from tests.support import NOBODYS_KEY, json_of
from workers.rescuer import Watch

WORDS = {"Garden": 2, "garden": 1, "the": 5, "The": 1, "wall": 3}
WITHOUT_STOP_WORDS = {"Garden": 2, "garden": 1, "wall": 3}


def start(client: FlaskClient, **body: Any) -> TestResponse:
    return client.post("/start", json=body)


def problem(response: TestResponse) -> dict[str, Any]:
    assert response.mimetype == "application/problem+json"
    document: dict[str, Any] = json.loads(response.data)
    assert document["status"] == response.status_code
    assert document["title"]
    assert document["detail"]
    return document


def finished(client: FlaskClient) -> str:
    """A count that is finished, with the words above."""
    job_key = start(client, url="http://example.com/").text
    claim = begin(job_key)
    tops = {
        "no_stop_words/folded": [["Garden", 3], ["wall", 3]],
        "all/folded": [["the", 6], ["Garden", 3], ["wall", 3]],
        "no_stop_words/as_written": [["wall", 3], ["Garden", 2], ["garden", 1]],
        "all/as_written": [["the", 5], ["wall", 3], ["Garden", 2], ["The", 1], ["garden", 1]],
    }
    assert leases.finish(
        claim, tops=tops, result_all=WORDS, result_no_stop_words=WITHOUT_STOP_WORDS
    )
    return job_key


def test_start_answers_with_the_key_as_text(client: FlaskClient) -> None:
    response = start(client, url="Example.COM/a b#c")
    assert (response.status_code, response.mimetype) == (200, "text/plain")
    result = Result.by_key(response.text)
    assert result
    assert (result.url, result.status) == ("http://example.com/a%20b", "queued")
    assert jobs.queue().get_job_ids() == [response.text]


def test_https_stays_https(client: FlaskClient) -> None:
    result = Result.by_key(start(client, url="HTTPS://Example.com").text)
    assert result
    assert result.url == "https://example.com/"


def test_json_without_saying_so(client: FlaskClient) -> None:
    response = client.post("/start", data='{"url": "example.com"}')
    assert response.status_code == 200


def test_redis_holds_nothing_but_the_key_as_json(client: FlaskClient) -> None:
    key = start(client, url="http://example.com/").text
    # Read as RQ does, where our own jobs believe no more than the id.
    queue = Queue(jobs.QUEUE, connection=jobs.queue().connection, serializer=JSONSerializer)
    job = queue.fetch_job(key)
    assert job
    assert job.id == key
    assert (job.func_name, job.args) == (jobs.JOB, [key])
    stored = jobs.queue().connection.hget(f"rq:job:{key}", "data")
    assert isinstance(stored, bytes)
    assert b"example.com" not in stored


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "bad_json"),
        (b"url=http://example.com/", "bad_json"),
        (b'"http://example.com/"', "bad_json"),
        (b"[]", "bad_json"),
        (b"[" * 60_000, "bad_json"),
        (b"\xff\xfe", "bad_json"),
        (b"{}", "url_missing"),
        (b'{"url": null}', "url_missing"),
        (b'{"url": "  "}', "url_missing"),
        (b'{"url": 7}', "bad_parameter"),
        (b'{"url": "example.com", "callback_secret": "a long secret"}', "bad_parameter"),
        (b'{"url": "example.com", "fresh": "yes"}', "bad_parameter"),
        (b'{"url": "ftp://example.com"}', "url_scheme"),
        (b'{"url": "javascript:alert(1)"}', "url_scheme"),
        (b'{"url": "http://user:pass@example.com"}', "url_has_credentials"),
        (b'{"url": "http://example.com:0/"}', "url_port"),
        (b'{"url": "http://"}', "url_host"),
        (b'{"url": "http://a\\\\b"}', "url_has_backslash"),
        (b'{"url": "http://a/\\u0000"}', "url_has_control_characters"),
        (b'{"url": "http://a/' + b"x" * 2000 + b'"}', "url_too_long"),
        (b'{"url": "http://\\ud800.com/"}', "url_host"),
    ],
)
def test_what_start_refuses(client: FlaskClient, body: bytes, code: str) -> None:
    response = client.post("/start", data=body)
    assert response.status_code == 400
    assert problem(response)["code"] == code
    assert db.session.scalar(select(func.count()).select_from(Result)) == 0


def test_a_request_that_is_too_large(client: FlaskClient) -> None:
    response = client.post("/start", data=b"{" + b" " * 100_000)
    assert response.status_code == 413
    assert problem(response)["code"] == "request_entity_too_large"


def test_pages_of_other_sites_may_not_start_counts(client: FlaskClient) -> None:
    response = client.post(
        "/start", json={"url": "example.com"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert (response.status_code, problem(response)["code"]) == (403, "cross_site")


def test_the_same_url_while_it_is_pending(client: FlaskClient) -> None:
    key = start(client, url="http://example.com").text
    assert start(client, url="HTTP://EXAMPLE.com:80/#top").text == key
    assert start(client, url="http://example.com", fresh=True).text != key


def test_the_same_url_from_many_at_once(app: Flask) -> None:
    def submit(_: int) -> str:
        return start(app.test_client(), url="http://example.com/").text

    with ThreadPoolExecutor(8) as visitors:
        keys = set(visitors.map(submit, range(16)))
    assert len(keys) == 1
    assert jobs.queue().get_job_ids() == list(keys)


def test_pending(client: FlaskClient) -> None:
    key = start(client, url="http://example.com").text
    response = client.get(f"/results/{key}")
    assert response.status_code == 202
    assert json_of(response)["status"] == "queued"
    assert json_of(response)["url"] == "http://example.com/"
    assert response.headers["Retry-After"] == "1"
    begin(key)
    db.session.expire_all()
    assert json_of(client.get(f"/results/{key}"))["status"] == "running"


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("", [["Garden", 3], ["wall", 3]]),
        ("?top=1", [["Garden", 3]]),
        ("?stopwords=keep", [["the", 6], ["Garden", 3], ["wall", 3]]),
        ("?case=keep", [["wall", 3], ["Garden", 2], ["garden", 1]]),
        ("?case=keep&stopwords=keep&top=2", [["the", 5], ["wall", 3]]),
        ("?case=fold&stopwords=drop&top=0010", [["Garden", 3], ["wall", 3]]),
        ("?top=1000&stopwords=keep", [["the", 6], ["Garden", 3], ["wall", 3]]),
        ("?top=1000&case=keep", [["wall", 3], ["Garden", 2], ["garden", 1]]),
    ],
)
def test_finished(client: FlaskClient, query: str, rows: list[list[object]]) -> None:
    response = client.get(f"/results/{finished(client)}{query}")
    assert (response.status_code, response.mimetype) == (200, "application/json")
    assert response.json == rows


def test_a_page_with_too_many_words_to_rank(client: FlaskClient) -> None:
    key = finished(client)
    db.session.execute(text("UPDATE results SET distinct_words = 1000000"))
    db.session.commit()
    assert client.get(f"/results/{key}?top=100").status_code == 200
    response = client.get(f"/results/{key}?top=101")
    assert (response.status_code, problem(response)["code"]) == (400, "too_many_words")


@pytest.mark.parametrize(
    "query", ["top=0", "top=-1", "top=ten", "top=", "top=9999999999", "stopwords=no", "case=lower"]
)
def test_parameters_that_make_no_sense(client: FlaskClient, query: str) -> None:
    response = client.get(f"/results/{finished(client)}?{query}")
    assert (response.status_code, problem(response)["code"]) == (400, "bad_parameter")


def test_failed(client: FlaskClient) -> None:
    key = start(client, url="http://example.com").text
    claim = begin(key)
    assert leases.fail(claim, "timeout", "The site did not finish answering within 20 seconds.")
    response = client.get(f"/results/{key}")
    assert response.status_code == 422
    document = problem(response)
    assert document["code"] == "timeout"
    assert document["detail"] == "The site did not finish answering within 20 seconds."
    assert document["job_key"] == key
    assert "http_status" not in document


def test_failed_with_a_status_of_the_site(client: FlaskClient) -> None:
    key = start(client, url="http://example.com").text
    assert leases.fail(begin(key), "http_status", "The site answered 403.", http_status=403)
    assert problem(client.get(f"/results/{key}"))["http_status"] == 403


@pytest.mark.parametrize("key", [str(NOBODYS_KEY), "1", "x" * 5000, "%00"])
def test_unknown(client: FlaskClient, key: str) -> None:
    response = client.get(f"/results/{key}", headers={"Accept": "text/html"})
    assert response.status_code == 404
    assert problem(response)["code"] == "unknown_key"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/start", 405), ("POST", "/results/x", 405), ("GET", "/results/x/y", 404)],
)
def test_wrong_requests_to_the_api_are_problems_even_for_browsers(
    client: FlaskClient, method: str, path: str, status: int
) -> None:
    response = client.open(path, method=method, headers={"Accept": "text/html"})
    assert response.status_code == status
    assert ("Allow" in response.headers) == (status == 405)
    assert problem(response)


def test_without_redis_a_count_is_accepted_all_the_same(
    app: Flask, environ: dict[str, str]
) -> None:
    without_redis = create_app(
        settings_from(
            {**environ, "REDIS_URL": "unix:///nowhere/redis.sock", "RATELIMIT_ENABLED": "true"}
        )
    )
    key = start(without_redis.test_client(), url="http://example.com").text
    result = Result.by_key(key)
    assert result
    assert result.status == "queued"
    make_due(key)
    rescuer = Watch()
    assert [rescuer.look() for _ in range(3)] == [0, 1, 0]
    assert jobs.queue().get_job_ids() == [key]


def test_a_connection_that_broke_while_idle_is_noticed(app: Flask, client: FlaskClient) -> None:
    key = finished(client)
    db.session.remove()  # back into the pool
    with create_engine(app.config["DATABASE_URL"]).connect() as other:
        other.execute(
            text(
                # Waits until they have ended: until then they may still answer once.
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
        )
    assert client.get(f"/results/{key}").status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "evil.example:5000", "127.0.0.1.evil.example"])
def test_names_that_strangers_give_to_this_machine(client: FlaskClient, host: str) -> None:
    for path in ("/", "/start"):
        response = client.get(path, headers={"Host": host, "Accept": "text/html"})
        assert response.status_code == 400
        assert host in problem(response)["detail"]


def test_without_postgres_the_client_is_asked_to_come_back(environ: dict[str, str]) -> None:
    away = create_app(settings_from({**environ, "DATABASE_URL": "postgresql://127.0.0.1:1/none"}))
    response = start(away.test_client(), url="http://example.com")
    assert response.status_code == 503
    assert problem(response)["code"] == "database_unavailable"
    assert response.headers["Retry-After"] == "5"
