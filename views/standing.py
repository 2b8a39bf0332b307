"""How far a count is that has no outcome yet, for programs and in sentences for people."""

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

from flask import current_app

from models import Result, Status, Step
from views.pending import pending
from views.ready_made import ReadyMade

_DOING = {
    Step.FETCHING: "Fetching the page",
    Step.READING: "Reading the page",
    Step.COUNTING: "Counting its words",
    Step.SAVING: "Saving the result",
}
_WAITING = str(Status.QUEUED)
#: How much of the way lies behind a count when a step begins. Fetching goes on to its end below.
_BEGINS_AT = {
    _WAITING: 0.05,
    Step.FETCHING: 0.15,
    Step.READING: 0.6,
    Step.COUNTING: 0.75,
    Step.SAVING: 0.9,
}
_FETCHED_AT = 0.5
#: How long nothing may move, in seconds, before a word is said about it.
STILL = 15


class Stage(NamedTuple):
    """One of the steps of a count.

    :param name: ``queued``, or a :class:`models.Step`.
    :param label: for people.
    :param state: ``done``, ``current`` or ``coming``.
    """

    name: str
    label: str
    state: str


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where a pending count stands.

    :param step: ``queued``, or what the worker is doing: a :class:`models.Step`.
    :param position: in the queue, from 1 on, if it is queued.
    :param bytes: of the page, as far as it was fetched, if that is known.
    :param attempt: how often it was begun.
    :param is_attended: whether its worker has said lately that it lives.
    :param seconds: how long ago it was submitted.
    :param still: for how many seconds nothing has moved.
    :param pasted: whether there is nothing to fetch.
    :param fetch_timeout: how long a site may take, in seconds.
    :param fetch_max_bytes: the largest page.
    """

    step: str
    position: int | None
    bytes: int | None
    attempt: int
    is_attended: bool
    seconds: int
    still: int
    pasted: bool
    fetch_timeout: float
    fetch_max_bytes: int

    @property
    def status(self) -> Status:
        """As in the database, but for a count whose worker is dead: it waits for another."""
        return Status.QUEUED if self.position else Status.RUNNING

    @property
    def sentence(self) -> str:
        """For people."""
        if self.position:
            again = " again" if self.attempt else ""
            return f"Waiting{again} for a worker: number {self.position:,} in the queue"
        sentence = _DOING[Step(self.step)]
        if self.bytes and self.step in {Step.FETCHING, Step.READING}:
            sentence += f": {_size(self.bytes)}"
        return sentence

    @property
    def advice(self) -> str | None:
        """Why nothing moves, and what that means; None as long as there is nothing to say."""
        if self.still < STILL:
            return None
        lasting = _lasting(self.still)
        if self.position:
            return (
                f"Nothing has moved for {lasting}: all workers are busy, or none is running."
                " Your count is kept; you can close this page and come back."
            )
        is_fetching = self.step == Step.FETCHING and self.still < self.fetch_timeout
        if is_fetching and self.is_attended:  # else it may be the worker that is silent
            return (
                f"Hardly anything has come from the site for {lasting}."
                f" It is given up if it takes more than {self.fetch_timeout:g} in all."
            )
        return (
            f"Nothing has moved for {lasting}."
            " If its worker has died, another one begins anew by itself."
        )

    @property
    def steps(self) -> list[Stage]:
        """All that is to be done, in its order."""
        names = [_WAITING, *Step]
        if self.pasted:
            names = [_WAITING, Step.COUNTING, Step.SAVING]
        current = names.index(self._stage)
        return [
            Stage(
                str(name),
                "Waiting for a worker" if name == _WAITING else _DOING[Step(name)],
                "done" if at < current else "current" if at == current else "coming",
            )
            for at, name in enumerate(names)
        ]

    @property
    def fraction(self) -> float:
        """How much of the way lies behind it, from 0 to 1: not of the time, which nobody knows."""
        begun = _BEGINS_AT[self._stage]
        if self._stage == Step.FETCHING:
            # Most pages are small, and the largest are a thousand times as large.
            fetched = math.log1p(self.bytes or 0) / math.log1p(self.fetch_max_bytes)
            begun += (_FETCHED_AT - begun) * min(1, fetched)
        return round(begun, 3)

    @property
    def _stage(self) -> str:
        return _WAITING if self.position else self.step

    @property
    def document(self) -> dict[str, Any]:
        """For programs."""
        known = {
            "status": self.status,
            "step": self.step,
            "position": self.position,
            "bytes": self.bytes,
            "fraction": self.fraction,
            "seconds": self.seconds,
            "still": self.still,
            "message": self.sentence,
            "advice": self.advice,
        }
        return {name: value for name, value in known.items() if value is not None}


def standing_of(result: Result | ReadyMade) -> Standing:
    """Where a count stands that is queued or running."""
    is_waiting, is_attended, seconds, still, position = pending(result.job_key)
    begins_with = Step.COUNTING if result.pasted else Step.FETCHING
    return Standing(
        step=Status.QUEUED if is_waiting else result.step or begins_with,
        position=position,
        bytes=None if is_waiting else result.bytes,
        attempt=result.attempt,
        is_attended=is_attended,
        seconds=seconds,
        still=still,
        pasted=result.pasted,
        fetch_timeout=current_app.config["FETCH_TIMEOUT"],
        fetch_max_bytes=current_app.config["FETCH_MAX_BYTES"],
    )


def pending_document(result: Result | ReadyMade) -> dict[str, Any]:
    """All that programs are told of a count that is queued or running."""
    return {**standing_of(result).document, **about(result)}


def about(result: Result | ReadyMade) -> dict[str, Any]:
    """Which count it is."""
    return {
        "job_key": str(result.job_key),
        "url": result.url,
        "attempt": result.attempt,
        "submitted_at": result.submitted_at.isoformat(),
    }


def _size(bytes_: int) -> str:
    return f"{bytes_ / 1e6:.1f} MB" if bytes_ >= 1e6 else f"{max(1, round(bytes_ / 1e3))} kB"


def _lasting(seconds: int) -> str:
    """How people say for how long: ``40 seconds``, ``12 minutes``, ``3 hours``."""
    for unit, of_seconds in (("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * of_seconds:
            return f"{seconds // of_seconds:,} {unit}"
    return f"{seconds} seconds"
