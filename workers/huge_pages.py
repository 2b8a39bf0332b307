"""Keep what is loaded in large pages of memory, so that forks are quick.

A fork copies the table of all pages that its parent has, and each has to be given back when it
ends: with pages of 4 KiB some ten milliseconds for a worker that has its models loaded, with pages
of 2 MiB one or two. What a fork changes is copied in small pages all the same.
"""

import ctypes
import logging
import re
from pathlib import Path

logger = logging.getLogger(__name__)

_MAPS = Path("/proc/self/maps")
#: A mapping of this process alone, which is no file's (proc(5)).
_ANONYMOUS = re.compile(r"([0-9a-f]+)-([0-9a-f]+) rw-p \S+ \S+ 0\s+(?:\[heap\])?$")
_SIZE = 2 * 2**20
#: Of madvise(2); since Linux 6.1.
_MADV_COLLAPSE = 25


def use_huge_pages() -> int:
    """Move what this process has into large pages, where the system can.

    :returns: how many there are now; 0 on systems that have none, or give none.
    """
    try:
        mappings = _MAPS.read_text("ascii", "replace").splitlines()
    except OSError:  # there is no such file but on Linux
        return 0
    # Python's own `mmap.madvise` is for mappings that were made by it.
    madvise = ctypes.CDLL(None).madvise
    madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    collapsed = 0
    for mapping in filter(None, map(_ANONYMOUS.match, mappings)):
        begin, end = (int(address, 16) for address in mapping.groups())
        first = -(-begin // _SIZE) * _SIZE
        for address in range(first, end - _SIZE + 1, _SIZE):
            # What cannot be moved, as with too little memory in one piece, stays as it is.
            collapsed += madvise(address, _SIZE, _MADV_COLLAPSE) == 0
    logger.debug("%d large pages of memory", collapsed)
    return collapsed
