"""Each event is one line, whatever strangers have written, and without what is secret."""

import io
import json
import logging
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from structlog.contextvars import bound_contextvars, clear_contextvars

from config import settings_from
from logs import lines
from logs.secrets import Secrets

ENVIRON = {
    "APP_SETTINGS": "config.ProductionConfig",
    "DATABASE_URL": "postgresql://name:p%40ss%22word@db.example/counts",
    "REDIS_URL": "rediss://:redis-password@redis.example:6380/0",
    "SECRET_KEY": "the key of cookies",
    "WEBHOOK_SECRET": "what callbacks are signed with",
    "ADMIN_PASSWORD": "the password of the dashboard",
    "SENTRY_DSN": "https://sentry-public-key@sentry.example/1",
}
#: What would look like a line of ours, move the cursor, or turn the direction of writing.
FORGED = 'A title\n{"level": "error"}\r\x1b[31m\x9b2J\x00\u2028\u202eend'

Lines = Callable[[], list[str]]


@pytest.fixture(params=["json", "readable"])
def form(request: pytest.FixtureRequest) -> str:
    chosen: str = request.param
    return chosen


@pytest.fixture
def log() -> Iterator[logging.Logger]:
    made = logging.getLogger("tests.lines")
    made.propagate = False
    clear_contextvars()  # requests of other tests, in this thread, were about counts
    yield made
    made.handlers.clear()


def written(log: logging.Logger, form: str, say: Callable[[], None]) -> str:
    """What is written of some events."""
    stream = io.StringIO()
    handler = lines._Handler(stream)
    handler.setFormatter(lines.formatter(settings_from({**ENVIRON, "LOG_FORMAT": form})))
    log.handlers[:] = [handler]
    log.setLevel(logging.DEBUG)
    say()
    return stream.getvalue()


def only(text: str) -> dict[str, Any]:
    """The one event that there is."""
    (line,) = text.splitlines()
    event: dict[str, Any] = json.loads(line)
    return event


def test_an_event_is_an_object_with_its_fields(log: logging.Logger) -> None:
    def say() -> None:
        with bound_contextvars(job_key="the key"):
            log.info("%s finished", "the key", extra={"words": 3, "nobody": "asked for it"})

    event = only(written(log, "json", say))
    assert list(event)[:5] == ["time", "level", "logger", "event", "job_key"]
    assert event["time"].endswith("Z")
    assert (event["level"], event["logger"]) == ("info", "tests.lines")
    assert (event["event"], event["job_key"], event["words"]) == (
        "the key finished",
        "the key",
        3,
    )
    assert "nobody" not in event
    assert event["pid"] > 0


def test_a_line_about_no_count_has_no_key(log: logging.Logger) -> None:
    assert "job_key" not in only(written(log, "json", lambda: log.info("ready")))


def test_an_event_can_be_read_by_a_person(log: logging.Logger) -> None:
    said = written(log, "readable", lambda: log.warning("it waits", extra={"host": "a.example"}))
    assert said == "[warning  ] it waits [tests.lines] host=a.example\n"


def test_what_a_sentence_has_is_not_repeated_to_a_person(log: logging.Logger) -> None:
    facts = {"job_key": "the key", "attempt": 1, "host": "b.example"}
    said = written(log, "readable", lambda: log.info("the key is 1 of it", extra=facts))
    assert said == "[info     ] the key is 1 of it [tests.lines] host=b.example attempt=1\n"


def test_nobody_forges_a_line(log: logging.Logger, form: str) -> None:
    def say() -> None:
        log.info("counted %s", FORGED, extra={"host": FORGED})

    said = written(log, form, say)
    assert said.count("\n") == 1
    assert said[:-1].isprintable()
    if form == "json":
        assert only(said)["host"] == FORGED


def test_a_traceback_is_part_of_its_line(log: logging.Logger, form: str) -> None:
    def say() -> None:
        try:
            raise ValueError(FORGED)
        except ValueError:
            log.exception("nobody foresaw this")

    said = written(log, form, say)
    if form == "json":
        event = only(said)
        assert event["exception"].startswith("Traceback")
        assert "in say" in event["exception"]
    else:
        first, *others = said[:-1].split("\n")
        assert first.startswith("[error    ] nobody foresaw this")
        assert all(line.startswith("    ") and line.isprintable() for line in others)


