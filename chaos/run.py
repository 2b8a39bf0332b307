"""One run: everything is started, pages are submitted while things break, and then it is judged."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from chaos.answers import answers
from chaos.clock import Clock
from chaos.faults import schedule
from chaos.installation import Installation, installed
from chaos.pages import pages
from chaos.records import Records
from chaos.site import serving
from chaos.submissions import Submission, plan
from chaos.verdict import BAR, Evidence, Verdict, judge
from dev import DevError

#: How long everything may take to be ready, in seconds.
_START = 90.0
#: How much longer than the bar is waited, so that what is late is told from what is lost.
_GRACE = 15.0
_LOOK_AGAIN = 0.3


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much is done in a run."""

    seconds: float
    submissions: int
    faults: int


def run(seed: int, size: Size, folder: Path, clock: Clock) -> Verdict:
    """Submit pages while things go wrong; everything else follows from the seed.

    :param folder: a new one, for data and logs.
    :raises DevError: something does not start.
    :raises chaos.clock.StoppedError: somebody asked to stop.
    """
    first, *others = pages(seed, size.submissions + 1)
    with serving([first, *others]) as site, installed(folder, clock) as target:
        records = Records(target.postgres.url)
        records.watch()
        _try_out(Submission(first, site + first.path), target, records, clock)
        submissions = plan(others, site, seed, size.seconds)
        faults = schedule(seed, size.seconds, size.faults)
        give_up = size.seconds + BAR
        clock.start()
        _do(
            [
                *((one.at, partial(one.strike, target)) for one in faults),
                *(
                    (one.at, partial(one.try_until_accepted, target.address, clock, give_up))
                    for one in submissions
                ),
            ],
            clock,
        )
        evidence = _evidence(submissions, target, records, clock)
        clock.end()
    return judge(evidence)


def _try_out(trial: Submission, target: Installation, records: Records, clock: Clock) -> None:
    """See one page counted, so that everything is known to run.

    :raises DevError: it is not.
    """
    trial.try_until_accepted(target.address, clock, give_up=clock.now + _START)
    _wait_for_outcomes(records, clock, until=clock.now + _START)
    if records.pending() or not trial.key:
        raise DevError(f"Nothing was counted within {_START:.0f} s, although nothing was broken.")


def _evidence(
    submissions: Sequence[Submission], target: Installation, records: Records, clock: Clock
) -> Evidence:
    """Wait until everything has an outcome, or too long, and say what there is."""
    clock.say(f"all is submitted, {records.pending()} counts have no outcome yet")
    last = max([clock.last_fault, *(clock.of(one.accepted_at) for one in submissions)])
    too_late = last + BAR + _GRACE
    _wait_for_outcomes(records, clock, until=too_late)
    keys = [one.key for one in submissions if one.key]
    evidence = Evidence(
        submissions=submissions,
        rows=records.rows(),
        outcomes=records.outcomes(),
        answers=answers(target.address, keys, clock, give_up=too_late),
        last_fault=clock.moment(clock.last_fault),
    )
    clock.say(_effort(evidence))
    return evidence


def _do(work: Iterable[tuple[float, Callable[[], None]]], clock: Clock) -> None:
    """Do each thing at its moment, beside the others, and return when all are done."""
    ordered = sorted(work, key=lambda one: one[0])
    begun: list[Future[None]] = []
    with ThreadPoolExecutor(max_workers=len(ordered)) as crew:
        try:
            for moment, do in ordered:
                clock.wait(moment - clock.now)
                begun.append(crew.submit(do))
                _raise_failures(begun)
            while not all(one.done() for one in begun):
                clock.wait(_LOOK_AGAIN)
                _raise_failures(begun)
        except BaseException:
            clock.end()  # or the others would go on, and the crew would wait for them
            raise
    _raise_failures(begun)


def _raise_failures(begun: Iterable[Future[None]]) -> None:
    for one in begun:
        if one.done():
            one.result()


def _wait_for_outcomes(records: Records, clock: Clock, until: float) -> None:
    while clock.now < until and records.pending():
        clock.wait(_LOOK_AGAIN)


def _effort(evidence: Evidence) -> str:
    """What it took, in a line."""
    refusals: Counter[str] = Counter()
    for one in evidence.submissions:
        refusals += one.refusals
    many = ", ".join(f"{answer}: {times}" for answer, times in refusals.most_common())
    begun = sum(row.attempt for row in evidence.rows)
    return (
        f"{len(evidence.rows)} counts were begun {begun} times; refused before ({many or 'none'})"
    )
