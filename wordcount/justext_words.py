"""The words by which jusText tells prose from menus: the frequent ones of a hundred languages.

trafilatura makes a tuple of them and jusText a set of that: 190,000 words, in 30 MB, and as many
hashes for each page. Here they are looked up in a file, in place of both.
"""

from functools import cache
from importlib.metadata import version
from typing import IO

from justext import core
from justext.utils import get_stoplist, get_stoplists
from trafilatura import external

from wordcount.word_table import WordTable, write_words


class FrequentWords:
    """As far as jusText looks at its set: whether it has a word."""

    def __init__(self) -> None:
        self._table = WordTable.kept(f"justext-{version('justext')}", _write)
        self._asked: dict[str, bool] = {}

    def __contains__(self, word: str) -> bool:
        known = self._asked.get(word)
        if known is None:
            known = self._table.get(word.encode(errors="surrogatepass")) is not None
            self._asked[word] = known
        return known


def _write(file: IO[bytes]) -> None:
    words = {word.lower() for language in get_stoplists() for word in get_stoplist(language)}
    # What has white space in it stands in no text, of which jusText looks at what is between.
    write_words(((word.encode(), b"") for word in words if word.split() == [word]), file)


@cache
def use_frequent_words() -> None:
    """Have jusText look them up."""
    external.JT_STOPLIST = FrequentWords()  # type: ignore[assignment]
    core.define_stoplist = lambda stoplist: stoplist  # it would make a set of them
