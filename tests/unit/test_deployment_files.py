"""What the files for servers name exists: commands, ports, variables, files, the same Python.

No engine runs here: what an image or a unit would meet when it is started is looked up instead.
"""

import json
import re
import shlex
import tomllib
from collections.abc import Iterator
from configparser import RawConfigParser
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest
import yaml

import manage
from config import CONFIGS
from environment.heroku import OF_A_DYNO
from environment.variables import READERS
from tests.support import PROJECT
from views.operators import INSIDE

#: What programs read that are not ours, or that is read by name before there are settings.
OF_OTHERS = {
    "APP_SETTINGS", "PATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "XDG_CACHE_HOME",
}  # fmt: skip
SETTINGS = {*READERS, *OF_OTHERS}
DEPLOY = (PROJECT / "docs" / "DEPLOY.md").read_text("utf-8")
DOCKERFILE = (PROJECT / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
COMPOSE: dict[str, Any] = yaml.safe_load((PROJECT / "compose.yaml").read_text("utf-8"))
OURS = {name: one for name, one in COMPOSE["services"].items() if "build" in one}
UNIT = re.compile(r"^`([\w-]+\.(?:service|timer))`.*?```ini\n(.*?)```", re.DOTALL | re.MULTILINE)
PROCFILE = {
    name: shlex.split(command)
    for name, _, command in (
        line.partition(": ") for line in (PROJECT / "Procfile").read_text("utf-8").splitlines()
    )
}
PYTHON = (PROJECT / ".python-version").read_text("utf-8").strip()


def instructions(name: str) -> list[str]:
    """What stands behind an instruction of the Dockerfile, each time."""
    return re.findall(rf"^\s*{name} +(.+)$", DOCKERFILE, re.MULTILINE)


def units() -> dict[str, RawConfigParser]:
    """The units of systemd in docs/DEPLOY.md, by their names."""
    found = {}
    for name, text in UNIT.findall(DEPLOY):
        unit = RawConfigParser(strict=False)
        unit.optionxform = str  # type: ignore[assignment,method-assign]  # case tells
        unit.read_string(text)
        found[name] = unit
    return found


def commands() -> Iterator[tuple[str, list[str]]]:
    """Every command by which something is started, and where it stands."""
    for name, command in PROCFILE.items():
        yield f"Procfile: {name}", command
    yield "Dockerfile", json.loads(instructions("CMD")[-1])
    for name, service in OURS.items():
        yield f"compose.yaml: {name}", service["command"]
    for name, unit in units().items():
        if unit.has_option("Service", "ExecStart"):
            yield name, shlex.split(unit["Service"]["ExecStart"])


COMMANDS = list(commands())


@pytest.mark.parametrize("command", [c for _, c in COMMANDS], ids=[at for at, _ in COMMANDS])
def test_what_is_started_exists(command: list[str]) -> None:
    program, *arguments = command
    match Path(program).name:
        case "python":
            assert (PROJECT / arguments[0]).is_file()
            if arguments[0] == "manage.py":
                assert arguments[1] in manage.cli.list_commands(None)  # type: ignore[arg-type]
        case "gunicorn":
            assert "gunicorn" in {one.name for one in entry_points(group="console_scripts")}
            assert arguments == ["app:create_app()"]
        case _:
            pytest.fail(f"{program} is no program of ours")


def test_every_place_starts_the_same_programs() -> None:
    web, worker, release = (PROCFILE[name] for name in ("web", "worker", "release"))
    assert json.loads(instructions("CMD")[-1]) == web
    for name, command in (("web", web), ("worker", worker), ("release", release)):
        assert OURS[name]["command"] == command
    started = [command[1:] for at, command in COMMANDS if at.endswith(".service")]
    for command in (web, worker, release, ["python", "manage.py", "purge"]):
        assert command[1:] in started


def test_one_version_of_python() -> None:
    assert {image.split(":")[1].split("-")[0] for image in instructions("FROM")} == {PYTHON}
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    least = project["requires-python"].removeprefix(">=")
    assert [*map(int, PYTHON.split("."))] >= [*map(int, least.split("."))]


def test_every_variable_is_a_setting() -> None:
    app_json = json.loads((PROJECT / "app.json").read_text("utf-8"))
    in_image = re.findall(r"(?:^|\s)([A-Z_]+)=", " ".join(instructions("ENV")))
    in_compose = [name for service in OURS.values() for name in service["environment"]]
    in_file = re.findall(r"^([A-Z_]+)=", DEPLOY, re.MULTILINE)
    readme = (PROJECT / "README.md").read_text("utf-8")
    in_steps = re.findall(r"config:set ([A-Z_]+)=", DEPLOY + readme)
    assert {*app_json["env"], *in_image, *in_compose, *in_file, *in_steps, *OF_A_DYNO} <= SETTINGS
    assert app_json["env"]["APP_SETTINGS"]["value"].removeprefix("config.") in CONFIGS


def test_compose_passes_every_setting_on() -> None:
    fixed = {"PORT", "WEB_HOST"}  # compose.yaml publishes the port, of a host of its own
    for service in OURS.values():
        assert set(READERS) - fixed <= set(service["environment"])
        for name, value in service["environment"].items():
            assert name in {"DATABASE_URL", "REDIS_URL"} or value.startswith(f"${{{name}:")


def test_what_compose_asks_for_stands_in_the_example() -> None:
    text = (PROJECT / "compose.yaml").read_text("utf-8")
    asked = set(re.findall(r"\$\{([A-Z_]+):\?", text))
    example = (PROJECT / ".env.example").read_text("utf-8")
    named = set(re.findall(r"^([A-Z_]+)=", example, re.M))
    assert asked <= named
    assert named <= set(re.findall(r"\$\{([A-Z_]+):", text))
    assert all(re.search(rf"^{name}=$", example, re.M) for name in asked)  # no secret of ours
    assert "/.env" in (PROJECT / ".gitignore").read_text("utf-8").split()


def test_what_is_copied_is_there_and_all_that_is_imported_is_copied() -> None:
    for source in instructions("COPY"):
        first, *_ = [part for part in source.split() if not part.startswith("--")]
        assert first.startswith("/opt/") or (PROJECT / first).exists()
    lines = (PROJECT / ".dockerignore").read_text("utf-8").splitlines()
    kept = {line[1:] for line in lines if line.startswith("!")}
    assert all((PROJECT / one).exists() for one in kept)
    modules = {file.name for file in PROJECT.glob("*.py")}
    packages = {file.parent.name for file in PROJECT.glob("*/__init__.py")}
    assert modules | packages - {"bench", "chaos", "dev", "tests"} <= kept
    # Secrets and data of whoever makes the image are left out by themselves.
    assert "*" in lines
    assert not kept & {".env", ".data", ".git", ".venv", "dev", "tests", "requirements-dev.txt"}


def test_ports_are_those_that_are_listened_on() -> None:
    (port,) = re.findall(r"PORT=(\d+)", " ".join(instructions("ENV")))
    assert instructions("EXPOSE") == [port]
    (opened,) = OURS["web"]["ports"]
    assert opened.startswith("127.0.0.1:")
    assert opened.endswith(f":{port}")
    for name, service in COMPOSE["services"].items():
        assert name == "web" or "ports" not in service
    (upstream,) = re.findall(r"server 127\.0\.0\.1:(\d+)", DEPLOY)
    (set_port,) = re.findall(r"^PORT=(\d+)$", DEPLOY, re.M)
    assert upstream == set_port


def test_health_is_asked_where_it_is_told() -> None:
    asked = re.findall(r"\}(/\w+)'", instructions("HEALTHCHECK")[0])
    assert len(asked) == 1
    assert set(asked) <= INSIDE


def test_nothing_runs_as_root_or_writes_where_its_code_is() -> None:
    assert instructions("USER") == ["10001"]
    for service in COMPOSE["services"].values():
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
        assert "mem_limit" in service
    for name, unit in units().items():
        if name.endswith(".service"):
            service = unit["Service"]
            assert service["User"] == "wordcount"
            assert service["ProtectSystem"] == "strict"
            assert service["NoNewPrivileges"] == "yes"


def test_services_wait_for_what_they_need_and_all_that_is_named_is_there() -> None:
    services = COMPOSE["services"]
    for service in services.values():
        for needed, how in service.get("depends_on", {}).items():
            is_healthy = how["condition"] == "service_healthy"
            assert is_healthy == ("healthcheck" in services[needed] and needed != "release")
        assert set(service["networks"]) <= set(COMPOSE["networks"])
        for volume in service.get("volumes", ()):
            name = volume.split(":")[0]
            assert name.startswith("/") or name in COMPOSE["volumes"]
        assert "postgres" not in service.get("image", "") or service["networks"] == ["inside"]
    assert COMPOSE["networks"]["inside"]["internal"]
    for host in re.findall(r"@(\w+):\d+/", str(OURS["web"]["environment"])):
        assert host in services


def test_the_database_is_ready_when_others_can_reach_it() -> None:
    """When Postgres' image makes the database, its server listens on the socket alone, and ends."""
    asked = COMPOSE["services"]["postgres"]["healthcheck"]["test"]
    assert asked[asked.index("--host") + 1] == "127.0.0.1"


def test_a_failed_migration_stops_nobody() -> None:
    for name in ("wordcount-web.service", "wordcount-worker.service"):
        unit = units()[name]["Unit"]
        assert "wordcount-migrate.service" in unit["After"]
        assert unit["Wants"] == "wordcount-migrate.service"
        assert not {"Requires", "BindsTo", "PartOf"} & set(unit)


def test_units_belong_together() -> None:
    found = units()
    assert set(found) == {
        "wordcount-migrate.service",
        "wordcount-web.service",
        "wordcount-worker.service",
        "wordcount-purge.service",
        "wordcount-purge.timer",
    }
    (folder,) = {u["Service"]["WorkingDirectory"] for u in found.values() if "Service" in u}
    (settings,) = {u["Service"]["EnvironmentFile"] for u in found.values() if "Service" in u}
    assert f"install -m 600 /dev/null {settings}" in DEPLOY
    for name, command in COMMANDS:
        if name in found:
            assert command[0].startswith(f"{folder}/.venv/bin/")
