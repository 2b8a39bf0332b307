"""The work of a job: a URL, or a pasted text -> all that is known of it, by names of columns."""

from collections.abc import Mapping
from typing import Any

from fetch import Limits, Manners, fetch_page
from host_limit import HostLimit
from models import TOP_ROWS, Step, ranking_name
from progress import Progress
from wordcount import RULE_VERSION, PageCount, Ranked, count_page, count_text, read_page
from wordcount.counts import distinct
from wordcount.doubts import doubts_of


def fetch_and_count(url: str, settings: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
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
    return {
        "final_url": page.url,
        "http_status": page.status,
        "content_type": page.content_type,
        "bytes": len(page.body),
        "doubts": doubts_of(page.body, text.text, text.title, counted.total_words, page.url),
        **columns_of(counted),
    }


def count_pasted(url: str, text: str) -> dict[str, Any]:
    """Count the words of a text that a person pasted in place of the page at a URL."""
    body = text.encode()
    counted = count_page(body, "text/plain; charset=utf-8")
    return {
        "final_url": url,
        "content_type": "text/plain",
        "bytes": len(body),
        "doubts": [],  # a person has seen that it is what was meant
        **columns_of(counted),
    }


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
