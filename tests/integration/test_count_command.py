"""`python manage.py count`, run as from a shell: without a database, and with Redis nowhere."""

import csv
import io
import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.forked import run
from tests.hostile.server import Server, answer, sends
from tests.support import PROJECT
from wordcount import count_page

SECONDS = 60
GARDEN = (
    "<html lang=en><title>A garden</title><p>The rose and the Rose: roses, Don’t! <b>Tu</b>lip.</p>"
)
COMMAND = [sys.executable, str(PROJECT / "manage.py"), "count"]


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("garden.html").write_text(GARDEN, "utf-8")


def environ(**settings: str) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], **settings}


def count(
    *arguments: str, stdin: bytes = b"", **settings: str
) -> subprocess.CompletedProcess[bytes]:
    with TemporaryDirectory() as folder:
        done = run(
            ["manage", "count", *arguments], environ(**settings), Path(folder), SECONDS, stdin
        )
    written = (text.encode() for text in (done.stdout, done.stderr))
    return subprocess.CompletedProcess(done.args, done.returncode, *written)


def printed(*arguments: str, stdin: bytes = b"", **settings: str) -> str:
    """What a run without any failure prints."""
    done = count(*arguments, stdin=stdin, **settings)
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout.decode("utf-8")


def test_a_table_for_people() -> None:
    Path("more.html").write_text("<p>木 木 <p>Tree" + "e" * 200, "utf-8")
    lines = printed("garden.html", "more.html").splitlines()
    assert lines[:4] == [
        "garden.html: A garden",
        "8 words, 6 different, language en, utf-8",
        "  2  rose",
        "  1  roses",
    ]
    assert lines[5:7] == ["", "more.html"]
    assert lines[7].startswith("3 words, 2 different, language ")
    assert lines[8] == "  2  木"
    assert lines[9].startswith("  1  Treee")
    assert lines[9].endswith("e…")


def test_only_the_top_and_with_stop_words() -> None:
    rows = printed("garden.html", "--top", "2", "--stopwords", "keep").splitlines()[2:]
    assert rows == ["  2  rose", "  2  the"]


def test_json_is_one_array_of_all_that_is_known() -> None:
    found = json.loads(printed("garden.html", "-", "--format", "json", stdin=b"<p>Oak oak elm"))
    assert found[0] == {
        "source": "garden.html",
        "title": "A garden",
        "language": "en",
        "charset": "utf-8",
        "total_words": 8,
        "distinct_words": 6,
        "counts": {"rose": 2, "roses": 1, "Tulip": 1},
    }
    assert [(page["source"], page["counts"]) for page in found[1:]] == [("-", {"oak": 2, "elm": 1})]


def test_everything_untouched_is_exactly_what_was_counted() -> None:
    words = " ".join(f"Wort{number % 97} wort{number % 13}" for number in range(1000))
    page = f"<p>{words} L’été don't STRASSE Straße e\u0301te 東京都 {'x' * 5000}</p>".encode()
    Path("page.html").write_bytes(page)
    keep = ("--all", "--case", "keep", "--stopwords", "keep")
    lines = printed("garden.html", "page.html", "--format", "jsonl", *keep).splitlines()
    found = [json.loads(line) for line in lines]
    assert [set(line) for line in found] == [{"source", "language", "counts"}] * 2
    assert [line["source"] for line in found] == ["garden.html", "page.html"]
    assert found[0]["counts"] == count_page(GARDEN.encode()).counts
    assert found[1]["counts"] == count_page(page).counts
    numbers = list(found[1]["counts"].values())
    assert numbers == sorted(numbers, reverse=True)


def test_csv_without_formulas() -> None:
    Path("=1+1.html").write_text('<p>"Quoted", quoted', "utf-8")
    rows = [
        *csv.reader(io.StringIO(printed("=1+1.html", "-", "--format", "csv", stdin=b"<p>Word")))
    ]
    assert rows == [["source", "word", "count"], ["'=1+1.html", "quoted", "2"], ["'-", "Word", "1"]]


