"""`python manage.py count --server`, run as from a shell.

Against a real web and worker, and against servers that do as they like.
"""

import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.forked import run
from tests.hostile.server import Script, Server, answer, sends
from tests.site import Site
from tests.support import NOBODYS_KEY, PROJECT, free_port, wait_for

SECONDS = 60
COMMAND = [sys.executable, str(PROJECT / "manage.py"), "count"]
KEY = str(NOBODYS_KEY)
real = pytest.mark.usefixtures("app", "worker")


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def environ(**settings: str) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], **settings}


def count(*arguments: str) -> subprocess.CompletedProcess[str]:
    with TemporaryDirectory() as folder:
        return run(["manage", "count", *arguments], environ(), Path(folder), SECONDS)


def printed(*arguments: str) -> str:
    """What a run without any failure prints."""
    done = count(*arguments)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@real
def test_the_same_is_printed_as_without_a_server(web: str, site: Site) -> None:
    words = " ".join(f"Wort{number % 97} wort{number % 13}" for number in range(300))
    html = f"<html lang=de><title>Wörter</title><p>{words} STRASSE Straße die 木 {'x' * 500}"
    one, two = site.serve("/one", html), site.serve("/two", "<p>Nothing but =1+1 and the rest")
    for options in (
        ("--format", "table", "--top", "50"),
        ("--format", "json", "--all", "--case", "keep", "--stopwords", "keep"),
    ):
        assert printed(one, two, *options, "--server", web) == printed(one, two, *options)


@real
def test_what_cannot_be_counted_is_told_and_the_others_go_on(web: str, site: Site) -> None:
    good = site.serve("/good", "<p>Word, words")
    done = count(f"{site.address}/nothing", "ftp://a", ".", good, "--server", web)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        f"{site.address}/nothing: The site answered 404 Not Found: there is no page at this"
        " address. (http_status)",
        "ftp://a: Only http and https addresses can be counted, not ftp:. (url_scheme)",
        ".: The address has no valid host name: write it like example.com. (url_host)",
    ]
    assert done.stdout.splitlines()[0] == good


@real
def test_an_address_needs_no_scheme(web: str, site: Site) -> None:
    address = site.serve("/page", "<p>word").removeprefix("http://")
    assert printed(address, "--server", web, "--format", "csv").splitlines()[1] == (
        f"{address},word,1"
    )


@real
def test_progress_where_a_terminal_sees_it(web: str, site: Site) -> None:
    url = site.serve("/held", "<p>word", held=True)
    ours, theirs = pty.openpty()
    command = [*COMMAND, url, f"{web}/static/sample.html", "--server", web]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=theirs, env=environ(TERM="xterm", COLUMNS="80")
    )
    os.close(theirs)
    said = b""
    try:
        while piece := os.read(ours, 1024):
            said += piece
            if b"Fetching the page" in said:
                site.let_go()
    except OSError:  # Linux's way to say that nobody is left to write to it
        pass
    finally:
        os.close(ours)
    out, _ = process.communicate(timeout=SECONDS)
    assert process.returncode == 0
    assert b"Fetching the page  [###" in said
    assert b"15%" in said
    assert said.count(b"\r\x1b[K") == 2  # the words do not stand behind a bar
    assert max(map(len, said.decode().replace("\x1b[?25l", "").split("\r"))) <= 80
    assert f"{url}\n".encode() in out


