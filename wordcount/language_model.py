"""The model by which languages are told apart, mapped from a file that is made once.

py3langid brings it compressed, and to unpack it takes half a second, at each start of a worker or
a command. Unpacked it has 70 MB, nearly all of them in two tables. Of a file that is mapped, a
process has in memory only what it has looked at, and shares that with all others that map it.
"""

import mmap
import os
import stat
import tempfile
import zlib
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import IO

import numpy
from numpy.lib import format as npy
from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier

#: How the tables lie in the file. It is part of the file's name: raise it with any change there.
LAYOUT = 1
#: The checksum at the end tells whether all is there: the power may fail before all is on the disk.
CHECKSUM_BYTES = 4

_CHUNK = 2**20


def language_model() -> LanguageIdentifier:
    """The model; its guesses come with probabilities between 0 and 1.

    :raises OSError: if the disk has no room for it, neither in the cache nor for temporary files.
    """
    folder = _cache_folder()
    with _kept(folder) or _made(folder) as file:
        return _mapped(file)


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


def _name() -> str:
    """Another model has another name, so that it is never taken for this one."""
    return f"language-{LAYOUT}-{sha256((MODEL_DIR / MODEL_FILE).read_bytes()).hexdigest()}.npy"


def _kept(folder: Path | None) -> IO[bytes] | None:
    """The file that was made earlier, if it is there and whole."""
    if folder is None:
        return None
    try:
        file = (folder / _name()).open("rb")
    except OSError:
        return None
    size = os.fstat(file.fileno()).st_size - CHECKSUM_BYTES
    if size > 0 and _checksum(file, size) == file.read():
        return file
    file.close()
    return None


def _made(folder: Path | None) -> IO[bytes]:
    """The file, made anew; kept if that can be done, otherwise it ends with those who use it.

    It has no name before it is whole. So nobody sees a part of it, nothing is left over when its
    maker is killed, and several may make it at once.
    """
    model = LanguageIdentifier.from_model_file(MODEL_FILE)
    if folder is not None and hasattr(os, "O_TMPFILE"):  # Linux has it
        with suppress(OSError):  # the folder cannot be written, or the disk is full
            number = os.open(folder, os.O_TMPFILE | os.O_RDWR, 0o600)
            file = _written(model, os.fdopen(number, "w+b"))
            with suppress(OSError):  # somebody else was quicker, or there is no /proc
                _give_name(file, folder)
            return file
    return _written(model, tempfile.TemporaryFile())


def _give_name(file: IO[bytes], folder: Path) -> None:
    """Put a whole file where the next one looks; in place of a damaged one.

    https://man7.org/linux/man-pages/man2/open.2.html, "O_TMPFILE"
    """
    place = folder / _name()
    place.unlink(missing_ok=True)
    here = os.open(folder, os.O_RDONLY)
    try:
        # Without a folder Python calls link(2), which makes a link to the link in /proc.
        os.link(f"/proc/self/fd/{file.fileno()}", place.name, dst_dir_fd=here)
    finally:
        os.close(here)


def _written(model: LanguageIdentifier, file: IO[bytes]) -> IO[bytes]:
    """Write the tables as one record, each where its type wants to lie, and their checksum."""
    tables = {
        "weights": model.nb_ptc,
        "priors": model.nb_pc,
        "classes": numpy.array(model.nb_classes),
        "steps": numpy.asarray(model.tk_nextmove),
        "rows": numpy.asarray(model.tk_row),
        "outputs": numpy.asarray(model.tk_output, dtype=numpy.int32),
    }
    fields = [(name, table.dtype, table.shape) for name, table in tables.items()]
    record = numpy.dtype(fields, align=True)
    try:
        header = {"descr": npy.dtype_to_descr(record), "fortran_order": False, "shape": (1,)}
        npy.write_array_header_1_0(file, header)
        start = file.tell()
        for name, table in tables.items():
            file.seek(start + record.fields[name][1])  # type: ignore[index]  # it has fields
            table.tofile(file)
        size = start + record.itemsize
        file.truncate(size)
        file.write(_checksum(file, size))
        file.flush()
    except OSError:
        file.close()
        raise
    return file


def _mapped(file: IO[bytes]) -> LanguageIdentifier:
    """The model whose tables are in a file."""
    file.seek(0)
    npy.read_magic(file)
    _, _, record = npy.read_array_header_1_0(file)
    content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    tables = numpy.frombuffer(content, record, count=1, offset=file.tell())[0]
    return LanguageIdentifier(
        tables["weights"],
        tables["priors"],
        tables["classes"].tolist(),
        memoryview(tables["steps"]),
        tables["outputs"].tolist(),
        norm_probs=True,
        tk_row=tables["rows"].tolist(),
    )


def _checksum(file: IO[bytes], size: int) -> bytes:
    """CRC-32 of so many bytes from the start; the file then stands behind them."""
    file.seek(0)
    found = 0
    while size > 0 and (chunk := file.read(min(size, _CHUNK))):
        found = zlib.crc32(chunk, found)
        size -= len(chunk)
    return found.to_bytes(CHECKSUM_BYTES, "big")
