"""Settings: what each environment gives by itself, and what is refused."""

import ipaddress

import pytest

from config import (
    CONFIGS,
    ConfigError,
    DevelopmentConfig,
    ProductionConfig,
    StagingConfig,
    settings_from,
)

DATABASE = {"DATABASE_URL": "postgresql://user:secret@host/name"}
PRODUCTION = {
    **DATABASE,
    "APP_SETTINGS": "config.ProductionConfig",
    "REDIS_URL": "rediss://:secret@host:6380",
    "SECRET_KEY": "a long and random text",
}


def test_development_is_the_default_and_may_count_local_pages() -> None:
    settings = settings_from(DATABASE)
    assert type(settings) is DevelopmentConfig
    assert settings.WEB_HOST == "127.0.0.1"
    assert ipaddress.ip_network("127.0.0.0/8") in settings.FETCH_ALLOWED_NETWORKS
    assert settings.CALLBACK_ALLOWED_NETWORKS == settings.FETCH_ALLOWED_NETWORKS


@pytest.mark.parametrize("name", CONFIGS)
@pytest.mark.parametrize("prefix", ["", "config."])
def test_app_settings_picks_the_class(name: str, prefix: str) -> None:
    settings = settings_from({**PRODUCTION, "APP_SETTINGS": prefix + name})
    assert type(settings).__name__ == name


def test_production_may_count_and_tell_nobody_inside() -> None:
    settings = settings_from(PRODUCTION)
    assert type(settings) is ProductionConfig
    assert settings.FETCH_ALLOWED_NETWORKS == ()
    assert settings.CALLBACK_ALLOWED_NETWORKS == ()
    assert settings.SESSION_COOKIE_SECURE


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg2"])
def test_the_database_is_reached_through_psycopg2(scheme: str) -> None:
    url = f"{scheme}://user:p%40ss@host:5433/name?sslmode=require"
    settings = settings_from({"DATABASE_URL": url})
    assert settings.SQLALCHEMY_DATABASE_URI == (
        "postgresql+psycopg2://user:p%40ss@host:5433/name?sslmode=require"
    )


def test_redistogo_url_stands_in_for_redis_url() -> None:
    assert settings_from({**DATABASE, "REDISTOGO_URL": "redis://a/0"}).REDIS_URL == "redis://a/0"
    both = {**DATABASE, "REDISTOGO_URL": "redis://a/0", "REDIS_URL": "redis://b/0"}
    assert settings_from(both).REDIS_URL == "redis://b/0"


def test_a_dyno_is_production_behind_a_router() -> None:
    on_a_dyno = {name: PRODUCTION[name] for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY")}
    settings = settings_from({**on_a_dyno, "DYNO": "web.1"})
    assert type(settings) is ProductionConfig
    assert (settings.WEB_HOST, settings.TRUSTED_PROXIES) == ("0.0.0.0", 1)
    assert settings.FETCH_CONCURRENCY == 4
    assert settings.REDIS_URL == "rediss://:secret@host:6380?ssl_cert_reqs=none"
    assert settings.RATELIMIT_STORAGE_URI == settings.REDIS_URL
    own = {"APP_SETTINGS": "StagingConfig", "TRUSTED_PROXIES": "2", "REDIS_TLS_VERIFY": "true"}
    chosen = settings_from({**on_a_dyno, "DYNO": "web.1", **own})
    assert (type(chosen), chosen.TRUSTED_PROXIES) == (StagingConfig, 2)
    assert on_a_dyno["REDIS_URL"] == chosen.REDIS_URL


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("rediss://:p%40ss@host:6380", "rediss://:p%40ss@host:6380?ssl_cert_reqs=none"),
        ("rediss://host/0?db=1", "rediss://host/0?db=1&ssl_cert_reqs=none"),
        ("rediss://host?ssl_cert_reqs=required", "rediss://host?ssl_cert_reqs=required"),
        ("redis://host/0", "redis://host/0"),
        ("unix:///tmp/redis.sock?db=0", "unix:///tmp/redis.sock?db=0"),
    ],
)
def test_what_is_asked_of_a_certificate_stands_in_the_url(url: str, asked: str) -> None:
    believing = {**DATABASE, "REDIS_URL": url, "REDIS_TLS_VERIFY": "false"}
    assert asked == settings_from(believing).REDIS_URL
    assert url == settings_from({**DATABASE, "REDIS_URL": url}).REDIS_URL


