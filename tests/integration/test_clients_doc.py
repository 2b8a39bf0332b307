"""Every script of docs/CLIENTS.md, as it stands there, beside real web, worker and servers.

Nothing is changed in it but the address of the server, of a receiver, and of the socket of Redis.
"""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.clients_doc import Script, pattern_of, scripts
from tests.support import PROJECT, free_port, wait_for

pytestmark = pytest.mark.usefixtures("app", "worker")

SECONDS = 60
#: What stands on the page: the server, a receiver of callbacks, and the socket of Redis.
THERE = re.compile(
    r"(?P<server>127\.0\.0\.1:5000)\b"
    r"|(?P<receiver>127\.0\.0\.1:8000)\b"
    r'|(?P<listening>"127\.0\.0\.1", 8000)\b'
    r"|(?P<socket>\.data/redis/redis\.sock)\b"
)


def cases() -> Iterator[object]:
    """Each script that prints, with those before it that listen to what it does."""
    listening: list[Script] = []
    for script in scripts():
        if script.how == "listens":
            listening.append(script)
        elif script.how:
            yield pytest.param(listening, script, id=f"{script.heading}, {script.language}")
            listening = []
    assert not listening


class Shell:
    """Where scripts of the page are run.

    :param environ: of a process beside these servers.
    """

    def __init__(self, web: str, environ: Mapping[str, str], home: Path) -> None:
        self.port = free_port()
        self._home = home
        self._environ = {
            **environ,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(home),
            "PYTHONUNBUFFERED": "1",
        }
        self._here = {
            "server": urlsplit(web).netloc,
            "receiver": f"127.0.0.1:{self.port}",
            "listening": f'"127.0.0.1", {self.port}',
            "socket": urlsplit(environ["REDIS_URL"]).path,
        }

    def here(self, text: str) -> str:
        """A part of the page with the addresses of here."""
        return THERE.sub(lambda found: self._here[found.lastgroup or ""], text)

    def started(self, script: Script, out: int, err: int) -> subprocess.Popen[bytes]:
        program = {"sh": ["bash"], "python": [sys.executable, "-"]}[script.language]
        process = subprocess.Popen(
            program,
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=err,
            cwd=PROJECT,
            env=self._environ,
            start_new_session=True,
        )
        assert process.stdin
        process.stdin.write(self.here(script.text).encode())
        process.stdin.close()
        process.stdin = None  # closed: communicate() need not do so
        return process

    def printed(self, script: Script) -> str:
        """What a script prints that ends by itself."""
        with self.started(script, subprocess.PIPE, subprocess.PIPE) as process:
            out, err = process.communicate(timeout=SECONDS)
        assert not err.strip(), err.decode()
        return out.decode()

    @contextmanager
    def listening(self, script: Script) -> Iterator[Path]:
        """The file of what a script prints that goes on until Ctrl-C."""
        out, err = (self._home / f"{name}-{id(script)}" for name in ("out", "err"))
        with out.open("wb") as to_out, err.open("wb") as to_err:
            process = self.started(script, to_out.fileno(), to_err.fileno())
        try:
            wait_for("listener", lambda: out.stat().st_size or err.stat().st_size or self._hears())
            yield out
        finally:
            os.killpg(process.pid, signal.SIGINT)
            process.wait(20)

    def _hears(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


@pytest.fixture
def shell(web: str, environ: dict[str, str], tmp_path: Path) -> Shell:
    return Shell(web, environ, tmp_path)


@pytest.mark.parametrize(("listeners", "script"), [*cases()])
def test_script(
    shell: Shell, listeners: list[Script], script: Script, request: pytest.FixtureRequest
) -> None:
    if script.text.startswith("siege"):
        request.getfixturevalue("siege")
    with ExitStack() as running:
        outputs = [running.enter_context(shell.listening(listener)) for listener in listeners]
        printed = shell.printed(script).strip()
        expected = pattern_of(shell.here(script.expected))
        assert re.fullmatch(expected, printed), f"{printed}\n\n{expected}"
        for listener, output in zip(listeners, outputs, strict=True):
            heard = pattern_of(shell.here(listener.expected))
            wait_for(
                f"{heard} in what is heard",
                lambda heard=heard, output=output: re.search(heard, output.read_text("utf-8")),  # type: ignore[misc]
            )


def wait_for_output(file: Path, expected: str) -> None:
    try:
        wait_for("output", lambda: re.search(expected, file.read_text("utf-8")))
    except AssertionError as late:
        raise AssertionError(f"{late}:\n{file.read_text('utf-8')}\n{expected}") from None


def test_the_client_is_shown_as_it_is() -> None:
    shown = [script.text for script in scripts() if script.heading == "Python" and not script.how]
    assert shown == [(PROJECT / "client.py").read_text("utf-8")]


def test_every_script_is_run_or_only_shown_for_a_reason() -> None:
    shown = [(script.heading, script.language) for script in scripts() if not script.how]
    assert shown == [
        ("Clients", "sh"),  # activates the environment
        ("Python", "python"),  # client.py, above
        ("JavaScript on another site", "sh"),  # make run, with a setting
        ("JavaScript on another site", "html"),  # tests/browser/test_another_site.py
    ]
