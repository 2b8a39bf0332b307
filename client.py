"""Ask a Wordcount server for the words of pages. To be copied: it needs `requests` and no more.

    from client import Wordcount, WordcountError

    try:
        for word, times in Wordcount("http://127.0.0.1:5000").count("https://example.com/"):
            print(times, word)
    except WordcountError as error:
        print(error.code, error.detail)

In a shell, `python client.py URL [SERVER]` prints them as a table. Python 3.11 or later.
"""

import json
import re
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any, TypeVar
from urllib.parse import quote

import requests

SERVER = "http://127.0.0.1:5000"
#: The first pause between two tries of a request, in seconds, and the longest; each is twice as
#: long as the one before, unless the server names a longer one.
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 5.0
#: How long a stream of events may be silent, in seconds; the server says something every 2.
SILENCE = 15.0
PENDING = {"queued", "running"}
Kind = TypeVar("Kind")


class WordcountError(Exception):
    """A page was not counted, or the server did not answer as it should.

    :ivar code: stable, for programs; docs/ERRORS.md of Wordcount lists them.
    :ivar detail: a sentence for people.
    :ivar status: the HTTP status of the answer, if there was one.
    """

    def __init__(self, code: str, detail: str, status: int | None = None) -> None:
        super().__init__(f"{detail} ({code})")
        self.code, self.detail, self.status = code, detail, status


class Wordcount:
    """A server, for one thread. All methods raise :class:`WordcountError`.

    :param patience: for how many seconds a request is tried again, while nobody answers or the
        server asks to come back later.
    :param timeout: how long one answer may keep silent, in seconds.
    :param on_pause: is called with the seconds of each pause before another try.
    :raises ValueError: if `server` is no address.
    """

    def __init__(
        self,
        server: str = SERVER,
        patience: float = 90,
        timeout: float = 30,
        on_pause: Callable[[float], object] = lambda seconds: None,
    ) -> None:
        if not re.fullmatch(r"https?://[^/?#\s]+[^?#\s]*", server, re.IGNORECASE):
            raise ValueError("The address of a server begins with http:// or https://.")
        self.server, self.patience, self.timeout = server.rstrip("/"), patience, timeout
        self._on_pause = on_pause
        self._session = requests.Session()

    def start(
        self,
        url: str,
        *,
        fresh: bool = False,
        callback_url: str | None = None,
        callback_secret: str | None = None,
        idempotency_key: str | None = None,
    ) -> str:
        """Submit a page; returns the key of its count.

        :param fresh: count again what was counted a moment ago.
        :param callback_url: where to POST the outcome, signed with `callback_secret`.
        :param idempotency_key: who sends it again gets the same count. Otherwise one is made here,
            so that a request that is tried again never counts twice.
        """
        body = {"url": url, "fresh": fresh}
        body |= {"callback_url": callback_url} if callback_url else {}
        body |= {"callback_secret": callback_secret} if callback_secret else {}
        headers = {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}
        answer = self._ask("POST", "/start", json=body, headers=headers)
        if answer.status_code == 200 and re.fullmatch(r"[0-9a-f-]{36}", answer.text):
            return answer.text
        raise _error(answer)

    def standing(self, key: str) -> dict[str, Any]:
        """How far a count is: `status` is queued, running, finished or failed.

        While it is pending, `fraction` and `message` are for a bar, and `retry_after` says in how
        many seconds to ask again; if it failed, `code` and `detail` say why.
        """
        answer = self._ask("GET", f"/results/{quote(key, '')}", params={"top": 1})
        match answer.status_code, _json(answer):
            case 200, list():
                return {"status": "finished"}
            case 202, {"status": "queued" | "running"} as told:
                return {**told, "retry_after": _retry_after(answer)}
            case 422, {"code": str(), "detail": str()} as told:
                return {**told, "status": "failed"}
        raise _error(answer)

    def wait(
        self,
        key: str,
        on_progress: Callable[[dict[str, Any]], object] = lambda standing: None,
        patience: float = 3600,
    ) -> None:
        """Wait until a count is finished.

        :param on_progress: is called with each :meth:`standing` on the way.
        :raises WordcountError: also if it failed, or is `not_finished` after so many seconds; it
            goes on then, and can be waited for again.
        """
        end = time.monotonic() + patience
        streams = True
        while True:
            told = None
            for told in self._events(key, end) if streams else ():
                on_progress(told)
            streams = told is not None  # where none is to be had, asking now and then will do
            told = self.standing(key)
            if told["status"] == "finished":
                return
            if told["status"] == "failed":
                raise WordcountError(told["code"], told["detail"], 422)
            left = end - time.monotonic()
            if left <= 0:
                detail = f"The count {key} is not finished after {patience:g} seconds."
                raise WordcountError("not_finished", detail, 202)
            on_progress(told)
            time.sleep(min(told["retry_after"], left))

    def words(self, key: str, top: int | str = 10, **choices: str) -> list[tuple[str, int]]:
        """The words of a finished count, most frequent first.

        :param top: how many, or "all".
        :param choices: stopwords="keep", case="keep", forms="together", of="main".
        """
        rows = self._get(f"/results/{quote(key, '')}", list, params={"top": top, **choices})
        try:
            return [(str(word), int(times)) for word, times in rows]
        except (TypeError, ValueError):
            raise WordcountError("server_unexpected", "These are no words and counts.") from None

    def facts(self, key: str) -> dict[str, Any]:
        """All that is known of a finished count: title, language, totals and more; in `words` every
        word as it is written, with its `count` and whether it is a `stop_word`.
        """
        return self._get(f"/counts/{quote(key, '')}.json", dict, params={"case": "keep"})

    def count(self, url: str, top: int | str = 10, **choices: str) -> list[tuple[str, int]]:
        """The words of a page: submit it, wait, and ask for them as :meth:`words` does."""
        key = self.start(url)
        self.wait(key)
        return self.words(key, top, **choices)

    def version(self) -> str:
        """The version of the server. If nothing answers, it is not asked again."""
        answer = self._ask("GET", "/", again=False, headers={"Accept": "application/json"})
        match _json(answer):
            case {"name": "Wordcount", "version": str(version)}:
                return version
        # The first releases had nothing but a page there.
        if _error(self._ask("GET", "/results/0")).code == "unknown_key":
            raise WordcountError("server_too_old", "This Wordcount does not tell its version.")
        raise _error(answer)

    def _events(self, key: str, end: float) -> Iterator[dict[str, Any]]:
        """What the server tells of a count while it is pending, until `end`.

        Whatever breaks it off shows when the server is asked for the outcome.
        """
        address = f"{self.server}/counts/{quote(key, '')}/events"
        silence = min(SILENCE, max(0.1, end - time.monotonic()))
        try:
            with self._session.get(address, stream=True, timeout=silence) as stream:
                for line in stream.iter_lines(chunk_size=1):  # each as soon as it is there
                    if line.startswith(b"data: ") and stream.status_code == 200:
                        told = json.loads(line[6:])
                        if told["status"] not in PENDING:
                            return
                        yield told
                    if time.monotonic() > end:
                        return
        except (requests.RequestException, ValueError, TypeError, LookupError, RecursionError):
            return

    def _get(self, path: str, kind: type[Kind], **more: Any) -> Kind:
        answer = self._ask("GET", path, **more)
        told = _json(answer)
        if answer.status_code == 202:
            raise WordcountError("not_finished", "This count is not finished yet.", 202)
        if answer.status_code != 200 or not isinstance(told, kind):
            raise _error(answer)
        return told

    def _ask(self, method: str, path: str, *, again: bool = True, **more: Any) -> requests.Response:
        """The answer to a request, which is tried again if need be."""
        more |= {"timeout": self.timeout, "allow_redirects": False}
        end = time.monotonic() + self.patience
        pause = FIRST_PAUSE
        while True:
            answer, wait = None, pause
            try:
                answer = self._session.request(method, self.server + path, **more)
            except (requests.RequestException, ValueError) as error:  # the latter for odd hosts
                failure = WordcountError(
                    "server_unreachable", f"Nothing answers: {_reason(error)}."
                )
                failure.__cause__ = error
            else:
                if answer.status_code not in {429, 503}:
                    return answer
                wait = max(pause, _retry_after(answer))
            if not again or time.monotonic() + wait > end:
                break
            self._on_pause(wait)
            time.sleep(wait)
            pause = min(2 * pause, LONGEST_PAUSE)
        if answer is None:
            raise failure
        return answer