def test_all_settings_are_read() -> None:
    settings = settings_from(
        {
            **PRODUCTION,
            "PORT": "8000",
            "WEB_HOST": "::1",
            "WEB_CONCURRENCY": "3",
            "FETCH_ALLOWED_NETWORKS": "10.0.0.0/8, fd00::/8",
            "CALLBACK_ALLOWED_NETWORKS": "192.168.7.0/24",
            "FETCH_TIMEOUT": "2.5",
            "FETCH_MAX_BYTES": "1000",
            "HOST_RATE_LIMIT": "5/second",
            "SITE_URL": "https://words.example/",
            "JOB_CPU_SECONDS": "10",
            "JOB_MEMORY_BYTES": "100000000",
            "RESULT_REUSE_SECONDS": "0",
            "RESULT_RETENTION_DAYS": "1.5",
            "WORKERS": "4",
            "MAX_QUEUED": "5",
            "RATELIMIT_ENABLED": "False",
            "SUBMISSION_RATE_LIMIT": "7/hour",
            "TRUSTED_PROXIES": "1",
            "HTTPS_ONLY": "no",
            "TRUSTED_HOSTS": "Words.example, .b.example:8000 [::1]",
            "PRODCONS_RATE_LIMIT": "8/hour",
            "PUBLIC_KEYS": "yes",
            "CORS_ORIGINS": "https://a.example, http://localhost:8000",
            "WEBHOOK_SECRET": "to sign callbacks with",
            "REDIS_TLS_VERIFY": "no",
            "METRICS_TOKEN": "to see the figures",
            "ADMIN_PASSWORD": "to see the queue with",
            "SENTRY_DSN": "https://key@sentry.example/1",
            "LOG_LEVEL": "warning",
            "LOG_FORMAT": "Readable",
        }
    )
    assert (settings.PORT, settings.WEB_CONCURRENCY) == (8000, 3)
    assert settings.WEB_HOST == "[::1]"
    assert list(map(str, settings.FETCH_ALLOWED_NETWORKS)) == ["10.0.0.0/8", "fd00::/8"]
    assert list(map(str, settings.CALLBACK_ALLOWED_NETWORKS)) == ["192.168.7.0/24"]
    assert (settings.FETCH_TIMEOUT, settings.FETCH_MAX_BYTES) == (2.5, 1000)
    assert (settings.HOST_RATE_LIMIT, settings.SITE_URL) == ("5/second", "https://words.example/")
    assert (settings.JOB_CPU_SECONDS, settings.JOB_MEMORY_BYTES) == (10, 100_000_000)
    assert (settings.RESULT_REUSE_SECONDS, settings.RESULT_RETENTION_DAYS) == (0, 1.5)
    assert (settings.WORKERS, settings.MAX_QUEUED) == (4, 5)
    assert (settings.RATELIMIT_ENABLED, settings.SUBMISSION_RATE_LIMIT) == (False, "7/hour")
    assert settings.TRUSTED_PROXIES == 1
    assert (settings.HTTPS_ONLY, settings.SESSION_COOKIE_SECURE) == (False, False)
    assert settings.TRUSTED_HOSTS == ("words.example", ".b.example:8000", "[::1]")
    assert (settings.PRODCONS_RATE_LIMIT, settings.PUBLIC_KEYS) == ("8/hour", True)
    assert settings.CORS_ORIGINS == ("https://a.example", "http://localhost:8000")
    assert settings.WEBHOOK_SECRET == "to sign callbacks with"
    assert not settings.REDIS_TLS_VERIFY
    assert settings.METRICS_TOKEN == "to see the figures"
    assert settings.ADMIN_PASSWORD == "to see the queue with"
    assert settings.SENTRY_DSN == "https://key@sentry.example/1"
    assert (settings.LOG_LEVEL, settings.LOG_FORMAT) == ("WARNING", "readable")


def test_what_protects_is_on_by_itself() -> None:
    for environ in (DATABASE, PRODUCTION):
        settings = settings_from(environ)
        assert settings.RATELIMIT_ENABLED
        assert settings.SUBMISSION_RATE_LIMIT == "30/minute"
        assert settings.MAX_QUEUED == 10_000
        assert settings.TRUSTED_PROXIES == 0
        assert settings.REDIS_TLS_VERIFY
        assert settings.RESULT_RETENTION_DAYS is None
        assert settings.RESULT_REUSE_SECONDS == 60
        assert settings.CORS_ORIGINS == ()


