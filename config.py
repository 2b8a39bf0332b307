"""Settings, frozen, read from the environment by one function.

Nothing is read at import, so a test or a second app can be given settings of its own.
Field names are those of the environment; `README.md` has the table for users.
"""

import ipaddress
from collections.abc import Collection, Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from typing import Any

from environment.heroku import given_in, unverified
from environment.patience import POSTGRES_PATIENCE, REDIS_PATIENCE, SERVER_PATIENCE
from environment.readers import HOW_TO_SET, ConfigError, Network
from environment.variables import READERS

__all__ = ["CONFIGS", "Config", "ConfigError", "settings_from"]

_LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))


@dataclass(frozen=True, kw_only=True)
class Config:
    """What all environments share. Times are in seconds, sizes in bytes."""

    # What is left out of the repr is secret, and so left out of all logs (logs/secrets.py).
    DATABASE_URL: str = field(repr=False)
    REDIS_URL: str = field(repr=False)
    SECRET_KEY: str = field(repr=False)
    #: Whether the certificate of a Redis behind `rediss://` must be one that can be verified. What
    #: is asked of it stands in `REDIS_URL` (`environment.heroku.unverified`), from which all
    #: clients are made.
    REDIS_TLS_VERIFY: bool = True
    #: The address that gunicorn binds, and its port.
    WEB_HOST: str = "0.0.0.0"  # noqa: S104 -- a dyno or a container is reached from outside
    PORT: int = 5000
    #: Gunicorn processes.
    WEB_CONCURRENCY: int = 2
    #: Worker processes, beside each other under one parent.
    WORKERS: int = 1
    #: How many pages each of them fetches at the same time.
    FETCH_CONCURRENCY: int = 16
    #: Networks that may be fetched from although they are not public, on any port.
    FETCH_ALLOWED_NETWORKS: tuple[Network, ...] = ()
    #: The same of callbacks: strangers choose where they go, and a POST may do what a GET does not.
    CALLBACK_ALLOWED_NETWORKS: tuple[Network, ...] = ()
    #: One deadline over DNS, connect, TLS, headers, body and every redirect.
    FETCH_TIMEOUT: float = 20.0
    #: The largest page, after decompression.
    FETCH_MAX_BYTES: int = 10 * 1024 * 1024
    #: How often one host may be asked for pages, by all workers together, and how often callbacks
    #: may be sent to it; "" for any number.
    HOST_RATE_LIMIT: str = "60/minute"
    #: Where this service is reached; sites that are fetched are told, so that they can ask.
    SITE_URL: str = ""
    #: What one job may use: processor time, and memory on top of what a worker has anyway; None: as
    #: much as there is room for (`workers/granted.py`).
    JOB_CPU_SECONDS: int = 30
    JOB_MEMORY_BYTES: int | None = None
    #: A URL that was counted less than this long ago is not fetched again.
    RESULT_REUSE_SECONDS: float = 60.0
    #: Results that are older may be removed; None: they are kept for ever.
    RESULT_RETENTION_DAYS: float | None = None
    #: How many counts may wait for a worker; more are refused.
    MAX_QUEUED: int = 10_000
    #: Refuse a client that submits too often; see views/limits.py.
    RATELIMIT_ENABLED: bool = True
    #: How often one client may submit; "" for any number.
    SUBMISSION_RATE_LIMIT: str = "30/minute"
    #: How often one client may put a URL into the inbox by `POST /prodcons`; None: each is one of
    #: `SUBMISSION_RATE_LIMIT`.
    PRODCONS_RATE_LIMIT: str | None = None
    #: Whether the events that everybody may see name the keys of counts. Who knows a key can see
    #: the URL and the words.
    PUBLIC_KEYS: bool = False
    #: Sites whose pages may ask from a browser, such as https://example.com; "*" for all.
    CORS_ORIGINS: tuple[str, ...] = ()
    #: Signs what is sent to the callbacks of those who send no secret of their own.
    WEBHOOK_SECRET: str = field(default="", repr=False)
    #: Who asks for the figures at /metrics must show it; "" for anybody.
    METRICS_TOKEN: str = field(default="", repr=False)
    #: Opens RQ's dashboard at /admin/rq to whoever knows it; "" for no such page.
    ADMIN_PASSWORD: str = field(default="", repr=False)
    #: Where errors are reported to, an address of Sentry's; "" for nowhere.
    SENTRY_DSN: str = field(default="", repr=False)
    #: The least that is logged: DEBUG, INFO, WARNING or ERROR.
    LOG_LEVEL: str = "INFO"
    #: How: a JSON object in each line, or "readable".
    LOG_FORMAT: str = "json"
    #: How many proxies stand before the web, each of which adds the address that it was asked from
    #: to X-Forwarded-For. What they do not add, anybody could have written.
    TRUSTED_PROXIES: int = 0
    #: Answer by HTTPS only; somebody before the web speaks it, see `TRUSTED_PROXIES`.
    HTTPS_ONLY: bool = True
    #: The names under which this site may be asked for; none for any.
    TRUSTED_HOSTS: tuple[str, ...] | None = None
    #: Cookies never travel with a form of another site.
    SESSION_COOKIE_SAMESITE: str = "Lax"
    #: A form token lasts as long as the session, for people who leave a page open.
    WTF_CSRF_TIME_LIMIT: int | None = None
    #: The largest request body that is read.
    MAX_CONTENT_LENGTH: int = 64 * 1024
    #: Bootstrap's style sheet comes from its wheel, not from somebody's CDN.
    BOOTSTRAP_SERVE_LOCAL: bool = True
    TESTING: bool = False

    @property
    def CONTACT_URL(self) -> str:  # noqa: N802 -- a setting like the others
        """The page that tells the owner of a site who asks; "" if no address is known."""
        return f"{self.SITE_URL.rstrip('/')}/about" if self.SITE_URL else ""

    @property
    def SESSION_COOKIE_SECURE(self) -> bool:  # noqa: N802 -- Flask's name for it
        """Cookies travel over HTTPS only."""
        return self.HTTPS_ONLY

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
        """Times are in UTC. Errors leave out what was to be stored: URLs, texts, secrets."""
        asked = {"timezone": "utc", **SERVER_PATIENCE}
        options = " ".join(f"-c {name}={value}" for name, value in asked.items())
        patience = {**POSTGRES_PATIENCE, "options": options}
        return {"connect_args": patience, "hide_parameters": True}


