"""What `make bench` runs: the classic shape, and the programs that ask."""

import psutil
import pytest

from bench.bars import NotMeasuredError
from bench.client import Client
from bench.load import load
from bench.queued import looks_at_a_long_queue
from bench.site import address
from bench.system import CLASSIC, running


def test_the_classic_shape_counts_a_page_and_nothing_of_it_is_left() -> None:
    with running(CLASSIC, webs=1, workers=1) as system:
        with Client(system.port) as client:
            key = client.submit(address(system.site, "small", 1))
            rows = client.wait_for(key, 0.05)
        assert len(rows) == 10
        assert system.ended() == 1
        programs = [system.web, *system.workers]
    assert not any(psutil.pid_exists(program.pid) for program in programs)


def test_a_load_is_of_answers_that_are_right(web: str) -> None:
    port = int(web.rpartition(":")[2])
    with load() as programs:
        assert programs.rate(port, "/static/sample.html", 0.3) > 0
        with pytest.raises(NotMeasuredError, match="404"):
            programs.rate(port, "/nothing-here", 0.3)


@pytest.mark.usefixtures("app")
def test_whatever_is_asked_of_a_long_queue_can_be_asked(environ: dict[str, str]) -> None:
    assert len(looks_at_a_long_queue(environ, waiting=3)) == 4
