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


#: The same engine without windows, which takes a third less of the processor; or the whole of it.
_PROGRAMS = ("chromium-headless-shell", "chromium")


def chromium() -> str:
    """The path of the program.

    :raises DevError: it is not installed.
    """
    found = [program for program in map(shutil.which, _PROGRAMS) if program]
    if not found:
        raise DevError(f"Chromium is missing. Install it: apt install {_PROGRAMS[0]}")
    return found[0]
