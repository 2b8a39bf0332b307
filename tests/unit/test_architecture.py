"""The rules of docs/DESIGN.md on who may import whom, read from the source itself."""

import ast
import re
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent.parent

PACKAGES = (
    "bench",
    "callbacks",
    "chaos",
    "commands",
    "dev",
    "environment",
    "events",
    "inbox",
    "logs",
    "storage",
    "transport",
    "views",
    "wordcount",
    "workers",
)
# Who may import whom; what is not named here imports nothing of ours.
MAY_IMPORT = {
    "wordcount": {"wordcount"},
    "environment": {"environment"},
    "config": {"environment"},
    "logs": set(),
    "logs.secrets": {"config"},
    "logs.lines": {"config", "logs.secrets"},
    "logs.access": {"config", "logs.lines"},
    "logs.sentry": {"config", "logs.lines", "logs.secrets", "wordcount.version"},
    "models": {"storage.faults"},
    "storage": set(),
    "events": set(),
    "inbox": set(),
    "callbacks": set(),
    "workers": set(),
    "storage.connections": set(),
    "storage.lists": {"models"},
    "storage.states": {"models", "wordcount.errors"},
    "storage.leases": {"models", "storage.states", "wordcount.errors"},
    "events.tallies": set(),
    "storage.backlog": {"models"},
    "storage.schema": {"models"},
    "workers.presence": set(),
    "events.event_log": {"events.tallies"},
    "events.channel": {
        "environment.patience",
        "events.event_log",
        "events.tallies",
        "storage.states",
    },
    "events.progress": {
        "events.channel",
        "models",
        "storage.faults",
        "storage.leases",
        "storage.states",
    },
    "storage.retention": {"callbacks.rows", "models", "storage.lists"},
    "transport": {
        "transport",
        "wordcount.address",
        "wordcount.errors",
        "wordcount.http_status",
        "wordcount.url",
    },
    "fetch": {
        "transport",
        "wordcount.address",
        "wordcount.content_coding",
        "wordcount.content_type",
        "wordcount.errors",
        "wordcount.http_status",
        "wordcount.sniff",
        "wordcount.url",
        "wordcount.version",
    },
    "workers.confine": set(),
    "workers.apart": {"workers.confine"},
    "workers.host_limit": {"wordcount.errors"},
    "workers.stable": {"workers.apart", "workers.confine", "workers.keeper", "workers.supervisor"},
    "workers.horse": {"workers.pipeline"},
    "workers.granted": set(),
    "workers.huge_pages": set(),
    "workers.pipeline": {
        "events.progress",
        "fetch",
        "models",
        "wordcount",
        "workers.apart",
        "workers.confine",
        "workers.granted",
        "workers.host_limit",
    },
    "jobs": {
        "events.channel",
        "events.progress",
        "events.tallies",
        "models",
        "storage.faults",
        "storage.leases",
        "storage.states",
        "wordcount",
        "workers.confine",
        "workers.host_limit",
        "workers.pipeline",
    },
    "workers.resident": set(),
    "workers.warm_up": {"transport.session", "wordcount", "workers.pipeline", "workers.resident"},
    "submissions": {
        "callbacks.rows",
        "events.tallies",
        "jobs",
        "models",
        "storage.admission",
        "storage.leases",
        "storage.lists",
        "storage.once",
        "storage.states",
        "wordcount.counts",
        "wordcount.errors",
        "wordcount.url",
    },
    "storage.once": {"models"},
    "storage.admission": {"models", "storage.states"},
    "storage.rescues": {"models", "storage.leases", "storage.states"},
    "inbox.items": {"wordcount.errors"},
    "inbox.scripts": {"events.event_log"},
    "inbox.queue": {"events.channel", "events.event_log", "inbox.items", "inbox.scripts"},
    "inbox.reader": {
        "events.channel",
        "events.tallies",
        "inbox.items",
        "inbox.queue",
        "jobs",
        "models",
        "storage.admission",
        "storage.faults",
        "storage.once",
        "submissions",
        "wordcount.errors",
        "wordcount.url",
    },
    "callbacks.steps": {"callbacks.rows", "models", "storage.states"},
    "callbacks.deliver": {"fetch", "transport", "wordcount.address", "wordcount.errors"},
    "callbacks.notices": {"callbacks.steps", "models", "wordcount.counts"},
    "callbacks.courier": {
        "callbacks.deliver",
        "callbacks.notices",
        "callbacks.steps",
        "events.tallies",
        "fetch",
        "models",
        "storage.faults",
        "storage.states",
        "wordcount.errors",
        "workers.host_limit",
    },
    "callbacks.rows": {"models", "wordcount.errors", "wordcount.url"},
    "workers.supervisor": {"logs.sentry"},
    "workers.rescuer": {
        "events.tallies",
        "jobs",
        "models",
        "storage.faults",
        "storage.leases",
        "storage.rescues",
        "workers.remedies",
    },
    "workers.kept_alive": set(),
    "workers.rq_books": {"jobs", "workers.presence"},
    "workers.count_worker": {
        "callbacks.courier",
        "inbox.reader",
        "jobs",
        "models",
        "storage.faults",
        "workers.apart",
        "workers.kept_alive",
        "workers.pipeline",
        "workers.remedies",
        "workers.rescuer",
        "workers.rq_books",
        "workers.running",
        "workers.stable",
    },
    "workers.keeper": {"workers.apart", "workers.confine", "workers.supervisor"},
    "workers.remedies": {
        "events.tallies",
        "jobs",
        "models",
        "storage.leases",
        "storage.states",
        "wordcount.errors",
        "workers.apart",
        "workers.stable",
    },
    "workers.running": {"models", "storage.faults", "workers.remedies", "workers.rq_books"},
    "views": {
        "callbacks.rows",
        "callbacks.steps",
        "events.channel",
        "events.event_log",
        "events.tallies",
        "inbox.items",
        "inbox.queue",
        "jobs",
        "models",
        "storage.backlog",
        "storage.connections",
        "storage.faults",
        "storage.leases",
        "storage.lists",
        "storage.once",
        "storage.schema",
        "submissions",
        "views",
        "wordcount",
        "workers.presence",
    },
    "base_app": {
        "config",
        "environment.patience",
        "events.channel",
        "logs.sentry",
        "models",
        "storage.connections",
    },
    "app": {"base_app", "config", "storage.faults", "submissions", "views", "wordcount.errors"},
    "worker": {
        "base_app",
        "callbacks.steps",
        "config",
        "logs.lines",
        "logs.sentry",
        "models",
        "storage.leases",
        "storage.rescues",
        "storage.states",
        "workers.count_worker",
        "workers.granted",
        "workers.horse",
        "workers.huge_pages",
        "workers.keeper",
        "workers.pipeline",
        "workers.resident",
        "workers.stable",
        "workers.supervisor",
        "workers.warm_up",
    },
    "manage": {"base_app", "commands", "config", "dev", "logs.lines", "models", "storage.faults"},
    "gunicorn.conf": {"app", "config", "logs.access", "workers.resident"},
    "dev": {"dev"},
    "client": set(),
    "commands": {
        "client",
        "commands",
        "config",
        "events.channel",
        "events.event_log",
        "fetch",
        "inbox.reader",
        "logs.lines",
        "storage.retention",
        "wordcount",
        "workers.apart",
        "workers.granted",
        "workers.host_limit",
        "workers.supervisor",
    },
    "bench": {"bench", "wordcount"},
    "bench.__main__": {"bench", "dev"},
    "bench.programs": {"bench", "dev"},
    "bench.system": {"bench", "dev"},
    "bench.first_load": {"bench", "dev"},
    "bench.hosts": {"bench", "dev"},
    "bench.fleet": {"bench", "chaos", "dev"},
    "bench.cut": {"bench", "chaos", "models"},
    "bench.half_claim": {"base_app", "models"},
    "bench.capacity": {"bench", "dev"},
    "bench.one_postgres": {
        "base_app",
        "bench",
        "config",
        "models",
        "storage.leases",
        "workers.pipeline",
    },
    "bench.queued": {
        "base_app",
        "config",
        "events.event_log",
        "jobs",
        "models",
        "storage.admission",
        "storage.leases",
        "storage.rescues",
        "storage.states",
        "views.pending",
    },
    "bench.views": {
        "app",
        "bench",
        "config",
        "models",
        "storage.leases",
        "submissions",
        "wordcount",
        "workers.pipeline",
    },
    "bench.servers": {"dev", "models"},
    "bench.stored": {"models"},
    "bench.plans": {"models"},
    "bench.million": {
        "app",
        "bench",
        "callbacks.steps",
        "config",
        "jobs",
        "models",
        "storage.admission",
        "storage.leases",
        "storage.lists",
        "storage.retention",
        "workers.rescuer",
    },
    "chaos": {"chaos", "dev"},
}
#: How many lines a module has, at most, unless there is a reason.
LONGEST_FILE = 250
MAY_BE_LONGER = {
    "client": "people copy it as one file",
    "workers.count_worker": "one class, whose threads share the state of one worker",
}
# The core, by its own rule, knows none of these.
NOT_IN_THE_CORE = ("flask", "redis", "rq", "sqlalchemy", "requests")
# What only a job needs; see jobs.JOB.
NOT_IN_THE_WEB = (
    "callbacks.deliver",
    "fetch",
    "transport",
    "requests",
    "selectolax",
    "icu4py",
    "nltk",
    "py3langid",
    "bs4",
    "wordcount.sentences",
    "wordcount.syllables",
    "trafilatura",
    "lxml",
    "courlan",
    "htmldate",
    "justext",
    "alembic",
    "prometheus_client",
)


