"""What visitors and programs ask for: a page counted, a pasted text, a list of pages; or no more.

The durable row first, then the queue. What is accepted here is counted by :mod:`jobs`.

All functions here want a Flask application context.
"""

import logging
from collections.abc import Collection
from urllib.parse import urlsplit

from flask import current_app

import jobs
from callbacks import rows
from callbacks.rows import Wanted
from events import tallies
from models import Result, Status, db, storable
from storage import admission, leases, lists, once
from storage.lists import ListLine, PageList
from storage.once import Once
from storage.states import Count, count_of
from wordcount.counts import shortened
from wordcount.errors import ListError, TextError, UrlError
from wordcount.url import MAX_CHARACTERS, read_url

logger = logging.getLogger(__name__)

#: The longest text that may be pasted, in characters.
MAX_TEXT = 1_000_000


class QueueFullError(Exception):
    """Too many counts are waiting for a worker: nothing was accepted."""


def submit(
    text: str,
    *,
    fresh: bool = False,
    owner: str | None = None,
    name: Once | None = None,
    callback: Wanted | None = None,
) -> str:
    """Accept a URL for counting.

    :param text: what a person typed; see :func:`wordcount.url.read_url`.
    :param fresh: count again even if this URL was counted a moment ago.
    :param owner: a random id of the visitor's session, who may cancel the count as long as nobody
        else waits for it.
    :param name: of this submission; what was submitted under it before is submitted no more.
    :param callback: whom to tell of the outcome.
    :returns: the job key. From here on the count is durable: it will end as finished or failed.
    :raises wordcount.errors.UrlError: if it is not a URL that can be counted.
    :raises once.OtherRequestError: if something else was submitted under this name.
    :raises QueueFullError: if `MAX_QUEUED` counts are waiting already. Those who submit at the very
        same moment do not see each other, so there may be some more.
    """
    url = read_url(text)
    if name and (before := once.known(name)):
        return _key_of(before)
    found = {} if fresh else _reusable([url], owner)
    new = {} if found else _accepted([url], owner)
    result = (found | new)[url]
    if name:
        once.remember(name, result)
    if callback:
        rows.add(result, callback)
    job_key = str(result.job_key)
    if found:
        logger.info("%s is known already", job_key, extra={"job_key": job_key})
    _commit_and_ring(new.values(), tallies.FORM if owner else tallies.API)
    return job_key


def submit_item(text: str, name: Once) -> Count:
    """Accept a URL from the inbox.

    Each item is a count of its own, also of a URL that was counted a moment ago.

    :param name: of the item. One that is submitted twice, for its reader died in between, is
        counted once.
    :returns: the count, which is durable. Its key is yet to be told; and if it is queued, the
        caller rings then, as rescuers do otherwise.
    :raises wordcount.errors.UrlError: as :func:`submit`.
    :raises once.OtherRequestError: as :func:`submit`.
    :raises QueueFullError: as :func:`submit`.
    """
    url = read_url(text)
    result = once.known(name)
    if is_new := result is None:
        result = _accepted([url], None)[url]
        once.remember(name, result)
    count = count_of(result)
    db.session.commit()
    if is_new:
        jobs.events().tally(tallies.ACCEPTED)
    return count


def submit_text(text: str, url: str, *, owner: str | None = None) -> str:
    """Accept a text that a person pasted, in place of the page at a URL; as :func:`submit`.

    :raises wordcount.errors.TextError: if there is nothing to count, or too much.
    :raises wordcount.errors.UrlError: if it is not a URL that a page could have.
    """
    if len(text) > MAX_TEXT:
        raise TextError("text_too_long", limit=f"{MAX_TEXT:,}")
    pasted = storable(text)
    if not pasted.strip():
        raise TextError("text_missing")
    address = read_url(url)
    new = _accepted([address], owner, pasted)
    job_key = str(new[address].job_key)
    _commit_and_ring(new.values(), tallies.PASTED)
    return job_key


