"""A large text, bit by bit, so that what is made of it is never all there at once."""

import re
from collections.abc import Iterator

SLICE = 1 << 16  # characters
_WHITE_SPACE = re.compile(r"[ \n]")


def slices(text: str) -> Iterator[str]:
    """The text in slices that end where white space is, but for the last."""
    start = 0
    while start < len(text):
        found = _WHITE_SPACE.search(text, start + SLICE)
        end = found.start() if found else len(text)
        yield text[start:end]
        start = end
