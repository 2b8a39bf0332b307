"""Clients written against a template of RQ and Flask: enqueue, check the status, get the result."""

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import submissions
from models import Status
from storage import leases
from tests.counts import begin, counted, end_lease, stored
from tests.support import NOBODYS_KEY

PAGE = {"url": "http://example.com/page"}


def status_of(client: FlaskClient, job_id: str) -> str:
    answer = client.get("/check_status", query_string={"job_id": job_id})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json
    assert answer.json["job_id"] == job_id
    return str(answer.json["job_status"])


def result_of(client: FlaskClient, job_id: str) -> TestResponse:
    return client.get("/get_result", query_string={"job_id": job_id})


def test_enqueue(client: FlaskClient) -> None:
    answer = client.post("/enqueue", json=PAGE)
    assert answer.status_code == 200
    assert answer.json
    assert [*answer.json] == ["job_id"]
    assert stored(answer.json["job_id"]).url == PAGE["url"]


@pytest.mark.parametrize(
    ("body", "code"), [("[]", "bad_json"), ("{}", "url_missing"), ('{"url": 7}', "bad_parameter")]
)
def test_what_enqueue_refuses(client: FlaskClient, body: str, code: str) -> None:
    answer = client.post("/enqueue", data=body, headers={"Accept": "text/html"})
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    assert answer.json
    assert answer.json["code"] == code


def test_the_states_by_the_names_that_rq_has_for_them(client: FlaskClient) -> None:
    job_id = client.post("/enqueue", json=PAGE).get_json()["job_id"]
    assert status_of(client, job_id) == "queued"
    claim = begin(job_id)
    assert status_of(client, job_id) == "started"
    assert leases.finish(claim, tops={})
    assert status_of(client, job_id) == "finished"


def test_a_job_whose_worker_died_is_queued(client: FlaskClient) -> None:
    job_id = submissions.submit("example.com")
    begin(job_id)
    end_lease(job_id)
    assert status_of(client, job_id) == "queued"


@pytest.mark.parametrize("job_id", [str(NOBODYS_KEY), "unknown", "\0", "x" * 5000])
@pytest.mark.parametrize("address", ["/check_status", "/get_result"])
def test_an_unknown_id(client: FlaskClient, address: str, job_id: str) -> None:
    answer = client.get(address, query_string={"job_id": job_id})
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    document = answer.get_json()
    assert document["code"] == "unknown_key"
    assert document["error"] == f"404 Not Found: {document['detail']}"


@pytest.mark.parametrize("address", ["/check_status", "/get_result"])
def test_no_id(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    assert (answer.status_code, answer.get_json()["code"]) == (400, "bad_parameter")


def test_a_result_that_is_not_there_yet(client: FlaskClient) -> None:
    job_id = submissions.submit("example.com")
    for status in ("queued", "started"):
        answer = result_of(client, job_id)
        document = answer.get_json()
        assert (answer.status_code, document["code"]) == (404, "result_not_ready")
        assert f"the job is {status}" in document["detail"]
        assert document["detail"] in document["error"]
        assert document["job_status"] == status
        begin(job_id)


def test_a_result(client: FlaskClient) -> None:
    job_id = counted({"wall": 3, "garden": 2}, url=PAGE["url"], tops={
        "no_stop_words/folded": [["wall", 3], ["garden", 2]],
    })  # fmt: skip
    answer = result_of(client, job_id)
    assert answer.status_code == 200
    row = stored(job_id)
    assert row.started_at
    assert answer.json == {
        "job_id": job_id,
        "job_enqueued_at": row.submitted_at.isoformat(),
        "job_started_at": row.started_at.isoformat(),
        "input": PAGE,
        "result": [["wall", 3], ["garden", 2]],
    }
    only = client.get("/get_result", query_string={"job_id": job_id, "top": 1}).get_json()
    assert only["result"] == [["wall", 3]]


def test_a_job_that_failed(client: FlaskClient) -> None:
    job_id = submissions.submit("example.com")
    assert leases.fail(begin(job_id), "timeout", "The site did not finish.")
    assert status_of(client, job_id) == Status.FAILED
    answer = result_of(client, job_id)
    document = answer.get_json()
    assert (answer.status_code, document["code"]) == (422, "timeout")
    assert (document["job_id"], document["error"]) == (job_id, "The site did not finish.")


def test_the_service_says_that_it_runs(client: FlaskClient) -> None:
    answer = client.get("/", headers={"Accept": "application/json"})
    assert answer.get_json()["status"] == "running"
    assert answer.get_json()["version"]


@pytest.mark.parametrize("accept", ["*/*", "text/html", "text/html, application/json;q=0.9", ""])
def test_everybody_else_gets_the_form(client: FlaskClient, accept: str) -> None:
    assert client.get("/", headers={"Accept": accept}).mimetype == "text/html"
