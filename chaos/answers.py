"""What the service says in the end of each count that it accepted."""

from collections.abc import Iterable
from dataclasses import dataclass

import requests

from chaos.clock import Clock

#: Rows to ask for, in turn: as is usual, as many as are stored ready-made, and all of any page.
_TOPS = (10, 100, 10_000)
_TIMEOUT = (2, 30)
_PAUSE = 0.5


@dataclass(frozen=True)
class Answer:
    """What it said when it was asked for so many rows; the status is 0 if it said nothing."""

    top: int
    status: int = 0
    body: object = None


def answers(address: str, keys: Iterable[str], clock: Clock, give_up: float) -> dict[str, Answer]:
    """Ask for the results of these keys.

    :param give_up: until then the web may still be starting, in seconds from the start.
    """
    found = {}
    with requests.Session() as client:
        client.trust_env = False  # no proxies: everything is on this machine
        for number, key in enumerate(keys):
            top = _TOPS[number % len(_TOPS)]
            found[key] = _ask(client, f"{address}/results/{key}", top)
            while not 0 < found[key].status < 500 and clock.now < give_up:
                clock.wait(_PAUSE)
                found[key] = _ask(client, f"{address}/results/{key}", top)
    return found


def _ask(client: requests.Session, url: str, top: int) -> Answer:
    as_written: dict[str, str | int] = {"top": top, "stopwords": "keep", "case": "keep"}
    try:
        answer = client.get(url, params=as_written, timeout=_TIMEOUT)
        return Answer(top, answer.status_code, answer.json())
    except requests.JSONDecodeError:
        return Answer(top, answer.status_code, answer.text)
    except requests.RequestException:
        return Answer(top)
