"""What commands have in common at a terminal: lines, exit codes, what people see meanwhile."""

import os
import sys
from typing import NoReturn

#: Exit codes by custom: 128 and the number of the signal that a program would have died of.
INTERRUPTED = 130
TERMINATED = 143
BROKEN_PIPE = 141

#: Frees the line that a bar stands on, until the bar moves and is drawn anew (ECMA-48, EL).
WIPE = "\r\x1b[K"


def is_watched() -> bool:
    """Whether somebody would see a bar move."""
    return sys.stderr.isatty()


def say(text: str) -> None:
    """Write at once, for people: to standard error."""
    sys.stderr.write(text)
    sys.stderr.flush()


def print_line_by_line() -> None:
    """Let pipes get each line at once, too, and in UTF-8, whatever the locale says."""
    sys.stdout.reconfigure(line_buffering=True, encoding="utf-8")  # type: ignore[union-attr]


def end_for_broken_pipe() -> NoReturn:
    """End, for nobody reads standard output any more."""
    # What is left of the line would be tried again at the very end, and then complained of.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(BROKEN_PIPE)
