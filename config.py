"""Settings, frozen, read from the environment by one function.

Nothing is read at import, so a test or a second app can be given settings of its own.
Field names are those of the environment; `README.md` has the table for users.
"""

import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any

from redis.connection import parse_url
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


#: How long the web waits for Redis, in seconds.
REDIS_PATIENCE: dict[str, object] = {"socket_connect_timeout": 1, "socket_timeout": 2}


class ConfigError(ValueError):
    """A setting is missing or cannot be understood; the message says which, and what to do."""


@dataclass(frozen=True, kw_only=True)
class Config:
    """What all environments share. Times are in seconds, sizes in bytes."""

    DATABASE_URL: str = field(repr=False)  # these three may hold secrets, a repr may be logged
    REDIS_URL: str = field(repr=False)
    SECRET_KEY: str = field(repr=False)
    #: The address that gunicorn binds, and its port.
    HOST: str = "0.0.0.0"  # noqa: S104 -- a dyno or a container is reached from outside
    PORT: int = 5000
    #: Gunicorn processes.
    WEB_CONCURRENCY: int = 2
    #: Networks that may be fetched from although they are not public, on any port.
    FETCH_ALLOWED_NETWORKS: tuple[Network, ...] = ()
    #: One deadline over DNS, connect, TLS, headers, body and every redirect.
    FETCH_TIMEOUT: float = 20.0
    #: The largest page, after decompression.
    FETCH_MAX_BYTES: int = 10 * 1024 * 1024
    #: A URL that was counted less than this long ago is not fetched again.
    RESULT_REUSE_SECONDS: float = 60.0
    #: Refuse a client that submits too often; see views/limits.py. Off by default, because behind a
    #: proxy all visitors would be one client.
    RATELIMIT_ENABLED: bool = False
    #: Cookies travel over HTTPS only, and never with a form of another site.
    SESSION_COOKIE_SECURE: bool = True
    SESSION_COOKIE_SAMESITE: str = "Lax"
    #: A form token lasts as long as the session, for people who leave a page open.
    WTF_CSRF_TIME_LIMIT: int | None = None
    #: The largest request body that is read.
    MAX_CONTENT_LENGTH: int = 64 * 1024
    #: Bootstrap's style sheet comes from its wheel, not from somebody's CDN.
    BOOTSTRAP_SERVE_LOCAL: bool = True
    TESTING: bool = False

    @property
    def SQLALCHEMY_DATABASE_URI(self) -> str:  # noqa: N802 -- Flask-SQLAlchemy's name for it
        """The same URL under the name that Flask-SQLAlchemy looks for."""
        return self.DATABASE_URL

    @property
    def RATELIMIT_STORAGE_URI(self) -> str:  # noqa: N802 -- Flask-Limiter's name, and its spelling
        """The same Redis."""
        return self.REDIS_URL.replace("unix://", "redis+unix://", 1)

    @property
    def RATELIMIT_STORAGE_OPTIONS(self) -> dict[str, object]:  # noqa: N802
        """A Redis that is away or hangs keeps nobody waiting for long; in seconds."""
        return REDIS_PATIENCE

    @property
    def SQLALCHEMY_ENGINE_OPTIONS(self) -> dict[str, object]:  # noqa: N802
        """A connection that broke while idle is noticed before it is used; times are in UTC."""
        return {
            "pool_pre_ping": True,
            "connect_args": {"connect_timeout": 3, "options": "-c timezone=utc"},
        }


@dataclass(frozen=True, kw_only=True)
class ProductionConfig(Config):
    """Reached by strangers: every setting that protects is required."""


@dataclass(frozen=True, kw_only=True)
class StagingConfig(ProductionConfig):
    """Production's twin, for trying a release."""


@dataclass(frozen=True, kw_only=True)
class DevelopmentConfig(Config):
    """One person's own machine: only they reach it, and their local servers may be counted."""

    REDIS_URL: str = field(default="redis://127.0.0.1:6379/0", repr=False)
    SECRET_KEY: str = field(default="for development only", repr=False)
    HOST: str = "127.0.0.1"
    FETCH_ALLOWED_NETWORKS: tuple[Network, ...] = (
        ipaddress.ip_network("127.0.0.0/8"),
        ipaddress.ip_network("::1/128"),
    )
    SESSION_COOKIE_SECURE: bool = False
    #: A web site of a stranger must not reach local pages through us, under a name of its own that
    #: leads to this machine (DNS rebinding).
    TRUSTED_HOSTS: tuple[str, ...] = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True, kw_only=True)
class TestingConfig(DevelopmentConfig):
    """As development, and quick to give up."""

    __test__ = False  # a setting, not a test class, whatever its name makes pytest think
    FETCH_TIMEOUT: float = 5.0
    RESULT_REUSE_SECONDS: float = 0.0
    TESTING: bool = True


