"""A program that heard no answer asks again, under the same name, and its page is counted once."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from werkzeug.test import TestResponse

from models import Result, db
from storage import once
from storage.once import Once, SubmittedOnce

PAGE = {"url": "http://example.com/", "fresh": True}


def start(client: FlaskClient, name: str, body: dict[str, Any] | None = None) -> TestResponse:
    return client.post("/start", json=body or PAGE, headers={"Idempotency-Key": name})


def rows(table: Any = Result) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def test_the_same_request_twice(client: FlaskClient) -> None:
    first = start(client, "a-name")
    assert first.status_code == 200
    assert start(client, "a-name").text == first.text
    assert start(client, '"a-name"').text == first.text  # as the draft of a standard writes it
    assert rows() == 1
    assert start(client, "another").text != first.text
    assert client.post("/start", json=PAGE).text != first.text


def test_the_same_for_enqueue(client: FlaskClient) -> None:
    first = start(client, "a-name").text
    again = client.post("/enqueue", json=PAGE, headers={"Idempotency-Key": "a-name"})
    assert again.get_json() == {"job_id": first}


@pytest.mark.parametrize(
    "other", [{"url": "http://example.com/other", "fresh": True}, {"url": "http://example.com/"}]
)
def test_another_request_under_the_same_name(client: FlaskClient, other: dict[str, Any]) -> None:
    start(client, "a-name")
    answer = start(client, "a-name", other)
    assert (answer.status_code, answer.get_json()["code"]) == (422, "idempotency_key_reused")
    assert rows() == 1


@pytest.mark.parametrize("name", ["", " ", "two words", "x" * 256, "schlüssel", '"', 'a"b'])
def test_names_that_are_none(client: FlaskClient, name: str) -> None:
    answer = start(client, name)
    assert (answer.status_code, answer.get_json()["code"]) == (400, "bad_idempotency_key")


def test_two_clients_may_think_of_the_same_name(app: Flask) -> None:
    keys = {
        app.test_client()
        .post(
            "/start",
            json=PAGE,
            headers={"Idempotency-Key": "1"},
            environ_base={"REMOTE_ADDR": address},
        )
        .text
        for address in ("192.0.2.1", "192.0.2.2")
    }
    assert len(keys) == 2


def test_many_at_the_same_moment(app: Flask) -> None:
    with ThreadPoolExecutor(8) as threads:
        keys = set(threads.map(lambda _: start(app.test_client(), "a-name").text, range(16)))
    assert len(keys) == 1
    assert rows() == 1


def test_what_was_refused_may_be_sent_again(client: FlaskClient) -> None:
    assert start(client, "a-name", {"url": "ftp://example.com/"}).status_code == 400
    assert start(client, "a-name").status_code == 200


def test_names_are_forgotten_after_a_day(client: FlaskClient) -> None:
    keys = {start(client, f"name-{number}").text for number in range(15)}
    db.session.execute(text("UPDATE submitted_once SET forget_at = forget_at - interval '25 h'"))
    db.session.commit()
    assert start(client, "name-0").text not in keys
    assert rows(SubmittedOnce) == 15 - 11 + 1  # its own, and ten more
    start(client, "another")
    assert rows(SubmittedOnce) == 2


def test_a_count_that_was_removed_is_made_anew(client: FlaskClient) -> None:
    first = start(client, "a-name").text
    db.session.delete(Result.by_key(first))
    db.session.commit()
    assert start(client, "a-name").text != first


def test_names_that_no_text_can_be(app: Flask) -> None:
    assert once.known(Once("\udc80\0", "\udc80")) is None
