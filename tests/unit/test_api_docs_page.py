"""The description of the API as a page, and as a file that clients may keep."""

import json
import re
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import create_app
from config import settings_from
from tests.support import json_of
from views.openapi.kinds import kind_of


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    """It needs no database."""
    settings = settings_from({"DATABASE_URL": "postgresql://127.0.0.1:1/none"})
    return create_app(settings).test_client()


@pytest.fixture(scope="module")
def page(client: FlaskClient) -> str:
    answer = client.get("/api/docs")
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    return answer.text


@pytest.fixture(scope="module")
def described(client: FlaskClient) -> dict[str, Any]:
    answer = client.get("/api/openapi.json")
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    document: dict[str, Any] = json.loads(answer.data)
    return document


def test_all_that_is_described_is_on_the_page(page: str, described: dict[str, Any]) -> None:
    text = unescape(page)
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            assert f"<code>{method.upper()} {path}</code>" in text
            assert f'<h3 id="{operation["operationId"]}">{operation["summary"]}</h3>' in text
            for parameter in operation["parameters"]:
                assert f"<code>{parameter['name']}</code>" in text
            for status in operation["responses"]:
                assert f"<strong>{status}</strong>" in text
    for name in described["components"]["schemas"]:
        assert f'<h3 id="{name}">{name}</h3>' in text
    for code in re.findall(r'"enum": \[([^]]+)\]', json.dumps(described)):
        for one in re.findall(r'"(\w+)"', code):
            assert f"<code>{one}</code>" in text


def test_every_link_within_the_page_leads_somewhere(page: str) -> None:
    names = re.findall(r' id="([^"]+)"', page)
    assert len(set(names)) == len(names)
    assert {*re.findall(r'href="#([^"]+)"', page)} <= {*names}


def test_what_is_asked_for_in_the_shell(page: str) -> None:
    text = unescape(page)
    assert (
        """key=$(curl -s -d '{"url": "http://127.0.0.1:5000/static/sample.html"}'"""
        ' "http://localhost/start")</code>' in text
    )
    assert '<code>curl -s "http://localhost/results/$key"</code>' in text
    assert '<code>curl -sN "http://localhost/counts/$key/events"</code>' in text
    assert '<code>curl -s "http://localhost/compare.json?a=$key&b=$other"</code>' in text
    assert """curl -s -H 'Accept: application/json' "http://localhost/"</code>""" in text


@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_a_client_that_has_the_description_is_told_so(client: FlaskClient, coding: str) -> None:
    def get(tag: str) -> TestResponse:
        headers = {"If-None-Match": tag, "Accept-Encoding": coding}
        return client.get("/api/openapi.json", headers=headers)

    first = get('"x"')
    assert (first.status_code, first.headers.get("Content-Encoding", "identity")) == (200, coding)
    again = get(first.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")


def test_it_is_found(client: FlaskClient) -> None:
    assert '<a href="/api/docs">For programs</a>' in client.get("/about").text
    running = json_of(client.get("/", headers={"Accept": "application/json"}))
    assert running["docs"] == "http://localhost/api/docs"
    assert running["openapi"] == "http://localhost/api/openapi.json"


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"type": "string"}, "text"),
        ({"type": ["string", "null"]}, "text or null"),
        ({"type": "string", "enum": ["a", "b"]}, "<code>a</code>, <code>b</code>"),
        ({"type": "integer", "minimum": 1, "maximum": 1000}, "whole number from 1 to 1,000"),
        ({"type": "array", "items": {"$ref": "#/x/Key"}}, 'list of <a href="#Key">Key</a>'),
        (
            {"type": "array", "prefixItems": [{"type": "string"}, {"type": "number"}]},
            "[text, number]",
        ),
        ({"anyOf": [{"type": "boolean"}, {"const": "all"}]}, "true or false or <code>all</code>"),
        (
            {"allOf": [{"$ref": "#/x/A"}, {"$ref": "#/x/B"}]},
            '<a href="#A">A</a> with <a href="#B">B</a>',
        ),
        ({"enum": ["<b>", None]}, "<code>&lt;b&gt;</code>, <code>null</code>"),
    ],
)
def test_what_a_value_may_be(schema: dict[str, Any], said: str) -> None:
    assert kind_of(schema) == said