def submit_list(text: str, *, owner: str | None = None) -> str:
    """Accept a list of pages, one URL in each line; all of them, or nothing.

    A line that is no URL is kept, with the reason; of what is longer than any URL, the beginning.
    The same page twice is one line.

    :returns: the key of the list.
    :raises wordcount.errors.ListError: if there are too many lines, or none of them is a URL.
    :raises QueueFullError: as :func:`submit`, if not all new counts find room.
    """
    read = _read_lines(text)
    urls = [url for url in read.values() if isinstance(url, str)]
    if not urls:
        raise ListError("list_without_urls")
    if len(read) > lists.MOST_LINES:
        raise ListError("list_too_long", lines=f"{len(read):,}", limit=lists.MOST_LINES)
    found = _reusable(urls, owner)
    new = _accepted([url for url in urls if url not in found], owner)
    pages = PageList(lines=_lines_of(read, found | new))
    db.session.add(pages)
    db.session.flush()
    list_key = str(pages.list_key)
    _commit_and_ring(new.values(), "list")
    return list_key


def cancel(job_key: str, *, owner: str) -> bool:
    """End a count that its owner no longer wants; a worker that is at it stops soon.

    :returns: False if it has ended already, is not theirs alone, or does not exist.
    """
    count = leases.cancel(job_key, owner=owner)
    if count is None:
        return False
    jobs.events().tally(tallies.OUTCOMES, "cancelled")
    facts = {"job_key": job_key, "outcome": "failed", "code": "cancelled"}
    logger.info("%s is cancelled", job_key, extra=facts)
    jobs.events().tell(count, Status.FAILED, code="cancelled")
    return True


def _key_of(result: Result) -> str:
    job_key = str(result.job_key)
    db.session.commit()  # others wait for the same name
    return job_key


def _read_lines(text: str) -> dict[str, str | UrlError]:
    """Each line as it was typed -> its URL, or why it is none; each URL once."""
    read: dict[str, str | UrlError] = {}
    urls = set()
    for line in lists.lines_of(text):
        try:
            url = read_url(line)
        except UrlError as error:
            read[line] = error
            continue
        if url not in urls:
            read[line] = url
        urls.add(url)
    return read


def _lines_of(read: dict[str, str | UrlError], counts: dict[str, Result]) -> list[ListLine]:
    lines = []
    for number, (typed, url) in enumerate(read.items(), start=1):
        line = ListLine(number=number, typed=shortened(storable(typed), MAX_CHARACTERS))
        if isinstance(url, UrlError):
            line.error_code, line.error_detail = url.code, url.detail
        else:
            line.result_id = counts[url].id
        lines.append(line)
    return lines


def _reusable(urls: Collection[str], owner: str | None) -> dict[str, Result]:
    """The counts that there are of some URLs. What others wait for, too, is nobody's any more."""
    seconds = current_app.config["RESULT_REUSE_SECONDS"]
    found = admission.reusable(urls, seconds)
    while of_others := [known for known in found.values() if _is_of_another(known, owner)]:
        leases.share(of_others)
        found = admission.reusable(urls, seconds)  # without what was cancelled at that very moment
    return found


def _is_of_another(count: Result, owner: str | None) -> bool:
    return Status(count.status).is_pending and count.owner not in {None, owner}


def _accepted(
    urls: Collection[str], owner: str | None, text: str | None = None
) -> dict[str, Result]:
    """New counts of some URLs, if there is room for all of them."""
    if not urls:
        return {}
    if not admission.queue_has_room(len(urls), current_app.config["MAX_QUEUED"]):
        db.session.rollback()
        logger.warning("MAX_QUEUED is reached: nothing more is accepted")
        raise QueueFullError
    return {result.url: result for result in leases.accept(urls, owner=owner, text=text)}


def _commit_and_ring(new: Collection[Result], door: str) -> None:
    """Make all of it durable; then tell, and ring for what is new.

    :param door: how it has come, for the log: one of `tallies.DOORS`, or a list.
    """
    counts: list[Count] = [count_of(result) for result in new]
    db.session.commit()
    jobs.events().tally(tallies.ACCEPTED, amount=len(counts))
    for count in counts:
        facts = {"job_key": count.job_key, "door": door, "host": urlsplit(count.url).hostname}
        logger.info("%s is accepted", count.job_key, extra=facts)
    jobs.tell_and_ring(counts)
