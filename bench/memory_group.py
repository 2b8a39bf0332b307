"""A group of processes that the kernel grants so much memory (cgroups(7)), as a dyno's are.

``python -m bench.memory_group FOLDER ARGUMENTS`` runs Python with these arguments in the group of
that folder.
"""

import os
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.bars import NotMeasuredError

_ROOT = Path("/sys/fs/cgroup")
_PROCESSES = "cgroup.procs"
#: How often it is looked at, in seconds.
_EVERY = 0.02
_GO_SECONDS = 10


@dataclass(frozen=True)
class _Names:
    """What the files of a group, and what stands in them, are called.

    :ivar own: memory that is of no file, and can be given back by nobody else.
    :ivar mapped: of files, what some process has mapped.
    """

    folder: Path
    limit: str
    killed: str
    own: str
    mapped: str


#: Of the two kinds of hierarchies that Linux has; the first that is there.
_KINDS = (
    _Names(_ROOT, "memory.max", "memory.events", "anon", "file_mapped"),
    _Names(
        _ROOT / "memory", "memory.limit_in_bytes", "memory.oom_control", "total_rss",
        "total_mapped_file",
    ),
)  # fmt: skip


@dataclass
class MemoryGroup:
    """A group.

    :ivar peak: the most that it had at once, in bytes: of its own, and with what it had mapped.
    """

    folder: Path
    _names: _Names
    peak: tuple[int, int] = (0, 0)
    _is_over: threading.Event = field(default_factory=threading.Event)

    def command(self, arguments: Sequence[str]) -> Sequence[str]:
        """What follows ``python`` to run a program of ours in the group."""
        return ("-m", "bench.memory_group", str(self.folder), *arguments)

    @property
    def killed(self) -> int:
        """How many of its processes the kernel has ended for want of memory."""
        return self._read(self._names.killed)["oom_kill"]

    def watch(self) -> None:
        """Look at it, until it is over."""
        while not self._is_over.wait(_EVERY):
            told = self._read("memory.stat")
            own = told[self._names.own]
            seen = (own, own + told[self._names.mapped])
            self.peak = (max(self.peak[0], seen[0]), max(self.peak[1], seen[1]))

    def _read(self, file: str) -> dict[str, int]:
        lines = (self.folder / file).read_text("ascii").splitlines()
        return {name: int(value) for name, value in map(str.split, lines)}

    def end(self) -> None:
        """Look no more."""
        self._is_over.set()


@contextmanager
def memory_group(name: str, limit: int) -> Iterator[MemoryGroup]:
    """A group that is there for the block; all its processes must have ended before that does.

    :param limit: in bytes.
    :raises NotMeasuredError: if no groups can be made here.
    """
    for names in _KINDS:
        folder = names.folder / f"bench-{os.getpid()}-{name}"
        try:
            folder.mkdir()
        except OSError:
            continue
        try:
            if (folder / names.limit).exists():
                (folder / names.limit).write_text(str(limit), "ascii")
                yield from _watched(MemoryGroup(folder, names))
                return
        finally:
            _remove(folder)
    raise NotMeasuredError("groups with a limit of memory cannot be made here; it takes root")


def _watched(group: MemoryGroup) -> Iterator[MemoryGroup]:
    watcher = threading.Thread(target=group.watch)
    watcher.start()
    try:
        yield group
    finally:
        group.end()
        watcher.join()


def _remove(folder: Path) -> None:
    """The kernel takes a moment to let go of processes that have ended."""
    give_up = time.monotonic() + _GO_SECONDS
    while True:
        try:
            folder.rmdir()
        except OSError:
            if time.monotonic() > give_up:
                raise
            time.sleep(_EVERY)
        else:
            return


if __name__ == "__main__":
    (Path(sys.argv[1]) / _PROCESSES).write_text(str(os.getpid()), "ascii")
    os.execv(sys.executable, [sys.executable, *sys.argv[2:]])  # noqa: S606 -- our own arguments
