"""Web and worker in 512 MiB each, as a small dyno grants them, while they count and show pages.

Both run in groups of processes with that limit, with the settings of a dyno and an empty cache, as
after each start there. The site has saved pages, or such as are made up, and among them some of the
largest size that is fetched, one after the other, so that as many as may are there at once.
"""

import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle, islice
from pathlib import Path

from sqlalchemy import text

from bench.bars import Figure, NotMeasuredError, Report, at_least, at_most
from bench.client import Client, submit_urls
from bench.generated import page as made_up
from bench.memory_group import MemoryGroup, memory_group
from bench.pages import saved_pages
from bench.system import OURS, Running, running
from wordcount import count_page

#: What a small dyno grants.
LIMIT = 512 * 2**20
_MIB = 2**20
_SIZES = (2_000, 20_000, 100_000, 500_000, 2_000_000)
#: Just below `FETCH_MAX_BYTES`, and how many of them there are.
_LARGEST, _LARGE_ONES = 10_000_000, 20
_PATIENCE = 600
_GATHERING = 10
#: What is asked of each finished count: pages, tables that are computed, a picture.
_VIEWS = (
    "/counts/{}", "/results/{}?top=all&stopwords=keep&case=keep", "/counts/{}/phrases.csv",
    "/counts/{}/collocations.json", "/counts/{}/chart.png", "/counts/{}/text",
)  # fmt: skip
_READERS = 8


@dataclass(frozen=True)
class _Served:
    """A page of the site."""

    body: bytes
    content_type: str


def measure(folder: Path | None, number: int = 200) -> Report:
    """The memory of both, and what became of so many counts.

    :param folder: of saved pages; without, pages are made up.
    """
    pages = _pages(folder, number)
    with ExitStack() as started:
        web = started.enter_context(memory_group("web", LIMIT))
        worker = started.enter_context(memory_group("worker", LIMIT))
        site = started.enter_context(_site(pages))
        cache = started.enter_context(tempfile.TemporaryDirectory(prefix="bench-cache-"))
        # What Heroku sets that has to do with it; the limit of clients is off, for we are one.
        settings = {"DYNO": "bench.1", "XDG_CACHE_HOME": cache}
        within = {"web": web.command, "worker0": worker.command}
        with running(OURS, webs=2, workers=1, settings=settings, within=within) as system:
            urls = {at: f"{site}/{at}" for at in range(number)}
            keys = submit_urls(partial(Client, system.port), urls)
            system.wait_for_ended(number, _PATIENCE)
            time.sleep(_GATHERING)  # what the last counts can be checked by
            exact = sum(_is_exact(system, keys[at], pages[at]) for at in keys)
            complete = _complete(system)
            refused = _ask(system.port, list(keys.values()))
            killed = {"web": web.killed, "worker": worker.killed}
    rows = [
        figure
        for name, group in (("worker", worker), ("web", web))
        for figure in _figures(name, group, killed[name])
    ]
    text = (
        f"{number} pages, {sum(len(page.body) for page in pages) / 1e6:.0f} MB,"
        f" {_LARGE_ONES} of them of 10 MB; one worker, two processes of gunicorn."
        f" {complete} counts have their main text told apart. Of the others that is left out: they"
        " have too many elements, or it would have taken more memory or time than a page is given."
    )
    figures = [
        *rows,
        Figure(what=f"exact counts of {number}", ours=exact, bar=at_least(number)),
        Figure(what="requests that failed", ours=refused, bar=at_most(0)),
    ]
    return Report(text, figures)


def _figures(name: str, group: MemoryGroup, killed: int) -> Iterator[Figure]:
    own, with_files = (peak / _MIB for peak in group.peak)
    yield Figure(what=f"{name}, its own memory at most, MiB", ours=own, bar=at_most(512))
    yield Figure(what=f"{name}, with mapped files, MiB", ours=with_files, bar=at_most(512))
    yield Figure(what=f"{name}, processes ended by the kernel", ours=killed, bar=at_most(0))


def _pages(folder: Path | None, number: int) -> Sequence[_Served]:
    """So many, the largest in the middle."""
    if folder:
        some = [_Served(saved.body, saved.content_type) for saved in saved_pages(folder)]
    else:
        some = [_made_up(size, size) for size in _SIZES]
    large = [_made_up(_LARGEST, at) for at in range(2)]
    others = list(islice(cycle(some), number - _LARGE_ONES))
    half = len(others) // 2
    return [*others[:half], *islice(cycle(large), _LARGE_ONES), *others[half:]]


def _made_up(size: int, seed: int) -> _Served:
    return _Served(b"".join(made_up(size, seed)), "text/html; charset=utf-8")


@contextmanager
def _site(pages: Sequence[_Served]) -> Iterator[str]:
    """A site on loopback that has these pages, by their numbers."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = pages[int(self.path[1:])]
            self.send_response(200)
            self.send_header("Content-Type", page.content_type)
            self.send_header("Content-Length", str(len(page.body)))
            self.end_headers()
            self.wfile.write(page.body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


def _is_exact(system: Running, key: str, page: _Served) -> bool:
    """Whether what is stored is what the core counts without any limit."""
    asked = text("SELECT result_all FROM results WHERE job_key = :key AND status = 'finished'")
    stored: Mapping[str, int] | None = system.database.scalar(asked, {"key": key})
    return stored == dict(count_page(page.body, page.content_type).counts)


def _complete(system: Running) -> int:
    asked = "SELECT count(*) FROM results WHERE main_words IS NOT NULL"
    return int(system.database.scalar(text(asked)) or 0)


def _ask(port: int, keys: Sequence[str]) -> int:
    """Ask for the views of all counts, several at a time; how many had no answer."""

    def ask(view: str) -> bool:
        try:
            with Client(port) as client:
                return client.status(view) != 500  # 503: it says when to come again
        except NotMeasuredError:  # nobody answered
            return False

    views = [view.format(key) for key in keys for view in _VIEWS]
    with ThreadPoolExecutor(_READERS) as pool:
        return sum(not answered for answered in pool.map(ask, views))
