"""Long results page by page or all at once; and finished ones, which never change, kept."""

import re
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

import submissions
from storage import leases
from tests.counts import begin, counted, counted_page
from tests.support import statements

#: 250 words, so more than are stored ready-made; the first one is the most frequent.
WORDS = {f"word{number:03}": 300 - number for number in range(250)}
ROWS = [[word, times] for word, times in WORDS.items()]
SIZES = {"no_stop_words/folded": (250, sum(WORDS.values()))}


@pytest.fixture
def key(client: FlaskClient) -> str:
    return counted(WORDS, tops={"no_stop_words/folded": ROWS[:100]}, sizes=SIZES)


def links(header: str) -> dict[str, str]:
    return {relation: url for url, relation in re.findall(r'<([^>]*)>; rel="(\w+)"', header)}


def pages(client: FlaskClient, address: str) -> Iterator[list[list[object]]]:
    """All pages, by nothing but the links from one to the next."""
    next_one: str | None = address
    while next_one:
        answer = client.get(next_one)
        assert answer.headers["X-Total-Count"] == "250"
        yield answer.get_json()
        next_one = links(answer.headers.get("Link", "")).get("next")


@pytest.mark.parametrize("top", [1000, 100, 77, 10])
def test_all_pages_together_are_the_whole(client: FlaskClient, key: str, top: int) -> None:
    found = list(pages(client, f"/results/{key}?top={top}"))
    assert [row for page in found for row in page] == ROWS
    assert [len(page) for page in found[:-1]] == [top] * (len(found) - 1)


def test_all_at_once(client: FlaskClient, key: str) -> None:
    answer = client.get(f"/results/{key}?top=all")
    assert answer.get_json() == ROWS
    assert "Link" not in answer.headers
    assert client.get(f"/get_result?job_id={key}&top=all").get_json()["result"] == ROWS


def test_the_links_of_a_page_in_the_middle(client: FlaskClient, key: str) -> None:
    address = f"/results/{key}?top=100&page=2&stopwords=drop"
    found = links(client.get(address).headers["Link"])
    numbers = {name: re.findall(r"page=(\d)", url) for name, url in found.items()}
    assert numbers == {"first": ["1"], "prev": ["1"], "next": ["3"], "last": ["3"]}
    assert all("stopwords=drop" in url and "top=100" in url for url in found.values())


def test_links_stay_on_this_site(client: FlaskClient, key: str) -> None:
    query = "?_external=1&_scheme=javascript&_anchor=x&job_key=y&_method=z"
    found = links(client.get(f"/results/{key}{query}").headers["Link"])
    assert found["next"] == f"/results/{key}?page=2"


def test_a_page_behind_the_last_is_empty(client: FlaskClient, key: str) -> None:
    answer = client.get(f"/results/{key}?top=100&page=4")
    assert (answer.status_code, answer.get_json()) == (200, [])


@pytest.mark.parametrize("query", ["page=0", "page=x", "top=ALL", "top=0", "top=all&page=2"])
def test_what_makes_no_sense(client: FlaskClient, key: str, query: str) -> None:
    answer = client.get(f"/results/{key}?{query}")
    assert (answer.status_code, answer.get_json()["code"]) == (400, "bad_parameter")


@pytest.mark.parametrize(
    "address",
    [
        "/results/{key}",
        "/results/{key}?top=all",
        "/get_result?job_id={key}",
        "/counts/{key}.json",
        "/counts/{key}.csv?case=keep",
        "/counts/{key}/chart.svg",
        "/counts/{key}/phrases.json",
        "/counts/{key}/word.csv?w=garden",
    ],
)
def test_what_never_changes_need_not_be_asked_for_again(client: FlaskClient, address: str) -> None:
    asked = address.format(key=counted_page("<p>A wall, a garden, a wall"))
    first = client.get(asked)
    assert first.status_code == 200
    is_result = "/results/" in address or "/get_result" in address
    keeps = "max-age=31536000, immutable" if is_result else "no-cache"
    assert first.headers["Cache-Control"] == f"private, {keeps}"
    with statements() as made:
        again = client.get(asked, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert not any("result_all" in statement for statement in made)
    assert client.get(asked, headers={"If-None-Match": 'W/"other"'}).status_code == 200


@pytest.mark.parametrize(
    ("view", "status"),
    [("word.json?w=nosuchword", 404), ("chart.svg?chart=bogus", 400), ("word.json?w=wall", 200)],
)
def test_nobody_has_what_cannot_be_answered(client: FlaskClient, view: str, status: int) -> None:
    address = f"/counts/{counted_page('<p>A wall')}/{view}"
    assert client.get(address, headers={"If-None-Match": "*"}).status_code == status


def test_another_view_is_another_answer(client: FlaskClient, key: str) -> None:
    tags = {
        client.get(f"/results/{key}{query}").headers["ETag"]
        for query in ("", "?top=5", "?top=5&page=2", "?case=keep")
    }
    assert len(tags) == 4


def test_what_may_change_is_not_kept(client: FlaskClient) -> None:
    key = submissions.submit("http://example.com/")
    tag = 'W/"x"'
    for answer in (
        client.get(f"/results/{key}", headers={"If-None-Match": tag}),
        client.get(f"/get_result?job_id={key}"),
        client.get(f"/counts/{key}.json"),
    ):
        assert answer.status_code in {202, 404, 409}
        assert "ETag" not in answer.headers
        assert "immutable" not in answer.headers.get("Cache-Control", "")
    assert leases.fail(begin(key), "timeout", "The site did not finish.")
    assert "ETag" not in client.get(f"/results/{key}").headers
