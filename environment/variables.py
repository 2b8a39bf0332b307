"""Which variables there are, and how each is read; which settings they become: :mod:`config`."""

from collections.abc import Callable, Mapping
from typing import Any

from environment import readers as read

READERS: Mapping[str, Callable[[str, str], Any]] = {
    "DATABASE_URL": read.database_url,
    "REDIS_URL": read.redis_url,
    "REDIS_TLS_VERIFY": read.switch,
    "SECRET_KEY": read.secret,
    "WEB_HOST": read.own_address,
    "PORT": read.whole_number(1, 65535),
    "WEB_CONCURRENCY": read.whole_number(1, 512),
    "WORKERS": read.whole_number(1, 64),
    "FETCH_CONCURRENCY": read.whole_number(1, 256),
    "FETCH_ALLOWED_NETWORKS": read.networks,
    "CALLBACK_ALLOWED_NETWORKS": read.networks,
    "FETCH_TIMEOUT": read.seconds(0.1, 600),
    "FETCH_MAX_BYTES": read.whole_number(1, 1024**3),
    "HOST_RATE_LIMIT": read.rate,
    "SITE_URL": read.site_url,
    "JOB_CPU_SECONDS": read.whole_number(1, 3600),
    "JOB_MEMORY_BYTES": read.whole_number(64 * 2**20, 1024**4),
    "RESULT_REUSE_SECONDS": read.seconds(0, 10 * 365 * 86400),
    "RESULT_RETENTION_DAYS": read.days,
    "MAX_QUEUED": read.whole_number(1, 10_000_000),
    "RATELIMIT_ENABLED": read.switch,
    "SUBMISSION_RATE_LIMIT": read.rate,
    "PRODCONS_RATE_LIMIT": read.rate,
    "PUBLIC_KEYS": read.switch,
    "CORS_ORIGINS": read.origins,
    "METRICS_TOKEN": read.secret,
    "HTTPS_ONLY": read.switch,
    "TRUSTED_HOSTS": read.hosts,
    "WEBHOOK_SECRET": read.secret,
    "ADMIN_PASSWORD": read.secret,
    "SENTRY_DSN": read.sentry_dsn,
    "LOG_LEVEL": read.one_of("DEBUG", "INFO", "WARNING", "ERROR"),
    "LOG_FORMAT": read.one_of("json", "readable"),
    "TRUSTED_PROXIES": read.whole_number(0, 16),
}
