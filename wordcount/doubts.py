"""Why the figures of a page may mislead: what was counted may not be what a visitor would read.

The signs are only looked for on pages of few words, because a page that has its words is counted as
it is, whatever else is on it: a banner about cookies, a link to log in. They are told to users in
docs/COUNTING.md; the words and names to look for are in :mod:`wordcount.doubt_signs`.
"""

import enum
import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from wordcount import doubt_signs as signs

#: Fewer words than this are few for a page.
FEW = 50
#: Fewer words than this are hardly any.
HARDLY_ANY = 10
#: A page of so many words is what it is, and nothing is looked for.
ENOUGH = 300
#: Of a page about cookies, one word in so many is about them; and so many words, at least.
CONSENT_SHARE, LEAST_ABOUT_CONSENT = 8, 4
#: Scripts of so many bytes, inside a page of few words, bring its text with them.
HEAVY = 50_000

# How much is looked at, for a sign stands near the beginning: of the source, in bytes; of a text,
# a title or an address, in characters.
_HEAD = 1 << 18
_BEGINNING = 10_000

_PASSWORD = re.compile(rb"""type\s{0,9}=\s{0,9}["']?password\b""")
# Each begins with plain text, which is found quickly, and cannot go far from it.
_EMPTY_ROOTS = (
    re.compile(
        rb""" id=["']?(?:%b)["']?(?: [^<>]{0,99}+)?+>\s{0,99}+</""" % "|".join(signs.ROOTS).encode()
    ),
    *(re.compile(rb"<%b[^<>]{0,99}+>\s{0,99}+</" % tag.encode()) for tag in signs.ROOT_TAGS),
)


class Doubt(enum.StrEnum):
    """A reason to doubt the figures; stored and shown by programs, so a value is never renamed."""

    #: The page has its words from scripts, and these are not run.
    BUILT_BY_SCRIPT = "built_by_script"
    #: The site wants visitors to log in.
    LOG_IN = "log_in"
    #: The site asks visitors to agree to something first, mostly to cookies.
    CONSENT = "consent"
    #: The site wants to see first that its visitor is a human.
    ROBOT_CHECK = "robot_check"


def doubts_of(body: bytes, text: str, title: str, total_words: int, final_url: str) -> list[Doubt]:
    """Why the figures of a page may mislead; mostly there is no reason.

    A page that checks for robots, or asks for consent, is that and nothing else. One may be built
    by scripts and also ask to log in.

    :param body: the page as it came, decompressed.
    :param text: what a reader sees of it.
    :param total_words: how many words that has.
    :param final_url: where the page came from, after redirects.
    """
    if total_words >= ENOUGH:
        return []
    beginning, head_line = _plain(text[:_BEGINNING]), _plain(title[:_BEGINNING])
    address = _split(final_url)
    source = _source_of(body) if total_words < FEW else None
    if _checks_for_robots(beginning, head_line, source):
        return [Doubt.ROBOT_CHECK]
    if _asks_for_consent(beginning, total_words, address):
        return [Doubt.CONSENT]
    doubts = []
    if _is_at(address, signs.LOG_IN_HOSTS, signs.LOG_IN_PATHS) or _has_password(source):
        doubts.append(Doubt.LOG_IN)
    if source and _is_built_by_script(source, beginning, total_words):
        doubts.append(Doubt.BUILT_BY_SCRIPT)
    return doubts


def is_other_host(url: str, final_url: str) -> bool:
    """Whether a page came from another host than the one that was asked for.

    Case makes no difference, nor does a ``www.`` before the name.
    """
    return _host(_split(url)).removeprefix("www.") != _host(_split(final_url)).removeprefix("www.")


@dataclass(frozen=True, slots=True)
class _Source:
    """The beginning of a page's source, in lower case.

    :ivar everything: all of it.
    :ivar markup: the same without scripts.
    :ivar scripts: how many there are.
    :ivar script_bytes: what they weigh, of those inside the page.
    """

    everything: bytes
    markup: bytes
    scripts: int
    script_bytes: int


def _source_of(body: bytes) -> _Source:
    everything = body[:_HEAD].lower()
    first, *parts = everything.split(b"<script")
    markup, scripts, script_bytes = [first], 0, 0
    for part in parts:
        tag, _, rest = part.partition(b">")
        script, _, after = rest.partition(b"</script")
        markup.append(after)
        if b"ld+json" not in tag:  # what the page tells search engines
            scripts += 1
            script_bytes += len(script)
    return _Source(everything, b" ".join(markup), scripts, script_bytes)


def _checks_for_robots(text: str, title: str, source: _Source | None) -> bool:
    if title.rstrip(" .!?…") in signs.ROBOT_TITLES:
        return True
    return source is not None and (
        any(phrase in text for phrase in signs.ROBOT_PHRASES)
        or any(mark in source.everything for mark in signs.ROBOT_MARKS)
    )


def _asks_for_consent(text: str, total_words: int, address: SplitResult) -> bool:
    """Whether the address says so, or the text is about it and has something to agree to."""
    if _is_at(address, signs.CONSENT_HOSTS, signs.CONSENT_PATHS):
        return True
    about = sum(map(text.count, signs.CONSENT_WORDS))
    if about < 2:
        return False
    choices = sum(map(text.count, signs.CHOICES))
    return choices > 0 and about + choices >= max(LEAST_ABOUT_CONSENT, total_words / CONSENT_SHARE)


def _has_password(source: _Source | None) -> bool:
    if source is None or b"password" not in source.markup:
        return False
    _, *inputs = source.markup.split(b"<input")
    return any(_PASSWORD.search(field.partition(b">")[0]) for field in inputs)


def _is_built_by_script(source: _Source, text: str, total_words: int) -> bool:
    if source.scripts and (total_words < HARDLY_ANY or source.script_bytes >= HEAVY):
        return True
    if "javascript" in text and any(word in text for word in signs.SWITCH_ON):
        return True
    _, *without_scripts = source.markup.split(b"<noscript")
    asks = any(b"javascript" in part.partition(b"</noscript")[0] for part in without_scripts)
    is_empty = any(root.search(source.markup) for root in _EMPTY_ROOTS)
    return source.scripts > 0 and (asks or is_empty)


def _is_at(address: SplitResult, hosts: frozenset[str], paths: frozenset[str]) -> bool:
    """Whether a host begins with one of these labels, or one of these stands in the path."""
    label, _, rest = _host(address).partition(".")
    parts = {part.partition(".")[0] for part in address.path[:_BEGINNING].lower().split("/")}
    return (label in hosts and "." in rest) or not paths.isdisjoint(parts)


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:  # no address at all, such as http://[
        return urlsplit("")


def _host(address: SplitResult) -> str:
    return address.hostname or ""


def _plain(text: str) -> str:
    """A text as the signs are written."""
    return text.casefold().replace("’", "'")
