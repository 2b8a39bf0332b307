"""Two counts side by side: which words tell one from the other, and how one gets there."""

import csv
import html
import io
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

import submissions
from models import Result, db
from storage import leases
from tests.counts import begin, counted, counted_page, stored
from tests.support import NOBODYS_KEY
from views.sizes import MOST_RANKED_WORDS
from wordcount.keyness import log_likelihood, log_ratio

pytestmark = pytest.mark.usefixtures("app")

URL = "http://example.com/"
STOP_WORDS = {"the": 9}
#: 20 words and 40.
OLD = {"garden": 6, "Garden": 1, "rose": 3, "gardens": 1}
NEW = {"garden": 3, "pricing": 8, "Rose": 6, "sea": 14}


@pytest.fixture
def keys() -> tuple[str, str]:
    """Two pages."""
    return counted(OLD, STOP_WORDS), counted(NEW, STOP_WORDS)


def of_one_url(days: int = 3) -> tuple[str, str]:
    """Two counts of one page, so many days apart."""
    old, new = counted(OLD, STOP_WORDS, url=URL), counted(NEW, STOP_WORDS, url=URL)
    move(old, days)
    return old, new


def move(key: str, days: int) -> None:
    db.session.execute(
        text("UPDATE results SET finished_at = finished_at - make_interval(days => :days)"
             " WHERE job_key = :key"),
        {"days": days, "key": key},
    )  # fmt: skip
    db.session.commit()


def cited_in(page: str) -> str:
    found = re.search(r'id="citation">(.*?)</span>', page)
    assert found
    return html.unescape(found[1])


def test_the_citation_names_the_rules_of_both(client: FlaskClient) -> None:
    old, new = counted(OLD, rule_version=1), counted(NEW, rule_version=2)
    cited = cited_in(page_of(client, old, new))
    assert re.search(
        r"UTC \(counting rule 1\), compared with .* UTC \(counting rule 2\), by", cited
    )
    cited = cited_in(page_of(client, new, new))
    assert cited.count("counting rule") == 1
    assert "by Wordcount (counting rule 2), http" in cited


def page_of(client: FlaskClient, a: str, b: str, view: str = "") -> str:
    answer = client.get(f"/compare?a={a}&b={b}{view}", headers={"Accept": "text/html"})
    assert answer.status_code == 200, answer.text
    return answer.text


def rows_in(page: str) -> list[str]:
    """The words of the table, not those of the table of facts."""
    table = page.partition('id="table"')[2]
    return re.findall(r'<th scope="row"><bdi[^>]*>(.*?)</bdi>', table)


def outcome(page: str) -> str:
    """What is said first, as it is read."""
    found = re.search(r'id="outcome">(.*?)</p>', page, re.DOTALL)
    assert found
    return html.unescape(" ".join(re.sub("<[^>]+>", "", found[1]).split()))


@pytest.mark.parametrize(
    ("view", "words"),
    [
        ("", ["sea", "pricing", "garden", "gardens", "Rose"]),
        ("&words=both", ["garden", "Rose"]),
        ("&words=a", ["gardens"]),
        ("&words=b", ["sea", "pricing"]),
        ("&sort=az", ["garden", "gardens", "pricing", "Rose", "sea"]),
        ("&sort=difference", ["sea", "garden", "pricing", "gardens", "Rose"]),
        ("&sort=effect", ["sea", "pricing", "garden", "gardens", "Rose"]),
        ("&forms=together&words=both", ["garden", "Rose"]),
        ("&forms=together&words=a", []),
        ("&stopwords=keep&q=THE", ["the"]),
        ("&q=GARD&top=1", ["garden"]),
        ("&q=nothing", []),
        ("&q=%00%0A", []),
    ],
)
def test_views(client: FlaskClient, keys: tuple[str, str], view: str, words: list[str]) -> None:
    assert rows_in(page_of(client, *keys, view)) == words


