"""How far a count is, for how long nothing has moved, and what is said about that."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

import submissions
from app import create_app
from config import settings_from
from models import Step, db
from storage import leases, rescues
from tests.counts import begin, end_lease, make_due, stored
from tests.support import json_of
from views.standing import standing_of

pytestmark = pytest.mark.usefixtures("app")
URL = "http://example.com/"
BUSY = (
    ": all workers are busy, or none is running."
    " Your count is kept; you can close this page and come back."
)


def asked(client: FlaskClient, key: str) -> dict[str, Any]:
    answer = client.get(f"/results/{key}")
    assert answer.status_code == 202
    return dict(json_of(answer))


def let_pass(seconds: int) -> None:
    """Let everything that has happened so far have happened longer ago."""
    columns = ("submitted_at", "moved_at", "started_at", "finished_at")
    earlier = ", ".join(f"{column} = {column} - make_interval(secs => :s)" for column in columns)
    db.session.execute(text(f"UPDATE results SET {earlier}"), {"s": seconds})
    db.session.commit()


def test_nothing_is_said_as_long_as_it_is_usual(client: FlaskClient) -> None:
    key = submissions.submit(URL)
    let_pass(7)
    document = asked(client, key)
    assert document["seconds"] >= document["still"] >= 7
    assert document["fraction"] == 0.05
    assert "advice" not in document


def test_a_queue_in_which_nothing_moves(client: FlaskClient) -> None:
    key = submissions.submit(URL)
    let_pass(40)
    document = asked(client, key)
    assert document["still"] >= 40
    assert document["advice"] == f"Nothing has moved for {document['still']} seconds{BUSY}"


@pytest.mark.parametrize("seconds", [3599, 7300, 3_000_000])
def test_for_how_long_in_words(client: FlaskClient, seconds: int) -> None:
    key = submissions.submit(URL)
    let_pass(seconds)
    said = {3599: "59 minutes", 7300: "2 hours", 3_000_000: "833 hours"}[seconds]
    assert asked(client, key)["advice"] == f"Nothing has moved for {said}{BUSY}"


def test_a_queue_moves_with_what_is_begun_and_ended(client: FlaskClient) -> None:
    key = submissions.submit(URL)
    others = [submissions.submit(f"{URL}{number}") for number in range(3)]
    claims = []
    for other in others[:2]:
        let_pass(60)
        assert asked(client, key)["still"] >= 60
        claims.append(begin(other, f"the worker of {other}"))
        assert asked(client, key)["still"] < 15
    let_pass(60)
    leases.report(claims[0], Step.READING)  # which brings nobody nearer the front
    assert asked(client, key)["still"] >= 60
    assert leases.finish(claims[0])
    assert asked(client, key)["still"] < 15
    document = asked(client, key)
    assert document["seconds"] >= 180


@pytest.mark.parametrize("ring", ["again", "renew"])
def test_signs_of_life_are_no_movement(client: FlaskClient, ring: str) -> None:
    key = submissions.submit(URL)
    if ring == "again":
        make_due(key)
    else:
        begin(key)
    let_pass(30)
    if ring == "again":
        assert rescues.ring_again([key])
    else:
        rescues.renew("a worker", longest=60)
    assert asked(client, key)["still"] >= 30


def test_every_step_of_its_own_is_movement(client: FlaskClient) -> None:
    key = submissions.submit(URL)

    def moves(what: object) -> bool:
        moved = asked(client, key)["still"] < 15
        let_pass(60)
        return bool(what) and moved and asked(client, key)["still"] >= 60

    assert moves("accepted")
    assert moves(claim := begin(key))
    assert moves(leases.report(claim, Step.FETCHING, bytes=10))
    assert moves(leases.report(claim, Step.READING))
    assert moves(leases.hand_back(key, worker="a worker"))
    begin(key)
    let_pass(60)
    assert moves(leases.crash(key, worker="a worker"))
    begin(key)
    end_lease(key)
    let_pass(60)
    assert moves(rescues.take_back(10))


@pytest.fixture
def patient(environ: dict[str, str]) -> FlaskClient:
    """Asks an application that gives sites a minute."""
    return create_app(settings_from({**environ, "FETCH_TIMEOUT": "60"})).test_client()


def test_a_silent_site(patient: FlaskClient) -> None:
    key = submissions.submit(URL)
    claim = begin(key)
    let_pass(18)
    advice = asked(patient, key)["advice"]
    patience = r" It is given up if it takes more than 60 in all\."
    assert re.fullmatch(
        rf"Hardly anything has come from the site for \d\d seconds\.{patience}", advice
    )
    leases.report(claim, Step.FETCHING, bytes=5)
    let_pass(18)
    assert asked(patient, key)["advice"].startswith("Hardly anything has come from the site for ")


def test_no_site_is_blamed_for_a_worker_that_is_silent(patient: FlaskClient) -> None:
    key = submissions.submit(URL)
    begin(key)
    let_pass(16)
    end_lease(key, left=2)
    document = asked(patient, key)
    assert document["advice"] == (
        f"Nothing has moved for {document['still']} seconds."
        " If its worker has died, another one begins anew by itself."
    )


@pytest.mark.parametrize("step", Step)
def test_a_worker_that_does_not_get_on(client: FlaskClient, step: Step) -> None:
    key = submissions.submit(URL)
    leases.report(begin(key), step)
    let_pass(90)  # also longer than a site may take
    document = asked(client, key)
    assert document["advice"] == (
        f"Nothing has moved for {document['still']} seconds."
        " If its worker has died, another one begins anew by itself."
    )


def test_the_way_and_what_lies_behind() -> None:
    key = submissions.submit(URL)
    assert list(standing_of(stored(key)).steps) == [
        ("queued", "Waiting for a worker", "current"),
        ("fetching", "Fetching the page", "coming"),
        ("reading", "Reading the page", "coming"),
        ("counting", "Counting its words", "coming"),
        ("saving", "Saving the result", "coming"),
    ]
    claim = begin(key)
    fractions = [standing_of(stored(key)).fraction]
    for step, size in (
        (Step.FETCHING, 10_000),
        (Step.FETCHING, 1_000_000),
        (Step.FETCHING, 10_485_760),
        (Step.READING, 10_485_760),
        (Step.COUNTING, None),
        (Step.SAVING, None),
    ):
        leases.report(claim, step, **({"bytes": size} if size else {}))
        fractions.append(standing_of(stored(key)).fraction)
    assert fractions == sorted(set(fractions))
    assert (fractions[0], fractions[3:]) == (0.15, [0.5, 0.6, 0.75, 0.9])
    assert [stage.state for stage in standing_of(stored(key)).steps] == ["done"] * 4 + ["current"]


def test_the_way_of_a_pasted_text(client: FlaskClient) -> None:
    key = submissions.submit_text("Hello", URL)
    begin(key)
    assert asked(client, key)["message"] == "Counting its words"
    assert [(stage.name, stage.state) for stage in standing_of(stored(key)).steps] == [
        ("queued", "done"),
        ("counting", "current"),
        ("saving", "coming"),
    ]
