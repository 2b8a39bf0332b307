"""``manage.py listen prodcons``: a consumer of the inbox, in a terminal."""

import signal
import sys
import time
from collections.abc import Iterator
from types import FrameType

import click
from flask import current_app
from flask.cli import with_appcontext

from commands.formats import printable
from commands.listen_pubsub import line_of
from commands.terminal import (
    INTERRUPTED,
    TERMINATED,
    end_for_broken_pipe,
    print_line_by_line,
    say,
)
from events.channel import Events
from events.event_log import Event, Heard
from inbox.reader import PAUSE, Reader, is_news
from workers.supervisor import STOP_SIGNALS

#: What becomes of an item.
_OUTCOMES = {"accepted", "rejected"}


class _Order:
    """The order to stop, once it is given by a signal; a second one ends the process.

    :ivar given: the signal, when it has come.
    """

    given: int | None = None

    def __init__(self) -> None:
        for number in STOP_SIGNALS:
            signal.signal(number, self._give)

    def _give(self, number: int, _frame: FrameType | None) -> None:
        # Nothing is raised: it could come when an item is submitted, and not yet finished.
        self.given = number
        signal.signal(number, signal.SIG_DFL)


@click.command()
@click.option("--watch", is_flag=True, help="Take nothing; only show what others take.")
@with_appcontext
def prodcons(watch: bool) -> None:
    """Take items from the inbox, beside the workers, until Ctrl-C.

    Prints a line for each item that anybody takes or rejects. What is at hand when it is told to
    stop is finished, or left to others.
    """
    print_line_by_line()
    order = _Order()
    reader = None if watch else Reader()
    try:
        for event in _outcomes(reader, order):
            click.echo(line_of(event))
    except BrokenPipeError:
        end_for_broken_pipe()
    finally:
        if reader:
            reader.leave()
    sys.exit(INTERRUPTED if order.given == signal.SIGINT else TERMINATED)


def _outcomes(reader: Reader | None, order: _Order) -> Iterator[Event]:
    """What becomes of items, until it is time to stop; the rest goes to standard error."""
    channel: Events = current_app.extensions["events"]
    feed = channel.follow()
    heard = feed.wait(0)
    taking = "Listening to" if reader is None else "Taking items from, and listening to,"
    say(f"{taking} the inbox; Ctrl-C ends it.\n")
    trouble = ""
    while order.given is None:
        before, trouble = trouble, _trouble(reader, heard)
        if is_news(trouble, before):
            say(f"{printable(trouble) or 'The inbox is read again.'}\n")
        if trouble:
            time.sleep(PAUSE)
        heard = feed.wait(0 if reader or trouble else PAUSE)
        if heard.has_gap:
            say("Events may have been missed.\n")
        yield from (event for event in heard.events if event.get("step") in _OUTCOMES)


def _trouble(reader: Reader | None, heard: Heard) -> str:
    """Take an item, if that is wanted; what keeps us from it, or from hearing of others."""
    if reader:
        trouble = reader.look()
        return f"{trouble[:1].upper()}{trouble[1:]}"
    return "Redis cannot be reached. Waiting for it." if heard.is_away else ""
