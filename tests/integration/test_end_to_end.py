"""The whole way, on real processes: POST /start at a gunicorn, a real worker, GET /results."""

import os
import signal
from pathlib import Path

import pytest
import requests

from models import Result, db
from tests.programs import children_of, running
from tests.site import Site
from tests.support import free_port, wait_for

pytestmark = pytest.mark.usefixtures("app", "worker")


def start(web: str, url: str) -> str:
    answer = requests.post(f"{web}/start", json={"url": url}, timeout=10)
    assert answer.status_code == 200, answer.text
    return answer.text


def outcome(web: str, job_key: str, **query: int) -> requests.Response:
    """What /results answers when it is no longer 202."""

    def look() -> requests.Response | None:
        answer = requests.get(f"{web}/results/{job_key}", params=query, timeout=10)
        return answer if answer.status_code != 202 else None

    # A Response is false when it is an error, and so would not count as found.
    return wait_for("outcome", lambda: [answer] if (answer := look()) is not None else None)[0]


def stored(job_key: str) -> Result:
    db.session.rollback()  # see what other processes have stored since
    result = Result.by_key(job_key)
    assert result
    return result


def test_the_sample_page(web: str) -> None:
    key = start(web, f"{web}/static/sample.html")
    answer = outcome(web, key, top=5)
    assert answer.status_code == 200
    assert answer.json() == [
        ["garden", 6],
        ["keeper", 5],
        ["Roses", 5],
        ["lighthouse", 4],
        ["kale", 3],
    ]
    assert len(outcome(web, key).json()) == 10
    result = stored(key)
    assert (result.language, result.charset, result.http_status) == ("en", "utf-8", 200)
    assert (result.title, result.attempt) == ("The lighthouse keeper’s garden", 1)
    assert (result.total_words, result.distinct_words) == (153, 80)
    assert result.result_all
    assert result.result_all["Roses"] == 3
    assert "the" not in (result.result_no_stop_words or {})
    assert result.text
    assert "hidden" not in result.text


def test_a_page_of_7_mb_with_60_000_distinct_words(web: str, site: Site) -> None:
    words = [f"w{number:x}q" for number in range(60_000)]
    filler = "the " * 60 + "\n"
    body = "".join(f"<p>{word} {filler if n % 2 else ''}</p>" for n, word in enumerate(words))
    assert 7_000_000 < len(body) < 10_000_000
    key = start(web, site.serve("/large", f"<html lang=en><p>{words[7]}</p>{body}"))
    answer = outcome(web, key, top=60_000)
    assert answer.status_code == 200
    rows = answer.json()
    assert rows[0] == [words[7], 2]
    assert sorted(word for word, _ in rows) == sorted(words)
    assert outcome(web, key).json() == rows[:10]


def test_a_page_in_another_encoding_and_script(web: str, site: Site) -> None:
    page = "<p>Сад за стеной, и сад у моря. Сад!</p>"
    url = site.serve("/sad", page.encode("cp1251"), content_type="text/html; charset=windows-1251")
    assert outcome(web, start(web, url), top=1).json() == [["Сад", 3]]


@pytest.mark.parametrize(
    ("page", "code", "sentence"),
    [
        ({"status": 404}, "http_status", "The site answered 404 Not Found"),
        ({"status": 500}, "http_status", "The site answered 500"),
        ({"content_type": "image/png"}, "content_type", "image/png"),
        ({"html": b"x" * (10 * 2**20 + 1)}, "too_large", "larger than 10 M"),
    ],
)
def test_pages_that_cannot_be_counted(
    web: str, site: Site, page: dict[str, object], code: str, sentence: str
) -> None:
    url = site.serve("/page", **{"html": "<p>Never counted", **page})  # type: ignore[arg-type]
    answer = outcome(web, start(web, url))
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == code
    assert sentence in answer.json()["detail"]


def test_a_site_that_is_silent(web: str, site: Site) -> None:
    url = site.serve("/silent", "too late", held=True)
    assert outcome(web, start(web, url)).json()["code"] == "timeout"


def test_an_address_that_is_not_public(web: str) -> None:
    answer = outcome(web, start(web, "http://169.254.169.254/latest/meta-data/"))
    assert answer.json()["code"] == "not_public"
    assert answer.json()["detail"] == "This address is not on the public internet."


def test_the_web_may_die_while_a_job_runs(environ: dict[str, str], logs: Path, site: Site) -> None:
    command, port = ["gunicorn", "app:create_app()"], str(free_port())
    web = f"http://127.0.0.1:{port}"
    url = site.serve("/slow", "<p>Patience, patience", held=True)
    with running(command, {**environ, "PORT": port}, logs / "first.log") as first:
        first.wait_for_line("Listening at")
        key = start(web, url)
        wait_for("request for the page", lambda: "/slow" in site.asked)
        for child in children_of(first.process.pid):
            os.kill(child, signal.SIGKILL)
        first.stop(signal.SIGKILL)
    site.let_go()
    with running(command, {**environ, "PORT": port}, logs / "second.log") as second:
        second.wait_for_line("Listening at")
        assert outcome(web, key).json() == [["patience", 2]]
