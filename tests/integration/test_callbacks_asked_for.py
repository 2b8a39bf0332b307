"""Which callbacks can be asked for, and what whoever knows the key is told of them."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

import submissions
from callbacks import steps
from callbacks.notices import signature
from callbacks.rows import Wanted, wanted_from
from storage import leases
from storage.once import Once
from tests.callback_rows import SECRET, row, take_one
from tests.counts import begin, finished
from tests.support import NOBODYS_KEY, json_of
from wordcount.errors import CallbackError

pytestmark = pytest.mark.usefixtures("app")
URL = "http://hooks.example/told?token=hidden"


@pytest.mark.parametrize(
    ("url", "secret", "code"),
    [
        ("", SECRET, "callback_url_wrong"),
        ("ftp://example.com/", SECRET, "callback_url_wrong"),
        ("http://user:password@example.com/", SECRET, "callback_url_wrong"),
        ("http://example.com/", "1234567", "callback_secret_wrong"),
        ("http://example.com/", "", "callback_secret_wrong"),
        ("http://example.com/", "x" * 201, "callback_secret_wrong"),
        ("http://example.com/", "12345678\n", "callback_secret_wrong"),
        ("http://example.com/", "12345678\ud800", "callback_secret_wrong"),
        ("http://example.com/", None, "callback_secret_missing"),
    ],
)
def test_what_cannot_be_sent_or_signed_is_refused(
    app: Flask, monkeypatch: pytest.MonkeyPatch, url: str, secret: str | None, code: str
) -> None:
    monkeypatch.setitem(app.config, "WEBHOOK_SECRET", "")
    with pytest.raises(CallbackError) as refused:
        wanted_from(url, secret)
    assert refused.value.code == code


def test_the_operators_secret_signs_for_those_who_send_none(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "WEBHOOK_SECRET", "the operator's")
    assert wanted_from("Example.com", None) == Wanted("http://example.com/", "the operator's")
    assert wanted_from("http://a.example/", "ßecret ☃") == Wanted("http://a.example/", "ßecret ☃")
    assert "secret" not in repr(wanted_from("http://a.example/", "a secret"))


def test_the_signature_is_that_of_rfc_4231() -> None:
    expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert signature(b"what do ya want for nothing?", "Jefe") == f"sha256={expected}"


def test_what_is_submitted_twice_under_one_name_is_told_once() -> None:
    for _ in range(2):
        submissions.submit("http://example.com/", name=Once("a", "b"), callback=Wanted(URL, SECRET))
    assert row().url == URL


def test_who_has_the_key_sees_what_became_of_it(client: FlaskClient) -> None:
    key = submissions.submit("http://example.com/", callback=Wanted(URL, SECRET))
    (waiting,) = json_of(client.get(f"/results/{key}/callbacks"))
    assert waiting == {
        "delivery_id": str(row().delivery_id),
        "state": "waiting",
        "attempts": 0,
        "last_status": None,
        "last_error": None,
        "next_at": None,
    }
    leases.fail(begin(key), "empty_page", "It is empty.")
    steps.failed(take_one(), "http_status", 500)
    answer = client.get(f"/results/{key}/callbacks")
    (failed,) = json_of(answer)
    assert (failed["attempts"], failed["last_status"]) == (1, 500)
    assert failed["next_at"] == row().due_at.isoformat()
    assert "hooks.example" not in answer.text
    assert "hidden" not in answer.text
    assert SECRET not in answer.text
    steps.delivered(take_one(), 200)
    (delivered,) = json_of(client.get(f"/results/{key}/callbacks"))
    assert (delivered["state"], delivered["next_at"]) == ("delivered", None)


def test_a_count_without_callbacks_has_an_empty_list(client: FlaskClient) -> None:
    assert client.get(f"/results/{finished()}/callbacks").json == []


@pytest.mark.parametrize("key", [NOBODYS_KEY, "none"])
def test_a_key_that_nobody_has(client: FlaskClient, key: object) -> None:
    answer = client.get(f"/results/{key}/callbacks", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    assert answer.get_json(force=True)["code"] == "unknown_key"
