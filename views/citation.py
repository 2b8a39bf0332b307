"""A finished count in one line, for who writes about it."""

from urllib.parse import urlsplit

from models import Result
from views.verdict import Verdict
from wordcount.counts import shortened

#: The longest title and address in a line below a chart, in characters.
_LONGEST = 60


def citation(result: Result, permalink: str) -> str:
    """What was counted, when, by which rules, and where it can be seen."""
    place = f"pasted in place of {result.url}" if result.pasted else result.final_url or result.url
    return (
        f"“{Verdict(result).title}”, {place}, counted {_time(result)} by Wordcount"
        f" (counting rule {result.rule_version}), {permalink}"
    )


def source_of(result: Result) -> str:
    """The same in few words, for a line below a chart."""
    host = urlsplit(result.final_url or result.url).hostname or ""
    title = shortened(Verdict(result).title, _LONGEST)
    return f"{title} – {shortened(host, _LONGEST)} – {_time(result)}"


def _time(result: Result) -> str:
    return result.finished_at.strftime("%-d %B %Y, %H:%M UTC") if result.finished_at else ""