@real
def test_ctrl_c_ends_it_without_a_traceback(web: str, site: Site) -> None:
    url = site.serve("/held", "<p>word", held=True)
    process = subprocess.Popen(
        [*COMMAND, url, "--server", web],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environ(),
    )
    wait_for("request for the page", lambda: "/held" in site.asked)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=SECONDS)
    assert (process.returncode, out, err) == (128 + signal.SIGINT, b"", b"")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["-"], "A server counts addresses; it cannot have standard input."),
        (["example.com", "page.html"], "A server counts addresses, and page.html is a file."),
        (["example.com", "--server", "example.com"], "--server: The address of a server begins"),
    ],
)
def test_what_is_used_wrongly(arguments: list[str], sentence: str) -> None:
    Path("page.html").write_text("<p>word", "utf-8")
    done = count("--server", "http://127.0.0.1:1", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert sentence in done.stderr


def test_nothing_answers() -> None:
    server = f"http://127.0.0.1:{free_port()}"
    done = count("example.com", "--server", server, "--format", "json")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (f"{server}: Nothing answers: Connection refused. (server_unreachable)\n")


def json_answer(document: object, status: str = "200 OK") -> bytes:
    body = json.dumps(document).encode()
    return answer(body, status, content_type="application/json", connection="close")


def page(html: bytes) -> bytes:
    return answer(html, connection="close")


def by_path(**paths: bytes) -> Script:
    """A script that answers each path in its way, and no other."""
    return lambda visit: visit.send(paths.get(visit.path, json_answer({}, "404 Not Found")))


UNKNOWN = json_answer({"code": "unknown_key", "detail": "No count."}, "404 Not Found")


@pytest.mark.parametrize(
    ("script", "code"),
    [
        (sends(page(b"<h1>It works!</h1>")), "server_unexpected"),
        (sends(b"SSH-2.0-OpenSSH_9.2\r\n"), "server_unreachable"),
        (by_path(**{"/": page(b"<p>The form"), "/results/0": UNKNOWN}), "server_too_old"),
    ],
)
def test_what_is_no_server_of_ours_is_told_in_one_line(script: Script, code: str) -> None:
    with Server(script) as server:
        done = count("example.com", "example.org", "--server", server.origin)
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"{server.origin}: ")
    assert line.endswith(f" ({code})")


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": None},
        {"words": [{"word": "\x1b[2J", "count": 1, "stop_word": False}]},
        {"words": [{"word": 7, "count": 1, "stop_word": False}]},
        {"words": [{"word": "w", "count": "many", "stop_word": False}]},
        {"words": {}, "total_words": None},
        {"words": [[]]},
        {"language": {}},
    ],
)
def test_a_server_that_speaks_nonsense(wrong: dict[str, object]) -> None:
    facts = {"title": "\x1b]0;owned\x07", "language": "en\x1b", "charset": "\x9b31m", **wrong}
    facts = {"total_words": 1, "distinct_words": 1, "words": [], **facts}
    with Server(server_of(facts)) as server:
        done = count("example.com", "--server", server.origin)
    if wrong == {"title": None}:  # strange, but no nonsense
        assert (done.returncode, done.stderr) == (0, "")
    else:
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == (
            "example.com: The server has not answered with counted words. (server_unexpected)\n"
        )


def server_of(facts: object) -> Script:
    """A server whose only count has these facts."""
    return by_path(
        **{
            "/": json_answer({"name": "Wordcount", "version": "9"}),
            "/start": page(KEY.encode()),
            f"/results/{KEY}?top=1": json_answer([]),
            f"/counts/{KEY}.json?case=keep": json_answer(facts),
        }
    )


def test_no_server_commands_the_terminal() -> None:
    words = [{"word": "word\u202e", "count": 2, "stop_word": False}]
    facts = {"title": "\x1b]0;owned\x07\nline", "language": "en\x9b", "charset": "\x1b[31m"}
    facts |= {"total_words": 2, "distinct_words": 1, "words": words}  # type: ignore[dict-item]
    failing = {"code": "x\x1b[2J", "detail": "A\r\nsentence\x9b."}
    with Server(server_of(facts)) as server:
        done = count("example.com", "--server", server.origin)
    assert len(done.stdout.splitlines()) == 3
    refusal = json_answer(failing, "422 Unprocessable Entity")
    whole = {"/": json_answer({"name": "Wordcount", "version": "9"}), "/start": refusal}
    with Server(by_path(**whole)) as server:
        refused = count("example.com", "--server", server.origin)
    assert len(refused.stderr.splitlines()) == 1
    for text in (done.stdout, refused.stderr):
        assert all(char == "\n" or char.isprintable() for char in text)