def test_the_ending_of_a_name_says_what_a_file_is() -> None:
    Path("page.TXT").write_text("<hr> rule", "utf-8")
    Path("page").write_text("<hr> rule", "utf-8")
    counts = [
        json.loads(line)["counts"]
        for line in printed("page.TXT", "page", "--format", "jsonl").splitlines()
    ]
    assert counts == [{"hr": 1, "rule": 1}, {"rule": 1}]


def test_what_cannot_be_counted_is_told_in_one_line_and_the_others_go_on() -> None:
    Path("empty.html").touch()
    Path("picture.html").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    Path("paper.html").write_bytes(b"%PDF-1.7\nplain enough")
    Path("long.html").write_bytes(b"<p>" + b"word " * 100)
    Path("wide.html").write_bytes("<p>wide".encode("utf-16"))
    done = count(
        *("none.html", ".", "empty.html", "picture.html", "paper.html", "long.html"),
        *("/proc/self/mem", "ftp://localhost/", "http://10.0.0.1/", "wide.html", "garden.html"),
        *("--format", "jsonl"),
        FETCH_MAX_BYTES="200",
    )
    assert done.returncode == 1
    assert done.stderr.decode().splitlines() == [
        "none.html: There is no such file; an address begins with http:// or https://."
        " (file_missing)",
        ".: This is a directory, not a file. (file_is_directory)",
        "empty.html: The file is empty: not a single byte. (empty_page)",
        "picture.html: This is not a page of text, but a PNG image. (not_text)",
        "paper.html: This is not a page of text, but a PDF document. (not_text)",
        "long.html: The file is larger than 200 bytes (FETCH_MAX_BYTES). (too_large)",
        "/proc/self/mem: The file cannot be read: Input/output error. (file_unreadable)",
        "ftp://localhost/: Only http and https addresses can be counted, not ftp:. (url_scheme)",
        "http://10.0.0.1/: This address is not on the public internet. (not_public)",
    ]
    assert [json.loads(line)["source"] for line in done.stdout.splitlines()] == [
        "wide.html",
        "garden.html",
    ]


def test_an_address_is_fetched_and_read_as_its_server_says() -> None:
    page = answer("<p>роза".encode("koi8-r"), content_type="text/plain; charset=koi8-r")
    with Server(sends(page)) as server:
        text = printed(f"{server.origin}/rose", "--format", "jsonl")
        refused = count(f"{server.origin}/rose", APP_SETTINGS="config.ProductionConfig")
    assert json.loads(text)["counts"] == {"p": 1, "роза": 1}
    assert refused.returncode == 1
    assert refused.stderr.endswith(b" (port_not_allowed)\n") or b"not_public" in refused.stderr


def test_a_setting_that_is_wrong_is_named() -> None:
    done = count("garden.html", FETCH_TIMEOUT="soon", DATABASE_URL="no database")
    assert done.returncode == 1
    assert done.stderr.startswith(b"Wrong setting: FETCH_TIMEOUT")


def test_no_stranger_commands_the_terminal() -> None:
    name = "a\x1b[2J\nb.html"
    title = "<title>\x1b]0;owned\x07 \x9b31m \u202eback</title>"
    Path(name).write_text(f"<meta charset=utf-8>{title}<p>word", "utf-8")
    done = count(name, f"no{name}")
    for output in (done.stdout, done.stderr):
        text = output.decode("utf-8")
        assert all(char == "\n" or char.isprintable() for char in text)
    assert len(done.stdout.splitlines()) == 3
    assert len(done.stderr.splitlines()) == 1
    as_json = printed(name, "--format", "json")
    assert "\x9b" not in as_json
    assert json.loads(as_json)[0]["title"].endswith("\u202eback")


