"""The kernel ends what takes too much, and its end says why."""

import subprocess
import sys

import pytest

from tests.support import PROJECT
from workers.confine import is_overload

LIMITS = """
from workers.confine import confine, end_out_of_memory
confine(cpu_seconds=1, memory_bytes=2**26)
"""
COMPUTES = "import re; re.match('(a*)*b', 'a' * 99)"
GROWS = """
try:
    bytes(2**27)
except MemoryError:
    end_out_of_memory()
"""


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", f"{LIMITS}\n{code}"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("code", [COMPUTES, GROWS, "import os; os.abort()"])
def test_too_much(code: str) -> None:
    assert is_overload(run(code).returncode)


@pytest.mark.parametrize("code", ["", "raise SystemExit(1)", "import os; os.kill(os.getpid(), 9)"])
def test_other_ends(code: str) -> None:
    assert not is_overload(run(code).returncode)


def test_what_is_within_the_limits() -> None:
    done = run("print(len(bytes(2**25)))")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{2**25}\n", "")


def test_a_lower_limit_of_the_system_stays() -> None:
    before = "import resource; resource.setrlimit(resource.RLIMIT_AS, (2**28, -1))\n"
    after = (
        "confine(cpu_seconds=1, memory_bytes=2**40)\nprint(resource.getrlimit(resource.RLIMIT_AS))"
    )
    assert run(before + after).stdout == f"{(2**28, -1)}\n"
