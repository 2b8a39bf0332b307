"""Tables in Markdown."""

from collections.abc import Iterable, Sequence

LONGEST_WORD = 40


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; its first column is set left, the others right.

    :param rows: cells as they shall stand there; see :func:`code` for strangers' words.
    """
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def code(word: str) -> str:
    """A word of a stranger's page as code: printable, of bounded length, and never markup."""
    printable = "".join(
        char if char.isprintable() else f"\\u{{{ord(char):x}}}" for char in word[:LONGEST_WORD]
    )
    plain = printable.replace("|", "\\|").replace("`", "'")
    return f"`{plain}{'…' if len(word) > LONGEST_WORD else ''}`"
