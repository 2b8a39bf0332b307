"""The work of a job: a URL, or a pasted text -> all that is known of it, by names of columns.

A page is fetched by a worker, and read in a process of its own, of which nothing comes back but
what :func:`stages` gives.
"""

import json
import logging
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from events.progress import Progress
from fetch import Limits, Manners, fetch_page
from models import TOP_ROWS, EncodedJSON, Step, ranking_name
from wordcount import RULE_VERSION, PageCount, Ranked, count_text, read_page
from wordcount.counts import distinct
from wordcount.doubts import doubts_of
from wordcount.errors import PageError
from wordcount.evidence import evidence_of
from workers.apart import DiedError, answers
from workers.confine import EVIDENCE_PATIENCE, EVIDENCE_SECONDS, allow
from workers.granted import granted, memory_of_a_page
from workers.host_limit import HostLimit

logger = logging.getLogger(__name__)
_PLAIN = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class Task:
    """What is to be counted.

    :ivar body: of the page, and its header.
    :ivar columns: what is known of it already.
    :ivar pasted: whether a person has seen that it is what was meant.
    :ivar job_key: of the count, for the lines that the process of a page logs.
    """

    body: bytes
    content_type: str | None
    columns: dict[str, Any]
    pasted: bool = False
    job_key: str = ""


@dataclass(frozen=True)
class Refused:
    """Why a page cannot be counted: a code of `wordcount.errors`, and its facts."""

    code: str
    facts: dict[str, object]


@dataclass(frozen=True)
class Counted:
    """A count, by names of columns."""

    columns: dict[str, Any]

    @property
    def words(self) -> int:
        """How many there are."""
        return int(self.columns["total_words"])


@dataclass(frozen=True)
class Evidence:
    """What a count can be checked by, by names of columns."""

    columns: dict[str, Any]


#: What is known of a page, bit by bit: that its words are being counted; the count, or why there is
#: none; the evidence, each time with more.
Stage = Step | Counted | Refused | Evidence
#: Does the work of :func:`stages` in a process of its own. It is also given what to call while that
#: takes its time.
Reader = Callable[[Task, Callable[[], None]], Generator[Stage]]


def fetched(url: str, settings: Mapping[str, Any], progress: Progress) -> Task:
    """Fetch a page.

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
        progress.look_up,
    )
    columns = {"final_url": page.url, "http_status": page.status, "content_type": page.content_type}
    return Task(page.body, page.content_type, columns)


def pasted(url: str, text: str) -> Task:
    """A text that a person pasted in place of the page at a URL."""
    columns = {"final_url": url, "content_type": "text/plain"}
    return Task(text.encode(), _PLAIN, columns, pasted=True)


def stages(task: Task) -> Iterator[Stage]:
    """Read a page, and count its words; then gather evidence. To be run in a confined process."""
    try:
        page = read_page(task.body, task.content_type)
        if not task.pasted:  # otherwise that is known already
            yield Step.COUNTING
        counted = count_text(page)
    except PageError as error:
        yield Refused(error.code, error.facts)
        return
    columns = {**task.columns, "bytes": len(task.body), "alt_texts": page.alts, "doubts": []}
    if not task.pasted:
        url = task.columns["final_url"]
        columns["doubts"] = doubts_of(task.body, page.text, page.title, counted.total_words, url)
    yield Counted({**columns, **columns_of(counted)})
    allow(cpu_seconds=EVIDENCE_SECONDS)
    for evidence in evidence_of(task.body, task.content_type, page, counted):
        yield Evidence(
            {
                "text_index": evidence.index.to_bytes(),
                "main_words": evidence.main_words,
                "reading_ease": evidence.reading_ease,
            }
        )


def limits_of(settings: Mapping[str, Any]) -> dict[str, int]:
    """What the process may use that reads a page; see :func:`workers.confine.confine`."""
    return {
        "cpu_seconds": settings["JOB_CPU_SECONDS"],
        "memory_bytes": settings["JOB_MEMORY_BYTES"] or memory_of_a_page(granted(), at_once=1),
    }


def patience(settings: Mapping[str, Any]) -> float:
    """How long it may take by the clock, in seconds, on a machine that has other things to do."""
    return float(settings["JOB_CPU_SECONDS"] + EVIDENCE_PATIENCE)


def reader_of(settings: Mapping[str, Any]) -> Reader:
    """A reader that needs nothing but what is here: it forks when it is asked."""
    return lambda task, _look_up: answers(
        lambda: stages(task), **limits_of(settings), patience=patience(settings)
    )


def counted(reading: Iterator[Stage], progress: Progress) -> Counted:
    """The count of a page that is being read.

    :raises wordcount.errors.PageError: if its words cannot be counted.
    :raises apart.DiedError: if the process of the page has not come to it.
    """
    for stage in reading:
        if isinstance(stage, Step):
            progress.enter(stage)
        elif isinstance(stage, Refused):
            raise PageError(stage.code, **stage.facts)
        elif isinstance(stage, Counted):
            return stage
    raise DiedError("it gave no count")


def evidence(reading: Generator[Stage]) -> dict[str, Any]:
    """What the count can be checked by, by names of columns, as far as it can be had: the count
    stands without it. That it was sought is seen by ``reading_ease``, which is there unless
    somebody ended the process.
    """
    gathered: dict[str, Any] = {}
    try:
        with closing(reading):
            for stage in reading:
                if isinstance(stage, Evidence):
                    gathered = stage.columns
    except DiedError as death:
        report = logger.info if death.is_overload else logger.error
        report("not all evidence could be gathered: %s", death.how)
        if death.is_by_others:
            return gathered
    return {"reading_ease": {}} | gathered


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
        "result_all": _encoded(counted.counts),
        "result_no_stop_words": _encoded(counted.counts_without_stop_words),
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


def _encoded(counts: Mapping[str, int]) -> EncodedJSON:
    """Large tables are encoded where they are made: a worker has other pages to see to."""
    return EncodedJSON(json.dumps(dict(counts), ensure_ascii=False))