def test_a_line_is_never_longer_than_others_take(log: logging.Logger) -> None:
    def say() -> None:
        try:
            raise ValueError("x" * 100_000)
        except ValueError:
            log.exception("y" * 100_000, extra={"host": "z" * 1000})

    assert len(written(log, "json", say)) < 10_000


@pytest.mark.parametrize("text", ["a b", {"a": 1}, ["a", None]])
def test_any_value_can_be_a_field(log: logging.Logger, form: str, text: object) -> None:
    assert "a" in written(log, form, lambda: log.info("so", extra={"host": text}))


def test_what_cannot_be_written_is_said(log: logging.Logger, form: str) -> None:
    said = written(log, form, lambda: log.info("%d", "no number"))
    assert "cannot be written" in only(said)["event"]


SECRET = [
    'p@ss"word',
    "p%40ss%22word",
    "redis-password",
    "the key of cookies",
    "what callbacks are signed with",
    "the password of the dashboard",
    "sentry-public-key",
]


@pytest.mark.parametrize("secret", SECRET)
def test_no_secret_is_written(log: logging.Logger, form: str, secret: str) -> None:
    def say() -> None:
        log.info("it is %s", secret, extra={"host": f"<{secret}>"})
        try:
            raise ValueError(f"not {secret}, nor {secret!r}", {"as": secret})
        except ValueError:
            log.exception("of %s", secret)
        with bound_contextvars(path=f"/{secret}"):
            log.info("a path")

    said = written(log, form, say)
    assert secret not in said
    assert json.dumps(secret)[1:-1] not in said
    assert "***" in said


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("http://user:word@a.example/b", "http://***@a.example/b"),
        ("see ftp://me@a.example and more", "see ftp://***@a.example and more"),
        ("redis://:a@b@c.example:1/0", "redis://***@c.example:1/0"),
        ("http://a.example/@name", "http://a.example/@name"),
        ("mail me@a.example", "mail me@a.example"),
        ("/admin?token=abc&top=3", "/admin?token=***&top=3"),
        ("Authorization: Bearer abcdefgh", "Authorization: ***"),
        ("{'Authorization': 'Basic YTpi', 'a': 'b'}", "{'Authorization': '***', 'a': 'b'}"),
        ("Cookie: session=abc; other=def\nHost: a", "Cookie: ***\nHost: a"),
        ("with bearer abc.def-ghi, so", "with bearer ***, so"),
        ("no\nDETAIL:  Failing row contains (1, http://a.example/).\nb", "no\nDETAIL: ***\nb"),
        ("the cookies are for authorization", "the cookies are for authorization"),
    ],
)
def test_what_opens_something_is_hidden_anywhere(text: str, shown: str) -> None:
    assert Secrets().hide(text) == shown


@pytest.mark.parametrize(
    "part", ["a", "a.", "://", "://a:b@", "@", "?key=", "cookie", "authorization: ", "bearer "]
)
def test_a_long_text_of_a_stranger_takes_no_time(part: str) -> None:
    """Who asks for a path chooses what is looked through; seen: half a second for 8 KB."""
    begun = time.process_time()
    Secrets("a long secret").hide(part * (30_000 // len(part)) + "@")
    assert time.process_time() - begun < 2


def test_what_is_no_secret_is_left() -> None:
    settings = settings_from(
        {"DATABASE_URL": "postgresql://postgres:abc@h/postgres", "REDIS_URL": "redis://h/0"}
    )
    told = "postgres at h says abc, and redis://h/0 nothing"
    assert Secrets.of(settings).hide(told) == told


def test_what_nobody_caught_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    for error in (ValueError("a defect"), KeyboardInterrupt(), SystemExit(1)):
        lines._log_uncaught(type(error), error, None)
    (record,) = caplog.records
    assert record.levelname == "CRITICAL"
    assert "a defect" in caplog.text
