"""What goes wrong, and when: all of it follows from the seed."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from chaos.installation import Installation

#: How long what was killed stays away, in seconds.
_AWAY = (0.5, 4.0)
#: The part of the time, from the start, in which there are faults.
_FAULTY = (0.05, 0.95)


def _away(chance: random.Random) -> float:
    return chance.uniform(*_AWAY)


def _kill_worker(target: Installation, chance: random.Random) -> None:
    chance.choice(target.workers).kill(_away(chance))


def _kill_process(target: Installation, chance: random.Random) -> None:
    chance.choice(target.workers).kill_one(_away(chance), chance)


def _stop_worker(target: Installation, chance: random.Random) -> None:
    # A person tells the program, systemd and Heroku tell all of its processes.
    worker, children_too = chance.choice(target.workers), chance.random() < 0.5
    worker.tell_to_stop(_away(chance), children_too=children_too)


def _kill_web(target: Installation, chance: random.Random) -> None:
    target.web.kill(_away(chance))


def _flush_redis(target: Installation, _chance: random.Random) -> None:
    target.redis.flush()


def _kill_redis(target: Installation, chance: random.Random) -> None:
    target.redis.kill(_away(chance))


def _stop_postgres(target: Installation, chance: random.Random) -> None:
    target.postgres.stop_at_once(_away(chance))


#: Each breaks one thing, and sees to it that it comes back.
KINDS: Sequence[Callable[[Installation, random.Random], None]] = (
    _kill_worker,
    _kill_process,
    _stop_worker,
    _kill_web,
    _flush_redis,
    _kill_redis,
    _stop_postgres,
)


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong at a moment, in seconds from the start."""

    at: float
    kind: Callable[[Installation, random.Random], None]
    seed: str

    def strike(self, target: Installation) -> None:
        """Let it happen."""
        # Chance of its own: faults run side by side, and their order is not always the same.
        self.kind(target, random.Random(self.seed))  # noqa: S311 -- nothing is kept secret by it


def schedule(seed: int, seconds: float, number: int) -> list[Fault]:
    """So many faults within so many seconds, in their order; of each kind equally many."""
    chance = random.Random(f"faults {seed}")  # noqa: S311 -- nothing is kept secret by it
    kinds = [KINDS[index % len(KINDS)] for index in range(number)]
    chance.shuffle(kinds)
    first, last = (part * seconds for part in _FAULTY)
    moments = sorted(chance.uniform(first, last) for _ in kinds)
    return [
        Fault(moment, kind, f"fault {seed} {index}")
        for index, (moment, kind) in enumerate(zip(moments, kinds, strict=True))
    ]
