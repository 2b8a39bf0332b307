"""How much memory this program may have, and how much of it one page.

A dyno, a container or a unit of systemd is granted so much; if all that run there take more, the
kernel ends one of them, or the platform all of them. A page that wants too much is to end its own
process instead, before it comes to that.
"""

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

#: A page is given no more than this, however much there is, and no less: with less hardly any page
#: of the largest size can be read.
MOST, LEAST = 768 * 2**20, 64 * 2**20
#: What the processes have in memory besides, and what the kernel has for them.
_LOADED = 160 * 2**20
#: A worker that holds a page takes so many times its size: it was put together from its parts, and
#: what came of another one is being stored. (`python -m bench --only dyno` measures it.)
_HELD = 1.5

_GROUPS = Path("/proc/self/cgroup")
_ROOT = Path("/sys/fs/cgroup")


def memory_of_a_page(granted: int, *, at_once: int, held: int = 0) -> int:
    """What each of so many pages may take at the same time, in bytes.

    :param granted: what all of it may take, as :func:`granted` says.
    :param held: the size of all pages that are fetched meanwhile, at most.
    """
    room = granted - _LOADED - int(held * _HELD)
    return max(LEAST, min(MOST, room // at_once))


def granted() -> int:
    """What this program may have, with all that it starts, in bytes: what the machine has, or what
    the groups of processes are granted in which it is (cgroups(7))."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        groups = _GROUPS.read_text("utf-8")
    except OSError:  # there is no such file but on Linux
        groups = ""
    return min([machine, *limits(groups, _ROOT)])


def limits(groups: str, root: Path) -> Iterator[int]:
    """The limits of memory of groups, and of all groups that those are in, in bytes.

    :param groups: as they stand in /proc/self/cgroup.
    :param root: where the system tells of groups. In a container that may be its own group alone,
        while the names are those outside of it; then only the root itself is found.
    """
    for line in groups.splitlines():
        _, controllers, name = line.split(":", 2)
        if not controllers:
            folder, file = root, "memory.max"
        elif "memory" in controllers.split(","):
            folder, file = root / "memory", "memory.limit_in_bytes"
        else:
            continue
        path = PurePosixPath(name.lstrip("/"))
        for group in (path, *path.parents):
            try:
                yield int((folder / group / file).read_text("ascii"))
            except (OSError, ValueError):  # it is not there, or says "max"
                continue
