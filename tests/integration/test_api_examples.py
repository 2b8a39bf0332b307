"""The examples of the description are true, and its parameters are those that are read."""

import json
import re
import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from callbacks.notices import notice_of
from callbacks.steps import Taken
from models import Result
from tests.described import store_examples
from tests.support import json_of
from views.openapi import examples
from views.openapi.document import document

#: Path, method, and how it is described.
Operation = tuple[str, str, dict[str, Any]]
Operations = dict[str, Operation]
#: What files refuse if it makes no sense, as the pages do that they belong to, and otherwise leave
#: alone.
OF_PAGES = {"q", "sort", "top", "chart", "lines", "part", "min", "stopwords", "case", "forms", "w"}
JSON = "application/json"


class Noted(MultiDict[str, str]):
    """Parameters that are noted when they are read."""

    read: set[str] = set()  # noqa: RUF012 -- of the request at hand

    def get(self, key: Any, *args: Any, **kwargs: Any) -> Any:
        self.read.add(key)
        return super().get(key, *args, **kwargs)

    def getlist(self, key: Any, *args: Any, **kwargs: Any) -> Any:
        self.read.add(key)
        return super().getlist(key, *args, **kwargs)

    def __contains__(self, key: Any) -> bool:
        self.read.add(key)
        return super().__contains__(key)


@pytest.fixture(name="operations")
def _operations(app: Flask) -> Operations:
    """By name: path, method, and how it is described. The examples are stored."""
    store_examples()
    return {
        described["operationId"]: (path, method, described)
        for path, methods in document()["paths"].items()
        for method, described in methods.items()
    }


def ask(client: FlaskClient, operation: Operation, **changed: str) -> TestResponse:
    """Ask what the example asks, with some parameters changed; and with one that means nothing, for
    where there are none, none are read.
    """
    path, method, described = operation
    query = {"nothing": ""}
    for parameter in described["parameters"]:
        name = parameter["name"]
        value = changed.get(name) or example_of(parameter)
        if parameter["in"] == "path":
            path = path.replace(f"{{{name}}}", value)
        elif parameter["in"] == "query" and (parameter.get("required") or name in changed):
            query[name] = value
    sent: dict[str, Any] = {}
    for media_type, of in described.get("requestBody", {}).get("content", {}).items():
        sent = {"json" if media_type == JSON else "data": of["example"]}
    return client.open(path, method=method, query_string=query, headers={"Accept": JSON}, **sent)


def example_of(parameter: dict[str, Any]) -> str:
    """The first one; empty if there is none."""
    named = [one["value"] for one in parameter.get("examples", {}).values()]
    return str((named or [parameter.get("example", "")])[0])


def in_query(described: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return (one for one in described["parameters"] if one["in"] == "query")


def is_like(example: Any, answer: Any) -> None:
    """Whether an answer is as its example says: of lists the example may have the beginning."""
    if isinstance(example, dict):
        assert example.keys() == answer.keys()
        for name, value in example.items():
            is_like(value, answer[name])
    elif isinstance(example, list):
        assert len(example) <= len(answer)
        for value, row in zip(example, answer, strict=False):
            is_like(value, row)
    else:
        assert answer == example


#: By the names of operations: what goes on and on, and what is made anew each time.
STREAMS = {"events", "countEvents"}
NEW = {"start", "enqueue", "put", "service"}


def test_the_examples_are_true(client: FlaskClient, operations: Operations) -> None:
    compared = set()
    # What is sent changes what is found after it.
    for name, operation in sorted(operations.items(), key=lambda item: item[1][1] == "post"):
        if name in STREAMS:
            continue
        response = ask(client, operation)
        answer = operation[2]["responses"][str(response.status_code)]
        assert response.status_code < 300, (name, response.text)
        of = answer["content"][response.mimetype]
        if "example" in of and name not in NEW:
            is_like(of["example"], json.loads(response.data))
            compared.add(name)
    assert len(compared) >= 12


def test_what_is_pending_and_what_has_failed(client: FlaskClient, operations: Operations) -> None:
    for key, status in ((examples.PENDING, "202"), (examples.FAILED, "422")):
        response = ask(client, operations["results"], job_key=key)
        of = operations["results"][2]["responses"][status]["content"][response.mimetype]
        answered = json.loads(response.data)
        moving = {"seconds", "still", "submitted_at", "position", "message"}
        assert of["example"].keys() == answered.keys()
        for member in of["example"].keys() - moving:
            assert answered[member] == of["example"][member], member


def test_what_callbacks_are_told(
    operations: Operations,
) -> None:
    for name, key in (("finished", examples.FINISHED), ("failed", examples.FAILED)):
        told = document()["webhooks"][name]["post"]["requestBody"]["content"][JSON]["example"]
        result = Result.by_key(key)
        assert result
        taken = Taken(
            id=1,
            result_id=result.id,
            delivery_id=uuid.UUID(examples.DELIVERY),
            url="https://receiver.example/",
            host="receiver.example",
            secret="a secret",
            attempts=1,
        )
        sent_at = datetime.fromisoformat(told["sent_at"])
        notice = notice_of(taken, result, sent_at=sent_at, site_url="")
        assert json.loads(notice.body) == told
        headers = document()["webhooks"][name]["post"]["parameters"]
        assert {one["name"] for one in headers} == notice.headers.keys() - {"Content-Type"}


def test_the_parameters_are_those_that_are_read(
    app: Flask,
    client: FlaskClient,
    operations: Operations,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(app.request_class, "parameter_storage_class", Noted)
    for name, operation in operations.items():
        if name in STREAMS:
            continue
        described = {one["name"] for one in in_query(operation[2])}
        Noted.read.clear()
        ask(client, operation)
        read = Noted.read - ({"url", "many", "ref"} if name in {"service", "put"} else set())
        assert described <= read, name
        assert read - described <= OF_PAGES, name


def test_the_choices_and_limits_are_those_that_are_told(
    client: FlaskClient, operations: Operations
) -> None:
    told = 0
    for operation in operations.values():
        for parameter in in_query(operation[2]):
            of, name = parameter["schema"], parameter["name"]
            if "enum" not in of and "minimum" not in of:
                continue
            sentence = json_of(ask(client, operation, **{name: "?"}))["detail"]
            assert sentence.startswith(f'"{name}" must be ')
            if "enum" in of:
                assert re.findall(r'"(\w+)"', sentence)[1:] == of["enum"]
                assert of["enum"][0] == of["default"]
            elif of["maximum"] < 10**9 - 1:
                assert f"from {of['minimum']} to {of['maximum']:,}" in sentence
            else:
                assert f"from {of['minimum']} on" in sentence
            told += 1
    assert told > 40
