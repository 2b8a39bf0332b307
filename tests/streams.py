"""Server-sent events as a client takes them, and a gunicorn whose places nobody else takes."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

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
        self._lines = self.answer.iter_lines(chunk_size=1, decode_unicode=True)
        self.last_id = ""

    def messages(self) -> Iterator[Message]:
        """Its events, as browsers read them; comments are left out."""
        name = data = ""
        for line in self._lines:
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


@contextmanager
def own_web(environ: Mapping[str, str], log: Path) -> Iterator[tuple[Program, str]]:
    """A gunicorn of one process, with places for streams that nobody else takes."""
    settings = {**environ, "PORT": (port := str(free_port())), "WEB_CONCURRENCY": "1"}
    with running(["gunicorn", "app:create_app()"], settings, log) as program:
        program.wait_for_line("Booting worker")
        yield program, f"http://127.0.0.1:{port}"
