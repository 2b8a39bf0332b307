"""How far a count is that has no outcome yet, for programs and in a sentence for people."""

from dataclasses import dataclass
from typing import Any

from models import Result, Status, Step

_DOING = {
    Step.FETCHING: "Fetching the page",
    Step.READING: "Reading the page",
    Step.COUNTING: "Counting its words",
    Step.SAVING: "Saving the result",
}


@dataclass(frozen=True)
class Standing:
    """Where a pending count stands.

    :param step: ``queued``, or what the worker is doing: a :class:`models.Step`.
    :param position: in the queue, from 1 on, if it is queued.
    :param bytes: of the page, as far as it was fetched, if that is known.
    :param attempt: how often it was begun.
    """

    step: str
    position: int | None
    bytes: int | None
    attempt: int

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
    def document(self) -> dict[str, Any]:
        """For programs."""
        known = {"position": self.position, "bytes": self.bytes}
        return {
            "status": self.status,
            "step": self.step,
            **{name: value for name, value in known.items() if value is not None},
            "message": self.sentence,
        }


def standing_of(result: Result) -> Standing:
    """Where a count stands that is queued or running."""
    if result.is_waiting:
        return Standing(Status.QUEUED, result.position, None, result.attempt)
    return Standing(result.step or Step.FETCHING, None, result.bytes, result.attempt)


def pending_document(result: Result) -> dict[str, Any]:
    """All that programs are told of a count that is queued or running."""
    return {**standing_of(result).document, **about(result)}


def about(result: Result) -> dict[str, Any]:
    """Which count it is."""
    return {
        "job_key": str(result.job_key),
        "url": result.url,
        "attempt": result.attempt,
        "submitted_at": result.submitted_at.isoformat(),
    }


def _size(bytes_: int) -> str:
    return f"{bytes_ / 1e6:.1f} MB" if bytes_ >= 1e6 else f"{max(1, round(bytes_ / 1e3))} kB"
