"""Which tests, and which programs that they start, are measured by `make coverage`: what of our
code runs in them.

To watch a test takes a third of its time again, and to watch a program even more. So no more is
watched than is needed to see all of the code at work: each test asks as much of it, watched or not.
"""

import os
from typing import NoReturn

import pytest
from coverage import Coverage

from tests.support import PROJECT

#: Tests that are not watched, by the beginning of their path under tests/, like those whose cases
#: are generated: they run code again and again that other tests have run, some within a time that
#: is short; or (in browsers) none of ours in their own process.
UNWATCHED = ("browser/", "integration/test_hostile_sites.py", "unit/test_properties.py")
#: Tests whose programs are watched, too: what only workers and commands do.
WITH_PROGRAMS = (
    "integration/test_worker.py",
    "integration/test_count_on_server.py",
    "integration/test_listen_prodcons.py",
)


class Watch:
    """Watches tests that are to be watched, if anything is measured at all."""

    def __init__(self) -> None:
        self.is_on_programs = False
        self._is_on = True
        self._measuring: Coverage | None = None

    def turn_to(self, test: pytest.Item) -> None:
        """Watch, or look away, while a test runs."""
        name = test.path.relative_to(PROJECT / "tests").as_posix()
        # Once it has been stopped, nobody tells any more which it is.
        measuring = self._measuring = self._measuring or Coverage.current()
        self.is_on_programs = measuring is not None and name in WITH_PROGRAMS
        is_generated = hasattr(getattr(test, "obj", None), "hypothesis")  # and has a deadline
        wanted = not name.startswith(UNWATCHED) and not is_generated
        if measuring and wanted != self._is_on:
            (measuring.start if wanted else measuring.stop)()
            self._is_on = wanted


watch = Watch()


def measure_this_program() -> None:
    """Watch this process, and those that it will fork, each until it ends by itself."""
    os.chdir(PROJECT)  # where its settings and its data are
    watch = Coverage(data_suffix=True)
    watch.start()
    leave = os._exit

    def save_and_leave(status: int) -> NoReturn:
        try:
            watch.stop()
            watch.save()
        finally:  # it may end because it is out of memory
            leave(status)

    os._exit = save_and_leave
