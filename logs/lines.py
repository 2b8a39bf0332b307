"""How programs log: each event is one line, JSON for programs that read it, or readable.

All that goes through :mod:`logging` comes out so: our own events, and those of libraries. Modules
know nothing of it but their own logger; they add fields by ``extra``, and name the count that they
are about for all lines of a thread by `structlog.contextvars`.
"""

import logging
import os
import re
import sys
import threading
from contextlib import suppress
from dataclasses import replace
from json import JSONEncoder
from types import TracebackType
from typing import Any, NoReturn

from structlog import contextvars, stdlib
from structlog.dev import ConsoleRenderer
from structlog.processors import JSONRenderer, TimeStamper, format_exc_info
from structlog.typing import EventDict, Processor, WrappedLogger

from config import Config
from logs.secrets import Secrets

#: What a line may have besides what all lines have: see docs/LOGS.md.
FIELDS = (
    "job_key",
    "door",
    "host",
    "outcome",
    "code",
    "seconds",
    "fetch_seconds",
    "count_seconds",
    "words",
    "attempt",
    "method",
    "path",
    "status",
    "bytes",
    "client",
    "exception",
)
#: The longest text in a line, in characters; of a traceback the end is kept. Heroku cuts lines at
#: 10,000 bytes, and half an object is no JSON.
_LONGEST = 2_000
_LONGEST_TRACE = 5_000
#: What moves the cursor, ends a line, or turns the direction of writing: nobody but us may.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]")
#: In the order of each line; other fields follow.
_FIRST = ("time", "level", "logger", "event", "job_key")
#: What only we write, or what was read as a key before: there is nothing to hide.
_OURS = {"level", "logger", "process", "job_key", "door", "outcome", "code", "method"}
#: Whose details may be shown; those of libraries have texts and URLs of pages in them.
_OWN = (
    *("app", "callbacks", "commands", "events", "fetch", "inbox", "jobs", "logs", "storage"),
    *("submissions", "transport", "views", "wordcount", "worker", "workers"),
)
_MINE = "_handler_of_logs"
_ENCODER = JSONEncoder(default=str)  # to make one for each line takes longer than the line

logger = logging.getLogger(__name__)


def begin(settings: Config) -> None:
    """Let this process, and those that it forks, log as its settings say."""
    handler = _Handler(sys.stderr)
    setattr(handler, _MINE, settings.LOG_FORMAT)
    handler.setLevel(settings.LOG_LEVEL)  # also of libraries that set a level of their own
    handler.setFormatter(formatter(settings, colours=_has_colours()))
    root = logging.getLogger()
    for before in [one for one in root.handlers if hasattr(one, _MINE)]:
        root.removeHandler(before)
    root.addHandler(handler)
    if settings.LOG_LEVEL == "DEBUG":
        root.setLevel(logging.INFO)
        for name in _OWN:
            logging.getLogger(name).setLevel(logging.DEBUG)
    else:
        root.setLevel(settings.LOG_LEVEL)
    # It would warn of headers that make no sense, and name the URL.
    logging.getLogger("urllib3").setLevel(logging.ERROR)
    logging.captureWarnings(True)
    sys.excepthook = _log_uncaught
    threading.excepthook = lambda end: _log_uncaught(end.exc_type, end.exc_value, end.exc_traceback)
    sys.unraisablehook = lambda end: _log_uncaught(end.exc_type, end.exc_value, end.exc_traceback)


def begin_in_terminal(settings: Config) -> None:
    """The same for a command, which answers a person by other means than a log, if one reads it."""
    if settings.LOG_FORMAT == "readable" and settings.LOG_LEVEL == "INFO":
        settings = replace(settings, LOG_LEVEL="WARNING")
    begin(settings)


def formatter(settings: Config, *, colours: bool = False) -> logging.Formatter:
    """What makes a line of a record."""
    secrets = Secrets.of(settings)

    def hide(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
        return {name: _hidden(secrets, name, value) for name, value in event.items()}

    common: list[Processor] = [
        contextvars.merge_contextvars,
        stdlib.add_log_level,
        stdlib.add_logger_name,
        stdlib.ExtraAdder(allow=FIELDS),
        format_exc_info,
    ]
    last: list[Processor] = [hide]
    if settings.LOG_FORMAT == "json":
        last += [TimeStamper(fmt="iso", key="time"), _add_process, _in_order]
        last += [JSONRenderer(lambda event, **_options: _ENCODER.encode(event))]
    else:
        last += [_printable, ConsoleRenderer(colors=colours, pad_event_to=0, sort_keys=False)]
    return stdlib.ProcessorFormatter(
        foreign_pre_chain=common, processors=[_take_record, *last], keep_exc_info=False
    )


def answer(sentence: str) -> None:
    """Say what came of a command: to a person on the terminal, and else in a line of the log."""
    if _is_json():
        logger.info("%s", sentence)
    else:
        print(sentence)


def fail(sentence: str) -> NoReturn:
    """Say in the same way why a program ends, and end it."""
    if _is_json():
        logger.critical("%s", sentence)
        sys.exit(1)
    sys.exit(sentence)


def _is_json() -> bool:
    return any(getattr(one, _MINE, "") == "json" for one in logging.getLogger().handlers)


class _Handler(logging.StreamHandler[Any]):
    """Writes each line at once, by one call, so that those of several processes are not mixed."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 -- of logging
        """Say in a line that another one is missing; logging would write a page."""
        with suppress(OSError, ValueError):  # nobody reads it any more
            where = f"{record.name}:{record.lineno}"
            said = '{"level": "error", "logger": "logs", "event": "a line of %s cannot be written"}'
            self.stream.write(said % where.translate({34: None, 92: None}) + self.terminator)
            self.stream.flush()


def _take_record(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    record = event.pop("_record")
    del event["_from_structlog"]
    event["process"] = record.processName
    return event


def _add_process(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    event["pid"] = os.getpid()
    return event


def _hidden(secrets: Secrets, name: str, value: Any) -> Any:
    if name in _OURS or value is None or isinstance(value, bool | int | float):
        return value
    text = secrets.hide(str(value))
    if name == "exception":
        return text[-_LONGEST_TRACE:]
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def _in_order(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    first = {name: event.pop(name) for name in _FIRST if name in event}
    return {**first, **event}


def _printable(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """Nothing that strangers have written looks like a line of ours, or moves the cursor."""
    if event.get("process") == "MainProcess":
        del event["process"]
    for name, value in [*event.items()]:
        if name == "exception":
            lines = str(value).split("\n")
            event[name] = "\n".join(f"    {_escaped(line)}" for line in lines)
        elif isinstance(value, str):
            event[name] = _escaped(value)
            if name in FIELDS and event[name] in event["event"]:  # no person wants it twice
                del event[name]
    return event


def _escaped(text: str) -> str:
    return _CONTROLS.sub(lambda found: repr(found[0])[1:-1], text)


def _has_colours() -> bool:
    # https://no-color.org, https://force-color.org
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or sys.stderr.isatty()


def _log_uncaught(
    kind: type[BaseException], error: BaseException | None, place: TracebackType | None
) -> None:
    if error is None or issubclass(kind, KeyboardInterrupt | SystemExit):
        return
    logger.critical("nobody foresaw this", exc_info=(kind, error, place))