def test_what_only_development_lets_everybody_see_or_do() -> None:
    development, production = settings_from(DATABASE), settings_from(PRODUCTION)
    assert (development.PUBLIC_KEYS, production.PUBLIC_KEYS) == (True, False)
    assert (development.PRODCONS_RATE_LIMIT, production.PRODCONS_RATE_LIMIT) == (
        "6000/minute",
        None,  # counted with the other submissions
    )
    assert production.WEBHOOK_SECRET == ""
    assert (development.HTTPS_ONLY, production.HTTPS_ONLY) == (False, True)
    assert production.TRUSTED_HOSTS is None


def test_what_is_logged_is_for_programs_but_in_development() -> None:
    development, production = settings_from(DATABASE), settings_from(PRODUCTION)
    assert (development.LOG_FORMAT, production.LOG_FORMAT) == ("readable", "json")
    assert (production.LOG_LEVEL, production.SENTRY_DSN, production.ADMIN_PASSWORD) == (
        "INFO",
        "",
        "",
    )


def test_one_worker_but_two_in_development() -> None:
    assert settings_from(DATABASE).WORKERS == 2
    assert settings_from(PRODUCTION).WORKERS == 1


def test_no_network_at_all() -> None:
    settings = settings_from({**DATABASE, "FETCH_ALLOWED_NETWORKS": "none"})
    assert settings.FETCH_ALLOWED_NETWORKS == ()


def test_any_rate_at_all() -> None:
    assert settings_from(DATABASE).HOST_RATE_LIMIT == "60/minute"
    rates = ("HOST_RATE_LIMIT", "SUBMISSION_RATE_LIMIT", "PRODCONS_RATE_LIMIT")
    settings = settings_from({**DATABASE, **dict.fromkeys(rates, "none")})
    assert [getattr(settings, rate) for rate in rates] == ["", "", ""]
    assert settings_from({**DATABASE, rates[1]: "None"}).SUBMISSION_RATE_LIMIT == ""


@pytest.mark.parametrize("value", ["none", "None", "", " "])
def test_results_are_kept_for_ever(value: str) -> None:
    settings = settings_from({**DATABASE, "RESULT_RETENTION_DAYS": value})
    assert settings.RESULT_RETENTION_DAYS is None


@pytest.mark.parametrize(
    ("seconds", "days"), [(86_400, "1"), (90_000, "1.5"), (300_000_000, "none")]
)
def test_a_result_may_be_reused_for_as_long_as_it_is_kept(seconds: int, days: str) -> None:
    environ = {"RESULT_REUSE_SECONDS": str(seconds), "RESULT_RETENTION_DAYS": days}
    reused = settings_from({**DATABASE, **environ}).RESULT_REUSE_SECONDS
    assert reused == seconds


@pytest.mark.parametrize(("seconds", "days"), [("86401", "1"), ("86400.5", "1"), ("1e8", "1000")])
def test_a_result_may_not_be_reused_for_longer(seconds: str, days: str) -> None:
    environ = {"RESULT_REUSE_SECONDS": seconds, "RESULT_RETENTION_DAYS": days}
    with pytest.raises(ConfigError, match=r"^RESULT_REUSE_SECONDS .* RESULT_RETENTION_DAYS"):
        settings_from({**DATABASE, **environ})


@pytest.mark.parametrize(
    ("environ", "contact"),
    [
        (DATABASE, ""),
        (PRODUCTION, ""),
        ({**PRODUCTION, "SITE_URL": "https://words.example"}, "https://words.example/about"),
        ({**DATABASE, "SITE_URL": "https://a.example/words/"}, "https://a.example/words/about"),
    ],
)
def test_whom_the_owner_of_a_site_may_ask(environ: dict[str, str], contact: str) -> None:
    found = settings_from(environ).CONTACT_URL
    assert found == contact


def test_an_empty_value_is_not_set() -> None:
    assert settings_from({**DATABASE, "PORT": " ", "APP_SETTINGS": ""}).PORT == 5000


