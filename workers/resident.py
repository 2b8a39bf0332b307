"""What a process has in memory of files: programs, libraries, tables.

To load them, much of them is looked at that is never looked at again. Linux keeps it mapped all the
same, until memory is short.
"""

import ctypes
import logging
import mmap
import os
import re
from collections.abc import Iterator
from pathlib import Path

logger = logging.getLogger(__name__)

_SMAPS = Path("/proc/self/smaps")
# proc(5): from where to where, what may be done with it, and after offset, device and inode a path.
_MAPPING = re.compile(r"([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \d+ +/")
#: Of mallopt(3).
_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8
_LARGE_BLOCK = 2**20
_POOLS = 2
_UNCHANGED = re.compile(r"Anonymous: +0 kB")


def give_back_memory() -> None:
    """Give back what was asked for and is free again; the C library keeps it for later."""
    libc = ctypes.CDLL(None)
    if hasattr(libc, "malloc_trim"):  # glibc has it
        libc.malloc_trim(0)


def keep_little_that_is_free() -> None:
    """Give back large blocks as soon as they are free, such as pages that were fetched, and have
    few pools for small ones; to be said before there are threads.

    The C library learns to keep large blocks, and has pools for each thread: a process would have
    as much as all its threads ever had together.
    """
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):  # glibc has it
        libc.mallopt(_M_MMAP_THRESHOLD, _LARGE_BLOCK)
        libc.mallopt(_M_ARENA_MAX, _POOLS)


def let_go_of_files() -> None:
    """Have no more of them in memory than is looked at from here on; for a process that has loaded
    what those need that it forks: to each of these only what itself looks at is mapped."""
    if not _SMAPS.exists():  # only Linux tells
        return
    libc = ctypes.CDLL(None, use_errno=True)
    for start, length in list(_unchanged(_SMAPS.read_text())):
        if libc.madvise(ctypes.c_void_p(start), ctypes.c_size_t(length), mmap.MADV_DONTNEED):
            logger.debug("a mapping stays in memory: %s", os.strerror(ctypes.get_errno()))


def _unchanged(smaps: str) -> Iterator[tuple[int, int]]:
    """Where files are mapped, and how much of them, that can be read from the disk again: what can
    be written to is left alone, and so is what was, such as addresses that were filled in."""
    place: tuple[int, int] | None = None
    for line in smaps.splitlines():
        if found := _MAPPING.match(line):
            start, end = int(found[1], 16), int(found[2], 16)
            place = None if "w" in found[3] else (start, end - start)
        elif not line[0].isupper():  # memory that is of no file
            place = None
        elif place and _UNCHANGED.match(line):
            yield place
