"""What happens in the service, added up: how many counts ended how, how long fetches took.

Every process adds in its own memory, which costs nothing. Each event that it tells takes along what
there is, and a process that tells none writes it every few seconds: so all of them together have
one hash in Redis, and any web process can say what all have done. A process that is killed outright
takes the last seconds with it; a Redis that loses what it has lets all begin anew, at 0.
"""

import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping

from redis import Redis

#: The hash. Its fields are a name, or a name with a label, such as ``outcomes:finished``.
TALLIES = "wordcount:tallies"

#: Submissions that were accepted, by the door through which they came; a list is one. Also those
#: for which there was a count already.
SUBMISSIONS = "submissions"
API, FORM, INBOX, PASTED = DOORS = ("api", "form", "inbox", "pasted")
#: Counts that were accepted, each of which will have an outcome.
ACCEPTED = "accepted"
#: By the code of the failure; or this.
OUTCOMES = "outcomes"
FINISHED = "finished"
#: Counts that somebody else goes on with, by what became of who had them.
RESCUES = "rescues"
HANDED_BACK, PROCESS_DIED, LEASE_OVER, RUNG_AGAIN = REASONS = (
    "handed_back",
    "process_died",
    "lease_over",
    "rung_again",
)
#: Attempts to tell of an outcome, by what came of them.
CALLBACKS = "callbacks"
DELIVERED, FAILED, GIVEN_UP, POSTPONED = ENDS = ("delivered", "failed", "given_up", "postponed")
#: Items of the inbox that were no use.
REJECTED = "rejected"
#: Answers of the web, by the class of their status.
RESPONSES = "responses"
CLASSES = ("1xx", "2xx", "3xx", "4xx", "5xx")
#: How long things took. The fields of each are its bounds, with how often it took no longer than
#: this, but longer than the bound before; and the sum, in microseconds, for Redis adds whole
#: numbers without rounding.
FETCHES, READINGS = "fetch_seconds", "count_seconds"
SUM, NO_BOUND = "sum", "+Inf"
#: From a page nearby to the longest that may be waited for; from a small page to `JOB_CPU_SECONDS`.
BOUNDS: Mapping[str, tuple[float, ...]] = {
    FETCHES: (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0),
    READINGS: (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0),
}

#: Redis adds numbers of 64 bits.
_MOST_DIGITS = 19

#: Field -> by how much it grows.
Amounts = Mapping[str, int]


class Tallies:
    """What one process has yet to write. Its threads may add at the same time."""

    def __init__(self) -> None:
        self._amounts: Counter[str] = Counter()
        self._lock = threading.Lock()

    def add(self, name: str, label: str = "", amount: int = 1) -> None:
        """Add to a name, or to one label of it."""
        if amount:
            with self._lock:
                self._amounts[field_of(name, label)] += amount

    def observe(self, name: str, seconds: float) -> None:
        """Add one that took so long."""
        bounds = BOUNDS[name]
        place = bisect_left(bounds, seconds)
        bound = str(bounds[place]) if place < len(bounds) else NO_BOUND
        with self._lock:
            self._amounts[field_of(name, bound)] += 1
            self._amounts[field_of(name, SUM)] += round(seconds * 1_000_000)

    def take(self) -> Amounts:
        """What there is, which the caller is to write now."""
        with self._lock:
            taken, self._amounts = self._amounts, Counter()
        return taken

    def give_back(self, amounts: Amounts) -> None:
        """Keep what could not be written."""
        with self._lock:
            self._amounts.update(amounts)


def field_of(name: str, label: str = "") -> str:
    """How it is called in Redis."""
    return f"{name}:{label}" if label else name


def write(redis: Redis, amounts: Amounts) -> None:
    """Add all of it, in one step.

    :raises redis.exceptions.RedisError: if nothing was added.
    """
    with redis.pipeline() as pipeline:
        for field, amount in amounts.items():
            pipeline.hincrby(TALLIES, field, amount)
        # A field that somebody has written over does not keep the others from being added once.
        pipeline.execute(raise_on_error=False)


def read(redis: Redis) -> dict[str, int]:
    """All that was added up; what anybody else has put there is left out.

    :raises redis.exceptions.RedisError: if Redis cannot be asked.
    """
    found: dict[bytes, bytes] = redis.hgetall(TALLIES)  # type: ignore[assignment]
    return {
        name.decode(errors="replace"): int(amount)
        for name, amount in found.items()
        if amount.isdigit() and len(amount) <= _MOST_DIGITS
    }
