"""A finished count in one line, for who writes about it."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from models import Result
from views.verdict import Verdict
from wordcount.counts import shortened

#: The longest title, and the longest host, in characters: each in a line of its own below a chart,
#: and both in one line.
_LONGEST = 50
_SHORT = 24
#: The longest title in a citation.
_LONGEST_TITLE = 200


def citation(result: Result, permalink: str) -> str:
    """What was counted, when, by which rules, and where it can be seen."""
    return (
        f"“{_title(result)}”, {_place(result)}, counted {_time(result)} by Wordcount"
        f" (counting rule {result.rule_version}), {permalink}"
    )


def citation_of_pair(a: Result, b: Result, permalink: str) -> str:
    """The same of a comparison."""
    sides = [f"“{_title(side)}”, {_place(side)}, counted {_time(side)}" for side in (a, b)]
    rule = f" (counting rule {b.rule_version})"
    if a.rule_version != b.rule_version:
        sides[0] += f" (counting rule {a.rule_version})"
        sides[1] += rule
        rule = ""
    return f"{sides[0]}, compared with {sides[1]}, by Wordcount{rule}, {permalink}"


def citation_of_history(url: str, counts: Sequence[Result], permalink: str) -> str:
    """The counts of a URL: how many, and from when to when.

    :param counts: finished ones, in any order; not none.
    """
    in_time = sorted(counts, key=lambda count: count.finished_at or count.submitted_at)
    first, last = _time(in_time[0]), _time(in_time[-1])
    told = (
        f"{len(counts):,} counts from {first} to {last}" if len(counts) > 1 else f"counted {first}"
    )
    return f"{url}, {told}, by Wordcount, {permalink}"


def _title(result: Result) -> str:
    return shortened(Verdict(result).title, _LONGEST_TITLE)


def _place(result: Result) -> str:
    return f"pasted in place of {result.url}" if result.pasted else result.final_url or result.url


def source_of(result: Result) -> list[str]:
    """What was counted, and when, in two short lines below a chart."""
    return [
        isolated(shortened(Verdict(result).title, _LONGEST)),
        f"{shortened(_host(result), _LONGEST)} – {_time(result)}",
    ]


def source_in_one_line(result: Result) -> str:
    """The same in one line."""
    title = isolated(shortened(Verdict(result).title, _SHORT))
    return f"{title} – {shortened(_host(result), _SHORT)} – {_time(result)}"


def isolated(text: str) -> str:
    """A stranger's text, which may run from right to left, among our own.

    https://unicode.org/reports/tr9/#Explicit_Directional_Isolates
    """
    return f"\u2068{text}\u2069"


def _host(result: Result) -> str:
    return urlsplit(result.final_url or result.url).hostname or ""


def _time(result: Result) -> str:
    return result.finished_at.strftime("%-d %B %Y, %H:%M UTC") if result.finished_at else ""