def _json(answer: requests.Response) -> Any:
    try:
        return answer.json()
    except (ValueError, RecursionError):  # the latter for [[[[[...
        return None


def _error(answer: requests.Response) -> WordcountError:
    """What is wrong, as application/problem+json says it."""
    match _json(answer):
        case {"code": str(code), "detail": str(detail)} if answer.status_code >= 400:
            return WordcountError(code, detail, answer.status_code)
    detail = f"This is not the answer of a Wordcount (status {answer.status_code})."
    return WordcountError("server_unexpected", detail, answer.status_code)


def _retry_after(answer: requests.Response) -> float:
    """How many seconds the server asks to wait: 1 unless it says so in seconds."""
    value = answer.headers.get("Retry-After", "")
    return float(value) if re.fullmatch(r"[0-9]{1,6}", value) else 1.0


def _reason(error: BaseException | None) -> str:
    """What the system says at the bottom of an error of requests."""
    while error:
        match error:
            case requests.Timeout():
                return "it takes too long"
            case OSError(strerror=str(reason)):
                return reason
            case ValueError() | OverflowError():
                return "the address is wrong"
        error = error.__context__
    return "no HTTP"


def _printable(text: str) -> str:
    """A server's text without what a terminal obeys."""
    return "".join(char if char.isprintable() else "?" for char in text)


if __name__ == "__main__":
    if len(sys.argv) not in {2, 3}:
        sys.exit("usage: python client.py URL [SERVER]")
    try:
        for word, times in Wordcount((sys.argv[2:] or [SERVER])[0]).count(sys.argv[1]):
            print(f"{times:>6}  {_printable(word)}")
    except (WordcountError, ValueError) as error:
        sys.exit(_printable(str(error)))
    except KeyboardInterrupt:
        sys.exit(130)
