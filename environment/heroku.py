"""What holds on Heroku, for which it has no variable."""

from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

#: Heroku sets this for each of its dynos, and nobody else does.
ON_A_DYNO = "DYNO"
#: What holds on each dyno and Heroku has no variable for; whatever is set there goes before it. Its
#: router is the one proxy, which nobody can go around. Its Redis has a certificate that it has
#: signed itself, and of which it gives nobody the authority. The smallest dynos have 512 MB, in
#: which more large pages at once than these have no room.
OF_A_DYNO: Mapping[str, str] = {
    "APP_SETTINGS": "config.ProductionConfig",
    "TRUSTED_PROXIES": "1",
    "REDIS_TLS_VERIFY": "false",
    "FETCH_CONCURRENCY": "4",
}


def given_in(environ: Mapping[str, str]) -> dict[str, str]:
    """What is set in an environment, on a dyno with all that holds there. An empty value counts as
    not set."""
    given = {name: value.strip() for name, value in environ.items() if value.strip()}
    if ON_A_DYNO in given:
        given = {**OF_A_DYNO, **given}
    given.setdefault("REDIS_URL", given.get("REDISTOGO_URL", ""))
    return given


def unverified(redis_url: str) -> str:
    """The URL of a Redis that is believed whatever its certificate says.

    It stands in the URL, for all clients here are made from that, those of libraries too. A URL
    that says itself what is wanted of the certificate is left as it is.
    """
    asked = urlsplit(redis_url)
    if asked.scheme != "rediss" or "ssl_cert_reqs" in parse_qs(asked.query):
        return redis_url
    query = "&".join(filter(None, (asked.query, "ssl_cert_reqs=none")))
    return asked._replace(query=query).geturl()
