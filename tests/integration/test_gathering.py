"""The evidence of a count is gathered by a real worker, and the count stands without it."""

import gc
import os
import signal
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest
from flask import Flask
from flask.testing import FlaskClient
from trafilatura import external

import jobs
import submissions
from models import Result, Status
from storage import leases
from tests.counts import accepted, begin, columns_of_text, stored, wait_for_end
from tests.programs import Program, running
from tests.site import Site
from tests.support import wait_for
from wordcount.indexed_text import IndexedText
from wordcount.justext_words import FrequentWords, use_frequent_words
from workers import pipeline
from workers.pipeline import Stage, Task
from workers.warm_up import warm_up

SENTENCES = "The keeper of the lighthouse planted roses. They lean towards the light. " * 12
PAGE = f"""<html lang=en><title>Roses</title><nav><a href=/>Home</a> <a href=/shop>Shop</a></nav>
<main><article><h1>Roses by the sea</h1><p>{SENTENCES}</p><p>{SENTENCES}</p></article></main>
<img src=rose.png alt="A white rose"><footer>All rights reserved</footer>"""


def index_of(result: Result) -> IndexedText:
    assert result.text_index
    assert result.text
    return IndexedText.from_bytes(result.text_index, result.text, result.result_all or {})


def test_a_horse_finds_the_stop_words_of_all_languages_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(external, "JT_STOPLIST", None)
    use_frequent_words.cache_clear()
    warm_up()
    gc.unfreeze()
    assert isinstance(external.JT_STOPLIST, FrequentWords)
    assert [word in external.JT_STOPLIST for word in ("the", "und", "не", "xqzt")] == [
        True, True, True, False,
    ]  # fmt: skip


@pytest.mark.parametrize("end", ["killed", "hangs"])
def test_the_count_stands_whatever_becomes_of_its_evidence(
    app: Flask, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    def dies(*_known: object) -> Iterator[Any]:
        if end == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(60)
        yield

    monkeypatch.setattr(pipeline, "evidence_of", dies)
    monkeypatch.setattr(pipeline, "EVIDENCE_PATIENCE", 1)
    monkeypatch.setitem(app.config, "JOB_CPU_SECONDS", 1)
    key = submissions.submit_text(SENTENCES, "http://example.com/", owner="somebody")
    jobs.count_and_save_words(key)
    result = stored(key)
    # Who was killed can have been about to find it.
    known: dict[str, str] | None
    known, code = (None, "index_not_ready") if end == "killed" else ({}, "no_index")
    assert (result.status, result.text_index, result.reading_ease) == ("finished", None, known)
    assert app.test_client().get(f"/results/{key}?top=1").get_json() == [["keeper", 12]]
    answer = app.test_client().get(f"/counts/{key}/phrases", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.get_json(force=True)["code"]) == (409, code)
    monkeypatch.setattr("views.texts.EVIDENCE_WITHIN", 0)
    answer = app.test_client().get(f"/counts/{key}/phrases", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.get_json(force=True)["code"]) == (409, "no_index")


def test_no_count_waits_for_its_evidence(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, int]] = []
    gather = pipeline.evidence

    def look_first(reading: Generator[Stage]) -> dict[str, Any]:
        answer = app.test_client().get(
            f"/counts/{key}/phrases", headers={"Accept": "application/json"}
        )
        seen.append((stored(key).status, answer.status_code))
        assert answer.headers["Retry-After"] == "5"
        assert answer.get_json(force=True)["code"] == "index_not_ready"
        assert "will be known in some seconds" in app.test_client().get(f"/counts/{key}").text
        page = app.test_client().get(f"/counts/{key}/phrases", headers={"Accept": "text/html"})
        for said in ("Not known yet", "tries again by itself", f'href="/counts/{key}"'):
            assert said in page.text
        assert app.test_client().get(f"/results/{key}").status_code == 200
        main = app.test_client().get(f"/results/{key}?of=main")
        assert (main.status_code, main.get_json(force=True)["code"]) == (409, "index_not_ready")
        return gather(reading)

    monkeypatch.setattr("views.texts._SOON", 0.1)
    monkeypatch.setattr(pipeline, "evidence", look_first)
    key = submissions.submit_text(SENTENCES, "http://example.com/", owner="somebody")
    jobs.count_and_save_words(key)
    assert seen == [(Status.FINISHED, 409)]
    assert len(index_of(stored(key)).sentences) == 24
    page = app.test_client().get(f"/counts/{key}")
    assert "will be known in some seconds" not in page.text


