"""A text that a person pasted is counted in place of the page at its URL."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

import submissions
from app import create_app
from config import settings_from
from models import Result, db
from storage import leases
from submissions import MAX_TEXT, QueueFullError
from tests.counts import begin, stored, wait_for_end
from tests.programs import Program, running
from wordcount.errors import TextError, UrlError

pytestmark = pytest.mark.usefixtures("app")
URL = "http://example.com/article"
TEXT = "The garden and the keeper.\r\n\r\nThe garden wall \u2013 grün."


@pytest.fixture
def own_worker(environ: dict[str, str], logs: Path, app: Flask) -> Iterator[Program]:
    """A worker that is gone after the test, and takes nothing from the next."""
    with running(["worker"], environ, logs / "pasted_worker.log") as program:
        program.wait_for_line("ready for counts")
        yield program


@pytest.mark.usefixtures("own_worker")
def test_its_words_are_counted() -> None:
    key = submissions.submit_text(TEXT, " EXAMPLE.com/article#top ", owner="ann")
    result = wait_for_end(key)
    assert (result.status, result.pasted, result.owner) == ("finished", True, "ann")
    assert (result.url, result.final_url) == (URL, URL)
    assert (result.content_type, result.charset) == ("text/plain", "utf-8")
    assert (result.bytes, result.http_status, result.title) == (len(TEXT.encode()), None, "")
    assert (result.total_words, result.attempt) == (9, 1)
    assert result.text == "The garden and the keeper.\nThe garden wall – grün."
    assert result.result_all is not None
    assert result.result_all["garden"] == 2
    assert result.result_no_stop_words is not None
    assert "the" not in result.result_no_stop_words


def test_it_is_stored_when_it_is_submitted() -> None:
    key = submissions.submit_text(TEXT, URL)
    assert (stored(key).text, stored(key).pasted) == (TEXT, True)
    claim = begin(key)
    assert claim.pasted
    assert leases.pasted_text(claim) == TEXT
    assert stored(key).step == "counting"
    claimed = leases.claim_of(key, worker="a worker")
    assert claimed == claim


@pytest.mark.usefixtures("own_worker")
def test_what_no_database_can_hold_is_left_out() -> None:
    key = submissions.submit_text("one\0two \ud800 \ud83d\ude00 \udc00three", URL)
    assert stored(key).text == "onetwo \ufffd \U0001f600 \ufffdthree"
    assert wait_for_end(key).result_all == {"onetwo": 1, "three": 1}


@pytest.mark.usefixtures("own_worker")
def test_the_longest_text() -> None:
    with pytest.raises(TextError, match="longer than 1,000,000 characters") as refused:
        submissions.submit_text("x " * (MAX_TEXT // 2) + "x", URL)
    assert refused.value.code == "text_too_long"
    key = submissions.submit_text("猫 " * (MAX_TEXT // 2), URL)
    assert wait_for_end(key).total_words == MAX_TEXT // 2


@pytest.mark.parametrize("text", ["", " \r\n\t\u3000", "\0", "\0 \0"])
def test_a_text_of_nothing(text: str) -> None:
    with pytest.raises(TextError) as refused:
        submissions.submit_text(text, URL)
    assert refused.value.code == "text_missing"
    assert db.session.query(Result).count() == 0


def test_its_url_must_be_one() -> None:
    with pytest.raises(UrlError, match="url_scheme"):
        submissions.submit_text(TEXT, "ftp://example.com/")
    assert db.session.query(Result).count() == 0


def test_it_is_not_what_others_find_at_that_url(environ: dict[str, str]) -> None:
    reusing = create_app(settings_from({**environ, "RESULT_REUSE_SECONDS": "3600"}))
    with reusing.app_context():
        pasted = submissions.submit_text(TEXT, URL)
        page = submissions.submit(URL)
        assert page != pasted
        assert submissions.submit_text(TEXT, URL) not in {pasted, page}
        assert leases.finish(begin(pasted), total_words=1)
        assert submissions.submit(URL) == page


def test_a_full_queue_takes_none(environ: dict[str, str]) -> None:
    full = create_app(settings_from({**environ, "MAX_QUEUED": "1"}))
    with full.app_context():
        submissions.submit_text(TEXT, URL)
        with pytest.raises(QueueFullError):
            submissions.submit_text(TEXT, URL)
        assert db.session.query(Result).count() == 1