@pytest.mark.parametrize(
    "locale", [{"LC_ALL": "C"}, {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}]
)
def test_output_is_utf_8_in_any_locale(locale: dict[str, str]) -> None:
    name = b"na\xefve.html"
    Path(os.fsdecode(name)).write_text("<title>Grün</title><p>木", "utf-8")
    done = subprocess.run(  # Python reads the locale when it starts
        [*COMMAND, name, "--format", "json"],
        capture_output=True,
        env=environ(**locale),
        timeout=SECONDS,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    found = json.loads(done.stdout.decode("utf-8"))[0]
    assert (found["title"], found["counts"]) == ("Grün", {"木": 1})
    assert os.fsencode(found["source"]) == name


def test_all_and_top_exclude_each_other() -> None:
    done = count("garden.html", "--all", "--top", "3")
    assert done.returncode == 2
    assert b"--all and --top exclude each other." in done.stderr


@pytest.mark.parametrize("form", ["table", "json"])
def test_a_reader_who_leaves_ends_it_quietly(form: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [*COMMAND, "garden.html", "garden.html", "--format", form],
            stdout=writing,
            stderr=subprocess.PIPE,
            env=environ(),
            timeout=SECONDS,
            check=False,
        )
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (128 + signal.SIGPIPE, b"")


def test_a_full_disk_is_told() -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [*COMMAND, "garden.html"],
            stdout=full,
            stderr=subprocess.PIPE,
            env=environ(),
            timeout=SECONDS,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr == b"The words cannot be written: No space left on device.\n"


def test_ctrl_c_ends_it_without_a_traceback() -> None:
    os.mkfifo("pipe.html")
    process = subprocess.Popen(
        [*COMMAND, "pipe.html"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environ()
    )
    with open("pipe.html", "wb"):  # opens when the command does, which then waits for bytes
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=SECONDS)
    assert (process.returncode, out, err) == (128 + signal.SIGINT, b"", b"")


# C code that hears no signal, as a parser is: matching this takes longer than the world lasts.
_NEVER_ENDS = """
import os, re, sys, wordcount
from commands import apart
from commands.sources import Page, SourceError, fetch_settings

def count_page(body, content_type=None):
    if body == b"choke":
        os.write(1, b"choking\\n")
        re.match("(a*)*b", "a" * 99)
    return real(body, content_type)

real, wordcount.count_page = wordcount.count_page, count_page
settings = fetch_settings({"JOB_CPU_SECONDS": sys.argv[1]})
try:
    apart.count_apart(Page(b"choke", None), apart.Choice(), settings)
except SourceError as error:
    print(error.code)
print(apart.count_apart(Page(b"<p>next", None), apart.Choice(), settings).ranking)
"""


def choking(limit: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _NEVER_ENDS, str(limit)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=PROJECT,
        env=environ(),
        text=True,
    )


def test_a_page_that_chokes_a_parser_is_given_up_and_the_next_is_counted() -> None:
    with choking(limit=1) as process:
        out, err = process.communicate(timeout=SECONDS)
    assert (out.splitlines(), err) == (
        ["choking", "too_complex", "[Ranked(word='next', times=1)]"],
        "",
    )


def test_ctrl_c_also_ends_a_parser_that_hears_nothing() -> None:
    with choking(limit=30) as process:
        assert process.stdout
        assert process.stdout.readline() == "choking\n"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=SECONDS)  # both ends are shut: the child is gone
    assert "too_complex" not in out
    assert err.rstrip().endswith("KeyboardInterrupt")  # of which the command makes 130


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    """Both ends of a terminal: ours, and that of the command."""
    ours, theirs = pty.openpty()
    yield ours, theirs
    os.close(ours)


def said_to(terminal: tuple[int, int], *sources: str) -> bytes:
    """What a run writes to its standard error, which is a terminal."""
    ours, theirs = terminal
    process = subprocess.Popen(
        [*COMMAND, *sources],
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        env=environ(TERM="xterm", COLUMNS="80"),
    )
    os.close(theirs)
    said = b""
    try:
        while piece := os.read(ours, 1024):
            said += piece
    except OSError:  # Linux's way to say that nobody is left to write to it
        pass
    process.wait(SECONDS)
    return said


def test_progress_with_many_sources_on_a_terminal(terminal: tuple[int, int]) -> None:
    said = said_to(terminal, "garden.html", "none.html", "garden.html")
    assert b"1/3" in said
    assert b"3/3" in said
    assert b"\x1b[Knone.html: There is no such file" in said


def test_no_progress_with_one(terminal: tuple[int, int]) -> None:
    assert said_to(terminal, "garden.html") == b""
