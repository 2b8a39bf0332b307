"""How far a count is, told as it happens: server-sent events.

Postgres is the truth. It is looked at when something is told on the channel of events, and every
two seconds in any case: the place in the queue changes without a word, and words get lost.
"""

import socket
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any

from flask import Blueprint, Flask, Response, current_app, request
from flask.typing import ResponseReturnValue

import jobs
from events.channel import Listener
from models import Result, Status
from storage.faults import DATABASE_AWAY, reason
from views.errors import Problem, unknown_count
from views.places import Places
from views.standing import pending_document

live = Blueprint("live", __name__)

#: How many streams one process may have, of one count or of all. Each keeps a thread and a
#: connection to Redis for as long as it lasts; these are half of gunicorn's threads, and the others
#: answer all that is short.
MAX_STREAMS = 16
#: How many of these may be of all counts: some remain for those who wait for one.
MAX_OF_ALL = 12
#: How long at most until the next look, in seconds. Each look sends something, if only a comment:
#: that a client has gone shows when it is written to.
LOOK_SECONDS = 2.0
#: How long until a stream sees that the process is to end, in seconds.
NOTICE_SECONDS = 0.5
#: How long a stream may be, in seconds; the client comes again by itself.
LONGEST_SECONDS = 300.0
#: How long a client may take to read what it is sent at once, in seconds. Who does not read would
#: keep a place for ever, for a stream that waits to write sees neither its own end nor gunicorn's.
LONGEST_WRITE = 10.0

#: What every stream begins with: when to come again, in milliseconds.
RETRY = "retry: 2000\n"
STILL_HERE = ": still here\n\n"
_HEADERS = {
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # nginx would collect the events before it passes them on
}


class Streams:
    """The streams of one process: how many there may be, and when they must end."""

    def __init__(self) -> None:
        self.places = Places(MAX_STREAMS, _too_many_streams)
        self.places_of_all = Places(MAX_OF_ALL, _too_many_streams)
        self._is_ending: Callable[[], bool] = lambda: False

    def end_when(self, is_ending: Callable[[], bool]) -> None:
        """Say how to see that the process is to end; a server that does not say so just ends."""
        self._is_ending = is_ending

    @property
    def are_ending(self) -> bool:
        """Whether no stream may go on."""
        return self._is_ending()


def _too_many_streams() -> Problem:
    return Problem(
        503,
        "too_many_streams",
        "Too many follow events just now. Come back in a moment, or ask for results instead.",
        headers={"Retry-After": "10"},
    )


def allow_streams(app: Flask) -> None:
    """Give an application its places for streams."""
    app.register_blueprint(live)
    app.extensions["streams"] = Streams()


def streamed(make: Callable[[], Iterator[str]], *, is_of_all: bool = False) -> Response:
    """A stream as an answer, which holds a place as long as it lasts.

    :param is_of_all: whether it is of all counts.
    :raises views.errors.Problem: if there is none.
    """
    if request.method == "HEAD":  # whose answer has no body, and so none that could end
        return _response([])
    streams: Streams = current_app.extensions["streams"]

    def serve() -> Response:
        return streams.places.serve(lambda: _response(_for_readers(make())))

    return streams.places_of_all.serve(serve) if is_of_all else serve()


def _for_readers(events: Iterator[str]) -> Iterator[str]:
    """A stream that ends when its client does not read.

    Only gunicorn says on which socket it writes, and sets that back before the next request.
    """
    connection: socket.socket | None = request.environ.get("gunicorn.socket")
    return _broken_off(events, connection) if connection else events


def _broken_off(events: Iterator[str], connection: socket.socket) -> Iterator[str]:
    connection.settimeout(LONGEST_WRITE)
    try:
        yield from events
    except GeneratorExit:  # it could not be written, in time or at all
        # Gunicorn would wait for two seconds for the client to hang up, and serve nobody meanwhile.
        with suppress(OSError):  # the client has done so
            connection.shutdown(socket.SHUT_RDWR)
        raise


def _response(events: Iterable[str]) -> Response:
    return Response(events, mimetype="text/event-stream", headers=_HEADERS)


@live.get("/counts/<job_key>/events")
def count_events(job_key: str) -> ResponseReturnValue:
    """The standing of a count, now and whenever it changes, until there is an outcome."""
    if Result.by_key(job_key) is None:
        raise unknown_count()
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    environ = request.environ
    return streamed(lambda: _stream(app, environ, job_key))


def _stream(app: Flask, environ: dict[str, Any], job_key: str) -> Iterator[str]:
    yield f"{RETRY}\n"
    end = time.monotonic() + LONGEST_SECONDS
    streams: Streams = app.extensions["streams"]
    said = None
    with app.app_context():
        listener = jobs.events().listen(job_key)
    with listener:
        while time.monotonic() < end and not streams.are_ending:
            event, is_last = _look(app, environ, job_key)
            yield event if event != said else STILL_HERE
            if is_last:
                return
            said = event
            _wait(listener, streams)


def _wait(listener: Listener, streams: Streams) -> None:
    """Until something is told, or it is time for another look, or for the end."""
    look = time.monotonic() + LOOK_SECONDS
    while time.monotonic() < look and not streams.are_ending:
        if listener.wait(NOTICE_SECONDS):
            return


def _look(app: Flask, environ: dict[str, Any], job_key: str) -> tuple[str, bool]:
    """What there is to say, and whether it is the last of it.

    A look is a request of its own: when it is over, the connection to the database is given back.
    """
    with app.request_context(environ):
        try:
            result = Result.by_key(job_key)
            if result is None:  # removed meanwhile: who comes again is told so
                return STILL_HERE, True
            if Status(result.status).is_pending:
                return _event("standing", pending_document(result)), False
            return _event("done", {"status": result.status}), True
        except DATABASE_AWAY as error:
            app.logger.error("a stream ends, the database cannot be reached: %s", reason(error))
            return STILL_HERE, True


def _event(name: str, data: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {current_app.json.dumps(data)}\n\n"
