"""The browser of this machine, as Debian packages it."""

import shutil

from dev import DevError

OPTIONS = (
    "--no-sandbox",  # which root cannot have, and CI is root
    "--disable-background-networking",  # call nobody
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def chromium() -> str:
    """The path of the program.

    :raises DevError: it is not installed.
    """
    program = shutil.which("chromium")
    if not program:
        raise DevError("Chromium is missing. Install it: apt install chromium")
    return program
