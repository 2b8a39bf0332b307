"""Pages have no script, style or handler within them: the policy forbids those, and rightly."""

import json
from collections.abc import Callable
from html.parser import HTMLParser
from urllib.parse import quote

import pytest
from flask import current_app
from flask.testing import FlaskClient
from redis import Redis

import jobs
import submissions
from inbox.queue import INBOX
from storage import leases
from tests.counts import begin, counted, counted_page, finished
from views import protection
from views.take import FRAME_POLICY


class Inline(HTMLParser):
    """Finds what a Content-Security-Policy without 'unsafe-inline' forbids."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        if tag == "style" or (tag == "script" and "src" not in names):
            self.found.append(tag)
        self.found += [name for name in names if name == "style" or name.startswith("on")]
        if names.get("id") == "bookmark":  # it is to be dragged away; here the policy stops it
            return
        self.found += [
            value for value in names.values() if value and value.lstrip().startswith("javascript:")
        ]


def inline_in(html: str) -> list[str]:
    parser = Inline()
    parser.feed(html)
    return parser.found


def failed() -> str:
    claim = begin(submissions.submit("http://example.com/"))
    assert leases.fail(claim, "empty_page", "It is empty.")
    return claim.job_key


def pending() -> str:
    return submissions.submit("http://example.com/")


def with_words() -> str:
    """Of a page whose title and words are as bad as can be."""
    evil = "<script>alert(1)</script>"
    return counted(
        {evil: 3, "' onclick='x()": 2},
        title=evil,
        language='"><script>',
        final_url="http://example.com/?'\"><script>",
        doubts=["log_in"],
    )


def two(words: Callable[[], str] = with_words) -> str:
    return f"a={with_words()}&b={words()}"


def of_one_url() -> str:
    """The address, as bad as an address can be, of a page that was counted twice."""
    url = "http://example.com/'onclick='?%22%3E%3Cscript%3E"
    for times in (1, 2):
        counted({"'\"><script>": times}, url=url, title="<script>")
    return quote(url)


def with_a_text() -> str:
    """Of a page whose text, title and language are as bad as can be."""
    evil = "&lt;script>alert(1)&lt;/script> ' onclick='x()"
    return counted_page(
        f"<title>{evil}</title><h1>{evil}</h1><p>{evil}", main=[(0, 42)], language='"><script>'
    )


def of_evil_events() -> str:
    """The key of a count with an event as bad as can be."""
    evil = "'\"><script>alert(1)</script>"
    claim = begin(submissions.submit("http://example.com/?'onclick='%22%3E%3Cscript%3E"))
    jobs.events().tell(claim, evil, ref=evil, code=evil, at=evil * 2)
    return claim.job_key


def with_evil_items() -> str:
    """The inbox, with items that are as bad as can be."""
    redis: Redis = current_app.extensions["redis"]
    for ref in ("'\"><script>", "' onclick='x()"):
        redis.lpush(INBOX, json.dumps({"url": "http://example.com/", "ref": ref}))
    return "/prodcons"


#: By name: the path of each kind of page.
PAGES: dict[str, Callable[[], str]] = {
    "form": lambda: "/",
    "form for many": lambda: "/?many=1",
    "form that is filled in": lambda: "/?url=%22onclick=%22alert(1)",
    "about": lambda: "/about",
    "rules": lambda: "/rules",
    "for programs": lambda: "/api/docs",
    "error": lambda: "/nowhere",
    "pending count": lambda: f"/counts/{pending()}",
    "failed count": lambda: f"/counts/{failed()}",
    "finished count": lambda: f"/counts/{finished()}",
    "finished count with words": lambda: f"/counts/{with_words()}",
    "words by rank": lambda: f"/counts/{with_words()}?chart=zipf&q=%22onclick=",
    "comparison": lambda: f"/compare?{two()}&q=%22onclick=",
    "comparison with a pending count": lambda: f"/compare?{two(pending)}",
    "comparison with a failed count": lambda: f"/compare?{two(failed)}",
    "what to compare with": lambda: f"/compare?a={with_words()}",
    "history": lambda: f"/history?url={of_one_url()}",
    "history form": lambda: "/history",
    "word forms together": lambda: f"/counts/{with_a_text()}?forms=together",
    "phrases": lambda: f"/counts/{with_a_text()}/phrases?q=%22onclick=&top=60",
    "where words stand": lambda: f"/counts/{with_a_text()}/where?q=%22onclick=",
    "collocations": lambda: f"/counts/{with_a_text()}/collocations",
    "one word": lambda: f"/counts/{with_a_text()}/word?w=onclick",
    "no such word": lambda: f"/counts/{with_a_text()}/word?w=%22onclick=%22alert(1)",
    "text": lambda: f"/counts/{with_a_text()}/as-counted?w=script",
    "inbox": with_evil_items,
    "live events": lambda: f"/pubsub?key={of_evil_events()}",
    "list": lambda: f"/lists/{submissions.submit_list('example.com')}",
}


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_inline(client: FlaskClient, name: str) -> None:
    answer = client.get(PAGES[name](), headers={"Accept": "text/html"})
    assert answer.mimetype == "text/html"
    assert answer.headers["Content-Security-Policy"] == protection.CONTENT_SECURITY_POLICY
    assert "</html>" in answer.text
    assert inline_in(answer.text) == []


def test_a_frame_has_nothing_inline_either(client: FlaskClient) -> None:
    answer = client.get(f"/counts/{with_words()}/embed")
    assert answer.headers["Content-Security-Policy"] == FRAME_POLICY
    assert inline_in(answer.text) == []


def test_a_refused_form(client: FlaskClient) -> None:
    answer = client.post("/", data={"url": "'onclick='alert(1)"})
    assert (answer.status_code, inline_in(answer.text)) == (400, [])


@pytest.mark.parametrize(
    "policy", [protection.CONTENT_SECURITY_POLICY, protection.SAMPLE_POLICY, FRAME_POLICY]
)
def test_no_policy_allows_it(policy: str) -> None:
    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy
    assert policy.startswith("default-src '")


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<script>1</script>", ["script"]),
        ("<style>a {}</style>", ["style"]),
        ("<p style='color: red'>", ["style"]),
        ("<p OnClick=x()>", ["onclick"]),
        ("<a href=' javascript:x()'>", [" javascript:x()"]),
        ("<script src='/static/site.js'></script><p title='style=\"\" onclick'>", []),
    ],
)
def test_what_is_inline(html: str, found: list[str]) -> None:
    assert inline_in(html) == found