# What is loaded only if a setting asks for it.
IF_ASKED_FOR = ("rq_dashboard", "arrow", "sentry_sdk")


def modules() -> dict[str, Path]:
    files = [*PROJECT.glob("*.py")]
    for package in PACKAGES:
        files += PROJECT.glob(f"{package}/**/*.py")
    return {
        ".".join(file.relative_to(PROJECT).with_suffix("").parts).removesuffix(".__init__"): file
        for file in files
    }


def imports_of(file: Path) -> set[str]:
    """The modules of ours that a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file.name}: imports of ours are absolute"
            assert node.module
            submodules = {f"{node.module}.{alias.name}" for alias in node.names} & set(MODULES)
            found |= submodules or {node.module}
    return {name for name in found if name in MODULES}


def imported_by(file: Path) -> set[str]:
    """The first names of all that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(str(node.module).partition(".")[0])
    return found


MODULES = modules()


@pytest.mark.parametrize("name", sorted(MODULES))
def test_no_file_is_long_without_a_reason(name: str) -> None:
    length = len(MODULES[name].read_text().splitlines())
    assert (length > LONGEST_FILE) == (name in MAY_BE_LONGER), length


def test_every_module_is_under_a_rule() -> None:
    assert {name if name in MAY_IMPORT else name.partition(".")[0] for name in MODULES} == set(
        MAY_IMPORT
    )


