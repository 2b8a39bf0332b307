"""No site is asked too often; the count is in a real Redis, for all workers together."""

import time
from ipaddress import ip_network

import pytest
from flask import Flask

import fetch
import jobs
import submissions
from commands.sources import Reader, fetch_settings
from fetch import Limits, Manners, fetch_page
from models import Result
from tests.hostile.server import Server, answer, sends
from wordcount.errors import FetchError
from wordcount.version import VERSION
from workers.confine import EVIDENCE_PATIENCE, HORSE_PATIENCE
from workers.host_limit import IN_MEMORY, HostLimit

LOOPBACK = (ip_network("127.0.0.0/8"),)


@pytest.fixture
def redis_url(app: Flask) -> str:
    """An empty Redis."""
    return str(app.config["RATELIMIT_STORAGE_URI"])


def test_the_rate_is_shared_by_all_who_use_the_same_redis(redis_url: str) -> None:
    one, other = (HostLimit("2/minute", redis_url) for _ in range(2))
    one.wait("a.example")
    other.wait("a.example.")  # with the dot of the root it is the same host
    with pytest.raises(FetchError) as caught:
        one.wait("a.example")
    assert caught.value.code == "host_busy"
    assert caught.value.detail == (
        "Many pages of a.example were asked for just now. Try again in 60 seconds."
    )
    other.wait("b.example")


def test_pages_and_callbacks_are_counted_apart(redis_url: str) -> None:
    pages, callbacks = HostLimit("1/minute", redis_url), HostLimit("1/minute", redis_url, kind="x")
    for limit in (callbacks, pages):
        limit.wait("a.example")
        with pytest.raises(FetchError, match="host_busy"):
            limit.wait("a.example")


def test_a_short_wait_is_waited_for(redis_url: str) -> None:
    begun = time.time()
    for _ in range(4):
        HostLimit("2/second", redis_url).wait("a.example")
    assert time.time() - begun >= 0.9  # the third came a second after the first


def test_there_is_an_end_to_all_the_waiting_of_one_fetch() -> None:
    limit = HostLimit("1/second", IN_MEMORY, patience=1.5)
    limit.wait("a.example")
    limit.wait("a.example")
    with pytest.raises(FetchError) as caught:
        limit.wait("a.example")
    assert caught.value.code == "host_busy"


def test_without_a_rate_nothing_is_asked() -> None:
    limit = HostLimit("", "redis://127.0.0.1:1")
    for _ in range(100):
        limit.wait("a.example")


def test_without_redis_nobody_is_held_up(caplog: pytest.LogCaptureFixture) -> None:
    HostLimit("1/minute", "redis://127.0.0.1:1").wait("a.example")
    assert "how often a.example was asked is not known just now" in caplog.text


@pytest.fixture
def _loopback_is_public(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no public address that a test could own."""
    monkeypatch.setattr("transport.connection.is_public", lambda _address: True)
    monkeypatch.setattr("transport.connection.ALLOWED_PORTS", range(65536))


@pytest.mark.usefixtures("_loopback_is_public")
@pytest.mark.parametrize(
    ("response", "rate", "code", "connections"),
    [
        pytest.param(
            answer(b"", status="302 Found", location="/"), "3/minute", "host_busy", 3, id="redirect"
        ),
        # That it is not our turn again does not hide what the site said.
        pytest.param(answer(status="503 Busy"), "1/minute", "http_status", 1, id="second try"),
    ],
)
def test_each_request_asks_for_its_turn(
    redis_url: str, response: bytes, rate: str, code: str, connections: int
) -> None:
    with Server(sends(response)) as server:
        manners = Manners(permit=HostLimit(rate, redis_url).wait)
        with pytest.raises(FetchError) as caught:
            fetch_page(server.origin, Limits(5, 100, ()), manners)
    assert caught.value.code == code
    assert server.connections == connections


@pytest.mark.usefixtures("_loopback_is_public")
def test_a_job_waits_for_its_turn_and_says_who_asks(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "FETCH_ALLOWED_NETWORKS", ())
    monkeypatch.setitem(app.config, "HOST_RATE_LIMIT", "1/minute")
    monkeypatch.setitem(app.config, "CONTACT_URL", "https://words.example/about")
    with Server(sends(answer())) as server:
        first, second = (submissions.submit(f"{server.origin}/{page}") for page in "ab")
        jobs.count_and_save_words(first)
        jobs.count_and_save_words(second)
    outcomes = [Result.by_key(key) for key in (first, second)]
    assert [outcome and outcome.error_code for outcome in outcomes] == [None, "host_busy"]
    assert b"(+https://words.example/about)" in server.requests[0]
    assert server.connections == 1


def test_a_job_has_time_for_all_that_it_may_wait_for(app: Flask) -> None:
    job = jobs.queue().fetch_job(submissions.submit("http://example.com/"))
    assert job
    # To fetch, for its turn, for a horse, to compute, for the database at both ends.
    computing = HORSE_PATIENCE + app.config["JOB_CPU_SECONDS"] + EVIDENCE_PATIENCE
    assert job.timeout == app.config["FETCH_TIMEOUT"] + 10 + computing + 60


@pytest.mark.usefixtures("_loopback_is_public")
def test_the_shell_waits_for_as_long_as_it_takes() -> None:
    settings = fetch_settings({"HOST_RATE_LIMIT": "1/second", "FETCH_ALLOWED_NETWORKS": "none"})
    reader = Reader(settings)
    with Server(sends(answer(b"<p>Hello"))) as server:
        begun = time.time()
        for _ in range(3):
            assert reader.page_of(server.origin).body == b"<p>Hello"
    assert time.time() - begun >= 1.9
    assert (
        f"User-Agent: Wordcount/{VERSION}\r\n".encode() in server.requests[0]
    )  # no service, no address


@pytest.mark.usefixtures("_loopback_is_public")
def test_waiting_takes_no_time_of_the_site() -> None:
    def wait(_host: str) -> None:
        time.sleep(0.6)

    with Server(sends(answer(b"Hello"))) as server:
        page = fetch_page(server.origin, Limits(0.5, 100, ()), Manners(permit=wait))
    assert page.body == b"Hello"


def test_hosts_in_allowed_networks_are_exempt() -> None:
    def refuse(_host: str) -> None:
        raise AssertionError("asked for a turn")

    with Server(sends(answer(b"Hello"))) as server:
        fetch_page(server.origin, Limits(5, 100, LOOPBACK), Manners(permit=refuse))


def test_the_site_is_told_whom_to_ask() -> None:
    with Server(sends(answer())) as server:
        manners = Manners(contact="https://words.example/about")
        fetch_page(server.origin, Limits(5, 100, LOOPBACK), manners)
    assert (
        f"User-Agent: {fetch.PROGRAM} (+https://words.example/about)\r\n".encode()
        in (server.requests[0])
    )