@pytest.mark.parametrize(
    "view", ["words=c", "sort=rare", "of=all", "top=0", "top=1001", "stopwords=no", "forms=1"]
)
def test_what_makes_no_sense_is_refused(
    client: FlaskClient, keys: tuple[str, str], view: str
) -> None:
    refused = client.get(f"/compare?a={keys[0]}&b={keys[1]}&{view}")
    assert (refused.status_code, refused.get_json(force=True)["code"]) == (400, "bad_parameter")


def test_figures_are_those_of_the_core(client: FlaskClient, keys: tuple[str, str]) -> None:
    document = client.get(f"/compare.json?a={keys[0]}&b={keys[1]}&sort=az").get_json()
    assert [document[side]["total_words"] for side in "ab"] == [20, 40]
    garden = document["words"][0]
    assert garden == {
        "word": "garden",
        "a_count": 7,
        "b_count": 3,
        "a_per_thousand": 350.0,
        "b_per_thousand": 75.0,
        "log_likelihood": pytest.approx(log_likelihood(7, 3, 20, 40)),
        "log_ratio": pytest.approx(log_ratio(7, 3, 20, 40)),
        "stop_word": False,
    }
    assert [row["word"] for row in document["words"] if row["stop_word"]] == ["the"]
    page = page_of(client, *keys, "&q=garden")
    assert "350.00 ‰" in page
    assert "75.00 ‰" in page
    assert f"{log_likelihood(7, 3, 20, 40):.1f}</td>" in page
    assert f"{log_ratio(7, 3, 20, 40):+.2f}</td>" in page


@pytest.mark.parametrize(("ending", "delimiter"), [("csv", ","), ("tsv", "\t")])
def test_files_have_all_words_and_no_formula(
    client: FlaskClient, ending: str, delimiter: str
) -> None:
    a, b = counted({"=1+1": 2, "é" * 300: 1}), counted({f"word{n}": 1 for n in range(40)})
    answer = client.get(f"/compare.{ending}?a={a}&b={b}&q=nothing&top=1")
    assert answer.status_code == 200
    assert f"compared-example.com-{a[:8]}-{b[:8]}.{ending}" in answer.headers["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff")), delimiter=delimiter))
    assert len(rows) == 43
    assert {"'=1+1", "é" * 300, "word39"} < {row[0] for row in rows}


def test_the_same_page_at_two_times(client: FlaskClient) -> None:
    old, new = of_one_url()
    said = "The same page, 3 days apart. Since the first: +sea 14, +pricing 8, −garden 4, +Rose 3"
    assert outcome(page_of(client, old, new)).startswith(said)
    assert outcome(page_of(client, new, old)).startswith(said)  # whichever was named first
    assert outcome(page_of(client, old, new, "&stopwords=keep")).startswith(said)
    assert "/history?url=http://example.com/" in page_of(client, old, new)


def test_a_page_that_has_not_changed(client: FlaskClient) -> None:
    old, new = counted(OLD, url=URL), counted(OLD, url=URL)
    move(old, 1)
    assert outcome(page_of(client, old, new)) == "The same page, 1 day apart. No word has changed."


def test_a_count_and_itself(client: FlaskClient) -> None:
    key = counted(OLD)
    assert outcome(page_of(client, key, key)) == "A and B are one and the same count."


def test_a_pasted_text_is_not_the_same_page(client: FlaskClient) -> None:
    old, new = of_one_url()
    db.session.execute(text("UPDATE results SET pasted = true WHERE job_key = :k"), {"k": new})
    db.session.commit()
    assert outcome(page_of(client, old, new)) == "Which words tell A and B apart."


def test_why_figures_may_differ(client: FlaskClient) -> None:
    a = counted({"garden": 1, "die": 4}, STOP_WORDS, rule_version=1)
    b = counted({"Garten": 1, "the": 1}, {"die": 3}, language="de")
    page = page_of(client, a, b)
    assert "A was counted by version 1 of the rules, B by version 2" in page
    assert "A is in English, B in German." in page
    # A stop word of either is none of the words that only one of them has.
    assert sorted(rows_in(page)) == ["Garten", "garden"]
    assert "the rules" not in page_of(client, a, counted(OLD, rule_version=1))


