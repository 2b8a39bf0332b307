"""What a description is made of, in the words of OpenAPI 3.1 and of JSON Schema."""

from collections.abc import Iterable, Mapping
from typing import Any

#: A part of the description, as it goes into the document.
Json = dict[str, Any]

TEXT: Json = {"type": "string"}
TEXT_OR_NOTHING: Json = {"type": ["string", "null"]}
YES_OR_NO: Json = {"type": "boolean"}
TIME: Json = {"type": "string", "format": "date-time"}
TIME_OR_NOTHING: Json = {"type": ["string", "null"], "format": "date-time"}
NUMBER: Json = {"type": "number"}
#: Of occurrences, bytes, rows.
HOW_MANY: Json = {"type": "integer", "minimum": 0}
HOW_MANY_OR_NOTHING: Json = {"type": ["integer", "null"], "minimum": 0}
SHARE: Json = {"type": "number", "minimum": 0, "maximum": 1}


def schema(name: str) -> Json:
    """A schema of `views.openapi.schemas` or `views.openapi.tables`."""
    return {"$ref": f"#/components/schemas/{name}"}


def said(what: str, of: Json) -> Json:
    """A schema with a sentence of its own."""
    return {**of, "description": what}


def one_of(options: Iterable[str]) -> Json:
    """A text that is one of these."""
    return {"type": "string", "enum": [*map(str, options)]}


def list_of(items: Json) -> Json:
    """A list of any length."""
    return {"type": "array", "items": items}


def pair(first: Json, second: Json) -> Json:
    """A list of two."""
    return {"type": "array", "prefixItems": [first, second], "minItems": 2, "maxItems": 2}


def an_object(always: Mapping[str, Json], sometimes: Mapping[str, Json] | None = None) -> Json:
    """An object with members that are always there, and with others."""
    return {
        "type": "object",
        "properties": {**always, **(sometimes or {})},
        "required": [*always],
    }


def body(media_type: str, of: Json, example: object = None) -> Json:
    """What is sent, in one format."""
    return {media_type: {"schema": of} | ({} if example is None else {"example": example})}


def sent(content: Json) -> Json:
    """The body of a request, by its format."""
    return {"required": True, "content": content}


def operation(
    name: str, tag: str, summary: str, answers: Mapping[str, Json], **more: object
) -> Json:
    """One method of one address.

    :param name: stable; programs that are made of the description call it so.
    :param summary: what it does, in a few words.
    :param answers: by status.
    :param more: ``description``, ``parameters``, ``requestBody``.
    """
    return {
        "operationId": name,
        "tags": [tag],
        "summary": summary,
        "parameters": [],
        **more,
        "responses": dict(sorted(answers.items())),
    }
