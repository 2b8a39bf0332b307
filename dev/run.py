"""Everything on one machine in one terminal: Postgres, Redis, and what the Procfile says."""

import fcntl
import http.client
import json
import os
import socket
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from honcho.environ import parse_procfile

from dev import DevError
from dev.processes import MARK, Processes, kill_marked
from dev.services import local_postgres, local_redis
from dev.terminal import StopRequest, Terminal

_HOST = "127.0.0.1"
_DEFAULT_PORT = 5000


def run(project: Path, environ: Mapping[str, str]) -> int:
    """Run the project until Ctrl-C: servers, migrations, then web and worker.

    :param project: the folder with the Procfile; everything that is kept goes to its ``.data``.
    :param environ: passed on to the processes. ``DATABASE_URL`` and ``REDIS_URL`` (or
        ``REDISTOGO_URL``), if set, are used instead of servers of our own.
    :returns: the exit status: 0 after a requested stop, 1 after a failure, which was told in
        one line. No process is left in either case.
    """
    stop = StopRequest()
    terminal = Terminal(stop, environ)
    with stop.listening():
        try:
            _run(project.resolve(), environ, terminal, stop)
        except DevError as error:
            terminal.complain(str(error))
            return 1
    return 0


def _run(project: Path, environ: Mapping[str, str], terminal: Terminal, stop: StopRequest) -> None:
    commands = _commands(project / "Procfile")
    port = _port(environ)
    address = f"http://{_HOST}:{port}/"
    data = project / ".data"
    with ExitStack() as servers:
        servers.enter_context(_only_one(data, address))
        kill_marked(str(data))  # of a run that was killed: it would hold the port
        _check_free(port)
        ours = dict(environ)
        ours |= {MARK: str(data), "PORT": str(port), "PYTHONUNBUFFERED": "1"}
        ours["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), environ.get("PATH", "")])
        if sys.stdout.isatty() and not _is_set(environ, "NO_COLOR"):
            ours.setdefault("FORCE_COLOR", "1")  # they write to us, and we to the terminal
        if not _is_set(environ, "SITE_URL"):
            ours["SITE_URL"] = address
        if not _is_set(environ, "DATABASE_URL"):
            ours["DATABASE_URL"] = servers.enter_context(local_postgres(data / "postgres"))
        if not _is_set(environ, "REDIS_URL", "REDISTOGO_URL"):
            ours["REDIS_URL"] = servers.enter_context(local_redis(data / "redis"))
        servers.enter_context(_told_to_others(data / "servers.json", ours))
        if stop.times:
            return
        terminal.say(f"Local data and logs: {data}")
        processes = Processes(terminal, stop, project, ours)
        if release := commands.pop("release", None):
            ended = processes.run({"release": release})
            if ended and ended.status != 0:
                raise DevError(f"Not started: `{release}` failed (exit status {ended.status}).")
        if stop.times:
            return
        ended = processes.run(commands, lambda gone: _wait_for_web(port, address, gone))
        if ended:
            raise DevError(
                f"Stopped: {ended.name} ended by itself (exit status {ended.status});"
                " its last lines are above."
            )


def _commands(procfile: Path) -> dict[str, str]:
    try:
        commands = dict(parse_procfile(procfile.read_text("utf-8")).processes)
    except OSError as error:
        raise DevError(f"Cannot read {procfile}: {error.strerror}.") from error
    if "web" not in commands:
        raise DevError(f"{procfile} has no line `web: ...`.")
    return commands


def _is_set(environ: Mapping[str, str], *names: str) -> bool:
    return any(environ.get(name, "").strip() for name in names)


def _port(environ: Mapping[str, str]) -> int:
    given = environ.get("PORT", "").strip() or str(_DEFAULT_PORT)
    if not (given.isascii() and given.isdigit() and 1 <= int(given) <= 65535):
        raise DevError(f"PORT is {given!r}, but must be a number from 1 to 65535.")
    return int(given)


@contextmanager
def _only_one(data: Path, address: str) -> Iterator[None]:
    """Hold the lock of this checkout.

    :raises DevError: another run has it; the message says which.
    """
    try:
        data.mkdir(exist_ok=True)
        lock = (data / "run.lock").open("a+", encoding="utf-8")
    except OSError as error:
        raise DevError(f"Cannot write to {data}: {error.strerror}.") from error
    with lock:
        try:
            # lockf, not flock: this lock belongs to the process, so a child that survives it
            # cannot hold it.
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.seek(0)
            holder = lock.read().strip() or "it is just starting"
            raise DevError(f"Wordcount is already running here: {holder}.") from error
        lock.truncate(0)
        lock.write(f"{address} (process {os.getpid()})")
        lock.flush()
        yield


@contextmanager
def _told_to_others(file: Path, environ: Mapping[str, str]) -> Iterator[None]:
    """Meanwhile say where the servers are, so that commands in another terminal find them."""
    names = ("DATABASE_URL", "REDIS_URL", "REDISTOGO_URL")
    urls = {name: environ[name] for name in names if _is_set(environ, name)}
    try:
        file.touch(mode=0o600)  # an operator's URL may hold a password
        file.write_text(json.dumps(urls), "utf-8")
    except OSError as error:
        raise DevError(f"Cannot write to {file}: {error.strerror}.") from error
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def _check_free(port: int) -> None:
    try:
        # As gunicorn binds it: connections of an earlier run that are still closing are no matter.
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((_HOST, port))
    except PermissionError as error:
        raise DevError(
            f"Port {port} is for the system only. Choose another port: PORT=5001 make run"
        ) from error
    except OSError as error:
        other = port + 1 if port < 65535 else port - 1
        raise DevError(
            f"Port {port} is taken by another program. Stop it, or choose another port:"
            f" PORT={other} make run"
        ) from error


def _wait_for_web(port: int, address: str, gone: threading.Event) -> str | None:
    """What to say when the web answers; None if everything ends before it does.

    Whoever answers is ours: the port was free, and web ends when it cannot have it.
    """
    while not gone.wait(0.2):
        connection = http.client.HTTPConnection(_HOST, port, timeout=10)
        try:
            connection.request("GET", "/")
            connection.getresponse()
        except (OSError, http.client.HTTPException):
            continue  # not yet
        finally:
            connection.close()
        return f"Wordcount is ready: {address}  (Ctrl-C stops it)"
    return None
