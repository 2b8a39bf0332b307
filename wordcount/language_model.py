"""The model by which languages are told apart, mapped from a file that is made once.

py3langid brings it compressed, and to unpack it takes half a second, at each start of a worker or
a command. Unpacked it has 70 MB, nearly all of them in two tables.
"""

from hashlib import sha256
from typing import IO

import numpy
from numpy.lib import format as npy
from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier

from wordcount.kept_file import kept_file, mapped

#: How the tables lie in the file. It is part of the file's name: raise it with any change there.
LAYOUT = 1


def language_model() -> LanguageIdentifier:
    """The model; its guesses come with probabilities between 0 and 1.

    :raises OSError: if the disk has no room for it, neither in the cache nor for temporary files.
    """
    with kept_file(_name(), _write) as file:
        return _mapped(file)


def _name() -> str:
    """Another model has another name, so that it is never taken for this one."""
    return f"language-{LAYOUT}-{sha256((MODEL_DIR / MODEL_FILE).read_bytes()).hexdigest()}.npy"


def _write(file: IO[bytes]) -> None:
    """Write the tables as one record, each where its type wants to lie."""
    model = LanguageIdentifier.from_model_file(MODEL_FILE)
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
    header = {"descr": npy.dtype_to_descr(record), "fortran_order": False, "shape": (1,)}
    npy.write_array_header_1_0(file, header)
    start = file.tell()
    for name, table in tables.items():
        file.seek(start + record.fields[name][1])  # type: ignore[index]  # it has fields
        table.tofile(file)
    file.truncate(start + record.itemsize)


def _mapped(file: IO[bytes]) -> LanguageIdentifier:
    """The model whose tables are in a file."""
    file.seek(0)
    npy.read_magic(file)
    _, _, record = npy.read_array_header_1_0(file)
    content = mapped(file)
    tables = numpy.frombuffer(content, record, count=1, offset=file.tell())[0]
    model = LanguageIdentifier(
        tables["weights"],
        tables["priors"],
        tables["classes"].tolist(),
        memoryview(tables["steps"]),
        memoryview(tables["outputs"]),
        norm_probs=True,
        tk_row=(),  # of which it would make a list of 100,000 numbers, in 4 MB
    )
    model.tk_row = memoryview(tables["rows"])
    model._rowbase = memoryview(tables["rows"].astype(numpy.int32) << 8)
    return model
