"""Word of the outcome of a count, from real workers and a real courier to a real receiver."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

import submissions
from callbacks.rows import Wanted
from tests.callback_rows import SECRET, wait_for_state
from tests.counts import stored, wait_for_end
from tests.programs import Program, running
from tests.receiver import Heard, Receiver
from tests.site import Site
from tests.support import PROJECT, wait_for

TOKEN = "hidden-in-the-url"

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture(scope="module")
def worker(_migrated_app: Flask, environ: dict[str, str], logs: Path) -> Iterator[Program]:
    """A worker with its courier, which knows where the service is reached."""
    settings = {**environ, "SITE_URL": "https://count.example/"}
    with running(["worker"], settings, logs / "callbacks.log") as program:
        program.wait_for_line("ready for counts")
        yield program
        assert "Traceback" not in program.log
        assert "broke off" not in program.log
        assert SECRET not in program.log
        assert TOKEN not in program.log


@pytest.fixture
def page(site: Site) -> str:
    """The URL of a page that can be counted."""
    return site.serve("/page", "<title>Tea</title><p>Tea and tea and milk")


def submit(url: str, callback: str) -> str:
    return submissions.submit(url, callback=Wanted(callback, SECRET))


def wait_for_word(receiver: Receiver, path: str) -> Heard:
    """What was heard at a path."""
    (heard,) = wait_for(f"request at {path}", lambda: receiver.at(path))
    return heard


def documented_check() -> dict[str, object]:
    """What docs/CALLBACKS.md tells receivers in Python to do."""
    page = (PROJECT / "docs/CALLBACKS.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)
    names: dict[str, object] = {}
    exec(code, names)
    return names


def is_signed(heard: Heard, secret: str = SECRET) -> bool:
    check = documented_check()["is_from_wordcount"]
    assert callable(check)
    return bool(check(heard.body, heard.headers["X-Wordcount-Signature"], secret))


def test_a_finished_count_is_told(worker: Program, receiver: Receiver, page: str) -> None:
    key = submit(page, receiver.url(f"/told?token={TOKEN}"))
    heard = wait_for_word(receiver, f"/told?token={TOKEN}")
    found = wait_for_state("delivered")
    assert (found.attempts, found.last_status, found.secret) == (1, 204, None)
    assert is_signed(heard)
    assert not is_signed(heard, "another secret")
    assert heard.method == "POST"
    headers = {name: heard.headers[name] for name in ("Content-Type", "Cookie", "Authorization")}
    assert headers == {"Content-Type": "application/json", "Cookie": None, "Authorization": None}
    assert heard.headers["X-Wordcount-Event"] == "finished"
    assert heard.headers["X-Wordcount-Delivery"] == str(found.delivery_id)
    assert heard.headers["User-Agent"].endswith("(+https://count.example/about)")
    result = stored(key)
    assert result.finished_at
    told = heard.told
    assert told.pop("sent_at") >= result.finished_at.isoformat()
    assert told == {
        "event": "finished",
        "delivery_id": str(found.delivery_id),
        "job_key": key,
        "url": page,
        "status": "finished",
        "submitted_at": result.submitted_at.isoformat(),
        "finished_at": result.finished_at.isoformat(),
        "total_words": 5,
        "distinct_words": 3,
        "language": None,
        "title": "Tea",
        "result": [["and", 2], ["tea", 2], ["milk", 1]],
        "results_url": f"https://count.example/results/{key}",
    }
    line = f"callback {found.delivery_id} to 127.0.0.1, attempt 1: delivered, 204"
    worker.wait_for_line(line)


def test_a_failed_count_is_told(worker: Program, receiver: Receiver, site: Site) -> None:
    submit(f"{site.address}/missing", receiver.url("/told"))
    heard = wait_for_word(receiver, "/told")
    assert is_signed(heard)
    assert heard.headers["X-Wordcount-Event"] == "failed"
    told = heard.told
    assert (told["event"], told["status"], told["code"]) == ("failed", "failed", "http_status")
    assert told["http_status"] == 404
    assert told["detail"].startswith("The site answered 404")
    assert not {"result", "results_url", "total_words"} & set(told)


def test_a_cancelled_count_is_told(worker: Program, receiver: Receiver, site: Site) -> None:
    url = site.serve("/held", "<p>Hello", held=True)
    key = submissions.submit(url, owner="ann", callback=Wanted(receiver.url("/told"), SECRET))
    wait_for("request for the page", lambda: "/held" in site.asked)
    assert submissions.cancel(key, owner="ann")
    told = wait_for_word(receiver, "/told").told
    assert (told["event"], told["code"]) == ("failed", "cancelled")
    assert "http_status" not in told


def test_a_count_that_is_shared_is_told_to_all(
    app: Flask,
    worker: Program,
    receiver: Receiver,
    site: Site,
    page: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(app.config, "RESULT_REUSE_SECONDS", 60)
    key = submit(page, receiver.url("/first"))
    assert submit(page, receiver.url("/second")) == key
    wait_for_end(key)
    assert submit(page, receiver.url("/late")) == key
    heard = [wait_for_word(receiver, path).told for path in ("/first", "/second", "/late")]
    assert [told["job_key"] for told in heard] == [key] * 3
    assert len({told["delivery_id"] for told in heard}) == 3
    assert site.asked == ["/page"]
