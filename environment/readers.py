"""The texts of variables -> the values of settings.

Each reader takes the name of a variable and its text, and raises :class:`ConfigError` if that makes
no sense. Which is for which: :mod:`environment.variables`.
"""

import ipaddress
import re
from collections.abc import Callable, Mapping

from limits import parse_many
from redis.connection import parse_url

#: As browsers send it (RFC 6454, section 6.2); in small letters, as they do.
_ORIGIN = re.compile(
    r"\*|https?://[a-z0-9.-]+(?::[0-9]{1,5})?|https?://\[[0-9a-f:.]+\](?::[0-9]{1,5})?"
)

#: As it stands in the header Host, with or without a port (RFC 9110, section 7.2).
_HOST = re.compile(r"\.?[a-z0-9_.-]+(?::[0-9]{1,5})?|\[[0-9a-f:.]+\](?::[0-9]{1,5})?")

#: Characters of a secret that is not to be guessed.
_LEAST_SECRET = 16

HOW_TO_SET: Mapping[str, str] = {
    "DATABASE_URL": "Set it to postgresql://USER:PASSWORD@HOST:PORT/NAME,"
    " or let `make run` start a database of its own.",
    "REDIS_URL": "Set it (or REDISTOGO_URL) to redis://HOST:PORT/0 or rediss://... for TLS,"
    " or let `make run` start a Redis of its own.",
    "SECRET_KEY": "It signs cookies and form tokens: set it to a long random text, for example"
    " from: python3 -c 'import secrets; print(secrets.token_hex(32))'",
}

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class ConfigError(ValueError):
    """A setting is missing or cannot be understood; the message says which, and what to do."""


def text(_name: str, value: str) -> str:
    return value


def secret(name: str, value: str) -> str:
    if len(value) < _LEAST_SECRET:  # strangers can try to guess it, as often as they like
        raise ConfigError(f"{name} must have at least {_LEAST_SECRET} characters.")
    return value


def sentry_dsn(name: str, value: str) -> str:
    from sentry_sdk.utils import Dsn  # late, for most have no use for it

    try:
        Dsn(value)
    except ValueError:
        # The value is not repeated: it has a key.
        raise ConfigError(
            f"{name} is not an address of Sentry. Copy it from the settings of your project there,"
            " such as https://KEY@HOST/NUMBER, or leave it out."
        ) from None
    return value


def one_of(*values: str) -> Callable[[str, str], str]:
    def read(name: str, value: str) -> str:
        for known in values:
            if value.lower() == known.lower():
                return known
        raise ConfigError(f"{name} is {value!r}, but must be one of: {', '.join(values)}.")

    return read


def whole_number(low: int, high: int) -> Callable[[str, str], int]:
    def read(name: str, value: str) -> int:
        if not (value.isascii() and value.isdigit() and low <= int(value) <= high):
            raise ConfigError(f"{name} is {value!r}, but must be a number from {low} to {high}.")
        return int(value)

    return read


def seconds(low: float, high: float) -> Callable[[str, str], float]:
    def read(name: str, value: str) -> float:
        try:
            seconds = float(value)
        except ValueError:
            seconds = float("nan")
        if not low <= seconds <= high:  # also refuses nan
            within = f"from {low:g} to {high:.10g}"
            raise ConfigError(f"{name} is {value!r}, but must be seconds {within}.")
        return seconds

    return read


def days(name: str, value: str) -> float | None:
    if value.lower() == "none":
        return None
    try:
        days = float(value)
    except ValueError:
        days = float("nan")
    if not 1 <= days <= 36_500:
        raise ConfigError(f"{name} is {value!r}, but must be none, or days from 1 to 36500.")
    return days


def switch(name: str, value: str) -> bool:
    switches = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
    if value.lower() not in switches:
        raise ConfigError(f"{name} is {value!r}, but must be true or false.")
    return switches[value.lower()]


def own_address(name: str, value: str) -> str:
    """One of this machine, in the form in which gunicorn takes it."""
    try:
        address = ipaddress.ip_address(value.strip("[]"))
    except ValueError:
        raise ConfigError(
            f"{name} is {value!r}, but must be an address of this machine, such as 127.0.0.1, or"
            " 0.0.0.0 for all that it has."
        ) from None
    return f"[{address}]" if address.version == 6 else str(address)


def networks(name: str, value: str) -> tuple[Network, ...]:
    if value.lower() == "none":
        return ()
    try:
        return tuple(ipaddress.ip_network(part) for part in value.replace(",", " ").split())
    except ValueError as error:
        raise ConfigError(
            f"{name} must be none, or networks such as 10.0.0.0/8, separated by commas: {error}."
        ) from None


def rate(name: str, value: str) -> str:
    if value.lower() == "none":
        return ""
    try:
        (rate,) = parse_many(value)
    except ValueError:  # not one rate
        rate = None
    if rate is None or rate.amount < 1:
        raise ConfigError(
            f"{name} is {value!r}, but must be none, or a rate such as 60/minute or 5/second."
        )
    return value


def origins(name: str, value: str) -> tuple[str, ...]:
    if value.lower() == "none":
        return ()
    origins = tuple(value.replace(",", " ").split())
    if wrong := [origin for origin in origins if not _ORIGIN.fullmatch(origin)]:
        raise ConfigError(
            f"{name} must be none, *, or origins such as https://example.com, without a path,"
            f" separated by commas; {wrong[0]!r} is none."
        )
    return origins


def hosts(name: str, value: str) -> tuple[str, ...] | None:
    if value.lower() == "none":
        return None
    hosts = tuple(value.lower().replace(",", " ").split())
    if wrong := [host for host in hosts if not _HOST.fullmatch(host)]:
        raise ConfigError(
            f"{name} must be none, or names such as example.com, or .example.com for its"
            f" subdomains as well, separated by commas; {wrong[0]!r} is none."
        )
    return hosts


def site_url(name: str, value: str) -> str:
    # It goes into a header: plain characters only.
    if not re.fullmatch(r"https?://[!-'*-~]+", value):
        raise ConfigError(f"{name} is {value!r}, but must be an address like https://example.com/.")
    return value


def database_url(name: str, value: str) -> str:
    """Heroku says ``postgres://``, which SQLAlchemy refuses; plain ``postgresql://`` would mean
    another driver."""
    # Late, for it takes a quarter of a second, and who counts in the shell has no database.
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(value)
    except (ArgumentError, ValueError):  # the latter for a port that is no number
        # The value is not repeated: it may hold a password.
        raise ConfigError(f"{name} is not a URL. {HOW_TO_SET[name]}") from None
    if url.drivername not in {"postgres", "postgresql", "postgresql+psycopg2"}:
        raise ConfigError(f"{name} is for {url.drivername!r}. {HOW_TO_SET[name]}")
    return url.set(drivername="postgresql+psycopg2").render_as_string(hide_password=False)


def redis_url(name: str, value: str) -> str:
    try:
        parse_url(value)  # type: ignore[no-untyped-call]
    except ValueError:
        raise ConfigError(f"{name} is not a Redis URL. {HOW_TO_SET[name]}") from None
    return value