def test_the_main_texts_alone(client: FlaskClient) -> None:
    markup = "<html lang=en><nav>Home sea</nav><main><p>The garden has a rose.</p></main>"
    a = counted_page(markup, main=[(9, 31)])
    b = counted_page(markup.replace("rose", "tree"), main=[(9, 31)])
    assert "sea" in rows_in(page_of(client, a, b))
    assert sorted(rows_in(page_of(client, a, b, "&of=main"))) == ["garden", "rose", "tree"]
    none = counted_page(markup, main=[])
    refused = client.get(f"/compare?a={a}&b={none}&of=main")
    assert (refused.status_code, refused.get_json(force=True)["code"]) == (409, "no_main_text")


def test_a_page_without_words(client: FlaskClient) -> None:
    a, b = counted(OLD), counted({})
    page = page_of(client, a, b)
    assert "B shows no words, so there is nothing to compare it by." in page
    assert 'id="table"' not in page
    assert len(client.get(f"/compare.json?a={a}&b={b}").get_json()["words"]) == 3


@pytest.mark.parametrize("kind", ["all", "both", "a", "b"])
def test_files_have_the_words_of_the_kind_that_is_shown(client: FlaskClient, kind: str) -> None:
    a, b = counted({"garden": 1, "sea": 2}, {"the": 3}), counted({"garden": 1, "rose": 2}, {"a": 1})
    words = {"both": ["garden"], "a": ["sea", "the"], "b": ["a", "rose"]}
    words["all"] = sorted(words["both"] + words["a"] + words["b"])
    page = page_of(client, a, b, f"&words={kind}&q=x&top=20&sort=az&stopwords=keep")
    link = re.search(r'href="(/compare\.json\?[^"]*)"', page)
    assert link
    address = html.unescape(link[1])
    assert "q=" not in address
    rows = client.get(address).get_json()["words"]
    assert [row["word"] for row in rows] == words[kind]
    assert {row["word"] for row in rows if row["stop_word"]} == {"a", "the"} & {*words[kind]}


def test_too_many_words_are_refused(client: FlaskClient) -> None:
    a, b = counted(OLD), counted(OLD, distinct_words=MOST_RANKED_WORDS + 1)
    for path in ("/compare", "/compare.csv"):
        refused = client.get(f"{path}?a={a}&b={b}")
        assert (refused.status_code, refused.get_json(force=True)["code"]) == (
            400,
            "too_many_words",
        )


@pytest.mark.parametrize("path", ["/compare", "/compare.csv"])
def test_keys_that_nobody_has(client: FlaskClient, path: str) -> None:
    key = counted(OLD)
    for query in (f"a={NOBODYS_KEY}&b={key}", f"a={key}&b={NOBODYS_KEY}", f"a={key}&b=%00x"):
        refused = client.get(f"{path}?{query}")
        assert (refused.status_code, refused.get_json(force=True)["code"]) == (404, "unknown_key")
    for query in ("", f"b={key}", "a=", f"a={key}&b="):
        refused = client.get(f"{path}?{query}")
        assert (refused.status_code, refused.get_json(force=True)["code"]) == (400, "bad_parameter")


def test_one_that_is_under_way_is_waited_for(client: FlaskClient) -> None:
    a, b = counted(OLD), submissions.submit("example.org")
    page = page_of(client, a, b)
    assert '<meta http-equiv="refresh"' in page
    assert f'data-results="/results/{b}"' in page
    assert "its address will show the comparison" in page
    refused = client.get(f"/compare.csv?a={a}&b={b}")
    assert (refused.status_code, refused.get_json(force=True)["code"]) == (409, "not_finished")


def test_one_that_failed(client: FlaskClient) -> None:
    a, b = counted(OLD), submissions.submit("example.org")
    assert leases.fail(begin(b), "http_status", "The site answered 404 Not Found.")
    page = page_of(client, a, b)
    assert outcome(page) == "B was not counted. The site answered 404 Not Found."
    assert f'href="/compare?a={a}"' in page
    assert f'href="/counts/{b}"' in page


