"""The scripts of docs/CLIENTS.md, read from the page itself."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.support import PROJECT

PAGE = (PROJECT / "docs" / "CLIENTS.md").read_text(encoding="utf-8")
_PART = re.compile(
    r"^#+ (?P<heading>[^\n]*)$"
    r"|(?:^<!-- (?P<how>[^\n]*) -->\n)?^```(?P<language>\w+)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Script:
    """One script.

    :ivar how: it `prints`, perhaps on standard error, or `listens`; otherwise it is only shown.
    :ivar expected: what it prints, with `...` for what differs.
    """

    heading: str
    how: str | None
    language: str
    text: str
    expected: str = ""


def scripts() -> Iterator[Script]:
    """All of the page, in their order."""
    heading, script = "", None
    for part in _PART.finditer(PAGE):
        if part["heading"] is not None:
            heading = part["heading"]
        elif part["language"] == "text":
            assert script
            yield Script(heading, script.how, script.language, script.text, part["text"])
            script = None
        else:
            if script:
                yield script
            script = Script(heading, part["how"], part["language"], part["text"])
    if script:
        yield script


def pattern_of(expected: str) -> str:
    """A regular expression for what a script prints; a line of nothing but dots is any lines."""
    end = r"(?:\n|\Z)"
    return "".join(
        f"(?:.*{end})*?" if line == "..." else re.escape(line).replace(r"\.\.\.", ".*") + end
        for line in expected.strip().splitlines()
    )
