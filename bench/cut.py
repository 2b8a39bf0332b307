"""A host is cut off while its workers are at work, and comes back: what becomes of the counts."""

import math
import time
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from bench.bars import NotMeasuredError
from bench.fleet import PATIENCE, WORKING, Fleet
from bench.half_claim import HOLDS
from bench.markdown import table
from bench.network import PREFIX, Host
from bench.programs import programs, wait_for
from chaos.records import Outcome
from models import Status

_COUNTS = 300
#: On each host, and how many pages each fetches at once.
_PROCESSES, _CONCURRENCY = 2, 4
#: The host is cut off when so much of the work is done.
_PART_DONE = 0.2
#: How long the host is away, in seconds: until its leases have run out, and Postgres and its jobs
#: have seen that nobody answers.
_AWAY = 40.0
#: What is submitted at once, again and again, until the host works again.
_MORE = 16
_LOOK_AGAIN = 0.1
#: What a worker says of an attempt that somebody else has taken over.
_DROPPED = "dropped: a newer attempt has taken over"

_HELD = """
SELECT job_key::text FROM results WHERE status = 'running' AND worker = ANY(:workers)"""
_STILL_HELD = """
SELECT count(*) FROM results WHERE status = 'running' AND worker = ANY(:workers)
AND job_key = ANY(CAST(:keys AS uuid[]))"""
_BEGUN = """
SELECT extract(epoch FROM started_at)::float8 FROM results
WHERE job_key = ANY(CAST(:keys AS uuid[])) ORDER BY started_at"""
_FIRST = """
SELECT extract(epoch FROM min(started_at))::float8 FROM results
WHERE worker = ANY(:workers) AND extract(epoch FROM started_at) > :since"""
_CONNECTED = "SELECT count(*) FROM pg_stat_activity WHERE host(client_addr) = :address"


@dataclass
class Story:
    """What became of the counts of a host that was cut off.

    :ivar held: their keys.
    :ivar half: one that a connection to Postgres held locked, in a transaction without an end.
    :ivar seen: what happened, and how many seconds after the cut.
    :ivar dropped: how many attempts the host dropped when it was back.
    """

    cut_at: float
    held: Sequence[str]
    half: str
    seen: dict[str, float] = field(default_factory=dict)
    dropped: int = 0


def cut_off(running: Fleet, free: Iterator[int]) -> bool:
    """Cut a host off, bring it back, and print what became of the counts; whether all is well."""
    keys = running.submit(islice(free, _COUNTS))
    host = running.hosts[WORKING[-1]]
    half = keys[max(keys)]  # its turn comes last
    with ExitStack() as started:
        locking = started.enter_context(programs(running.environ, PREFIX))
        with host.entered():
            locking.start("half", ("-m", "bench.half_claim", half))
        locking.wait_for_line("half", HOLDS)
        workers = started.enter_context(running.working([_PROCESSES] * len(WORKING), _CONCURRENCY))
        left = _COUNTS * (1 - _PART_DONE)
        wait_for("first counts", lambda: running.pending() <= left, PATIENCE, _LOOK_AGAIN)
        story = _away(running, host, half)
        keys |= _back(running, host, story, free)
        running.wait_for_all()
        story.dropped = workers.times(host.name, _DROPPED)
    begun = running.values(_BEGUN, keys=story.held)
    story.seen["begun again, first"] = begun[0] - story.cut_at
    story.seen["begun again, last"] = begun[-1] - story.cut_at
    outcomes = running.records.outcomes()
    ended = {outcome.key: outcome.at for outcome in outcomes}
    story.seen["the locked one has an outcome"] = ended[half] - story.cut_at
    problems = problems_of(keys.values(), outcomes)
    if (exact := running.exact(keys)) != len(keys):
        problems.append(f"{len(keys) - exact} counts are not exact.")
    print(report(len(keys), story))
    print("\n".join(problems or ["Nothing is lost, doubled or wrong."]), flush=True)
    return not problems


def _away(running: Fleet, host: Host, half: str) -> Story:
    """Cut a host off for a while, and see when what it held is free."""
    workers = running.workers_of(host)
    host.cut()
    cut_at = running.now()
    story = Story(cut_at, [str(key) for key in running.values(_HELD, workers=workers)], half)
    if not story.held:
        raise NotMeasuredError("the host had no count when it was cut off")
    waiting: dict[str, tuple[str, dict[str, Any]]] = {
        "taken back": (_STILL_HELD, {"workers": workers, "keys": story.held}),
        "Postgres has closed the host's connections": (_CONNECTED, {"address": host.address}),
    }
    while (passed := running.now() - cut_at) < _AWAY:
        for what, (query, values) in list(waiting.items()):
            if running.values(query, **values) == [0]:
                story.seen[what] = passed
                del waiting[what]
        time.sleep(_LOOK_AGAIN)
    story.seen |= dict.fromkeys(waiting, math.inf)
    host.mend()
    story.seen["the host is back"] = running.now() - cut_at
    return story


def _back(running: Fleet, host: Host, story: Story, free: Iterator[int]) -> dict[int, str]:
    """Submit pages until a host that is back counts again: the keys of their counts."""
    since = running.now()
    keys: dict[int, str] = {}
    while running.now() < since + PATIENCE:
        keys |= running.submit(islice(free, _MORE))
        running.wait_for_all()
        workers = running.workers_of(host)
        (first,) = running.values(_FIRST, workers=workers, since=since)
        if first is not None:
            story.seen["it counts again"] = first - story.cut_at
            return keys
    raise NotMeasuredError(f"a host that was back did not count again within {PATIENCE} s")


def problems_of(keys: Collection[str], outcomes: Collection[Outcome]) -> list[str]:
    """What is wrong with the outcomes of counts: each is to be finished, once."""
    ended = Counter(outcome.key for outcome in outcomes)
    finished = {outcome.key for outcome in outcomes if outcome.status == Status.FINISHED}
    problems = [f"{key} is not finished." for key in keys if key not in finished]
    return problems + [f"{key} has {ended[key]} outcomes." for key in keys if ended[key] > 1]


def report(counts: int, story: Story) -> str:
    """What happened, in Markdown."""
    rows = [
        (what, "never" if math.isinf(after) else f"{after:.1f}")
        for what, after in sorted(story.seen.items(), key=lambda seen: seen[1])
    ]
    return (
        f"\n{counts} counts; a host is cut off for {_AWAY:.0f} s while it holds"
        f" {len(story.held)} of them, and one more that its connection has locked. Back again, it"
        f" drops {story.dropped} attempts.\n\n" + table(("what", "seconds after the cut"), rows)
    )
