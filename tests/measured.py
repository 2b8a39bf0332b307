"""Which tests, and which programs that they start, are measured by `make test`: what of our code
runs in them.

To watch a test takes a third of its time again, and to watch a program even more. So no more is
watched than is needed to see all of the code at work: each test asks as much of it, watched or not.
"""

import os
from pathlib import Path
from typing import NoReturn

import coverage
from coverage import Coverage

from tests.support import PROJECT

#: Tests that are not watched, by the beginning of their path under tests/: they run much code again
#: and again that other tests have run, or (in browsers) none in their own process.
UNWATCHED = ("browser/",)
#: Tests whose programs are watched, too: what only workers and commands do.
WITH_PROGRAMS = (
    "integration/test_worker.py",
    "integration/test_supervisor.py",
    "integration/test_end_to_end.py",
    "integration/test_count_command.py",
)


class Watch:
    """Watches tests that are to be watched, if anything is measured at all."""

    def __init__(self) -> None:
        self.is_on_programs = False
        self._is_on = True

    def turn_to(self, test: Path) -> None:
        """Watch, or look away, while a test runs."""
        name = test.relative_to(PROJECT / "tests").as_posix()
        measuring = Coverage.current()
        self.is_on_programs = measuring is not None and name in WITH_PROGRAMS
        wanted = not name.startswith(UNWATCHED)
        if measuring and wanted != self._is_on:
            (measuring.start if wanted else measuring.stop)()
            self._is_on = wanted


watch = Watch()


def measure_this_program() -> None:
    """Watch this process, and those that it will fork, each until it ends by itself."""
    watch = coverage.Coverage(
        data_file=str(PROJECT / ".coverage"),
        data_suffix=True,
        config_file=str(PROJECT / "pyproject.toml"),
        source=[str(PROJECT)],
    )
    watch.start()
    leave = os._exit

    def save_and_leave(status: int) -> NoReturn:
        watch.stop()
        watch.save()
        leave(status)

    os._exit = save_and_leave
