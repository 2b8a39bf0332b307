"""``python -m bench.views``: how long the views of a count take, for pages of a megabyte.

The application, Postgres and Redis are real; there is no server between, and no network. Each view
is asked for several times, on a new session of the database; of the times by the clock on the wall
the least and the middle one are told, and the least beside what it takes to count the page.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

import submissions
from app import create_app
from bench.generated import page, prose
from bench.markdown import table
from bench.servers import migrate, servers
from config import settings_from
from models import db
from storage import leases
from wordcount import count_page
from workers.pipeline import Counted, Evidence, Task, stages

MEGABYTE = 1_000_000
_URL = "http://example.com/"
_HTML = "text/html; charset=utf-8"
#: The views: ``{key}`` and ``{other}`` are two counts, ``{word}`` is the most frequent word.
VIEWS = {
    "words": "/counts/{key}",
    "words, 1,000 by the alphabet": "/counts/{key}?top=1000&sort=az",
    "words, their forms together": "/counts/{key}?forms=together",
    "words of the main text": "/counts/{key}?of=main",
    "a word in its sentences": "/counts/{key}/word?w={word}",
    "the same, by the left neighbour": "/counts/{key}/word?w={word}&sort=left",
    "the text with a word marked": "/counts/{key}/as-counted?w={word}",
    "phrases of 2 words": "/counts/{key}/phrases",
    "phrases of 3 words": "/counts/{key}/phrases?n=3",
    "collocations": "/counts/{key}/collocations",
    "where words stand": "/counts/{key}/where",
    "comparison with half of the page": "/compare?a={key}&b={other}",
    "history": f"/history?url={_URL}",
    "chart as SVG": "/counts/{key}/chart.svg",
    "chart as PNG": "/counts/{key}/chart.png",
    "frame": "/counts/{key}/embed",
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print tables for docs/BENCH.md."""
    parser = argparse.ArgumentParser(prog="python -m bench.views", description=__doc__)
    parser.add_argument("--page", type=Path, help="a page of HTML in place of those made up")
    parser.add_argument("--rounds", type=int, default=7, metavar="N")
    given = parser.parse_args(arguments)
    pages = {
        "A megabyte, made up as pages are": b"".join(page(MEGABYTE)),
        "A megabyte of nothing but prose": b"".join(prose(MEGABYTE)),
    }
    if given.page:
        pages = {given.page.name: given.page.read_bytes()}
    with _application() as app, app.app_context():
        for name, body in pages.items():
            print(f"\n### {name}\n\n{_measured(app, body, given.rounds)}", flush=True)


@contextmanager
def _application() -> Iterator[Flask]:
    """The application, on servers of its own."""
    with servers() as environ:
        app = create_app(settings_from(environ))
        with app.app_context():
            migrate(app)
        yield app


def _measured(app: Flask, body: bytes, rounds: int) -> str:
    counting, _ = _times(lambda: count_page(body, _HTML), rounds)
    key, word = _stored(body)
    other, _ = _stored(body[: len(body) // 2])
    client = app.test_client()
    rows = []
    for name, path in VIEWS.items():
        address = path.format(key=key, other=other, word=word)
        least, middle = _times(lambda at=address: _ask(client, at), rounds)  # type: ignore[misc]
        rows.append(
            (name, f"{least * 1000:.0f}", f"{middle * 1000:.0f}", f"{least / counting:.2f}")
        )
    heads = ("view", "least ms", "middle ms", f"least / counting ({counting * 1000:.0f} ms)")
    return table(heads, rows)


def _stored(body: bytes) -> tuple[str, str]:
    """The key of a count of a page, as a worker stores it, and its most frequent word."""
    key = submissions.submit(_URL, fresh=True)
    claim = leases.claim(key, worker="bench")
    if claim is None:
        raise RuntimeError("somebody else works on the counts of this bench")
    for stage in stages(Task(body, _HTML, {"final_url": _URL, "content_type": _HTML})):
        if isinstance(stage, Counted):
            leases.finish(claim, **stage.columns)
        elif isinstance(stage, Evidence):
            leases.supplement(claim, **stage.columns)
    return key, count_page(body, _HTML).ranking(top=1)[0].word


def _ask(client: FlaskClient, address: str) -> None:
    db.session.remove()
    answer = client.get(address, headers={"Accept": "text/html"})
    if answer.status_code != 200:
        raise RuntimeError(f"{address}: {answer.status}\n{answer.text[:2000]}")


def _times(act: Callable[[], object], rounds: int) -> tuple[float, float]:
    """The least and the middle time of so many, in seconds, after one that is not counted."""
    act()
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        act()
        times.append(time.perf_counter() - begun)
    return min(times), statistics.median(times)


if __name__ == "__main__":
    main()