@dataclass(frozen=True, kw_only=True)
class ProductionConfig(Config):
    """Reached by strangers: every setting that protects is required."""


@dataclass(frozen=True, kw_only=True)
class StagingConfig(ProductionConfig):
    """Production's twin, for trying a release."""


@dataclass(frozen=True, kw_only=True)
class DevelopmentConfig(Config):
    """One person's own machine: only they reach it, and their local servers are allowed."""

    REDIS_URL: str = field(default="redis://127.0.0.1:6379/0", repr=False)
    SECRET_KEY: str = field(default="for development only", repr=False)
    WEBHOOK_SECRET: str = field(default="for development only", repr=False)
    WEB_HOST: str = "127.0.0.1"
    LOG_FORMAT: str = "readable"
    WORKERS: int = 2
    PRODCONS_RATE_LIMIT: str | None = "6000/minute"
    PUBLIC_KEYS: bool = True
    FETCH_ALLOWED_NETWORKS: tuple[Network, ...] = _LOOPBACK
    CALLBACK_ALLOWED_NETWORKS: tuple[Network, ...] = _LOOPBACK
    HTTPS_ONLY: bool = False
    #: A web site of a stranger must not reach local pages through us, under a name of its own that
    #: leads to this machine (DNS rebinding).
    TRUSTED_HOSTS: tuple[str, ...] | None = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True, kw_only=True)
class TestingConfig(DevelopmentConfig):
    """As development, and quick to give up."""

    __test__ = False  # a setting, not a test class, whatever its name makes pytest think
    FETCH_TIMEOUT: float = 5.0
    WORKERS: int = 1
    RESULT_REUSE_SECONDS: float = 0.0
    RATELIMIT_ENABLED: bool = False
    TESTING: bool = True


CONFIGS: Mapping[str, type[Config]] = {
    config.__name__: config
    for config in (DevelopmentConfig, StagingConfig, ProductionConfig, TestingConfig)
}


def settings_from(environ: Mapping[str, str], *, without: Collection[str] = ()) -> Config:
    """The settings that an environment asks for.

    :param environ: usually ``os.environ``. An empty value counts as not set.
    :param without: texts that nobody will ask for: they are empty, whatever the environment says.
    :raises ConfigError: naming the first setting that is missing or wrong.
    """
    given = given_in(environ)
    config = _config_class(given.get("APP_SETTINGS", "config.DevelopmentConfig"))
    values: dict[str, Any] = dict.fromkeys(without, "") | {
        name: read(name, given[name])
        for name, read in READERS.items()
        if given.get(name) and name not in without
    }
    for setting in fields(config):
        if setting.default is MISSING and setting.name not in values:
            raise ConfigError(f"{setting.name} is not set. {HOW_TO_SET[setting.name]}")
    settings = config(**values)
    if not settings.REDIS_TLS_VERIFY:
        settings = replace(settings, REDIS_URL=unverified(settings.REDIS_URL))
    _refuse_reuse_of_what_is_removed(settings)
    return settings


def _refuse_reuse_of_what_is_removed(settings: Config) -> None:
    reused, days = settings.RESULT_REUSE_SECONDS, settings.RESULT_RETENTION_DAYS
    if days is not None and reused > (kept := days * 86_400):
        raise ConfigError(
            f"RESULT_REUSE_SECONDS is {reused:.10g}, but must not be longer than"
            f" RESULT_RETENTION_DAYS, which are {kept:.10g} seconds."
        )


def _config_class(name: str) -> type[Config]:
    try:
        return CONFIGS[name.removeprefix("config.")]
    except KeyError:
        names = ", ".join(f"config.{known}" for known in CONFIGS)
        raise ConfigError(f"APP_SETTINGS is {name!r}, but must be one of: {names}.") from None
