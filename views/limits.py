"""How often one client may submit: one allowance for all ways to do so, unless a setting gives one
of them another.

It is counted in Redis, for all web processes together. While Redis is away or full, each process
counts for itself.
"""

import ipaddress
import math
import re
import time
from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask, current_app, g, request
from flask_limiter import Limiter
from redis.exceptions import RedisError

from storage.lists import MOST_LINES, lines_of
from submissions import MAX_TEXT

#: Some proxies add the port to an address.
_PORT = re.compile(r"\[(.*)\](?::\d+)?|([\d.]+):\d+")
_LIMITER = "submissions"
#: What is counted together: the setting that says how much of it, and its name in Redis.
_SCOPES = {"SUBMISSION_RATE_LIMIT": "submissions", "PRODCONS_RATE_LIMIT": "prodcons"}
#: Forms that may be larger than `MAX_CONTENT_LENGTH`, in bytes: a list of long addresses, and a
#: text in any script.
_LARGEST = {"pages.submit": 2 * 1024**2, "counts.paste": 5 * MAX_TEXT}
#: The endpoint whose field `url` may hold a list of pages.
_TAKES_LISTS = "pages.submit"
#: So many lines of a list cost as much as one page.
LINES_FOR_ONE = 10


def client_of(address: str | None) -> str:
    """Who is behind an address, as far as it can be told.

    One IPv4 address is one client; of IPv6 a customer has a whole /64 network. All that is no
    address is one client together, so that nobody gets more by writing nonsense.
    """
    text = address or ""
    if with_port := _PORT.fullmatch(text):
        text = with_port[1] or with_port[2] or ""
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return "unknown"
    if found.version == 4:
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(found) >> 64 << 64, 64)))


def limit_submissions(app: Flask, *endpoints: str, alone: Mapping[str, str]) -> None:
    """Give each client of an application one allowance for these endpoints together.

    A list of pages takes one of it for each 10 lines begun.

    The limiter is the application's own, as its settings are: the rate, the switch and the Redis.

    :param alone: endpoints that have an allowance of their own, if the setting that stands with
        them says which.
    """
    own = {name: setting for name, setting in alone.items() if app.config[setting] is not None}
    allowances = {**dict.fromkeys([*endpoints, *alone], "SUBMISSION_RATE_LIMIT"), **own}
    # Errors are swallowed, and logged, for requests that wait for Redis at the same moment: the
    # library turns to its memory for the first one that fails, and raises what befalls the others.
    limiter = Limiter(
        lambda: client_of(request.remote_addr),
        storage_options={"connection_pool": app.extensions["redis"].connection_pool},
        in_memory_fallback_enabled=True,
        swallow_errors=True,
    )
    # Its own has a handler that writes nothing.
    limiter.logger = app.logger
    # Nothing else is limited; nor is it to wait for a Redis that may be back.
    limiter.request_filter(lambda: request.endpoint not in allowances)
    limiter.init_app(app)
    app.extensions[_LIMITER] = limiter

    # Not by the limiter, which takes any error, such as the size of a form, for one of Redis.
    @app.before_request
    def weigh() -> None:
        if request.endpoint in allowances:
            _weigh()

    for endpoint, setting in allowances.items():
        view: Callable[..., Any] = app.view_functions[endpoint]
        limit = limiter.shared_limit(
            app.config[setting], scope=_SCOPES[setting], cost=lambda: int(g.cost)
        )
        app.view_functions[endpoint] = limit(view)


def _weigh() -> None:
    """Say how large a submission may be, and what it costs."""
    if largest := _LARGEST.get(request.endpoint or ""):
        request.max_content_length = request.max_form_memory_size = largest
        request.form.get("url")  # read now, so that one that is larger is refused here
    g.cost = 1
    if request.endpoint == _TAKES_LISTS:
        lines = len(lines_of(request.form.get("url", "")))
        g.cost = max(1, math.ceil(lines / LINES_FOR_ONE))


def most_lines() -> int | None:
    """How many lines a list may have, if the one at hand costs more than the whole allowance."""
    limiter: Limiter = current_app.extensions[_LIMITER]
    used_up = limiter.current_limit
    if used_up is None or g.cost <= used_up.limit.amount:
        return None
    return min(MOST_LINES, used_up.limit.amount * LINES_FOR_ONE)


def seconds_to_wait() -> int:
    """How long a client that was refused has to wait. (The library's own header goes with every
    answer, also with those that refuse nothing.)
    """
    limiter: Limiter = current_app.extensions[_LIMITER]
    used_up = limiter.current_limit
    if used_up is None:
        return 1
    try:
        return max(1, math.ceil(used_up.reset_at - time.time()))
    except RedisError:  # it has gone since it was asked
        return used_up.limit.get_expiry()
