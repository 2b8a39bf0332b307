"""A limit of memory that the kernel keeps is one, as `make bench` says of a dyno."""

import subprocess
import sys

import pytest

from bench.bars import NotMeasuredError
from bench.memory_group import memory_group
from tests.support import PROJECT, wait_for

MIB = 2**20


def test_who_takes_more_than_is_granted_is_ended_and_that_is_seen() -> None:
    takes = (
        "import sys; taken = bytearray(int(sys.argv[1]) * 2**20);"
        " print(len(taken), flush=True); sys.stdin.read()"
    )
    try:
        with memory_group("test", 100 * MIB) as group:
            for much, output in ((60, b"62914560\n"), (150, b"")):
                command = [sys.executable, *group.command(("-c", takes, str(much)))]
                with subprocess.Popen(
                    command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
                ) as program:
                    if output:
                        wait_for("memory", lambda: group.peak[0] > 60 * MIB)
                    assert program.communicate()[0] == output
            assert group.killed == 1
    except NotMeasuredError as error:
        pytest.skip(str(error))
