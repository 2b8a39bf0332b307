"""However many results are stored, none of the queries looks through all of them.

The queries are those that the application asks, as it asks them, with the statistics of many rows.
"""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert, select, text

import submissions
from bench.plans import Plan, explained
from bench.stored import OFTEN, key_of, store_ended, store_pending
from callbacks import steps
from callbacks.rows import Callback
from models import Result, Step, as_key, db
from storage import admission, leases, lists, retention
from storage.backlog import backlog
from storage.lists import ListLine, PageList
from storage.once import Once
from tests.counts import end_lease, make_due
from tests.support import NOBODYS_KEY
from workers.rescuer import Watch

ROWS, TIMES_OFTEN = 20_000, 1_000
QUEUED, RUNNING = 500, 64

pytestmark = pytest.mark.usefixtures("app")


def analyze() -> None:
    """Let Postgres know what is stored, as it finds out by itself a little later."""
    db.session.execute(text("ANALYZE"))
    db.session.commit()


def id_of(key: str) -> int:
    found = db.session.scalar(select(Result.id).filter_by(job_key=as_key(key)))
    assert found
    return found


def store_list(keys: list[str]) -> None:
    lines = [
        ListLine(number=number, typed="http://example.com/", result_id=id_of(key))
        for number, key in enumerate(keys, start=1)
    ]
    db.session.add(PageList(list_key=NOBODYS_KEY, lines=lines))
    db.session.commit()


def store_callbacks(keys: list[str]) -> None:
    rows = [
        {"result_id": id_of(key), "url": f"http://{key}.example/", "host": key, "secret": "x" * 8}
        for key in keys
    ]
    db.session.execute(insert(Callback), rows)
    db.session.commit()


def page(client: FlaskClient, address: str, status: int = 200) -> Callable[[], object]:
    def ask() -> None:
        answer = client.get(address, headers={"Accept": "text/html"})
        assert answer.status_code == status, answer.text

    return ask


def a_count_and_its_end() -> None:
    key = submissions.submit("http://new.example/", name=Once("a name", "what was asked"))
    claim = leases.claim(key, worker="a worker")
    assert claim
    assert leases.claim_of(key, worker="a worker")
    for step in Step:
        assert leases.report(claim, step)
    assert leases.is_ours(claim)
    assert leases.finish(claim)
    leases.supplement(claim, main_words=1)


def counts_that_come_to_nothing() -> None:
    cancelled, crashed, handed_back = (
        submissions.submit(f"http://{name}.example/", owner="a visitor") for name in "abc"
    )
    assert submissions.cancel(cancelled, owner="a visitor")
    for key in (crashed, handed_back):
        assert leases.claim(key, worker="a worker")
    assert leases.crash(crashed, worker="a worker")
    assert leases.hand_back(handed_back, worker="a worker")


def stuck_counts_rescued() -> None:
    end_lease(key_of(1, "running"))
    make_due(key_of(1, "queued"))
    watch = Watch("worker 1")
    with explained() as plans:
        stuck = [watch.look() for _ in range(2)]
    assert stuck[1] > 1
    assert plans


def everything(client: FlaskClient) -> dict[str, Callable[[], object]]:
    """What visitors wait for, and what is done again and again."""
    finished, queued, running = key_of(400), key_of(QUEUED, "queued"), key_of(2, "running")
    return {
        "results": page(client, f"/results/{finished}"),
        "results, queued": page(client, f"/results/{queued}", 202),
        "results, running": page(client, f"/results/{running}", 202),
        "counts": page(client, f"/counts/{finished}"),
        "counts, queued": page(client, f"/counts/{queued}"),
        "history": page(client, f"/history?url={OFTEN}"),
        "history, later": page(client, f"/history?url={OFTEN}&before={finished}"),
        "history of one count": page(client, "/history?url=http://queued1.example/"),
        "recent list": page(client, "/"),
        "events": page(client, f"/pubsub?key={finished}"),
        "list": page(client, f"/lists/{NOBODYS_KEY}"),
        "submission": lambda: submissions.submit(OFTEN),
        "submission of a list": lambda: submissions.submit_list(
            "\n".join(f"http://list{number}.example/" for number in range(lists.MOST_LINES))
        ),
        "a count": a_count_and_its_end,
        "no count": counts_that_come_to_nothing,
        "rescuer": stuck_counts_rescued,
        "courier": lambda: steps.take(16, retries=8),
        "purge": lambda: list(retention.purge(1)),
        "figures": lambda: backlog(20_000),
    }


def slow_ones(plans: list[Plan]) -> list[str]:
    return [plan.statement for plan in plans if "Seq Scan" in plan.scans("results")]


def test_no_query_looks_through_all_results(client: FlaskClient) -> None:
    store_ended(ROWS, often=TIMES_OFTEN)
    store_pending(queued=QUEUED, running=RUNNING)
    store_list([key_of(number) for number in range(400, 440)])
    store_callbacks([key_of(number) for number in range(800, 840)])
    db.session.execute(
        text("UPDATE results SET finished_at = now() - interval '2 days' WHERE id = 600")
    )
    analyze()
    with client.session_transaction() as session:
        session["recent"] = [("counts", key_of(40 * n)) for n in range(1, 10)]
        session["recent"].append(("lists", str(NOBODYS_KEY)))
    slow, asked = {}, 0
    for name, act in everything(client).items():
        with explained() as plans:
            act()
        db.session.rollback()
        asked += len(plans)
        if found := slow_ones(plans):
            slow[name] = found
    assert slow == {}
    assert asked > 60


def test_of_very_many_counts_of_a_url_only_the_newest_are_read(client: FlaskClient) -> None:
    store_ended(ROWS, often=TIMES_OFTEN)
    analyze()
    for act in (page(client, f"/history?url={OFTEN}"), lambda: admission.reusable([OFTEN], 60)):
        with explained(analyze=True) as plans:
            act()
        of_results = [plan.root for plan in plans if plan.scans("results")]
        assert of_results
        # An index scan reads so many rows, and some pages of the index.
        assert sum(map(pages_read, of_results)) < 400
        db.session.rollback()


def pages_read(root: dict[str, Any]) -> int:
    return int(root["Shared Hit Blocks"]) + int(root["Shared Read Blocks"])


def test_what_is_known_of_another_time_does_no_harm(client: FlaskClient) -> None:
    """When statistics were made, nearly all was queued; since then very many have come and gone."""
    store_pending(queued=QUEUED, running=RUNNING)
    analyze()
    db.session.execute(text("UPDATE results SET status = 'failed', finished_at = now()"))
    db.session.commit()
    store_ended(ROWS, often=TIMES_OFTEN)
    with explained() as plans:
        assert admission.queue_has_room(1, 1)
        page(client, f"/history?url={OFTEN}")()
        admission.reusable([OFTEN], 60)
        Watch("worker 1").look()
        backlog(20_000)
    assert not slow_ones(plans), json.dumps([plan.lines for plan in plans])
