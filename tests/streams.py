"""Server-sent events as a client takes them, and a gunicorn whose places nobody else takes."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import requests

from tests.programs import Program, running
from tests.support import free_port


class Message(NamedTuple):
    """One event of a stream; an id without data is none.

    :ivar name: "" for those that a browser hears as ``message``.
    :ivar last_id: the last id until then.
    """

    name: str
    data: str
    last_id: str


class Stream:
    """A client of a stream; it loses patience if nothing at all comes."""

    def __init__(self, url: str, headers: Mapping[str, str] | None = None) -> None:
        self.answer = requests.get(url, headers=headers, stream=True, timeout=15)
        self.lines = self.answer.iter_lines(chunk_size=1, decode_unicode=True)
        self.last_id = ""

    def messages(self) -> Iterator[Message]:
        """Its events, as browsers read them; comments are left out."""
        name = data = ""
        for line in self.lines:
            field, _, value = line.partition(": ")
            match field:
                case "event":
                    name = value
                case "data":
                    data = value
                case "id":
                    self.last_id = value
                case "":
                    if data:
                        yield Message(name, data, self.last_id)
                    name = data = ""

    def __enter__(self) -> "Stream":
        return self

    def __exit__(self, *_: object) -> None:
        self.answer.close()


class Listener(Stream):
    """Who follows all events."""

    def __init__(self, web: str, query: str = "", last_id: str = "") -> None:
        headers = {"Last-Event-ID": last_id} if last_id else {}
        super().__init__(f"{web}/pubsub{query}", headers)
        self.heard = self.messages()

    def next(self) -> dict[str, Any]:
        """The next event."""
        name, data, last_id = next(self.heard)
        assert name == "", data
        event: dict[str, Any] = json.loads(data)
        assert event["id"] == last_id
        return event

    def numbers(self, how_many: int) -> list[int]:
        """What was told in the next events."""
        return [self.next()["bytes"] for _ in range(how_many)]

    def __enter__(self) -> "Listener":
        return self


def listening(web: str, query: str = "", last_id: str = "") -> Listener:
    """A listener that hears whatever is told from now on."""
    listener = Listener(web, query, last_id)
    assert listener.answer.status_code == 200
    lines = listener.lines
    assert [next(lines), next(lines)] == ["retry: 2000", ""]
    return listener


def fresh(web: str, query: str = "") -> Listener:
    """A new listener; it is told first where it begins."""
    listener = listening(web, query)
    listener.last_id = next(listener.lines).removeprefix("id: ")
    assert next(listener.lines) == ""
    return listener


@contextmanager
def own_web(environ: Mapping[str, str], log: Path) -> Iterator[tuple[Program, str]]:
    """A gunicorn of one process, with places for streams that nobody else takes."""
    settings = {**environ, "PORT": (port := str(free_port())), "WEB_CONCURRENCY": "1"}
    with running(["gunicorn", "app:create_app()"], settings, log) as program:
        program.wait_for_line("Booting worker")
        yield program, f"http://127.0.0.1:{port}"
