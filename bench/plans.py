"""How Postgres goes about what the application asks of it, as it asks."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event

from models import db

_PLANNED = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")


@dataclass(frozen=True)
class Plan:
    """How one statement is done.

    :ivar statement: with its values.
    :ivar root: the outermost node, as ``EXPLAIN (FORMAT JSON)`` has it.
    """

    statement: str
    root: dict[str, Any]

    @property
    def nodes(self) -> list[dict[str, Any]]:
        """All nodes, each before those below it."""
        return list(_nodes(self.root))

    def scans(self, table: str) -> list[str]:
        """The ways on which rows of a table are found."""
        return [node["Node Type"] for node in self.nodes if node.get("Relation Name") == table]

    @property
    def lines(self) -> list[str]:
        """The plan in short: each node with its rows, and in all what was read, if it was done."""
        lines = [_line(node, depth) for node, depth in _with_depths(self.root)]
        if "Shared Hit Blocks" in self.root:
            read = self.root["Shared Hit Blocks"] + self.root["Shared Read Blocks"]
            lines.append(f"{read:,} pages, {self.root['Actual Total Time']:.2f} ms")
        return lines


@contextmanager
def explained(*, analyze: bool = False) -> Iterator[list[Plan]]:
    """The plan of each statement meanwhile, made just before it is done.

    :param analyze: do it twice, the first time to see how long it takes; what it changes then is
        undone.
    """
    plans: list[Plan] = []
    options = "FORMAT JSON, ANALYZE, BUFFERS" if analyze else "FORMAT JSON"

    def explain(_connection: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if not statement.lstrip().startswith(_PLANNED):
            return
        with cursor.connection.cursor() as other:
            asked = other.mogrify(statement, parameters)
            if not cursor.connection.autocommit:
                other.execute("SAVEPOINT before_explain")
            other.execute(f"EXPLAIN ({options}) ".encode() + asked)
            ((answer,),) = other.fetchall()
            if not cursor.connection.autocommit:  # where nothing is changed anyway
                other.execute("ROLLBACK TO before_explain")
        plans.append(Plan(" ".join(asked.decode().split()), answer[0]["Plan"]))

    event.listen(db.engine, "before_cursor_execute", explain)
    try:
        yield plans
    finally:
        event.remove(db.engine, "before_cursor_execute", explain)


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return (found for found, _ in _with_depths(node))


def _with_depths(node: dict[str, Any], depth: int = 0) -> Iterator[tuple[dict[str, Any], int]]:
    yield node, depth
    for below in node.get("Plans", ()):
        yield from _with_depths(below, depth + 1)


def _line(node: dict[str, Any], depth: int) -> str:
    parts = [node["Node Type"]]
    if "Index Name" in node:
        parts.append(f"using {node['Index Name']}")
    if "Relation Name" in node:
        parts.append(f"on {node['Relation Name']}")
    rows = node.get("Actual Rows", node["Plan Rows"])
    parts.append(f"({rows:,.0f} rows)")
    return "  " * depth + " ".join(parts)
