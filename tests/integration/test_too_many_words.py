"""Pages with too many words to be ranked: what is stored is shown, and no more is promised."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.counts import counted
from tests.integration.test_large_counts import view_of
from tests.integration.test_views_of_a_count import words_in
from tests.support import statements
from views.sizes import MOST_RANKED_WORDS

#: What is stored, and what the switches may ask for.
STORED = {
    "no_stop_words/folded": [["garden", 6], ["Roses", 3]],
    "no_stop_words/as_written": [["garden", 5], ["Roses", 3]],
    "all/folded": [["the", 9], ["garden", 6]],
    "all/as_written": [["the", 8], ["garden", 5]],
}
SIZES = {name: [300_000, 700_000 if "no_stop" in name else 900_000] for name in STORED}


def rule_in(page: str) -> str:
    found = re.search(r'id="rule">(.*?)</p>', page, re.DOTALL)
    assert found
    return " ".join(re.sub("<[^>]+>", "", found[1]).split())


def caption_in(page: str) -> str:
    found = re.search(r'id="shown">(.*?)</(caption|p)>', page, re.DOTALL)
    assert found
    return " ".join(re.sub("<[^>]+>", "", found[1]).split())


def too_many(**facts: Any) -> str:
    known: dict[str, Any] = {
        "tops": STORED,
        "distinct_words": MOST_RANKED_WORDS + 1,
        "total_words": 900_000,
    }
    return counted({"garden": 6}, **{**known, **facts})


@pytest.mark.parametrize(
    ("view", "words", "rule"),
    [
        ("", ["garden", "Roses"], "case folded · 200,000 stop words left out"),
        ("?case=keep", ["garden", "Roses"], "capitals told apart · 200,000 stop words left out"),
        ("?stopwords=keep", ["the", "garden"], "case folded · stop words kept"),
        (
            "?forms=together&min=5",
            ["garden", "Roses"],
            "case folded · 200,000 stop words left out",
        ),
        ("?forms=together&case=keep&stopwords=keep", ["the", "garden"], "case folded"),
        ("?sort=az&top=1000", ["garden", "Roses"], "case folded"),
        ("?q=RO", ["Roses"], "case folded"),
        ("?chart=zipf", ["garden", "Roses"], "case folded"),
    ],
)
def test_the_rule_of_a_page_with_too_many_words_is_true(
    client: FlaskClient, view: str, words: list[str], rule: str
) -> None:
    with statements() as asked:
        page = view_of(client, too_many(sizes=SIZES), view)
    assert words_in(page) == words
    assert f"English · {rule}" in rule_in(page)
    assert "together" not in rule_in(page)
    assert "letters" not in rule_in(page)
    assert not [statement for statement in asked if "SELECT results.result" in statement]


def test_how_many_stop_words_there_are_is_not_always_known(client: FlaskClient) -> None:
    page = view_of(client, too_many(), "")
    assert "case folded · stop words left out · rule" in rule_in(page)


@pytest.mark.parametrize(
    ("view", "caption"),
    [
        ("", "2 of the 2 most frequent words, most frequent first"),
        ("?top=1&sort=rare", "1 of the 2 most frequent words, rarest first"),
        ("?q=ro", "1 of 1 word with “ro” among the 2 most frequent, most frequent first"),
        ("?q=zoo", "None of the 2 most frequent words contains “zoo”."),
    ],
)
def test_what_is_shown_of_too_many_words(client: FlaskClient, view: str, caption: str) -> None:
    page = view_of(client, too_many(sizes=SIZES), view)
    assert caption_in(page) == caption
    assert "only the most frequent 2 are shown" in page


def test_the_switches_of_too_many_words(client: FlaskClient) -> None:
    page = view_of(client, too_many(sizes=SIZES), "?forms=together&min=7&top=1")
    fields = {
        found[1]: "disabled" in found[0]
        for found in re.finditer(r'<input [^>]*id="(\w+)"[^>]*>', page)
    }
    assert {name for name, disabled in fields.items() if disabled} == {"of", "forms", "min"}
    assert {name for name, disabled in fields.items() if not disabled} == {"q", "stopwords", "case"}
    # Links go on from what is shown, and promise nothing else.
    assert "forms=together" not in page
    assert "min=7" not in page
