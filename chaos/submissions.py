"""The people who submit pages: they try again until they have an answer."""

import random
import re
import time
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import requests

from chaos.clock import Clock
from chaos.pages import Page

#: How long they wait for a connection, and for the answer, in seconds.
_TIMEOUT = (2, 15)
#: And before they try again.
_PAUSE = (0.3, 1.5)
#: So many use the form, the others are programs.
_BY_FORM = 0.3
_TOKEN = re.compile(r'name="csrf_token"[^>]* value="([^"]+)"')


class RefusedError(Exception):
    """There was no answer, or not the one that accepts; the message says what came instead."""


@dataclass
class Submission:
    """One page that somebody wants to have counted."""

    page: Page
    url: str
    #: When, in seconds from the start.
    at: float = 0.0
    by_form: bool = False
    #: The key that was given out, and when, by the system's clock.
    key: str | None = None
    accepted_at: float = 0.0
    #: What came before that.
    refusals: Counter[str] = field(default_factory=Counter)

    def try_until_accepted(self, address: str, clock: Clock, give_up: float) -> None:
        """Submit the page to the service at an address, again and again if need be.

        :param give_up: when to try no longer, in seconds from the start.
        """
        chance = random.Random(self.url)  # noqa: S311 -- nothing is kept secret by it
        while clock.now < give_up:
            try:
                key = (_by_form if self.by_form else _by_program)(address, self.url)
            except RefusedError as refusal:
                self.refusals[str(refusal)] += 1
                clock.wait(chance.uniform(*_PAUSE))
            else:
                self.key, self.accepted_at = key, time.time()
                return


def plan(pages: Sequence[Page], site: str, seed: int, seconds: float) -> list[Submission]:
    """Submissions of these pages, spread over so many seconds."""
    chance = random.Random(f"submissions {seed}")  # noqa: S311 -- nothing is kept secret by it
    return [
        Submission(
            page,
            site + page.path,
            at=chance.uniform(0, seconds),
            by_form=chance.random() < _BY_FORM,
        )
        for page in pages
    ]


def _by_program(address: str, url: str) -> str:
    with _Client() as client:
        answer = client.ask("POST", f"{address}/start", json={"url": url})
        return _key(answer, 200, answer.text)


def _by_form(address: str, url: str) -> str:
    with _Client() as client:
        form = client.ask("GET", f"{address}/")
        token = _TOKEN.search(form.text)
        if form.status_code != 200 or token is None:
            raise RefusedError(f"GET / {form.status_code}")
        fields = {"url": url, "csrf_token": token[1]}
        answer = client.ask("POST", f"{address}/", data=fields, allow_redirects=False)
        return _key(answer, 303, answer.headers.get("Location", "").rpartition("/")[2])


class _Client(requests.Session):
    def ask(self, method: str, url: str, **how: object) -> requests.Response:
        """:raises RefusedError: there is no answer, or only part of one."""
        self.trust_env = False  # no proxies: everything is on this machine
        try:
            return self.request(method, url, timeout=_TIMEOUT, **how)  # type: ignore[arg-type]
        except requests.RequestException:
            raise RefusedError("no answer") from None


def _key(answer: requests.Response, status: int, key: str) -> str:
    if answer.status_code != status:
        raise RefusedError(str(answer.status_code))
    try:
        return str(uuid.UUID(key))
    except ValueError:
        raise RefusedError("no key") from None
