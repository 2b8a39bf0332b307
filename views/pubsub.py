"""Every event of every count: a stream for programs, and for people a page that shows it.

An idle stream costs a thread and a connection to Redis, and none to the database.
"""

import json
import time
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from flask import Blueprint, Flask, Response, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue

import jobs
from events.event_log import START, Event, Feed
from views.disclosure import held_by_asker, shown
from views.errors import wants_page
from views.live import (
    LONGEST_SECONDS,
    LOOK_SECONDS,
    NOTICE_SECONDS,
    RETRY,
    STILL_HERE,
    Streams,
    streamed,
)


class Row(NamedTuple):
    """An event as the page shows it; `static/pubsub.js` makes the same of those that come later."""

    time: str
    job_key: str
    name: str
    page: str
    facts: str


pubsub = Blueprint("pubsub", __name__)

#: How many of the latest events a page begins with.
LATEST = 100
_RESYNC = (
    "event: resync\n"
    "data: Events may have been missed. Look at the counts that matter to you anew.\n\n"
)


@pubsub.get("/pubsub")
def show() -> ResponseReturnValue:
    """All events as they come; ``?key=``, as often as there are keys, shows more of these counts.

    A client that comes again says in ``Last-Event-ID``, or ``?last_event_id=``, which event it has
    heard last, and hears what has come since.
    """
    held = held_by_asker()
    response = Response(_page(held)) if wants_page() else _stream(held)
    response.headers["Cache-Control"] = "no-store"
    response.vary.add("Accept")
    return response


def _page(held: Mapping[str, str]) -> str:
    events = jobs.events().latest(LATEST)
    return render_template(
        "pubsub.html",
        rows=[_row(_seen(event, held)) for event in reversed(events)],
        after=events[-1]["id"] if events else START,
        stream=url_for("pubsub.show", key=request.args.getlist("key")),
    )


def _stream(held: Mapping[str, str]) -> Response:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    after = request.headers.get("Last-Event-ID") or request.args.get("last_event_id")
    feed = jobs.events().follow(after or None)
    return streamed(lambda: _events(app, feed, held), is_of_all=True)


def _events(app: Flask, feed: Feed, held: Mapping[str, str]) -> Iterator[str]:
    streams: Streams = app.extensions["streams"]
    end = time.monotonic() + LONGEST_SECONDS
    yield f"{RETRY}\n"
    heard, is_first, next_sign = feed.wait(0), True, 0.0
    while True:
        chunk = _RESYNC if heard.has_gap else ""
        with app.app_context():
            chunk += "".join(_message(_seen(event, held)) for event in heard.events)
        if is_first or heard.has_gap:
            chunk += _place(feed)
        now = time.monotonic()
        if chunk or now >= next_sign:
            next_sign = now + LOOK_SECONDS
            yield chunk or STILL_HERE
        if streams.are_ending or now >= end:
            return
        heard, is_first = feed.wait(NOTICE_SECONDS), False


def _seen(event: Event, held: Mapping[str, str]) -> dict[str, Any]:
    return shown(event, held, current_app.config["PUBLIC_KEYS"])


def _row(event: Mapping[str, Any]) -> Row:
    facts = [str(event.get("step", ""))]
    for name in ("words", "bytes"):
        if isinstance(event.get(name), int):  # what strangers add may be anything
            facts.append(f"{event[name]:,} {name}")
    if "code" in event:
        facts.append(str(event["code"]))
    if "ref" in event:
        facts.append(f"ref {event['ref']}")
    return Row(
        time=str(event.get("at", ""))[11:19],
        job_key=event.get("job_key", ""),
        name=event.get("count", ""),
        page=str(event.get("url") or event.get("host", "")),
        facts=", ".join(facts),
    )


def _message(event: dict[str, Any]) -> str:
    return f"id: {event['id']}\ndata: {json.dumps(event)}\n\n"


def _place(feed: Feed) -> str:
    """Where to go on from. An id without data is no event, but clients keep it."""
    return f"id: {feed.position}\n\n" if feed.position else ""
