"""The language data of NLTK that is part of this project, and how NLTK is brought to read it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nltk
from nltk import pathsec

# The data is part of this project, so that every machine counts alike and nothing has to be
# downloaded; NLTK reads only from folders on its path.
NLTK_DATA = Path(__file__).parent.parent / "nltk_data"
nltk.data.path.insert(0, str(NLTK_DATA))


@contextmanager
def trusted() -> Iterator[None]:
    """In here NLTK reads its data whoever owns the files.

    It refuses data that another account owns or may write, as in a clone made under umask 002, or a
    service under an account of its own. These files are as trusted as the code beside them.
    """
    enforced, pathsec.ENFORCE = pathsec.ENFORCE, False
    try:
        yield
    finally:
        pathsec.ENFORCE = enforced