@pytest.mark.parametrize("name", ["DATABASE_URL", "REDIS_URL", "SECRET_KEY"])
def test_production_refuses_to_start_without(name: str) -> None:
    with pytest.raises(ConfigError, match=f"^{name} is not set"):
        settings_from({**PRODUCTION, name: ""})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("APP_SETTINGS", "config.NoSuchConfig"),
        ("DATABASE_URL", "no url"),
        ("DATABASE_URL", "mysql://host/name"),
        ("REDIS_URL", "http://host"),
        ("DATABASE_URL", "postgres://u:p@h:port/name"),
        ("REDIS_URL", "redis://h:port/0"),
        ("REDIS_URL", "redis://[/0"),
        ("REDIS_URL", "redis://h/0?db=first"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "http"),
        ("PORT", "５０００"),
        ("WEB_CONCURRENCY", "0"),
        ("FETCH_ALLOWED_NETWORKS", "10.0.0.1/8"),
        ("FETCH_ALLOWED_NETWORKS", "everything"),
        ("CALLBACK_ALLOWED_NETWORKS", "127.0.0.1:80"),
        ("FETCH_TIMEOUT", "0"),
        ("FETCH_TIMEOUT", "nan"),
        ("FETCH_TIMEOUT", "soon"),
        ("FETCH_MAX_BYTES", "10 MB"),
        ("HOST_RATE_LIMIT", "often"),
        ("HOST_RATE_LIMIT", "0/minute"),
        ("HOST_RATE_LIMIT", "1/second; 60/hour"),
        ("SITE_URL", "words.example"),
        ("SITE_URL", "https://words.example/ (really)"),
        ("SITE_URL", "https://words.example/\nX: y"),
        ("JOB_CPU_SECONDS", "0"),
        ("JOB_MEMORY_BYTES", "512 MB"),
        ("RESULT_REUSE_SECONDS", "-1"),
        ("RATELIMIT_ENABLED", "maybe"),
        ("SUBMISSION_RATE_LIMIT", "often"),
        ("SUBMISSION_RATE_LIMIT", "0/minute"),
        ("SUBMISSION_RATE_LIMIT", "30"),
        ("SUBMISSION_RATE_LIMIT", "1/second; 60/hour"),
        ("PRODCONS_RATE_LIMIT", "30"),
        ("PUBLIC_KEYS", "some"),
        ("WEBHOOK_SECRET", "too short"),
        ("METRICS_TOKEN", "too short"),
        ("ADMIN_PASSWORD", "too short"),
        ("SENTRY_DSN", "sentry.example"),
        ("SENTRY_DSN", "https://sentry.example/1"),
        ("SENTRY_DSN", "https://key@sentry.example:port/1"),
        ("LOG_LEVEL", "LOUD"),
        ("LOG_FORMAT", "xml"),
        ("CORS_ORIGINS", "a.example"),
        ("CORS_ORIGINS", "https://a.example/"),
        ("CORS_ORIGINS", "https://*.example"),
        ("REDIS_TLS_VERIFY", "sometimes"),
        ("HTTPS_ONLY", "perhaps"),
        ("SECRET_KEY", "too short"),
        ("WEB_HOST", "localhost"),
        ("TRUSTED_HOSTS", "https://words.example"),
        ("TRUSTED_PROXIES", "-1"),
        ("TRUSTED_PROXIES", "17"),
        ("TRUSTED_PROXIES", "true"),
        ("TRUSTED_PROXIES", "10.0.0.1"),
        ("MAX_QUEUED", "0"),
        ("MAX_QUEUED", "none"),
        ("WORKERS", "0"),
        ("WORKERS", "65"),
        ("RESULT_RETENTION_DAYS", "0"),
        ("RESULT_RETENTION_DAYS", "0.5"),
        ("RESULT_RETENTION_DAYS", "-1"),
        ("RESULT_RETENTION_DAYS", "36501"),
        ("RESULT_RETENTION_DAYS", "nan"),
        ("RESULT_RETENTION_DAYS", "inf"),
        ("RESULT_RETENTION_DAYS", "a year"),
    ],
)
def test_a_wrong_value_is_named(name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=f"^{name} "):
        settings_from({**DATABASE, name: value})


def test_secrets_are_never_shown() -> None:
    assert "secret" not in repr(settings_from(PRODUCTION))
    with pytest.raises(ConfigError) as error:
        settings_from({"DATABASE_URL": "mysql://user:secret@host/name"})
    assert "secret" not in str(error.value)
    with pytest.raises(ConfigError) as error:
        settings_from({**DATABASE, "SENTRY_DSN": "https://secret@"})
    assert "secret" not in str(error.value)


def test_settings_are_frozen() -> None:
    with pytest.raises(AttributeError):
        settings_from(DATABASE).PORT = 1  # type: ignore[misc]
