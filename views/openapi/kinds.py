"""What a value may be, in the words of people: a schema, read aloud."""

from collections.abc import Iterator

from markupsafe import Markup

from views.openapi.bricks import Json
from views.openapi.parameters import LARGEST

_NAMES = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "object": "object",
    "null": "null",
}
_FORMATS = {"uuid": "UUID", "date-time": "time (RFC 3339)"}


def kind_of(of: Json) -> Markup:
    """A schema in a few words, with links to those that have a name."""
    if "$ref" in of:
        name = of["$ref"].rpartition("/")[2]
        return Markup('<a href="#{0}">{0}</a>').format(name)
    if "allOf" in of:
        return _joined([kind_of(part) for part in of["allOf"] if "$ref" in part], " with ")
    if "anyOf" in of:
        return _joined([kind_of(part) for part in of["anyOf"]], " or ")
    if "const" in of or "enum" in of:
        return _joined([_literal(value) for value in of.get("enum", [of.get("const")])], ", ")
    if "prefixItems" in of:
        return Markup("[{}]").format(_joined([kind_of(item) for item in of["prefixItems"]], ", "))
    types = of.get("type", "")
    named = [types] if isinstance(types, str) else list(types)
    return _joined([_typed(name, of) for name in named], " or ")


def members_of(of: Json) -> Iterator[tuple[str, Json, bool, str]]:
    """The members of an object, also of those that it is made of here: name, schema, whether it is
    always there, what it is. Rows of a list are members with the name of the list before them.
    """
    for part in of.get("allOf", []):
        yield from members_of(part)
    for name, member in of.get("properties", {}).items():
        always = name in of.get("required", [])
        yield name, member, always, member.get("description", "")
        rows = member.get("items", {})
        for column, cell, required, what in members_of(rows):
            yield f"{name}[].{column}", cell, required, what
    if "items" in of:
        yield from members_of(of["items"])


def _typed(name: str, of: Json) -> Markup:
    if name == "array":
        return (
            Markup("list of {}").format(kind_of(of["items"])) if "items" in of else Markup("list")
        )
    text = _FORMATS.get(of.get("format", ""), _NAMES.get(name, name)) if name != "null" else "null"
    low, high = of.get("minimum"), of.get("maximum")
    if name in {"integer", "number"} and low is not None:
        text += f" from {low}" + (" on" if high in {None, LARGEST} else f" to {high:,}")
    if "maxLength" in of and name == "string":
        text += f" of at most {of['maxLength']:,} characters"
    return Markup("{}").format(text)


def _literal(value: object) -> Markup:
    return Markup("<code>{}</code>").format("null" if value is None else value)


def _joined(parts: list[Markup], between: str) -> Markup:
    return Markup(between).join(parts)  # noqa: S704 -- one of ours
