"""``make screenshots``: the pictures of the documentation, of the application as it is now.

It runs on servers and data of its own, beside anything else, and counts its own sample page.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from honcho.environ import parse_procfile
from playwright.sync_api import Browser, sync_playwright
from playwright.sync_api import Error as BrowserError

from dev import DevError
from dev.chromium import OPTIONS, chromium
from dev.processes import MARK, kill_marked
from dev.services import local_postgres, local_redis

_PROJECT = Path(__file__).parent.parent
_WHAT = "Take the pictures of the documentation."
#: It is in the pictures: the one that README.md names, if it is free.
_PORT = 5000
#: How long the web may take to start, and the worker to count a page, in seconds.
_PATIENCE = 60
#: The same in all pictures, or each would differ from the one before it.
_SAME_TIME = """
    for (const time of document.querySelectorAll("time")) {
        time.textContent = "1 January 2026, 12:00 UTC";
    }
"""


@dataclass(frozen=True, kw_only=True)
class Shot:
    """One picture.

    :param path: of the page; ``{key}`` is that of the count.
    :param shows: the role of what must be there first.
    """

    name: str
    path: str
    shows: Literal["heading", "table"]
    width: int
    height: int
    scheme: Literal["light", "dark"] = "light"


SHOTS = (
    Shot(name="screenshot.png", path="counts/{key}", shows="table", width=860, height=1180),
    Shot(
        name="screenshot-dark.png",
        path="counts/{key}",
        shows="table",
        width=390,
        height=844,
        scheme="dark",
    ),
    Shot(
        name="screenshot-word.png",
        path="counts/{key}/word?w=garden",
        shows="table",
        width=860,
        height=1160,
    ),
    Shot(name="screenshot-form.png", path="", shows="heading", width=860, height=560),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Take all pictures; the exit status is 1 after a failure, which is told in one line."""
    parser = argparse.ArgumentParser(prog="make screenshots", description=_WHAT)
    parser.add_argument("--to", type=Path, default=_PROJECT / "docs", metavar="FOLDER")
    pictures: Path = parser.parse_args(arguments).to
    try:
        if not pictures.is_dir():
            raise DevError(f"There is no folder {pictures}.")
        program = chromium()
        # A short name: there are sockets in it.
        with tempfile.TemporaryDirectory(prefix="shots-") as folder:
            _take_all(pictures, program, Path(folder).resolve())
    except DevError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _take_all(pictures: Path, program: str, folder: Path) -> None:
    with _running(folder) as address, sync_playwright() as playwright:
        key = _count(address, f"{address}static/sample.html")
        try:
            with playwright.chromium.launch(executable_path=program, args=OPTIONS) as browser:
                for shot in SHOTS:
                    _take(browser, shot, address + shot.path.format(key=key), pictures / shot.name)
                    print(pictures / shot.name)
        except BrowserError as error:
            raise DevError(f"No picture was taken: {error.message.splitlines()[0]}") from error


def _take(browser: Browser, shot: Shot, address: str, file: Path) -> None:
    context = browser.new_context(
        viewport={"width": shot.width, "height": shot.height},
        color_scheme=shot.scheme,
        reduced_motion="reduce",
        locale="en-GB",
    )
    with context:
        page = context.new_page()
        page.goto(address)
        page.get_by_role(shot.shows).first.wait_for(timeout=_PATIENCE * 1000)
        page.evaluate(_SAME_TIME)
        page.screenshot(path=file, animations="disabled")  # nor is there a caret


def _count(address: str, url: str) -> str:
    """The key of a count."""
    body = json.dumps({"url": url}).encode()
    with urllib.request.urlopen(f"{address}start", body, timeout=_PATIENCE) as answer:  # noqa: S310
        return str(answer.read().decode())


@contextmanager
def _running(folder: Path) -> Iterator[str]:
    """Run what the Procfile says, on new servers.

    :param folder: an empty one.
    :returns: a context manager with the address of the web.
    """
    commands = dict(parse_procfile((_PROJECT / "Procfile").read_text("utf-8")).processes)
    port = _free_port()
    address = f"http://127.0.0.1:{port}/"
    log = folder / "log"
    with ExitStack() as running:
        environ = {
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "PYTHONUNBUFFERED": "1",
            MARK: str(folder),
            # Nothing else of the environment of whoever calls this: the pictures are of what
            # everybody gets.
            "DATABASE_URL": running.enter_context(local_postgres(folder / "postgres")),
            "REDIS_URL": running.enter_context(local_redis(folder / "redis")),
            "PORT": str(port),
            "SITE_URL": address,
        }

        def start(name: str) -> subprocess.Popen[bytes]:
            with log.open("ab") as output:
                return subprocess.Popen(  # noqa: S602 -- a shell runs what a Procfile has
                    commands[name],
                    shell=True,
                    cwd=_PROJECT,
                    env=environ,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                )

        running.callback(kill_marked, str(folder))
        if start("release").wait() != 0:
            raise _failed("The database could not be made", log)
        programs = [start(name) for name in ("web", "worker")]
        _wait_for(address, programs, log)
        yield address


def _free_port() -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", _PORT))
        except OSError:  # somebody has it
            probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(address: str, programs: Sequence[subprocess.Popen[bytes]], log: Path) -> None:
    give_up = time.monotonic() + _PATIENCE
    while time.monotonic() < give_up:
        if any(program.poll() is not None for program in programs):
            raise _failed("The web or the worker ended", log)
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310
                return
        except OSError:  # not yet
            time.sleep(0.1)
    raise _failed(f"The web did not answer within {_PATIENCE} seconds", log)


def _failed(what: str, log: Path) -> DevError:
    """With the last line of the log, which goes with the folder."""
    lines = [line for line in log.read_text("utf-8", "replace").splitlines() if line.strip()]
    return DevError(f"{what}: {lines[-1] if lines else 'it said nothing'}")


if __name__ == "__main__":
    sys.exit(main())