@pytest.mark.parametrize("name", MODULES)
def test_imports_only_what_it_may(name: str) -> None:
    allowed = MAY_IMPORT[name if name in MAY_IMPORT else name.partition(".")[0]]
    forbidden = {
        imported
        for imported in imports_of(MODULES[name])
        if not any(imported == other or imported.startswith(f"{other}.") for other in allowed)
    }
    assert not forbidden


def test_there_are_no_cycles() -> None:
    graph = {name: imports_of(file) for name, file in MODULES.items()}
    assert "wordcount.counts" in tuple(TopologicalSorter(graph).static_order())


def loaded_after(code: str, modules: tuple[str, ...]) -> set[str]:
    """Which of these modules are loaded after some code ran, in a Python of its own."""
    answer = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint(*sys.modules)"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(answer.stdout.split()) & set(modules)


def test_the_core_does_without_web_and_databases() -> None:
    code = "from wordcount import count_page\nassert count_page(b'<p>One</p>').counts == {'One': 1}"
    assert loaded_after(code, NOT_IN_THE_CORE) == set()


def test_nor_does_the_core_need_them_for_main_text() -> None:
    code = (
        "from wordcount.main_text import main_spans\nassert main_spans('<p>One', 'One') == [(0, 3)]"
    )
    assert loaded_after(code, NOT_IN_THE_CORE) == set()


