"""The core: from the bytes of a page to its counted words.

It reads nothing but the language data of this project, writes nothing but a cache of that, and
knows nothing of Flask, Redis, RQ, SQLAlchemy or requests: everything here can be tested with plain
values. docs/DESIGN.md lists its modules in the order in which the data passes through them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from wordcount.counts import LONGEST_SHOWN, RULE_VERSION, Ranked, distinct, rank, without
from wordcount.indexed_text import Span

__all__ = [
    "RULE_VERSION",
    "PageCount",
    "PageText",
    "Ranked",
    "count_page",
    "count_text",
    "rank",
    "read_page",
]


@dataclass(frozen=True)
class PageCount:
    """What was counted on one page.

    :ivar title: of the page; empty if it has none.
    :ivar language: an ISO 639 code, or None where nothing tells.
    :ivar charset: the encoding in which the page was read, by its WHATWG name.
    :ivar text: what a reader sees, as in :class:`wordcount.text.VisibleText`.
    :ivar counts: every word once, as it is written on the page -> how often.
    """

    title: str
    language: str | None
    charset: str
    text: str
    counts: Mapping[str, int]

    @cached_property
    def counts_without_stop_words(self) -> Mapping[str, int]:
        """The same without the stop words of the language."""
        from wordcount.stop_words import stop_words_of  # not for the web process; see below

        stop_words = stop_words_of(self.language)
        return MappingProxyType(without(self.counts, stop_words, self.language))

    @property
    def total_words(self) -> int:
        """How many words a reader reads."""
        return sum(self.counts.values())

    @property
    def distinct_words(self) -> int:
        """How many different words there are, as they are ranked together."""
        return distinct(self.counts, self.language)

    def ranking(
        self,
        *,
        stop_words: bool = False,
        fold_case: bool = True,
        top: int | None = None,
        longest: int | None = LONGEST_SHOWN,
    ) -> list[Ranked]:
        """The words, most frequent first.

        :param stop_words: keep them in.
        :param fold_case: see :func:`wordcount.counts.rank`, also for `top` and `longest`.
        """
        counts = self.counts if stop_words else self.counts_without_stop_words
        return rank(counts, language=self.language, fold_case=fold_case, top=top, longest=longest)


@dataclass(frozen=True)
class PageText:
    """What a reader sees of one page, not yet counted.

    Title, charset and text are as in :class:`PageCount`, headings, links and alts as in
    :class:`wordcount.text.VisibleText`.

    :ivar declared_language: what the page says of itself, if anything.
    """

    title: str
    declared_language: str | None
    charset: str
    text: str
    headings: Sequence[Span] = ()
    links: Sequence[Span] = ()
    alts: str = ""


def count_page(body: bytes, content_type: str | None = None) -> PageCount:
    """Count the words that a reader of a page sees.

    :param body: the page as the server sent it, decompressed: HTML, XHTML or plain text.
    :param content_type: its HTTP header, such as ``text/html; charset=utf-8``.
    :raises PageError: as :func:`read_page`.
    :raises OSError: as :func:`count_text`.
    """
    return count_text(read_page(body, content_type))


# The parsers and the language model are imported where they are needed, because the web process
# ranks counts but never parses a page.


def read_page(body: bytes, content_type: str | None = None) -> PageText:
    """The first half of :func:`count_page`: what a reader sees of a page.

    :raises PageError: `too_complex`, if there is not enough memory for its tree.
    """
    from wordcount.content_type import media_type_of
    from wordcount.decode import decode, to_utf8
    from wordcount.text import text_of_html, text_of_plain

    if media_type_of(content_type) == "text/plain":
        text, charset = decode(body, content_type)
        page = text_of_plain(text)
    else:
        markup, charset = to_utf8(body, content_type)
        page = text_of_html(markup)
    return PageText(
        page.title,
        page.declared_language,
        charset,
        page.text,
        page.headings,
        page.links,
        page.alts,
    )


def count_text(page: PageText) -> PageCount:
    """The second half of :func:`count_page`: the words of what a reader sees.

    :raises OSError: if the disk has no room for the language model, when it is first asked.
    """
    from wordcount.language import language_of
    from wordcount.words import words_in

    return PageCount(
        title=page.title,
        language=language_of(page.text, page.declared_language),
        charset=page.charset,
        text=page.text,
        counts=MappingProxyType(words_in(page.text)),
    )
