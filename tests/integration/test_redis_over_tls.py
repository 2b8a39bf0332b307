"""``rediss://`` works: a real Redis behind a TLS door, as hosted ones are."""

import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import trustme
from flask import Flask
from redis.exceptions import ConnectionError as NotConnectedError

import jobs
from app import create_app
from config import settings_from
from tests.tls_door import tls_door


@pytest.fixture
def door(environ: dict[str, str], tls: ssl.SSLContext) -> Iterator[int]:
    """The port of a door that leads to the Redis of the tests."""
    with tls_door(urlsplit(environ["REDIS_URL"]).path, tls) as port:
        yield port


def test_a_count_is_enqueued_over_tls(
    app: Flask, environ: dict[str, str], door: int, authority: trustme.CA
) -> None:
    with authority.cert_pem.tempfile() as certificates:
        url = f"rediss://127.0.0.1:{door}/0?ssl_ca_certs={certificates}"
        over_tls = create_app(settings_from({**environ, "REDIS_URL": url}))
        with over_tls.app_context():
            assert over_tls.extensions["redis"].ping()
        key = over_tls.test_client().post("/start", json={"url": "http://example.com/"}).text
        over_tls.extensions["redis"].close()
    assert jobs.queue().get_job_ids() == [key]


def test_a_certificate_of_nobodys_is_not_believed_by_itself(
    app: Flask, environ: dict[str, str], door: int
) -> None:
    url = f"rediss://127.0.0.1:{door}/0"
    careful = create_app(settings_from({**environ, "REDIS_URL": url}))
    with pytest.raises(NotConnectedError, match="CERTIFICATE_VERIFY_FAILED"):
        careful.extensions["redis"].ping()
