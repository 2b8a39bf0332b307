"""What the first visit of ``/counts/<key>`` brings over the wire, in Chromium, with an empty cache.

A round of requests is what can be asked for at the same time: what the document names is the first
round after it, what only a script or a style sheet of these names is the second.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, sync_playwright
from playwright.sync_api import Error as BrowserError

from bench.bars import Figure, NotMeasuredError, Report, at_most
from bench.client import Client
from bench.markdown import table
from bench.site import address
from bench.system import OURS, running
from dev import DevError
from dev.chromium import OPTIONS, chromium

#: The page that is counted is of this size, as a page may be.
_SIZE = 100_000
_EVERY = 0.05
#: What scripts ask for after the page has loaded is asked for by then, in milliseconds.
_AFTER_LOAD = 1500


@dataclass
class Request:
    """One request of a page.

    :ivar source: the URL where it was found; None for the document.
    :ivar size: of the answer with its headers, in bytes; 0 as long as it goes on.
    """

    url: str
    source: str | None
    size: int = 0


def measure() -> Report:
    """The first loads of a finished and of a pending count.

    :raises NotMeasuredError: if there is no Chromium.
    """
    try:
        program = chromium()
    except DevError as error:
        raise NotMeasuredError("no Chromium") from error
    with running(OURS, workers=1) as system, Client(system.port) as client:
        finished = client.submit(address(system.site, "made-up", _SIZE))
        client.wait_for(finished, _EVERY)
        system.programs.stop(system.workers[0])
        pending = client.submit(address(system.site, "small", 1))
        counts = f"http://127.0.0.1:{system.port}/counts/"
        try:
            with (
                sync_playwright() as playwright,
                playwright.chromium.launch(executable_path=program, args=OPTIONS) as browser,
            ):
                done, waits = (_loaded(browser, counts + key) for key in (finished, pending))
        except BrowserError as error:
            raise NotMeasuredError(error.message.splitlines()[0]) from error
    figures = [
        Figure(what="first load, kB", ours=_kilobytes(done), bar=at_most(100)),
        Figure(what="first load, rounds of requests", ours=rounds(done), bar=at_most(1)),
        Figure(what="the same of a pending count, kB", ours=_kilobytes(waits)),
        Figure(what="its rounds", ours=rounds(waits)),
    ]
    rows = [
        (name, _path(each.url, key), _path(each.source or "", key), f"{each.size / 1000:.1f}")
        for name, key, requests in (("finished", finished, done), ("pending", pending, waits))
        for each in requests
    ]
    text = f"The count of a page of {_SIZE:,} bytes. The classic shape has no such page."
    return Report(f"{text}\n\n{table(('count', 'request', 'found in', 'kB'), rows)}", figures)


def _path(url: str, key: str) -> str:
    return urlsplit(url).path.replace(key, "KEY")


def _kilobytes(requests: Sequence[Request]) -> float:
    return sum(each.size for each in requests) / 1000


def rounds(requests: Sequence[Request]) -> int:
    """How many requests one after the other the longest chain has, the document not counted."""
    sources = {each.url: each.source for each in requests}

    def depth(url: str) -> int:
        seen = [url]
        # A script may ask again for what has led to it.
        while (source := sources.get(seen[-1])) and source not in seen:
            seen.append(source)
        return len(seen) - 1

    return max(map(depth, sources), default=0)


def source_of(initiator: Mapping[str, Any], document: str) -> str:
    """Where a request was found, as the DevTools protocol tells of it."""
    stack = initiator.get("stack")
    while stack:
        if frames := stack["callFrames"]:
            return str(frames[0]["url"])
        stack = stack.get("parent")
    return str(initiator.get("url") or document)


def _loaded(browser: Browser, url: str) -> list[Request]:
    with browser.new_context() as context:
        page = context.new_page()
        devtools = context.new_cdp_session(page)
        requests: dict[str, Request] = {}

        def asked(event: dict[str, Any]) -> None:
            asked_for = event["request"]["url"]
            if not asked_for.startswith("data:"):
                source = None if asked_for == url else source_of(event["initiator"], url)
                requests[event["requestId"]] = Request(asked_for, source)

        def ended(event: dict[str, Any]) -> None:
            if request := requests.get(event["requestId"]):
                request.size = round(event["encodedDataLength"])

        devtools.on("Network.requestWillBeSent", asked)
        devtools.on("Network.loadingFinished", ended)
        devtools.send("Network.enable")
        devtools.send("Network.setCacheDisabled", {"cacheDisabled": True})
        page.goto(url, wait_until="load")
        page.wait_for_timeout(_AFTER_LOAD)
        return list(requests.values())