CONFIGS: Mapping[str, type[Config]] = {
    config.__name__: config
    for config in (DevelopmentConfig, StagingConfig, ProductionConfig, TestingConfig)
}


def settings_from(environ: Mapping[str, str]) -> Config:
    """The settings that an environment asks for.

    :param environ: usually ``os.environ``. An empty value counts as not set.
    :raises ConfigError: naming the first setting that is missing or wrong.
    """
    given = {name: value.strip() for name, value in environ.items() if value.strip()}
    given.setdefault("REDIS_URL", given.get("REDISTOGO_URL", ""))
    config = _config_class(given.get("APP_SETTINGS", "config.DevelopmentConfig"))
    values: dict[str, Any] = {
        name: read(name, given[name]) for name, read in _READERS.items() if given.get(name)
    }
    for setting in fields(config):
        if setting.default is MISSING and setting.name not in values:
            raise ConfigError(f"{setting.name} is not set. {_HOW_TO_SET[setting.name]}")
    return config(**values)


def _config_class(name: str) -> type[Config]:
    try:
        return CONFIGS[name.removeprefix("config.")]
    except KeyError:
        names = ", ".join(f"config.{known}" for known in CONFIGS)
        raise ConfigError(f"APP_SETTINGS is {name!r}, but must be one of: {names}.") from None


def _text(_name: str, value: str) -> str:
    return value


def _whole_number(low: int, high: int) -> Callable[[str, str], int]:
    def read(name: str, value: str) -> int:
        if not (value.isascii() and value.isdigit() and low <= int(value) <= high):
            raise ConfigError(f"{name} is {value!r}, but must be a number from {low} to {high}.")
        return int(value)

    return read


def _seconds(low: float, high: float) -> Callable[[str, str], float]:
    def read(name: str, value: str) -> float:
        try:
            seconds = float(value)
        except ValueError:
            seconds = float("nan")
        if not low <= seconds <= high:  # also refuses nan
            raise ConfigError(f"{name} is {value!r}, but must be seconds from {low:g} to {high:g}.")
        return seconds

    return read


def _switch(name: str, value: str) -> bool:
    switches = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
    if value.lower() not in switches:
        raise ConfigError(f"{name} is {value!r}, but must be true or false.")
    return switches[value.lower()]


def _networks(name: str, value: str) -> tuple[Network, ...]:
    if value.lower() == "none":
        return ()
    try:
        return tuple(ipaddress.ip_network(part) for part in value.replace(",", " ").split())
    except ValueError as error:
        raise ConfigError(
            f"{name} must be none, or networks such as 10.0.0.0/8, separated by commas: {error}."
        ) from None


def _database_url(name: str, value: str) -> str:
    """Heroku says ``postgres://``, which SQLAlchemy refuses; plain ``postgresql://`` would mean
    another driver."""
    try:
        url = make_url(value)
    except (ArgumentError, ValueError):  # the latter for a port that is no number
        # The value is not repeated: it may hold a password.
        raise ConfigError(f"{name} is not a URL. {_HOW_TO_SET[name]}") from None
    if url.drivername not in {"postgres", "postgresql", "postgresql+psycopg2"}:
        raise ConfigError(f"{name} is for {url.drivername!r}. {_HOW_TO_SET[name]}")
    return url.set(drivername="postgresql+psycopg2").render_as_string(hide_password=False)


def _redis_url(name: str, value: str) -> str:
    try:
        parse_url(value)  # type: ignore[no-untyped-call]
    except ValueError:
        raise ConfigError(f"{name} is not a Redis URL. {_HOW_TO_SET[name]}") from None
    return value


_READERS: Mapping[str, Callable[[str, str], Any]] = {
    "DATABASE_URL": _database_url,
    "REDIS_URL": _redis_url,
    "SECRET_KEY": _text,
    "PORT": _whole_number(1, 65535),
    "WEB_CONCURRENCY": _whole_number(1, 512),
    "FETCH_ALLOWED_NETWORKS": _networks,
    "FETCH_TIMEOUT": _seconds(0.1, 600),
    "FETCH_MAX_BYTES": _whole_number(1, 1024**3),
    "RESULT_REUSE_SECONDS": _seconds(0, 10 * 365 * 86400),
    "RATELIMIT_ENABLED": _switch,
}

_HOW_TO_SET: Mapping[str, str] = {
    "DATABASE_URL": "Set it to postgresql://USER:PASSWORD@HOST:PORT/NAME,"
    " or let `make run` start a database of its own.",
    "REDIS_URL": "Set it (or REDISTOGO_URL) to redis://HOST:PORT/0 or rediss://... for TLS,"
    " or let `make run` start a Redis of its own.",
    "SECRET_KEY": "It signs cookies and form tokens: set it to a long random text, for example"
    " from: python3 -c 'import secrets; print(secrets.token_hex(32))'",
}
