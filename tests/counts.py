"""Counts, as tests bring them from one state to the next, and look at them."""

import re
import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

import jobs
import submissions
from events.progress import Progress
from models import Result, Status, Step, db
from storage import leases
from storage.states import Claim
from tests.support import PROJECT, wait_for
from wordcount import count_text, read_page
from wordcount.indexed_text import IndexedText, Layout, Span
from wordcount.url import read_url
from workers.pipeline import Counted, columns_of, pasted, stages


def stored(job_key: str) -> Result:
    """A count as other processes have left it."""
    db.session.rollback()
    found = Result.by_key(job_key)
    assert found
    return found


def wait_for_end(job_key: str, seconds: float = 30) -> Result:
    """A count that has an outcome, and all that will be known of it."""
    wait_for("outcome", lambda: not Status(stored(job_key).status).is_pending, seconds)
    wait_for("evidence", lambda: _is_complete(stored(job_key)), seconds)
    return stored(job_key)


def _is_complete(result: Result) -> bool:
    return result.status != Status.FINISHED or result.reading_ease is not None


def accepted(url: str) -> str:
    """The key of a count that waits, and for which nobody rings: a worker that stands by would
    begin it before the test does."""
    address = read_url(url)
    key = str(submissions._accepted([address], None)[address].job_key)
    db.session.commit()
    return key


def begin(job_key: str, worker: str = "a worker") -> Claim:
    """Claim a count, as a job does."""
    claim = leases.claim(job_key, worker=worker)
    assert claim
    return claim


def report(claim: Claim, step: Step) -> None:
    """Say what is being done with a count, as a job does whose step takes its time."""
    progress = Progress(claim, jobs.events())
    progress.enter(step)
    progress._next_look = 0
    progress.look_up()


def end_lease(job_key: str, *, left: float = -1) -> None:
    """Let the lease of a count run out: its worker has not been heard of for a while.

    :param left: in so many seconds from now.
    """
    _set_time("lease_until", job_key, left)


def make_due(job_key: str) -> None:
    """Let the time come at which rescuers look after a queued count."""
    _set_time("due_at", job_key)


def _set_time(column: str, job_key: str, left: float = -1) -> None:
    then = "now() + make_interval(secs => :left)"
    db.session.execute(
        text(f"UPDATE results SET {column} = {then} WHERE job_key = :key"),
        {"key": job_key, "left": left},
    )
    db.session.commit()


def columns_of_text(url: str, text: str) -> dict[str, Any]:
    """What is stored of a text that was pasted."""
    counted = next(stages(pasted(url, text)))
    assert isinstance(counted, Counted)
    return {**counted.columns, "reading_ease": {}}


def finished(url: str = "http://example.com/") -> str:
    """The key of a count of a page without words, which is done."""
    key = accepted(url)
    shown = {"final_url": url, "total_words": 0, "distinct_words": 0, "bytes": 1}
    shown["reading_ease"] = {}  # so that nobody waits for it
    assert leases.finish(begin(key), charset="utf-8", tops={}, **shown)
    db.session.remove()
    return key


def counted(
    words: dict[str, int],
    stop_words: dict[str, int] | None = None,
    *,
    url: str | None = None,
    **facts: Any,
) -> str:
    """The key of a count of a page with these words, which is done.

    :param facts: further columns.
    """
    key = accepted(url or f"http://example.com/{uuid.uuid4()}")
    everything = {**words, **(stop_words or {})}
    columns = {
        "final_url": url or "http://example.com/",
        "charset": "utf-8",
        "language": "en",
        "bytes": 1000,
        "total_words": sum(everything.values()),
        "distinct_words": len(everything),
        "rule_version": 2,
        "tops": {},
        "result_all": everything,
        "result_no_stop_words": words,
        "reading_ease": {},
    }
    assert leases.finish(begin(key), **{**columns, **facts})
    db.session.remove()
    return key


def counted_page(
    html: str, *, url: str | None = None, main: Sequence[Span] | None = None, **facts: Any
) -> str:
    """The key of a count of a page, as a worker would have left it.

    :param main: which of its text is main text.
    :param facts: further columns.
    """
    read = read_page(html.encode(), "text/html; charset=utf-8")
    page = count_text(read)
    sentences = [0, *(found.end() for found in re.finditer(r"\n|(?<=[.!?]) ", page.text))]
    layout = Layout(sentences if page.text else [], read.headings, read.links, main)
    index = IndexedText.of(page.text, page.counts, layout)
    columns = {
        **columns_of(page),
        "bytes": len(html.encode()),
        "reading_ease": {},
        "text_index": index.to_bytes(),
        "alt_texts": read.alts,
        "main_words": None if main is None else sum(b - a for a, b in index.ranges(main)),
    }
    return counted({}, url=url, **{**columns, **facts})


def counted_sample(web: str) -> str:
    """The key of a count of the sample page, as a worker would have left it."""
    html = (PROJECT / "static" / "sample.html").read_text(encoding="utf-8")
    return counted_page(html, url=f"{web}/static/sample.html")
