"""What the description promises holds, whatever is asked: schemathesis asks, by the description.

`tests/schemathesis.toml` says what it must not expect, and why.
"""

import os
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

import jobs
from models import Result
from storage.states import count_of
from tests.described import store_examples
from tests.support import PROJECT
from views.openapi import examples
from views.openapi.document import ADDRESS, document
from workers import presence

#: How long until the next event, in seconds.
_PAUSE = 0.1


def test_the_keys_that_are_asked_for_are_those_of_the_examples() -> None:
    settings = tomllib.loads((PROJECT / "tests" / "schemathesis.toml").read_text())
    assert settings["dictionaries"]["keys"]["values"] == [
        examples.FINISHED,
        examples.OTHER,
        examples.PENDING,
        examples.FAILED,
        examples.LIST,
    ]


@pytest.fixture
def _events(app: Flask) -> Iterator[None]:
    """Events all the while: a stream that has something to tell need not be waited for."""
    store_examples()
    result = Result.by_key(examples.FINISHED)
    assert result
    count, is_over = count_of(result), threading.Event()

    def tell() -> None:
        with app.app_context():
            while not is_over.wait(_PAUSE):
                jobs.events().tell(count, "finished", words=153)
                presence.say(app.extensions["redis"], "a worker")

    teller = threading.Thread(target=tell)
    teller.start()
    yield
    is_over.set()
    teller.join()


@pytest.mark.usefixtures("_events")
def test_whatever_is_asked_is_answered_as_described(web: str, tmp_path: Path) -> None:
    command = [
        str(Path(sys.executable).parent / "schemathesis"),
        "--config-file",
        str(PROJECT / "tests" / "schemathesis.toml"),
        "run",
        f"{web}/api/openapi.json",
    ]
    run = subprocess.run(
        command,
        cwd=tmp_path,  # where it may leave what it likes
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(PROJECT), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    answers = [line.split(" ", 1) for line in (tmp_path / "answered.txt").read_text().splitlines()]
    assert {name for status, name in answers if status < "300"} == {
        f"{method.upper()} {path}"
        for path, methods in document()["paths"].items()
        for method in methods
        if path != ADDRESS  # which it asks for first, and no more
    }
