"""What a count can be checked by: which word stands where, what is main text, how hard it reads.

None of it changes a count. It takes longer than counting, so it is gathered once, when a page has
been counted, and kept.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from wordcount import PageCount, PageText
from wordcount.content_type import media_type_of
from wordcount.decode import to_utf8
from wordcount.indexed_text import IndexedText, Layout, Range
from wordcount.reading_ease import ReadingEase, reading_ease
from wordcount.sentences import sentence_starts


@dataclass(frozen=True)
class Evidence:
    """What is known of a counted text beyond its counts.

    :ivar main_words: how many words are main text: 0 if none was found, None if it was not looked
        for, because the text has no other parts, or the search has not come to its end.
    :ivar reading_ease: of the whole ``page`` and of its ``main`` text, as far as it can be said.
    """

    index: IndexedText
    main_words: int | None = None
    reading_ease: dict[str, ReadingEase] = field(default_factory=dict)


def evidence_of(
    body: bytes, content_type: str | None, page: PageText, counted: PageCount
) -> Iterator[Evidence]:
    """What a count can be checked by, each time more of it, for the last bit takes the longest.

    :param body: of the page, and its header, as :func:`wordcount.count_page` takes them.
    :param page: what a reader sees of it.
    :param counted: the words of that.
    """
    layout = Layout(
        sentences=sentence_starts(page.text, counted.language),
        headings=page.headings,
        links=page.links,
    )
    index = IndexedText.of(page.text, counted.counts, layout)
    evidence = Evidence(index, None, _ease("page", index, counted.language, index.sentences))
    yield evidence
    if media_type_of(content_type) == "text/plain":
        return
    from wordcount.main_text import main_spans

    markup, _ = to_utf8(body, content_type)
    main = main_spans(markup, page.text)
    if main is None:
        return
    index = replace(index, layout=replace(layout, main=main))
    yield Evidence(
        index,
        sum(end - first for first, end in index.ranges(main)),
        evidence.reading_ease | _ease("main", index, counted.language, index.sentences_in(main)),
    )


def _ease(
    name: str, index: IndexedText, language: str | None, sentences: Sequence[Range]
) -> dict[str, ReadingEase]:
    numbers: Counter[int] = Counter()
    for first, end in sentences:
        numbers.update(index.words[first:end])
    words = {index.vocabulary[number]: times for number, times in numbers.items()}
    ease = reading_ease(words, len(sentences), language)
    return {name: ease} if ease else {}
