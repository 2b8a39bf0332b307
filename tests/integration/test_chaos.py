"""A short `make chaos`: every kind of fault once, while pages are submitted."""

import re
import signal
import subprocess
import sys

from chaos.faults import KINDS
from tests.support import PROJECT

#: What it does takes less than half of that, on a machine that does nothing else.
SECONDS = 150


def test_no_count_is_lost_doubled_or_wrong_whatever_dies() -> None:
    size = ["--seed", "4", "--seconds", "12", "--submissions", "60", "--faults", str(len(KINDS))]
    run = subprocess.Popen(
        [sys.executable, "-m", "chaos", *size],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        said = run.communicate(timeout=SECONDS)[0]
    except subprocess.TimeoutExpired:
        run.send_signal(signal.SIGTERM)  # it then stops all that it has started
        said = run.communicate()[0]
    assert run.returncode == 0, said
    assert "accepted 60, finished 60, lost 0, doubled 0, wrong 0\n" in said
    assert len(
        re.findall(r"^ +[\d.]+ s  .*(killed|told to stop|flushed|stops at once)", said, re.M)
    ) >= len(KINDS)
