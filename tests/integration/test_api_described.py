"""What the description promises holds, whatever is asked: schemathesis asks, by the description."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.described import store_examples
from tests.support import PROJECT


@pytest.mark.usefixtures("app")
def test_schemathesis_finds_nothing(web: str, tmp_path: Path) -> None:
    store_examples()
    run = subprocess.run(
        [
            *(str(Path(sys.executable).parent / "schemathesis"), "--config-file"),
            *(str(PROJECT / "tests" / "schemathesis.toml"), "run"),
            f"{web}/api/openapi.json",
        ],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
