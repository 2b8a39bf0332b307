"""What people see on standard error while a command runs."""

import sys

#: Frees the line that a bar stands on, until the bar moves and is drawn anew (ECMA-48, EL).
WIPE = "\r\x1b[K"


def is_watched() -> bool:
    """Whether somebody would see a bar move."""
    return sys.stderr.isatty()


def say(text: str) -> None:
    """Write at once."""
    sys.stderr.write(text)
    sys.stderr.flush()
