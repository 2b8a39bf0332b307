"""What strangers may see of an event, and what those who hold its key."""

import hashlib
import json
from typing import Any

import pytest

from tests.support import NOBODYS_KEY
from views.disclosure import MEMBERS, shown

KEY = str(NOBODYS_KEY)
URL = "http://example.com/secret?page"
EVENT: dict[str, Any] = {
    "id": "1-0",
    "job_key": KEY,
    "host": "example.com",
    "step": "finished",
    "attempt": 1,
    "at": "2026-01-01T12:00:00.000+00:00",
    "words": 340,
    "bytes": 1000,
    "code": "crashed",
    "ref": "order 7",
}
NAME = hashlib.sha256(KEY.encode()).hexdigest()[:12]


def test_strangers_where_keys_are_no_secret() -> None:
    assert shown(EVENT, {}, True) == {**EVENT, "count": NAME}
    assert [*shown(EVENT, {}, True)] == [*MEMBERS]


def test_strangers_where_they_are() -> None:
    seen = shown(EVENT, {}, False)
    assert {*EVENT} - {*seen} == {"job_key", "ref"}
    assert seen["count"] == NAME
    assert KEY not in json.dumps(seen)


@pytest.mark.parametrize("public_keys", [True, False])
def test_whoever_holds_the_key(public_keys: bool) -> None:
    assert shown(EVENT, {KEY: URL}, public_keys) == {**EVENT, "count": NAME, "url": URL}
    other = {**EVENT, "job_key": KEY.replace("6", "7")}
    assert "url" not in shown(other, {KEY: URL}, public_keys)


def test_an_event_without_a_count() -> None:
    rejected = {"id": "1-0", "step": "rejected", "code": "url_scheme", "ref": 7}
    assert shown(rejected, {}, True) == rejected
    assert shown(rejected, {KEY: URL}, False) == {k: rejected[k] for k in ("id", "step", "code")}


def test_whatever_else_is_on_the_channel() -> None:
    strange = {
        "id": "1-0",
        "job_key": ["x"],
        "url": URL,
        "text": "secret",
        "host": {"a": 1},
        "words": float("nan"),
        "bytes": None,
        "code": "\ud800\0",
        "count": "mine",
        "ref": 7.5,
    }
    assert shown(strange, {KEY: URL}, True) == {"id": "1-0", "code": "\ufffd", "ref": 7.5}
    assert "job_key" not in shown({"job_key": KEY.upper()}, {KEY.upper(): URL}, True)