@pytest.mark.parametrize("path", ["/counts/{}/phrases", "/results/{}?of=main", "/counts/{}.csv"])
def test_who_looks_right_after_the_end_waits_for_what_is_known_soon(
    app: Flask, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    gather = pipeline.evidence
    answers: list[object] = []

    def look_first(reading: Generator[Stage]) -> dict[str, Any]:
        address = path.format(key)
        with ThreadPoolExecutor() as visitors:
            asked = [visitors.submit(lambda: app.test_client().get(address)) for _ in range(3)]
            time.sleep(0.2)
            assert not any(one.done() for one in asked)
            gathered = gather(reading)
            leases.supplement(claim, **gathered)
            answers.extend(one.result().status_code for one in asked)
        return gathered

    monkeypatch.setattr("views.texts._SOON", 30)
    monkeypatch.setattr(pipeline, "evidence", look_first)
    key = accepted("http://example.com/")
    claim = begin(key)
    page = Task(PAGE.encode(), "text/html", {"final_url": claim.url, "content_type": "text/html"})
    monkeypatch.setattr(pipeline, "fetched", lambda *_: page)
    jobs.work_on(claim, pipeline.reader_of(app.config))
    assert answers == [200] * 3


def test_evidence_is_not_added_to_a_count_of_somebody_else(app: Flask) -> None:

    key = submissions.submit("http://example.com/")
    claim = begin(key)
    leases.supplement(claim, main_words=7)
    assert stored(key).main_words is None
    assert leases.finish(claim, **columns_of_text("http://example.com/", "One two"))
    leases.supplement(replace(claim, attempt=9), main_words=7)
    assert stored(key).main_words is None
    leases.supplement(claim, main_words=7)
    wait_for("main words", lambda: stored(key).main_words == 7, 1)


def test_nobody_looks_whether_a_count_is_wanted_when_it_is_stored(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(task: Task, look_up: Callable[[], None]) -> Generator[Stage]:
        for stage in pipeline.stages(task):
            time.sleep(0.6)  # as long as a worker waits before it looks
            look_up()
            yield stage

    key = accepted("http://example.com/")
    claim = begin(key)
    monkeypatch.setattr(pipeline, "fetched", lambda *_: pipeline.pasted(claim.url, SENTENCES))
    jobs.work_on(claim, read)
    assert len(index_of(stored(key)).sentences) == 24
    assert jobs.events().latest(1)[0]["step"] == Status.FINISHED


# The worker starts here: before, it would take the counts of this process.


def test_a_worker_gathers_it_with_the_count(
    app: Flask, worker: Program, client: FlaskClient, site: Site
) -> None:
    key = submissions.submit(site.serve("/roses", PAGE))
    result = wait_for_end(key)
    index = index_of(result)
    headings = [index.text[start:end] for start, end in index.layout.headings]
    links = [index.text[start:end] for start, end in index.layout.links]
    assert (headings, links) == (["Roses by the sea"], ["Home", "Shop"])
    assert result.alt_texts == "A white rose"
    assert len(index.sentences) == 48 + 3  # and heading, navigation, footer
    assert result.main_words
    assert result.main_words < (result.total_words or 0)
    assert set(result.reading_ease or {}) == {"page", "main"}
    assert ["Home", 1] in client.get(f"/results/{key}?top=100").get_json()
    main = client.get(f"/results/{key}?top=100&of=main").get_json()
    assert ["Home", 1] not in main
    assert main[:2] == [["roses", 25], ["keeper", 24]]


def test_a_plain_text_has_no_main_text(app: Flask, worker: Program, site: Site) -> None:
    url = site.serve("/roses.txt", SENTENCES, content_type="text/plain")
    result = wait_for_end(submissions.submit(url))
    assert result.main_words is None
    assert len(index_of(result).sentences) == 24
    assert set(result.reading_ease or {}) == {"page"}


@pytest.mark.parametrize("whom", ["it alone", "its group"])
def test_a_worker_that_is_told_to_stop_waits_a_little_for_it(
    app: Flask, environ: dict[str, str], logs: Path, site: Site, whom: str
) -> None:
    paragraphs = "".join(f"<p>{SENTENCES}{number}</p>" for number in range(100))
    url = site.serve("/long", f"<html lang=en><main>{paragraphs}</main>")
    with running(["worker"], environ, logs / "gathering.log") as program:
        program.wait_for_line("ready for counts")
        key = submissions.submit(url)
        wait_for("count", lambda: stored(key).status == Status.FINISHED)
        assert stored(key).reading_ease is None  # otherwise it is too late for this test
        parent = psutil.Process(program.process.pid)
        for process in [*(parent.children(recursive=True) if whom == "its group" else []), parent]:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGTERM)
        assert program.process.wait(timeout=15) == 0
    assert set(stored(key).reading_ease or {}) >= {"page"}
    assert len(index_of(stored(key)).sentences) == 100 * 24
