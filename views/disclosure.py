"""What strangers may see of an event. One rule, for all places that show events.

Pages may be private, and their addresses secrets. So nobody is shown the URL of a count but those
who hold its key: they can see it anyway. The key itself opens the page of the count, with URL and
words, so unless the operator has said that keys are public (`PUBLIC_KEYS`), only those who hold it
are shown it, and the `ref` by which its producer knows it. All are shown `count`, which tells
counts apart and opens nothing: keys are random, and nobody finds one that has this hash.

Whoever holds a key says so in `?key=`, or has submitted the count in this browser session.
"""

import hashlib
import math
from collections.abc import Collection, Mapping
from typing import Any

from flask import request
from sqlalchemy import select

from events.event_log import Event
from models import Result, as_key, db, storable
from views.errors import Problem, unknown_count
from views.visitor import recent

#: What may be shown of an event, in this order; everything else that it may have is not.
MEMBERS = (
    "id",
    "job_key",
    "count",
    "host",
    "step",
    "attempt",
    "at",
    "words",
    "bytes",
    "code",
    "ref",
)
#: How many keys may be named in one address.
MOST_KEYS = 20

_FOR_HOLDERS = {"job_key", "ref"}
#: How many hexadecimal digits of a hash tell counts apart.
_DIGITS = 12


def shown(event: Event, held: Mapping[str, str], public_keys: bool) -> dict[str, Any]:
    """An event as somebody may see it.

    :param event: as it is on the channel, where anybody may have put it.
    :param held: the keys that they hold -> the URLs of the counts.
    :param public_keys: the setting `PUBLIC_KEYS`.
    """
    key = event.get("job_key")
    key = key if isinstance(key, str) and as_key(key) else None
    known = {**event, "job_key": key, "count": key and _name_of(key)}
    url = held.get(key) if key else None
    is_open = public_keys or url is not None
    members = {
        name: _clean(known[name])
        for name in MEMBERS
        if _is_plain(known.get(name)) and (is_open or name not in _FOR_HOLDERS)
    }
    return members | ({} if url is None else {"url": url})


def held_by_asker() -> dict[str, str]:
    """The keys that this request names, and those of its session -> the URLs of the counts.

    :raises views.errors.Problem: if it names too many, or one that is no key of a count.
    """
    named = set(request.args.getlist("key"))
    if len(named) > MOST_KEYS:
        raise Problem(400, "bad_parameter", f'There may be at most {MOST_KEYS} times "key".')
    held = _urls_of(named | {visit.key for visit in recent() if visit.kind == "counts"})
    if not named <= {*held}:
        raise unknown_count()
    return held


def _urls_of(keys: Collection[str]) -> dict[str, str]:
    found = [key for text in keys if (key := as_key(text))]
    if not found:  # and so nothing is asked of the database
        return {}
    columns = select(Result.job_key, Result.url).where(Result.job_key.in_(found))
    return {str(row.job_key): row.url for row in db.session.execute(columns)}


def _name_of(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:_DIGITS]


def _is_plain(value: object) -> bool:
    """Whether it can stand in JSON as one value."""
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, str | int)


def _clean(value: Any) -> Any:
    return storable(value) if isinstance(value, str) else value
