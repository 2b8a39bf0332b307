"""The description as a page shows it: for people, in the order of its tags."""

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from markdown_it import MarkdownIt
from markupsafe import Markup

from views.openapi import examples
from views.openapi.bricks import Json
from views.openapi.kinds import kind_of, members_of

#: What stands in a command line in place of the keys of the examples, which no server has.
_IN_THE_SHELL = {
    examples.FINISHED: "$key",
    examples.OTHER: "$other",
    examples.LIST: "$list",
}
_JSON = "application/json"
_MARKDOWN = MarkdownIt("commonmark", {"html": False})


@dataclass(frozen=True)
class Parameter:
    """A parameter of an operation, or a member of an object.

    :ivar where: ``path``, ``query``, ``header``; empty for a member.
    :ivar kind: what it may be.
    :ivar default: what a missing one means; empty if nothing.
    """

    name: str
    where: str
    required: bool
    kind: Markup
    default: str
    what: Markup


@dataclass(frozen=True)
class Answer:
    """One answer.

    :ivar formats: each media type, and what is in it.
    :ivar codes: of problems.
    :ivar example: of the first format that has one; empty if none has.
    """

    status: str
    what: Markup
    formats: list[tuple[str, Markup]]
    codes: list[str]
    headers: list[tuple[str, Markup]]
    example: str


@dataclass(frozen=True)
class Operation:
    """One method of one address; of a webhook, the address is the receiver's.

    :ivar name: its anchor.
    """

    name: str
    method: str
    path: str
    summary: str
    what: Markup
    parameters: list[Parameter]
    sent: list[Answer]
    answers: list[Answer]
    curl: str


@dataclass(frozen=True)
class Section:
    """The operations of one tag."""

    name: str
    anchor: str
    what: Markup
    operations: list[Operation]


@dataclass(frozen=True)
class Thing:
    """A schema with a name."""

    name: str
    what: Markup
    kind: Markup
    members: list[Parameter]


def sections(document: Json, server: str) -> list[Section]:
    """All operations.

    :param server: the address of this service, for the command lines.
    """
    found: dict[str, list[Operation]] = {tag["name"]: [] for tag in document["tags"]}
    for path, methods in document["paths"].items():
        for method, described in methods.items():
            curl = _curl(server, path, method, described)
            found[described["tags"][0]].append(_operation(path, method, described, curl))
    for methods in document["webhooks"].values():
        for method, described in methods.items():
            operation = _operation("callback_url", method, described, "")
            found[described["tags"][0]].append(operation)
    return [
        Section(tag["name"], anchor(tag["name"]), marked(tag["description"]), found[tag["name"]])
        for tag in document["tags"]
    ]


def things(document: Json) -> list[Thing]:
    """The objects that are sent and answered."""
    return [
        Thing(name, marked(of.get("description", "")), kind_of(of), _members(of))
        for name, of in document["components"]["schemas"].items()
    ]


def paragraphs(text: str) -> list[Markup]:
    """A text of several."""
    return [marked(" ".join(part.split("\n"))) for part in text.split("\n\n")]


def marked(text: str) -> Markup:
    """A text with its code marked as such."""
    return Markup(_MARKDOWN.renderInline(text))  # noqa: S704 -- raw HTML is off


def anchor(name: str) -> str:
    """Where a section stands."""
    return "on-" + re.sub(r"\W+", "-", name.casefold()).strip("-")


def _operation(path: str, method: str, described: Json, curl: str) -> Operation:
    sent = described.get("requestBody", {}).get("content", {})
    return Operation(
        described["operationId"],
        method.upper(),
        path,
        described["summary"],
        marked(described["description"]),
        [_parameter(parameter) for parameter in described.get("parameters", [])],
        [_answer("", {"description": "", "content": sent})] if sent else [],
        [_answer(status, answer) for status, answer in described["responses"].items()],
        curl,
    )


def _parameter(described: Json) -> Parameter:
    of = described["schema"]
    return Parameter(
        described["name"],
        described["in"],
        described.get("required", False),
        kind_of(of),
        _default(of),
        marked(described["description"]),
    )


def _members(of: Json) -> list[Parameter]:
    return [
        Parameter(name, "", required, kind_of(member), _default(member), marked(what))
        for name, member, required, what in members_of(of)
    ]


def _default(of: Json) -> str:
    default = of.get("default", "")
    return default if isinstance(default, str) else json.dumps(default)


def _answer(status: str, described: Json) -> Answer:
    content: Json = described.get("content", {})
    examples_of = [of["example"] for of in content.values() if "example" in of]
    return Answer(
        status,
        marked(described["description"]),
        [(media_type, kind_of(of["schema"])) for media_type, of in content.items()],
        list(_codes(content.get("application/problem+json", {}).get("schema", {}))),
        [(name, marked(of["description"])) for name, of in described.get("headers", {}).items()],
        _shown(examples_of[0]) if examples_of else "",
    )


def _codes(of: Mapping[str, Any]) -> Iterator[str]:
    """The codes of a problem, which stand one or two levels down."""
    for part in of.get("allOf", []):
        yield from part.get("properties", {}).get("code", {}).get("enum", [])
        yield from _codes(part)


def _shown(example: object) -> str:
    if isinstance(example, str):
        return example
    return json.dumps(example, ensure_ascii=False, indent=2)


def _curl(server: str, path: str, method: str, described: Json) -> str:
    """A command line that asks for the example."""
    asked: dict[str, str] = {}
    for parameter in described.get("parameters", []):
        if parameter["in"] == "path":
            path = path.replace(f"{{{parameter['name']}}}", _example(parameter))
        elif parameter.get("required"):
            asked[parameter["name"]] = _example(parameter)
    query = f"?{urlencode(asked, safe='$', quote_via=quote)}" if asked else ""
    address = f"{server.rstrip('/')}{path}{query}"
    formats = described["responses"].get("200", {}).get("content", {})
    options = ["-sN" if "text/event-stream" in formats else "-s"]
    if method == "get" and {_JSON, "text/html"} <= formats.keys():
        options += ["-H", shlex.quote(f"Accept: {_JSON}")]
    for media_type, of in described.get("requestBody", {}).get("content", {}).items():
        if media_type == _JSON:
            options += ["-d", shlex.quote(_shown_in_a_line(of["example"]))]
        else:
            for name, value in of["example"].items():
                options += ["--data-urlencode", shlex.quote(f"{name}={value}")]
    line = " ".join(["curl", *options, f'"{address}"'])
    return f"key=$({line})" if "text/plain" in formats else line


def _example(parameter: Json) -> str:
    named: list[Json] = list(parameter.get("examples", {}).values())
    value = str(named[0]["value"] if named else parameter["example"])
    return _IN_THE_SHELL.get(value, value)


def _shown_in_a_line(example: object) -> str:
    return json.dumps(example, ensure_ascii=False)
