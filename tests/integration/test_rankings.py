"""The rankings that are not stored ready-made: forms together, short words left out."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

import submissions
from models import db
from storage import leases
from tests.counts import begin

WORDS = {"the": 9, "garden": 2, "gardens": 3, "Gardens": 1, "wall": 5, "oak": 4}
WITHOUT_STOP_WORDS = {word: times for word, times in WORDS.items() if word != "the"}


def finished(words: dict[str, int] = WITHOUT_STOP_WORDS, all_words: dict[str, int] = WORDS) -> str:
    """A count that is finished, with the words above; what is stored ready-made is wrong."""
    key = submissions.submit("http://example.com/")
    wrong = {name: [["stored", 1]] for name in ("no_stop_words/folded", "all/folded")}
    assert leases.finish(
        begin(key),
        language="en",
        tops=wrong,
        distinct_words=len(all_words),
        result_all=all_words,
        result_no_stop_words=words,
    )
    return key


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("", [["stored", 1]]),
        ("forms=apart&min=1", [["stored", 1]]),
        ("forms=together", [["gardens", 6], ["wall", 5], ["oak", 4]]),
        ("forms=together&top=1", [["gardens", 6]]),
        ("forms=together&stopwords=keep&top=2", [["the", 9], ["gardens", 6]]),
        ("forms=together&min=4", [["gardens", 6], ["wall", 5]]),
        ("min=4", [["wall", 5], ["gardens", 4], ["garden", 2]]),
        ("min=7&case=keep", [["gardens", 3], ["Gardens", 1]]),
        ("min=100", []),
    ],
)
def test_a_ranking_of_its_own(client: FlaskClient, query: str, rows: list[list[Any]]) -> None:
    answer = client.get(f"/results/{finished()}?{query}")
    assert (answer.status_code, answer.json) == (200, rows)


@pytest.mark.parametrize(
    "query", ["forms=", "forms=keep", "min=0", "min=101", "min=", "min=-1", "min=two", "min=1.5"]
)
def test_what_makes_no_sense(client: FlaskClient, query: str) -> None:
    answer = client.get(f"/results/{finished()}?{query}")
    problem = answer.get_json(force=True)
    assert (answer.status_code, problem["code"]) == (400, "bad_parameter")
    assert f'"{query.partition("=")[0]}"' in problem["detail"]


@pytest.mark.parametrize(("query", "status"), [("top=100", 200), ("forms=together", 400)])
def test_too_many_words_to_rank(client: FlaskClient, query: str, status: int) -> None:
    key = finished()
    db.session.execute(text("UPDATE results SET distinct_words = 200001"))
    db.session.commit()
    answer = client.get(f"/results/{key}?{query}")
    assert answer.status_code == status
    assert status == 200 or answer.get_json(force=True)["code"] == "too_many_words"