def hidden_in(page: str, action: str) -> dict[str, str]:
    """What the last form of a page that leads there holds already."""
    form = page.rpartition(f'<form action="{action}"')[2].partition("</form>")[0]
    inputs = map(
        dict,
        (re.findall(r' (\w+)="([^"]*)"', tag.partition(">")[0]) for tag in form.split("<input")),
    )
    return {tag["name"]: tag["value"] for tag in inputs if tag.get("type") == "hidden"}


def test_counting_again_and_comparing(client: FlaskClient) -> None:
    key = counted(OLD, url=URL)
    hidden = hidden_in(client.get(f"/counts/{key}").text, f"/compare?a={key}")
    assert hidden.keys() == {"csrf_token", "url", "fresh"}
    answer = client.post(f"/compare?a={key}", data=hidden)
    assert answer.status_code == 303
    asked = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert asked["a"] == [key]
    assert stored(asked["b"][0]).url == URL
    assert asked["b"] != [key]
    assert "Counting…" in client.get(answer.headers["Location"]).text


def test_what_there_is_to_compare_with(client: FlaskClient) -> None:
    old, new = of_one_url()
    failed = submissions.submit(URL, fresh=True)
    assert leases.fail(begin(failed), "timeout", "It took too long.")
    page = client.get(f"/compare?a={new}").text
    assert f'href="/compare?a={old}&amp;b={new}"' in page  # the older one first
    assert failed not in page
    assert f'href="/compare?a={old}&amp;b={new}"' in client.get(f"/compare?a={old}").text
    hidden = hidden_in(page, f"/compare?a={new}")
    client.post("/", data={"csrf_token": hidden["csrf_token"], "url": "example.org/lately"})
    lately = db.session.query(Result.job_key).filter_by(url="http://example.org/lately").scalar()
    assert f'href="/compare?a={new}&amp;b={lately}"' in client.get(f"/compare?a={new}").text


def test_an_address_that_cannot_be_counted(client: FlaskClient) -> None:
    key = counted(OLD)
    hidden = hidden_in(client.get(f"/compare?a={key}").text, f"/compare?a={key}")
    answer = client.post(f"/compare?a={key}", data={**hidden, "url": 'ftp://"><b>'})
    assert answer.status_code == 400
    assert "Only http and https addresses can be counted" in answer.text
    assert 'value="ftp://&#34;&gt;&lt;b&gt;"' in answer.text
    without = client.post(f"/compare?a={key}", data={"url": "example.com"})
    assert (without.status_code, "needs a cookie" in without.text) == (400, True)
    unknown = client.post(f"/compare?a={NOBODYS_KEY}", data={**hidden, "url": "example.com"})
    assert unknown.status_code == 404


def test_a_full_queue(client: FlaskClient) -> None:
    key = counted(OLD)
    hidden = hidden_in(client.get(f"/compare?a={key}").text, f"/compare?a={key}")
    client.application.config["MAX_QUEUED"], most = 0, client.application.config["MAX_QUEUED"]
    try:
        answer = client.post(f"/compare?a={key}", data={**hidden, "url": "example.com"})
    finally:
        client.application.config["MAX_QUEUED"] = most
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert "Too many pages are waiting" in answer.text
    assert 'value="example.com"' in answer.text


def test_strangers_words_are_escaped(client: FlaskClient) -> None:
    evil = "<script>alert(1)</script>"
    a = counted({evil: 3}, title=evil, url=URL, final_url=f"http://a.b/{evil}")
    b = counted({"<b>": 1}, url=URL, language='"><script>')
    move(a, 1)
    for path in (f"/compare?a={a}&b={b}&q={evil}", f"/compare?a={a}", "/history?url=example.com"):
        page = client.get(path).text
        assert "<script>" not in page.replace('<script type="module"', "")
        assert "&lt;script&gt;" in page
