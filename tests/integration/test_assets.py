"""Style sheets, scripts and pictures: browsers keep them until they change, and get them small."""

import re
from pathlib import Path

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import submissions
from storage import leases
from tests.counts import begin

FOR_A_YEAR = "public, max-age=31536000, immutable"
ALL = "gzip, deflate, br, zstd"


def used_by(client: FlaskClient, path: str) -> list[str]:
    """The addresses of the files that a page uses."""
    return re.findall(r'<(?:link|script)[^>]* (?:href|src)="([^"]+)"', client.get(path).text)


def get(client: FlaskClient, path: str, **headers: str) -> TestResponse:
    """The whole of an answer."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.get(path, headers=named, buffered=True)


def test_all_that_a_page_uses_may_be_kept(client: FlaskClient) -> None:
    pending = f"/counts/{submissions.submit('http://example.com/')}"
    addresses = {*used_by(client, "/"), *used_by(client, pending)}
    names = {address.partition("?")[0] for address in addresses}
    assert {"/static/site.css", "/bootstrap/static/css/bootstrap.min.css"} < names
    for address in addresses:
        answer = get(client, address)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, FOR_A_YEAR)
        assert "v=" in address


@pytest.mark.parametrize("query", ["", "?v=", "?v=0123456789abcdef", "?v=%00"])
def test_nothing_is_kept_under_another_version(client: FlaskClient, query: str) -> None:
    answer = get(client, f"/static/site.css{query}")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-cache")


@pytest.mark.parametrize("path", ["/?v=1", "/static/nothing.css?v=1", "/static/..%2Fapp.py?v=1"])
def test_a_version_of_what_is_no_file(client: FlaskClient, path: str) -> None:
    answer = get(client, path)
    assert answer.status_code == (200 if path == "/?v=1" else 404)
    assert "immutable" not in answer.headers.get("Cache-Control", "")


@pytest.mark.parametrize("filename", ["sample.html", "nothing.css", "../app.py", "/etc/passwd"])
def test_what_has_no_version(app: Flask, filename: str) -> None:
    with app.test_request_context():
        assert "v=" not in url_for("static", filename=filename)


def test_a_file_that_changes_gets_another_address(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "static_folder", str(tmp_path))
    addresses = []
    with app.test_request_context():
        for text in ("a {}", "b {} ", "a {}"):
            (tmp_path / "site.css").write_text(text)
            addresses.append(url_for("static", filename="site.css"))
    assert addresses[0] == addresses[2] != addresses[1]


@pytest.mark.parametrize(
    "path",
    ["/static/site.css", "/static/site.js", "/bootstrap/static/css/bootstrap.min.css"],
)
@pytest.mark.parametrize("accepted", ["gzip, deflate", ALL])
def test_files_travel_compressed(client: FlaskClient, path: str, accepted: str) -> None:
    plain, small = get(client, path), get(client, path, Accept_Encoding=accepted)
    assert small.headers["Content-Encoding"] in accepted
    assert len(small.data) < len(plain.data) * 0.6
    assert "Accept-Encoding" in small.headers["Vary"]
    known = small.headers["ETag"]
    again = get(client, path, Accept_Encoding=accepted, If_None_Match=known)
    assert again.status_code == 304


def test_a_long_ranking_travels_compressed(client: FlaskClient) -> None:
    claim = begin(submissions.submit("http://example.com/"))
    rows = [[f"word{number}", 1] for number in range(100)]
    shown = {"final_url": claim.url, "total_words": 100, "distinct_words": 100, "bytes": 1}
    assert leases.finish(claim, tops={"no_stop_words/folded": rows}, **shown)
    answer = get(client, f"/results/{claim.job_key}?top=100", Accept_Encoding="gzip")
    assert answer.headers["Content-Encoding"] == "gzip"


def test_no_page_travels_compressed(client: FlaskClient) -> None:
    pending = submissions.submit("http://example.com/")
    pages = ["/", f"/?url={'a' * 1000}", "/about", "/nowhere", f"/counts/{pending}"]
    for path in pages:
        answer = get(client, path, Accept="text/html", Accept_Encoding=ALL)
        assert answer.mimetype == "text/html"
        assert "Content-Encoding" not in answer.headers


def test_no_stream_of_events_travels_compressed(client: FlaskClient) -> None:
    claim = begin(submissions.submit("http://example.com/"))
    assert leases.fail(claim, "empty_page", "It is empty.")
    answer = get(client, f"/counts/{claim.job_key}/events", Accept_Encoding=ALL)
    assert answer.mimetype == "text/event-stream"
    assert "Content-Encoding" not in answer.headers
