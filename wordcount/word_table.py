"""What is known of many words, in a file that is mapped: looked up without being read.

As a dictionary of Python, 100,000 words take 10 MB or more and 100 milliseconds to read, in each
process that wants them. The file has the words in buckets, by their CRC-32; before them stands
where each bucket starts.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import IO, Final, Self
from zlib import crc32

from wordcount.kept_file import Writer, kept_file, mapped

#: How the file is laid out. It is part of the file's name: raise it with any change there.
LAYOUT = 1
#: How many words a bucket has, on average, at most.
_IN_A_BUCKET = 4
_NUMBER: Final = "I"


class WordTable:
    """Words, each with what is known of it.

    :param file: as :func:`write_words` has written it.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._content = mapped(file)
        size = array(_NUMBER).itemsize
        buckets = array(_NUMBER, self._content[:size])[0]
        self._starts = memoryview(self._content)[size : (buckets + 2) * size].cast(_NUMBER)
        self._mask = buckets - 1

    @classmethod
    def kept(cls, name: str, write: Writer) -> Self:
        """The table of this name.

        :param name: what is in it; another content has another name.
        :param write: as for :func:`wordcount.kept_file.kept_file`; it calls :func:`write_words`.
        :raises OSError: if the disk has no room for it.
        """
        with kept_file(f"words-{LAYOUT}-{name}", write) as file:
            return cls(file)

    def get(self, word: bytes) -> bytes | None:
        """What is known of a word; None if it is not in the table.

        :param word: without white space.
        """
        bucket = crc32(word) & self._mask
        end = self._starts[bucket + 1]
        # The line feed is that of the line before.
        at = self._content.find(b"\n%b\t" % word, self._starts[bucket] - 1, end)
        if at < 0:
            return None
        start = at + len(word) + 2
        return self._content[start : self._content.find(b"\n", start, end)]


def write_words(entries: Iterable[Sequence[bytes]], file: IO[bytes]) -> None:
    """Write a table.

    :param entries: words, each once and without white space, and what is known of them.
    """
    lines = list(entries)
    buckets = 1 << max(len(lines) // _IN_A_BUCKET, 1).bit_length()
    content: defaultdict[int, list[bytes]] = defaultdict(list)
    for word, known in lines:
        content[crc32(word) & (buckets - 1)].append(b"%b\t%b\n" % (word, known))
    starts = array(_NUMBER, [buckets])
    at = (buckets + 2) * starts.itemsize + 1
    for bucket in range(buckets + 1):
        starts.append(at)
        at += sum(map(len, content[bucket]))
    starts.tofile(file)
    file.write(b"\n")
    for bucket in range(buckets):
        file.writelines(content[bucket])
