"""The description of the API names what there is, and nothing else; its examples are valid."""

import json
import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from flask import Flask

from app import create_app
from config import settings_from
from tests.unit.test_error_list import listed
from views.openapi.answers import FAILURES, URL_CODES
from views.openapi.document import document
from views.operators import INSIDE

#: What is for people, who need no description: pages, what their forms send to, their files.
FOR_PEOPLE = {
    "pages.submit",
    "pages.forget_recent",
    "pages.about",
    "counts.show",
    "counts.cancel",
    "counts.paste",
    "counts.back",
    "phrases.show",
    "collocations.show",
    "where.show",
    "take.embed",
    "evidence.word",
    "evidence.text",
    "compare.show",
    "compare.start",
    "url_history.show",
    "lists.show",
    "rules.show",
    "description.docs",
    "static",
    "bootstrap.static",
}
#: Codes that only forms, or other addresses than those described, are answered with.
ELSEWHERE = {
    "form_expired",
    "method_not_allowed",
    "password_needed",
    "redis_unavailable",
    "too_many_passwords",
}


@pytest.fixture(scope="module")
def app() -> Flask:
    return create_app(settings_from({"DATABASE_URL": "postgresql://localhost/none"}))


@pytest.fixture(scope="module")
def described(app: Flask) -> dict[str, Any]:
    with app.app_context():
        written: dict[str, Any] = json.loads(json.dumps(document()))
        return written


def described_path(route: str) -> str:
    """A route as the description has it: without the types of its parts."""
    return re.sub(r"<(?:[^<>]*:)?(\w+)>", r"{\1}", route)


def operations(described: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield path, method.upper(), operation


def test_every_address_for_programs_is_described_and_nothing_else(
    app: Flask, described: dict[str, Any]
) -> None:
    routes = {
        (described_path(rule.rule), method)
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in FOR_PEOPLE
        for method in rule.methods or ()
        if method not in {"HEAD", "OPTIONS"}
    }
    assert {(path, method) for path, method, _ in operations(described)} == routes


def test_what_is_for_people_is_there(app: Flask) -> None:
    assert {rule.endpoint for rule in app.url_map.iter_rules()} >= FOR_PEOPLE


def test_the_parts_of_a_path_are_described_with_their_choices(
    app: Flask, described: dict[str, Any]
) -> None:
    choices = {
        described_path(rule.rule): re.findall(r"<any\((.*?)\):", rule.rule)
        for rule in app.url_map.iter_rules()
    }
    for path, _, operation in operations(described):
        parts = [one for one in operation["parameters"] if one["in"] == "path"]
        assert [one["name"] for one in parts] == re.findall(r"{(\w+)}", path)
        enums = [", ".join(one["schema"]["enum"]) for one in parts if "enum" in one["schema"]]
        assert enums == choices[path]


def test_names_are_there_once(described: dict[str, Any]) -> None:
    everything = [operation for _, _, operation in operations(described)]
    everything += [one for methods in described["webhooks"].values() for one in methods.values()]
    names = [one["operationId"] for one in everything]
    assert len(set(names)) == len(names)
    tags = {tag["name"] for tag in described["tags"]}
    assert {tag for one in everything for tag in one["tags"]} == tags


def problems(described: dict[str, Any]) -> Iterator[tuple[str, set[str]]]:
    """Each problem that there may be: its status and codes."""
    for _, _, operation in operations(described):
        for status, answer in operation["responses"].items():
            of = answer.get("content", {}).get("application/problem+json")
            if of:
                found = re.findall(r"'enum': (\[.*?\])", str(of["schema"]))
                yield status, {code for codes in found for code in re.findall(r"'(\w+)'", codes)}


def test_every_code_is_described_and_listed(described: dict[str, Any]) -> None:
    codes = set().union(*(codes for _, codes in problems(described)))
    requests = set(listed("The request"))
    assert codes & requests == requests - ELSEWHERE
    assert codes >= {*URL_CODES, *FAILURES}
    pages = ("The way to the page", "The site's answer", "The page and its count")
    assert set(FAILURES) == set(listed(*pages))


def test_each_code_is_described_with_its_status(described: dict[str, Any]) -> None:
    statuses = listed("The request")
    for status, codes in problems(described):
        assert {statuses.get(code, status) for code in codes} == {status}


def media(part: Any) -> Iterator[dict[str, Any]]:
    """Each format of a body in a part of the description."""
    if isinstance(part, dict):
        for media_type, of in part.get("content", {}).items():
            yield {"media_type": media_type, **of}
        for inner in part.values():
            yield from media(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from media(inner)


def parameters(part: Any) -> Iterator[dict[str, Any]]:
    """Each parameter in a part of the description."""
    if isinstance(part, dict):
        yield from part.get("parameters", [])
        for inner in part.values():
            yield from parameters(inner)


def validator(described: dict[str, Any], schema: dict[str, Any]) -> jsonschema_rs.Validator:
    whole = {**schema, "components": described["components"]}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)


def test_every_example_is_valid(described: dict[str, Any]) -> None:
    found = [*media(described), *parameters(described)]
    checked = 0
    for of in found:
        valid = validator(described, of["schema"])
        values = [of["example"]] if "example" in of else []
        values += [one["value"] for one in of.get("examples", {}).values()]
        for value in values:
            valid.validate(value)
            checked += 1
        if "default" in of["schema"]:
            valid.validate(of["schema"]["default"])
    assert checked > 100


def test_every_answer_in_json_has_an_example(described: dict[str, Any]) -> None:
    for _, _, operation in operations(described):
        for of in media(operation):
            if of["media_type"].endswith("json") and operation["operationId"] != "description":
                assert "example" in of, operation["operationId"]


def test_every_sentence_is_one(described: dict[str, Any]) -> None:
    for _, _, operation in operations(described):
        for what in (operation, *operation["parameters"], *operation["responses"].values()):
            assert what["description"].endswith("."), what


def test_pages_of_named_sites_may_ask_all_that_is_described(described: dict[str, Any]) -> None:
    settings = {"DATABASE_URL": "postgresql://localhost/none", "CORS_ORIGINS": "https://a.example"}
    client = create_app(settings_from(settings)).test_client()
    for path, method, operation in operations(described):
        if path in INSIDE:  # which is nobody's but the operator's
            continue
        sent = [one["name"] for one in operation["parameters"] if one["in"] == "header"]
        answer = client.options(
            re.sub(r"{ending}", "png" if "png" in str(operation) else "csv", path),
            headers={
                "Origin": "https://a.example",
                "Access-Control-Request-Method": method,
                "Access-Control-Request-Headers": ", ".join(sent),
            },
        )
        assert answer.headers["Access-Control-Allow-Origin"] == "https://a.example", path
        allowed = answer.headers.get("Access-Control-Allow-Headers", "").lower()
        assert {name.lower() for name in sent} <= {*allowed.split(", ")}, path
        readable = {*answer.headers["Access-Control-Expose-Headers"].lower().split(", ")}
        answered = {
            name.lower()
            for response in operation["responses"].values()
            for name in response.get("headers", {})
        }
        # Browsers let every page read Cache-Control.
        assert answered - {"cache-control"} <= readable, path
