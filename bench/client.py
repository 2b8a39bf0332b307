"""A program that has pages counted, by what both shapes understand."""

import http.client
import json
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self

from bench.bars import NotMeasuredError
from bench.known import small

#: Beyond this something is wrong, in seconds.
_PATIENCE = 60
#: How many submit at the same time.
CLIENTS = 4


class Client:
    """Keeps its connection, where the server does."""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self._connection = http.client.HTTPConnection(host, port, timeout=_PATIENCE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def submit(self, url: str) -> str:
        """The key of a new count."""
        body = json.dumps({"url": url})
        status, answer = self._ask("POST", "/start", body)
        if status != 200:
            raise NotMeasuredError(f"POST /start: {status} {answer.decode(errors='replace')}")
        return answer.decode()

    def result(self, key: str, query: str = "") -> list[tuple[str, int]] | None:
        """The rows of a count; None if it is not done."""
        status, answer = self._ask("GET", f"/results/{key}{query}")
        if status == 202:
            return None
        if status != 200:
            raise NotMeasuredError(f"GET /results: {status} {answer.decode(errors='replace')}")
        rows: list[Any] = json.loads(answer)
        return [(word, times) for word, times in rows]

    def all_words(self, key: str) -> dict[str, int]:
        """Every word of a finished count, as it is written; only ours can be asked for them."""
        return dict(self.result(key, "?top=all&stopwords=keep&case=keep") or ())

    def wait_for(self, key: str, every: float) -> list[tuple[str, int]]:
        """The rows of a count as soon as it is done, asked for every so many seconds."""
        asked_at = time.monotonic()
        give_up = asked_at + _PATIENCE
        while asked_at < give_up:
            rows = self.result(key)
            if rows is not None:
                return rows
            # By the clock, whatever the answer took; at once, if that was longer.
            asked_at = max(asked_at + every, time.monotonic())
            time.sleep(max(0, asked_at - time.monotonic()))
        raise NotMeasuredError(f"no result within {_PATIENCE} s")

    def status(self, path: str) -> int:
        """The status of an answer, which is read to its end."""
        return self._ask("GET", path)[0]

    def _ask(self, method: str, path: str, body: str | None = None) -> tuple[int, bytes]:
        headers = {"Content-Type": "application/json"} if body else {}
        try:
            self._connection.request(method, path, body, headers)
            response = self._connection.getresponse()
            return response.status, response.read()
        except (OSError, http.client.HTTPException) as error:
            raise NotMeasuredError(f"{method} {path}: {error!r}") from error


def submit_urls(connect: Callable[[], Client], urls: Mapping[int, str]) -> dict[int, str]:
    """Submit pages from several clients at once: the keys of the counts, by the pages' numbers."""
    waiting = iter(urls.items())

    def submit_some() -> dict[int, str]:
        with connect() as client:
            return {number: client.submit(url) for number, url in waiting}

    keys: dict[int, str] = {}
    with ThreadPoolExecutor(CLIENTS) as pool:
        for done in [pool.submit(submit_some) for _ in range(CLIENTS)]:
            keys |= done.result()
    return keys


def exact(connect: Callable[[], Client], keys: Mapping[int, str]) -> int:
    """How many of these counts have every word of their small page as often as it is there."""
    with connect() as client:
        return sum(client.all_words(key) == small(number)[1] for number, key in keys.items())