def test_the_web_does_without_what_only_a_job_needs() -> None:
    code = (
        "from app import create_app\nfrom config import settings_from\n"
        "create_app(settings_from({'DATABASE_URL': 'postgresql://localhost/none'}))"
    )
    assert loaded_after(code, (*NOT_IN_THE_WEB, *IF_ASKED_FOR)) == set()


def test_a_text_is_analysed_without_what_only_a_job_needs() -> None:
    modules = ("groups", "concordance", "dispersion", "phrases", "collocations", "keyness")
    code = "\n".join(f"import wordcount.{name}" for name in modules)
    assert loaded_after(code, NOT_IN_THE_WEB) == set()


def test_of_nltk_a_job_loads_what_it_uses_and_others_find_all() -> None:
    code = (
        "import sys\nfrom workers.warm_up import warm_up\nwarm_up()\n"
        "assert sum(name.startswith('nltk') for name in sys.modules) < 20\n"
    )
    assert loaded_after(code, ("nltk.data", "nltk.corpus", "stopwordsiso")) == set()
    later = "import nltk\nfrom nltk.metrics import edit_distance\nnltk.FreqDist, nltk.word_tokenize"
    assert loaded_after(code + later, ("nltk.data", "nltk.translate")) == {
        "nltk.data",
        "nltk.translate",
    }


def test_counting_on_a_server_needs_no_parser() -> None:
    code = (
        "from manage import cli\ntry:\n"
        "    cli(['count', '--server', 'http://127.0.0.1:1', 'example.com'])\n"
        "except SystemExit as end:\n    assert end.code == 1"
    )
    assert loaded_after(code, (*NOT_IN_THE_WEB, "flask", "sqlalchemy")) == {"requests"}


def test_the_client_can_be_copied() -> None:
    assert imported_by(PROJECT / "client.py") - sys.stdlib_module_names == {"requests"}


def test_the_command_line_loads_no_parser_until_a_command_needs_it() -> None:
    assert loaded_after("import manage", NOT_IN_THE_WEB) == set()


DESIGN = (PROJECT / "docs" / "DESIGN.md").read_text("utf-8")
#: Of these the document tells the folder alone.
TOLD_AS_A_FOLDER = {"bench", "chaos", "commands", "dev", "transport"}
#: And of these what they import, with what is under them.
SAID_IN_WORDS = {name for name in MAY_IMPORT if name.partition(".")[0] in {"bench", "chaos"}}
NAME = re.compile("`([^`]+)`")


def test_each_module_has_its_line_in_the_house() -> None:
    house = DESIGN.partition("## The house")[2].partition("```")[2].partition("```")[0]
    told, folders = set(), [""]
    for line in house.splitlines():
        name, depth = line.split()[0] if line else "", (len(line) - len(line.lstrip())) // 2
        if name.endswith("/"):
            folders = [*folders[: depth + 1], f"{folders[depth]}{name.replace('/', '.')}"]
        elif name.endswith(".py") and depth < len(folders):
            told.add(f"{folders[depth]}{name.removesuffix('.py')}")
    assert told == {
        name
        for name, file in MODULES.items()
        if file.stem != "__init__" and name.partition(".")[0] not in TOLD_AS_A_FOLDER
    }


def test_the_table_of_imports_is_the_rule() -> None:
    rows = DESIGN.partition("| module | imports of ours |\n")[2].partition("\n\n")[0].splitlines()
    told: dict[str, set[str]] = {}
    for row in rows[1:]:
        _, names, imported, _ = row.split("|")
        told |= {name: set(NAME.findall(imported)) for name in NAME.findall(names)}
    rule = {name: allowed - {name} for name, allowed in MAY_IMPORT.items()}
    told = {name: told[name] for name in told.keys() - SAID_IN_WORDS}
    assert told == {name: rule[name] for name in told}
    assert {name for name, allowed in rule.items() if allowed} - SAID_IN_WORDS <= told.keys()
