"""``manage.py listen pubsub``: every event of every count, as it is told."""

import json
import sys
from collections.abc import Callable, Iterator
from datetime import datetime

import click
from flask import current_app
from flask.cli import with_appcontext

from commands.formats import printable
from commands.terminal import INTERRUPTED, end_for_broken_pipe, print_line_by_line, say
from events.channel import Events
from events.event_log import Event

#: How long to wait at once, in seconds; Ctrl-C is heard in between.
_AT_ONCE = 1.0


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each event.")
@with_appcontext
def pubsub(as_json: bool) -> None:
    """Print each step of each count, in one line, until Ctrl-C.

    While Redis is away, nothing is printed; what was told meanwhile may be missing then, which is
    said on standard error.
    """
    print_line_by_line()
    line: Callable[[Event], str] = _json if as_json else line_of
    channel: Events = current_app.extensions["events"]
    try:
        for event in _heard(channel):
            click.echo(line(event))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        end_for_broken_pipe()


def _heard(channel: Events) -> Iterator[Event]:
    """Events, for ever; what else there is to say goes to standard error."""
    feed = channel.follow()
    was_away = False
    heard = feed.wait(0)
    say("Listening to all events; Ctrl-C ends it.\n")
    while True:
        if heard.is_away and not was_away:
            say("Redis cannot be reached. Waiting for it.\n")
        if was_away and not heard.is_away:
            say("Redis is back.\n")
        if heard.has_gap:
            say("Events may have been missed.\n")
        was_away = heard.is_away
        yield from heard.events
        heard = feed.wait(_AT_ONCE)


def _json(event: Event) -> str:
    return json.dumps(event).replace("\x7f", "\\u007f")  # JSON lets it stand, terminals obey it


def line_of(event: Event) -> str:
    """For people: when, what, which count, which site, and the figures."""
    parts = [_time(event), f"{_text(event, 'step'):<9}", _text(event, "job_key")]
    parts += [_text(event, name) for name in ("host", "code") if name in event]
    parts += [f"{_text(event, name)} {name}" for name in ("words", "bytes") if name in event]
    parts += [f"ref {_text(event, 'ref')}"] if "ref" in event else []
    return "  ".join(part for part in parts if part.strip())


def _text(event: Event, name: str) -> str:
    return printable(str(event.get(name, "")))


def _time(event: Event) -> str:
    """On the clock of whoever reads it."""
    try:
        return f"{datetime.fromisoformat(str(event.get('at'))).astimezone():%H:%M:%S}"
    except (ValueError, OverflowError):  # anybody may add events
        return "--:--:--"
