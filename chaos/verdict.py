"""What became of the accepted pages: the judgement, on plain values."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from chaos.answers import Answer
from chaos.records import Outcome, Row
from chaos.submissions import Submission

#: Nothing may wait longer than this after the last fault, in seconds.
BAR = 60.0


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The numbers of a run, and a line for each thing that is wrong with it."""

    accepted: int
    finished: int
    lost: int
    doubled: int
    wrong: int
    #: From accepted to its outcome, and the part of that after the last fault, in seconds.
    longest: float
    longest_after: float
    problems: Sequence[str]

    @property
    def numbers(self) -> str:
        """How many of each, in a line."""
        return (
            f"accepted {self.accepted}, finished {self.finished},"
            f" lost {self.lost}, doubled {self.doubled}, wrong {self.wrong}"
        )

    @property
    def times(self) -> str:
        """The longest times, in a line."""
        return (
            f"longest {self.longest:.1f} s, longest after the last fault {self.longest_after:.1f} s"
        )


def total(verdicts: Sequence[Verdict]) -> Verdict:
    """Several runs taken together."""
    return Verdict(
        accepted=sum(one.accepted for one in verdicts),
        finished=sum(one.finished for one in verdicts),
        lost=sum(one.lost for one in verdicts),
        doubled=sum(one.doubled for one in verdicts),
        wrong=sum(one.wrong for one in verdicts),
        longest=max(one.longest for one in verdicts),
        longest_after=max(one.longest_after for one in verdicts),
        problems=[problem for one in verdicts for problem in one.problems],
    )


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What is known when everything is over. Moments are those of the system's clock."""

    submissions: Sequence[Submission]
    rows: Sequence[Row]
    outcomes: Sequence[Outcome]
    answers: Mapping[str, Answer]
    last_fault: float


def judge(evidence: Evidence) -> Verdict:
    """Hold what was accepted against what became of it."""
    cases = _cases(evidence)
    found: Counter[str] = Counter()
    problems = [
        f"never accepted: {one.url} ({dict(one.refusals)})"
        for one in evidence.submissions
        if one.key is None
    ]
    for case in cases:
        for name, complaint in case.complaints():
            found[name] += 1
            problems.append(f"{name}: {case.submission.url} {case.submission.key}: {complaint}")
    return Verdict(
        accepted=len(cases),
        finished=sum(case.row is not None and case.row.status == "finished" for case in cases),
        lost=found["lost"],
        doubled=found["doubled"],
        wrong=found["wrong"],
        longest=max((case.waited for case in cases), default=0),
        longest_after=max((case.waited_after for case in cases), default=0),
        problems=problems,
    )


@dataclass(frozen=True, kw_only=True)
class _Case:
    """One accepted page."""

    submission: Submission
    #: The row of its key, all rows of its URL, and all outcomes of its key.
    row: Row | None
    rows: Sequence[Row]
    outcomes: Sequence[Outcome]
    answer: Answer
    last_fault: float

    def complaints(self) -> Iterator[tuple[str, str]]:
        """What is wrong: the number that it counts for, and a sentence."""
        if self.row is None:
            yield "lost", "the key is unknown"
        elif self.row.status not in {"finished", "failed"}:
            yield "lost", f"still {self.row.status}, begun {self.row.attempt} times"
        else:
            yield from (("wrong", complaint) for complaint in self._wrong(self.row))
        if len(self.outcomes) > 1:
            ends = ", ".join(f"{end.status} by attempt {end.attempt}" for end in self.outcomes)
            yield "doubled", ends
        elif len(self.rows) > 1:
            yield "doubled", f"its URL has the keys {', '.join(row.key for row in self.rows)}"
        if self.waited_after > BAR:
            yield "late", f"{self.waited_after:.1f} s after the last fault"

    def _wrong(self, row: Row) -> Iterator[str]:
        """At most one sentence: a count is wrong once."""
        if row.url != self.submission.url:
            yield f"it is a count of {row.url}"
        elif row.status == "failed":
            yield f"it failed ({row.error_code})"
        elif row.words != self.submission.page.words:
            yield f"the words differ: {_difference(row.words or {}, self.submission.page.words)}"
        elif self.answer.status != 200:
            yield f"the service answers {self.answer.status}: {self.answer.body}"
        elif self.answer.body != ranking(row.words, self.answer.top):
            yield f"the service shows other words than the row has, for top={self.answer.top}"

    @property
    def waited(self) -> float:
        """From accepted to its first outcome, in seconds; 0 if there is none."""
        return self._seconds_since(self.submission.accepted_at)

    @property
    def waited_after(self) -> float:
        """The part of that after the last fault."""
        return self._seconds_since(max(self.submission.accepted_at, self.last_fault))

    def _seconds_since(self, moment: float) -> float:
        return max(0.0, self.outcomes[0].at - moment) if self.outcomes else 0.0


def ranking(words: Mapping[str, int], top: int) -> list[list[str | int]]:
    """The first rows of words as they are written, in the order of the service."""
    ordered = sorted(words.items(), key=lambda one: (-one[1], one[0]))
    return [[word, times] for word, times in ordered[:top]]


def _cases(evidence: Evidence) -> list[_Case]:
    row_of = {row.key: row for row in evidence.rows}
    rows_of: defaultdict[str, list[Row]] = defaultdict(list)
    for row in evidence.rows:
        rows_of[row.url].append(row)
    outcomes_of: defaultdict[str, list[Outcome]] = defaultdict(list)
    for outcome in evidence.outcomes:
        outcomes_of[outcome.key].append(outcome)
    return [
        _Case(
            submission=one,
            row=row_of.get(one.key),
            rows=rows_of[one.url],
            outcomes=outcomes_of[one.key],
            answer=evidence.answers.get(one.key, Answer(0)),
            last_fault=evidence.last_fault,
        )
        for one in evidence.submissions
        if one.key is not None
    ]


def _difference(found: Mapping[str, int], known: Mapping[str, int]) -> str:
    """One word that is counted differently, as an example."""
    words = found.keys() | known.keys()
    word = min(word for word in words if found.get(word) != known.get(word))
    return f"{word!r} {found.get(word, 0)} times, not {known.get(word, 0)}"
