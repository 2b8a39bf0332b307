"""How many jobs a second there were, and how they are spread."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Job:
    """A finished job; times are in seconds, of one clock."""

    started: float
    finished: float
    attempt: int = 1


def rate(jobs: Iterable[Job], since: float) -> float:
    """Jobs per second from a moment on until the queue is empty: until the last one is begun.

    A job counts by the part of it that is between these moments, for many begin and end together.
    """
    jobs = list(jobs)
    until = max((job.started for job in jobs), default=since)
    if until <= since:
        return 0.0
    parts = (
        (min(job.finished, until) - max(job.started, since)) / (job.finished - job.started)
        for job in jobs
        if job.finished > since and job.started < until
    )
    return sum(parts) / (until - since)


def spread(processes: int, hosts: int) -> list[int]:
    """How many processes each host has, as evenly as can be; the first ones have the most."""
    each, more = divmod(processes, hosts)
    return [each + (place < more) for place in range(hosts)]
