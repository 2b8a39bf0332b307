"""Files that are made once, kept in the user's cache folder, and mapped into memory.

What takes long to read, or much memory, is written once as it is looked at. Of a file that is
mapped, a process has in memory only what it has looked at, and shares that with all others that
map it; and a fork need not copy where it lies.
"""

import mmap
import os
import stat
import tempfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

#: The checksum at the end tells whether all is there: the power may fail before all is on the disk.
CHECKSUM_BYTES = 4

_CHUNK = 2**20
#: Writes the content of a file that is empty.
Writer = Callable[[IO[bytes]], object]


def kept_file(name: str, write: Writer) -> IO[bytes]:
    """A file, to be read; it ends with a checksum, which readers leave alone.

    :param name: what is in it, and in which shape: another content has another name.
    :param write: makes it, if it is not there.
    :raises OSError: if the disk has no room for it, neither in the cache nor for temporary files.
    """
    folder = _cache_folder()
    return _kept(folder, name) or _made(folder, name, write)


def mapped(file: IO[bytes]) -> mmap.mmap:
    """The content of a file, to be read."""
    return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def _cache_folder() -> Path | None:
    """Where this user keeps what can be made again; None where nothing can be kept safely.

    https://specifications.freedesktop.org/basedir-spec/latest/
    """
    named = os.environ.get("XDG_CACHE_HOME", "")
    try:
        folder = (Path(named) if os.path.isabs(named) else Path.home() / ".cache") / "wordcount"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.stat()
    except (OSError, RuntimeError):  # it is not allowed, or there is no home
        return None
    # What others can write there, they could make us believe.
    is_safe = not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return folder if is_safe and found.st_uid in {0, os.geteuid()} else None


def _kept(folder: Path | None, name: str) -> IO[bytes] | None:
    """The file that was made earlier, if it is there and whole."""
    if folder is None:
        return None
    try:
        file = (folder / name).open("rb")
    except OSError:
        return None
    size = os.fstat(file.fileno()).st_size - CHECKSUM_BYTES
    if size > 0 and _checksum(file, size) == file.read():
        return file
    file.close()
    return None


def _made(folder: Path | None, name: str, write: Writer) -> IO[bytes]:
    """The file, made anew; kept if that can be done, otherwise it ends with those who use it.

    It has no name before it is whole. So nobody sees a part of it, nothing is left over when its
    maker is killed, and several may make it at once.
    """
    if folder is not None and hasattr(os, "O_TMPFILE"):  # Linux has it
        with suppress(OSError):  # the folder cannot be written, or the disk is full
            number = os.open(folder, os.O_TMPFILE | os.O_RDWR, 0o600)
            file = _written(os.fdopen(number, "w+b"), write)
            with suppress(OSError):  # somebody else was quicker, or there is no /proc
                _give_name(file, folder / name)
            return file
    return _written(tempfile.TemporaryFile(), write)


def _give_name(file: IO[bytes], place: Path) -> None:
    """Put a whole file where the next one looks; in place of a damaged one.

    https://man7.org/linux/man-pages/man2/open.2.html, "O_TMPFILE"
    """
    place.unlink(missing_ok=True)
    here = os.open(place.parent, os.O_RDONLY)
    try:
        # Without a folder Python calls link(2), which makes a link to the link in /proc.
        os.link(f"/proc/self/fd/{file.fileno()}", place.name, dst_dir_fd=here)
    finally:
        os.close(here)


def _written(file: IO[bytes], write: Writer) -> IO[bytes]:
    try:
        write(file)
        size = file.seek(0, os.SEEK_END)
        file.write(_checksum(file, size))
        file.flush()
    except OSError:
        file.close()
        raise
    return file


def _checksum(file: IO[bytes], size: int) -> bytes:
    """CRC-32 of so many bytes from the start; the file then stands behind them."""
    file.seek(0)
    found = 0
    while size > 0 and (chunk := file.read(min(size, _CHUNK))):
        found = zlib.crc32(chunk, found)
        size -= len(chunk)
    return found.to_bytes(CHECKSUM_BYTES, "big")
