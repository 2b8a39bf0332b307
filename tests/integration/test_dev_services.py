"""The local servers: they start, keep their data, and leave nothing running."""

import os
import re
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import psutil
import pytest
import redis
import sqlalchemy

from config import settings_from
from dev import DevError
from dev.services import local_postgres, local_redis

Service = Callable[[Path], AbstractContextManager[str]]

both = pytest.mark.parametrize("service", [local_postgres, local_redis])


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder for a server, which must have nobody working in it at the end."""
    yield tmp_path / "server"
    assert servers_in(tmp_path) == []


def servers_in(folder: Path) -> list[psutil.Process]:
    working = psutil.process_iter(["name", "cwd"])
    return [
        process
        for process in working
        if process.info["name"] in {"postgres", "redis-server"}
        and Path(process.info["cwd"] or "/").is_relative_to(folder)
    ]


def count_visits(url: str) -> int:
    """Write something to a server; how often it was written so far."""
    if url.startswith("unix:"):
        with redis.Redis.from_url(url) as client:
            return int(client.incr("visits"))
    engine = sqlalchemy.create_engine(settings_from({"DATABASE_URL": url}).DATABASE_URL)
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("CREATE TABLE IF NOT EXISTS visits (n int)"))
        connection.execute(sqlalchemy.text("INSERT INTO visits VALUES (1)"))
        visits = connection.scalar(sqlalchemy.text("SELECT count(*) FROM visits"))
    engine.dispose()
    return int(visits or 0)


@both
def test_no_other_user_of_the_machine_can_come_in(service: Service, folder: Path) -> None:
    with service(folder) as url:
        door = re.search(r"unix://([^?]+)|host=([^&]+)&port=(\d+)", url)
        assert door
        socket = Path(door[1] or f"{door[2]}/.s.PGSQL.{door[3]}")
        assert stat.filemode(socket.stat().st_mode) == "srwx------"
        for server in servers_in(folder):
            assert server.net_connections("inet") == []


@both
def test_keeps_its_data_from_start_to_start(service: Service, folder: Path) -> None:
    for start in (1, 2, 3):
        with service(folder) as url:
            assert servers_in(folder)
            assert count_visits(url) == start
        assert servers_in(folder) == []


@both
def test_works_in_a_deep_folder_with_odd_characters(service: Service, folder: Path) -> None:
    deep = folder / "a b,c:d" / ("e" * 120)
    for start in (1, 2):
        with service(deep) as url:
            assert count_visits(url) == start


@both
@pytest.mark.parametrize("leave", [ValueError, KeyboardInterrupt, SystemExit])
def test_stops_however_it_is_left(
    service: Service, folder: Path, leave: type[BaseException]
) -> None:
    with pytest.raises(leave), service(folder):
        raise leave
    assert servers_in(folder) == []


def test_postgres_stops_although_a_client_is_connected(folder: Path) -> None:
    with local_postgres(folder) as url:
        engine = sqlalchemy.create_engine(settings_from({"DATABASE_URL": url}).DATABASE_URL)
        connection = engine.connect()
        connection.execute(sqlalchemy.text("SELECT 1"))
        left = time.monotonic()
    assert time.monotonic() - left < 5
    connection.invalidate()
    engine.dispose()


@both
def test_takes_over_from_a_killed_starter(service: Service, folder: Path) -> None:
    starter = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, time; from pathlib import Path; from dev import services\n"
            f"with services.{service.__name__}(Path(sys.argv[1])) as url:\n"
            "    print(url, flush=True); time.sleep(60)",
            str(folder),
        ],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert starter.stdout is not None
    with starter.stdout as said:
        url = said.readline().strip()
    assert count_visits(url) == 1
    starter.send_signal(signal.SIGKILL)
    starter.wait()
    left_over = servers_in(folder)
    assert left_over, "the test needs a server without a starter"

    with service(folder) as url:
        assert count_visits(url) == 2
        assert not any(process.is_running() for process in left_over)


def test_postgres_believes_no_process_number_of_before_a_reboot(folder: Path) -> None:
    with local_postgres(folder) as url:
        count_visits(url)
        pid_file = (folder / "data" / "postmaster.pid").read_text()
    lines = pid_file.splitlines()
    lines[0] = str(os.getpid())  # a process that lives, and is no Postgres
    (folder / "data" / "postmaster.pid").write_text("\n".join(lines))
    with local_postgres(folder) as url:
        assert count_visits(url) == 2


def test_postgres_half_made_is_made_again(folder: Path) -> None:
    (folder / "data.new").mkdir(parents=True)
    (folder / "data.new" / "PG_VERSION").write_text("18")
    with local_postgres(folder) as url:
        assert count_visits(url) == 1


def test_postgres_is_utf8_and_folds_case_of_every_script(folder: Path) -> None:
    with local_postgres(folder) as url:
        engine = sqlalchemy.create_engine(settings_from({"DATABASE_URL": url}).DATABASE_URL)
        with engine.connect() as connection:
            query = "SELECT current_setting('server_encoding'), lower('ÄΣЖ')"
            assert tuple(connection.execute(sqlalchemy.text(query)).one()) == ("UTF8", "äσж")
        engine.dispose()


def assert_refused(service: Service, folder: Path, reason: str) -> None:
    with pytest.raises(DevError) as refusal, service(folder):
        pass
    message = str(refusal.value)
    assert reason in message
    assert str(folder) in message
    assert "\n" not in message


def test_corrupt_postgres_is_one_line(folder: Path) -> None:
    with local_postgres(folder):
        pass
    (folder / "data" / "global" / "pg_control").write_bytes(b"broken")
    assert_refused(local_postgres, folder, "pg_control")


def test_corrupt_redis_is_one_line(folder: Path) -> None:
    folder.mkdir()
    (folder / "appendonly.aof").write_text("broken\n")
    assert_refused(local_redis, folder, "Bad file format")


@both
def test_a_file_in_the_way_is_one_line(service: Service, folder: Path) -> None:
    folder.write_text("not a folder")
    assert_refused(service, folder, "File exists")


@both
def test_says_nothing_itself(
    service: Service, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with service(folder) as url:
        count_visits(url)
    assert capfd.readouterr() == ("", "")


def test_postgres_can_be_given_settings(folder: Path) -> None:
    with local_postgres(folder, {"work_mem": "5MB"}) as url:
        engine = sqlalchemy.create_engine(settings_from({"DATABASE_URL": url}).DATABASE_URL)
        with engine.connect() as connection:
            assert connection.scalar(sqlalchemy.text("SHOW work_mem")) == "5MB"
            assert connection.scalar(sqlalchemy.text("SHOW listen_addresses")) == ""
        engine.dispose()
