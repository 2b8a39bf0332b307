"""Lists of pages: each line is a count, or says why not; all of it is accepted, or nothing."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import event, func, select, text

import jobs
import submissions
from app import create_app
from config import settings_from
from dev.services import local_redis
from models import Result, db
from storage import leases, rescues
from storage.lists import MOST_LINES, ListRow, PageList
from submissions import QueueFullError
from tests.counts import begin, end_lease, make_due, stored, wait_for_end
from tests.programs import own_server, process_of, running
from tests.site import Site
from tests.support import NOBODYS_KEY
from wordcount.errors import ListError
from wordcount.url import MAX_CHARACTERS

pytestmark = pytest.mark.usefixtures("app")
With = Callable[..., Flask]


@pytest.fixture
def with_settings(environ: dict[str, str]) -> With:
    """Makes an application with settings of its own."""
    return lambda **settings: create_app(settings_from({**environ, **settings}))


def submit(*lines: str, owner: str | None = "ann") -> str:
    return submissions.submit_list("\r\n".join(lines), owner=owner)


def rows_of(key: str) -> list[ListRow]:
    db.session.rollback()
    found = PageList.by_key(key)
    assert found
    return found.rows()


def results() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Result)) or 0


def nothing_is_stored() -> bool:
    db.session.rollback()
    tables = [db.session.scalar(text(f"SELECT count(*) FROM {t}")) for t in ("lists", "list_lines")]
    return [results(), *tables] == [0, 0, 0]


def test_each_line_is_a_count_or_says_why_not() -> None:
    key = submit(
        "",
        "  example.com/a ",
        "HTTP://EXAMPLE.com:80/a#again",
        "ftp://example.com/",
        "\t",
        "https://example.com/b",
        "ftp://example.com/",
        "example.com/\0\ud800",
    )
    rows = rows_of(key)
    assert [(row.number, row.typed, row.state, row.url) for row in rows] == [
        (1, "example.com/a", "queued", "http://example.com/a"),
        (2, "ftp://example.com/", "refused", None),
        (3, "https://example.com/b", "queued", "https://example.com/b"),
        (4, "example.com/\ufffd", "refused", None),
    ]
    assert [row.error_code for row in rows] == [
        None,
        "url_scheme",
        None,
        "url_has_control_characters",
    ]
    assert rows[1].error_detail == "Only http and https addresses can be counted, not ftp:."
    assert [row.is_pending for row in rows] == [True, False, True, False]
    counts = [str(row.job_key) for row in (rows[0], rows[2])]
    assert jobs.queue().get_job_ids() == counts
    assert [stored(count).owner for count in counts] == ["ann", "ann"]


def test_what_is_known_of_each_line() -> None:
    key = submit(*(f"example.com/{number}" for number in range(5)))
    running, done, failed, removed = (str(row.job_key) for row in rows_of(key)[1:])
    begin(running)
    shown = {"title": "A page", "total_words": 7, "distinct_words": 5, "language": "en"}
    assert leases.finish(begin(done), final_url="http://example.com/end", **shown)
    assert leases.fail(begin(failed), "timeout", "Too slow.")
    db.session.execute(text("DELETE FROM results WHERE job_key = :key"), {"key": removed})
    db.session.commit()
    rows = rows_of(key)
    assert [row.state for row in rows] == ["queued", "running", "finished", "failed", "removed"]
    assert (rows[2].title, rows[2].total_words, rows[2].distinct_words) == ("A page", 7, 5)
    assert (rows[2].language, rows[2].final_url) == ("en", "http://example.com/end")
    assert (rows[3].error_code, rows[3].error_detail) == ("timeout", "Too slow.")
    assert (rows[4].job_key, rows[4].url, rows[4].typed) == (None, None, "example.com/4")


def test_a_count_whose_worker_is_dead_waits_again() -> None:
    key = submit("example.com/dead", "example.com/alive")
    dead, alive = (str(row.job_key) for row in rows_of(key))
    begin(dead)
    begin(alive)
    end_lease(dead)
    assert [row.state for row in rows_of(key)] == ["queued", "running"]
    assert leases.finish(begin(dead), total_words=1)
    end_lease(dead)  # which says nothing of what is done
    assert [row.state for row in rows_of(key)] == ["finished", "running"]


def test_of_a_line_that_is_longer_than_any_url_the_beginning_is_kept() -> None:
    longest = f"example.com/{'x' * (MAX_CHARACTERS - len('http://example.com/'))}"
    rows = rows_of(submit("y" * 60_000, "example.com" + "\u200b" * 60_000, longest))
    assert [row.typed for row in rows] == [
        "y" * MAX_CHARACTERS + "…",
        "example.com" + "\u200b" * (MAX_CHARACTERS - 11) + "…",
        longest,
    ]
    assert [(row.error_code, row.url) for row in rows] == [
        ("url_too_long", None),
        (None, "http://example.com/"),
        (None, f"http://{longest}"),
    ]


def test_the_rows_are_read_at_once() -> None:
    found = PageList.by_key(submit(*(f"example.com/{number}" for number in range(50))))
    assert found
    assert found.id  # read by now
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        assert len(found.rows()) == 50
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert len(statements) == 1
    assert "result_all" not in statements[0]


@pytest.mark.parametrize("key", ["", "x", str(NOBODYS_KEY)])
def test_there_is_no_list_for_a_key_that_nobody_was_given(key: str) -> None:
    assert PageList.by_key(key) is None


def test_the_pages_of_a_list_are_counted(environ: dict[str, str], logs: Path, site: Site) -> None:
    urls = [site.serve(f"/{number}", "<p>Hello there") for number in range(3)]
    key = submit(*urls, "nonsense:")
    with running(["worker"], environ, logs / "lists_worker.log"):
        for row in rows_of(key)[:3]:
            wait_for_end(str(row.job_key))
    rows = rows_of(key)
    assert [row.state for row in rows] == ["finished"] * 3 + ["refused"]
    assert [row.total_words for row in rows[:3]] == [2, 2, 2]


def test_two_hundred_pages_and_no_more() -> None:
    urls = [f"http://example.com/{number}" for number in range(MOST_LINES + 1)]
    with pytest.raises(ListError) as refused:
        submit(*urls)
    assert refused.value.code == "list_too_long"
    assert refused.value.detail == (
        "The list has 201 different lines, but at most 200 pages can be submitted at once."
    )
    assert nothing_is_stored()
    key = submit(*urls[:MOST_LINES], urls[0])
    rows = rows_of(key)
    assert [row.url for row in rows] == urls[:MOST_LINES]
    assert jobs.queue().get_job_ids() == [row.job_key for row in rows]


@pytest.mark.parametrize("lines", [[], [" "], ["ftp://a/", "http://", "a b:c"]])
def test_a_list_without_a_page(lines: list[str]) -> None:
    with pytest.raises(ListError) as refused:
        submit(*lines)
    assert refused.value.code == "list_without_urls"
    assert nothing_is_stored()


def test_recent_and_pending_counts_are_used_again(with_settings: With) -> None:
    with with_settings(RESULT_REUSE_SECONDS="3600").app_context():
        pending = submissions.submit("example.com/pending", owner="bob")
        done = submissions.submit("example.com/done", owner="bob")
        assert leases.finish(begin(done))
        rows = rows_of(submit("example.com/done", "example.com/pending", "example.com/new"))
        assert [row.job_key for row in rows[:2]] == [done, pending]
        assert [row.state for row in rows] == ["finished", "queued", "queued"]
        assert results() == 3
        assert jobs.queue().get_job_ids()[2:] == [rows[2].job_key]
        assert not submissions.cancel(pending, owner="bob")


def test_all_of_it_or_nothing_when_the_queue_is_full(with_settings: With) -> None:
    with with_settings(MAX_QUEUED="3").app_context():
        first = submissions.submit("example.com/first", owner="bob")
        submissions.submit("example.com/second")
        with pytest.raises(QueueFullError):
            submit("example.com/first", "example.com/third", "example.com/fourth")
        assert results() == 2
        assert stored(first).owner == "bob"  # nobody else waits for it, after all
        assert [row.state for row in rows_of(submit("example.com/first", "example.com/third"))] == [
            "queued",
            "queued",
        ]
        assert results() == 3
        assert submit("example.com/second", "example.com/third")  # costs the queue nothing


def test_two_same_lists_at_the_same_moment(app: Flask) -> None:
    urls = [f"http://example.com/{number}" for number in range(60)]
    together = Barrier(4)

    def submit_in_order(step: int) -> str:
        with app.app_context():
            together.wait()
            return submit(*urls[::step])

    for _ in range(3):
        with ThreadPoolExecutor(4) as visitors:
            keys = list(visitors.map(submit_in_order, [1, -1, 1, -1]))
        counts = [{row.job_key for row in rows_of(key)} for key in keys]
        assert len(counts[0]) == len(urls)
        assert counts == [counts[0]] * 4
    assert results() == len(urls)


def test_without_redis(with_settings: With) -> None:
    with with_settings(REDIS_URL="unix:///nowhere/redis.sock").app_context():
        key = submit("example.com/a", "example.com/b")
    assert [row.state for row in rows_of(key)] == ["queued", "queued"]
    keys = [str(row.job_key) for row in rows_of(key)]
    for job_key in keys:
        make_due(job_key)
    assert {count.job_key for count in rescues.ring_again(keys)} == set(keys)


def test_a_redis_that_hangs_is_asked_once(
    with_settings: With, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with own_server(local_redis, tmp_path_factory.mktemp("redis")) as redis:
        hanging = process_of(redis.url)
        with with_settings(REDIS_URL=redis.url).app_context():
            hanging.suspend()
            try:
                begun = time.monotonic()
                key = submit(*(f"example.com/{number}" for number in range(50)))
                assert time.monotonic() - begun < 20  # and not 50 times two seconds
            finally:
                hanging.resume()
    assert [row.state for row in rows_of(key)] == ["queued"] * 50
