"""The work of a job: a URL, or a pasted text -> all that is known of it, by names of columns."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from apart import DiedError, answers
from confine import EVIDENCE_PATIENCE, EVIDENCE_SECONDS
from fetch import Limits, Manners, fetch_page
from host_limit import HostLimit
from models import TOP_ROWS, Step, ranking_name
from progress import Progress
from wordcount import RULE_VERSION, PageCount, PageText, Ranked, count_text, read_page
from wordcount.counts import distinct
from wordcount.doubts import doubts_of
from wordcount.evidence import evidence_of

logger = logging.getLogger(__name__)
_PLAIN = "text/plain; charset=utf-8"


#: Of a text of more words the count is stored before its evidence, which takes seconds.
LONG_TEXT = 100_000


@dataclass(frozen=True)
class Outcome:
    """What a job has come to.

    :ivar columns: of the count.
    :ivar body: of the page, and its header, for what the count can be checked by.
    :ivar page: what a reader sees of it.
    :ivar counted: the words of that.
    """

    columns: dict[str, Any]
    body: bytes
    content_type: str | None
    page: PageText
    counted: PageCount

    @property
    def is_long(self) -> bool:
        """Whether a visitor would wait for the evidence."""
        return self.counted.total_words > LONG_TEXT

    def evidence(self, memory_bytes: int) -> dict[str, Any]:
        """What the count can be checked by, by names of columns, as far as it can be had: the count
        stands without it.

        :param memory_bytes: how much it may take.
        """
        gathered: dict[str, Any] = {}
        try:
            for more in answers(
                self._gather,
                cpu_seconds=EVIDENCE_SECONDS,
                memory_bytes=memory_bytes,
                patience=EVIDENCE_PATIENCE,
            ):
                gathered = more
        except DiedError as death:
            report = logger.info if death.is_overload else logger.error
            report("not all evidence could be gathered: %s", death.how)
        except MemoryError:  # there is enough for the count, but not for this as well
            logger.info("not all evidence could be gathered: out of memory")
        return gathered

    def _gather(self) -> Iterator[dict[str, Any]]:
        for evidence in evidence_of(self.body, self.content_type, self.page, self.counted):
            yield {
                "text_index": evidence.index.to_bytes(),
                "main_words": evidence.main_words,
                "reading_ease": evidence.reading_ease,
            }


def fetch_and_count(url: str, settings: Mapping[str, Any], progress: Progress) -> Outcome:
    """Fetch a page and count its words.

    :param settings: those of the application.
    :raises wordcount.errors.WordcountError: if that cannot be done.
    """
    page = fetch_page(
        url,
        Limits(
            timeout=settings["FETCH_TIMEOUT"],
            max_bytes=settings["FETCH_MAX_BYTES"],
            allowed_networks=settings["FETCH_ALLOWED_NETWORKS"],
        ),
        Manners(
            contact=settings["CONTACT_URL"],
            permit=HostLimit(
                settings["HOST_RATE_LIMIT"],
                settings["RATELIMIT_STORAGE_URI"],
                settings["RATELIMIT_STORAGE_OPTIONS"],
            ).wait,
        ),
        progress.fetched,
    )
    progress.step(Step.READING, len(page.body))
    text = read_page(page.body, page.content_type)
    progress.step(Step.COUNTING)
    counted = count_text(text)
    columns = {
        "final_url": page.url,
        "http_status": page.status,
        "content_type": page.content_type,
        "bytes": len(page.body),
        "doubts": doubts_of(page.body, text.text, text.title, counted.total_words, page.url),
        "alt_texts": text.alts,
        **columns_of(counted),
    }
    return Outcome(columns, page.body, page.content_type, text, counted)


def count_pasted(url: str, text: str) -> Outcome:
    """Count the words of a text that a person pasted in place of the page at a URL."""
    body = text.encode()
    page = read_page(body, _PLAIN)
    counted = count_text(page)
    columns = {
        "final_url": url,
        "content_type": "text/plain",
        "bytes": len(body),
        "doubts": [],  # a person has seen that it is what was meant
        **columns_of(counted),
    }
    return Outcome(columns, body, _PLAIN, page, counted)


def columns_of(counted: PageCount) -> dict[str, Any]:
    """What is stored of the words of a page."""
    sizes = _sizes(counted)
    return {
        "charset": counted.charset,
        "language": counted.language,
        "title": counted.title,
        "text": counted.text,
        "total_words": counted.total_words,
        "distinct_words": sizes[ranking_name(stop_words=True, fold_case=True)][0],
        "rule_version": RULE_VERSION,
        "tops": _tops(counted),
        "sizes": sizes,
        "result_all": dict(counted.counts),
        "result_no_stop_words": dict(counted.counts_without_stop_words),
    }


def _sizes(counted: PageCount) -> dict[str, tuple[int, int]]:
    """Of each ranking, how many rows it has, and how many words those are in sum."""
    all_words, kept = counted.counts, counted.counts_without_stop_words
    return {
        ranking_name(stop_words=counts is all_words, fold_case=fold_case): (
            distinct(counts, counted.language) if fold_case else len(counts),
            sum(counts.values()),
        )
        for counts in (all_words, kept)
        for fold_case in (True, False)
    }


def _tops(counted: PageCount) -> dict[str, list[Ranked]]:
    return {
        ranking_name(stop_words=stop_words, fold_case=fold_case): counted.ranking(
            stop_words=stop_words, fold_case=fold_case, top=TOP_ROWS
        )
        for stop_words in (True, False)
        for fold_case in (True, False)
    }
