"""``python -m bench.million``: whether a million stored results are as quick as a thousand.

The application, Postgres and Redis are real; there is no server between, and no network. Few
results are in one database, many in another one beside it; the queue is as long in both. Whatever
visitors wait for, or is done again and again, is done with few and with many in turn, so that what
else the machine does meanwhile slows down both.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from uuid import UUID

from flask import Flask
from sqlalchemy import create_engine, make_url, select, text

import jobs
from app import create_app
from bench.bars import Figure, Report, at_most
from bench.markdown import table
from bench.plans import explained
from bench.servers import migrate, servers
from bench.stored import OFTEN, key_of, store_ended, store_pending
from callbacks import steps
from config import settings_from
from models import Result, Step, as_key, db
from storage import admission, leases, retention
from storage.lists import ListLine, PageList
from workers.rescuer import Watch

#: With many results nothing may take more than so many times as long as with few.
BAR = 2.0
SMALL, LARGE = 1_000, 1_000_000
_ROUNDS = 50
_QUEUED, _RUNNING = 200, 32
#: The counts of the page that was counted often: more than its history shows, and very many.
_OFTEN, _VERY_OFTEN = 100, 10_000
_LINES = 50
_LIST_KEY = UUID("6f1c1c5e-6f0d-4d54-8a5b-1d0f5a3c9b7e")
_RETENTION_DAYS = 3650

Act = Callable[[], object]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(prog="python -m bench.million", description=__doc__)
    parser.add_argument("--rows", type=int, default=LARGE, metavar="N", help="not a million")
    parser.add_argument("--plans", action="store_true", help="print the plans of the queries, too")
    given = parser.parse_args(arguments)
    print(measure(large=given.rows, plans=given.plans).text)


def measure(small: int = SMALL, large: int = LARGE, *, plans: bool = False) -> Report:
    """What everything takes with few stored results and with many.

    :param plans: tell also how Postgres goes about it with many.
    """
    heads = ("what", f"{small:,}: least ms", "middle ms", f"{large:,}: least ms", "middle ms")
    with servers() as environ:
        few = _application(environ, "few", small, _OFTEN)
        many = _application(environ, "many", large, _VERY_OFTEN)
        acts, others = _acts(few, small), _acts(many, large)
        rows, figures = [], []
        for name in acts:
            times = _times(few, acts[name], many, others[name])
            ratio = statistics.median(times[1]) / statistics.median(times[0])
            rows.append(_row(name, *times))
            figures.append(
                Figure(what=f"{large:,} results, {name}, times", ours=ratio, bar=at_most(BAR))
            )
        told = table((*heads, "ratio", f"at most {BAR:g}"), rows)
        return Report(f"{told}\n\n{_plans(many, others)}" if plans else told, figures)


def _application(environ: dict[str, str], name: str, rows: int, often: int) -> Flask:
    """An application with a database of this name, and so many results in it."""
    postgres = make_url(settings_from(environ).DATABASE_URL)
    server = create_engine(postgres, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    url = postgres.set(database=name).render_as_string()
    app = create_app(settings_from({**environ, "DATABASE_URL": url}))
    with app.app_context():
        migrate(app)
        store_ended(rows, often=often)
        store_pending(queued=_QUEUED, running=_RUNNING)
        _store_list(rows)
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM (ANALYZE)"))  # as Postgres does by itself, but at once
            connection.execute(text("CHECKPOINT"))
        queue = jobs.queue()
        queue.connection.delete(queue.key)
        queue.connection.rpush(queue.key, *(key_of(n + 1, "queued") for n in range(_QUEUED)))
    server.dispose()
    return app


def _store_list(rows: int) -> None:
    lines = [
        ListLine(
            number=number,
            typed="http://example.com/",
            result_id=db.session.scalar(select(Result.id).filter_by(job_key=as_key(key))),
        )
        for number, key in enumerate(_keys(rows, _LINES), start=1)
    ]
    db.session.add(PageList(list_key=_LIST_KEY, lines=lines))
    db.session.commit()


def _keys(rows: int, wanted: int) -> list[str]:
    """The keys of so many finished results, old and new ones."""
    step = rows // wanted // 20 * 20
    return [key_of(step * number) for number in range(wanted, 0, -1)]


def _acts(app: Flask, rows: int) -> dict[str, Act]:
    """What is measured, by its name."""
    client = app.test_client()
    keys = _keys(rows, 10)
    with client.session_transaction() as session:
        session["recent"] = [("counts", key) for key in keys]

    def page(address: str, status: int = 200) -> Act:
        def act() -> None:
            answer = client.get(address, headers={"Accept": "text/html"})
            if answer.status_code != status:
                raise RuntimeError(f"{address}: {answer.status}\n{answer.text[:2000]}")

        return act

    finished, waiting = keys[5], key_of(_QUEUED, "queued")
    return {
        "`/results`, finished": page(f"/results/{finished}"),
        "`/results`, waiting": page(f"/results/{waiting}", 202),
        "`/counts`, finished": page(f"/counts/{finished}"),
        "`/counts`, waiting": page(f"/counts/{waiting}"),
        "`/history` of a page counted often": page(f"/history?url={OFTEN}"),
        "recent list (`/`)": page("/"),
        f"a list of {_LINES} pages": page(f"/lists/{_LIST_KEY}"),
        "is there a count to reuse": lambda: admission.reusable([OFTEN], 60),
        "a count, from its submission to its end": _count,
        "rescuer": Watch("worker 1").look,
        "courier": lambda: steps.take(16, retries=8),
        "purge, when nothing is old": lambda: list(retention.purge(_RETENTION_DAYS)),
    }


def _count() -> None:
    """All that web and worker ask of the database for one count."""
    admission.reusable([OFTEN], 0)
    if not admission.queue_has_room(1, _QUEUED + 1):
        raise RuntimeError("the counts of this bench do not come to their end")
    (result,) = leases.accept(["http://new.example/"])
    key = str(result.job_key)
    db.session.commit()
    claim = leases.claim(key, worker="bench")
    if claim is None:
        raise RuntimeError("somebody else works on the counts of this bench")
    for step in Step:
        leases.report(claim, step)
    leases.fail(claim, "timeout", "It took too long.")


def _times(few: Flask, act: Act, many: Flask, other: Act) -> tuple[list[float], list[float]]:
    """What an act takes with few results and with many, in turn."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(_ROUNDS + 1):
        for app, done, taken in zip((few, many), (act, other), times, strict=True):
            with app.app_context():
                begun = time.perf_counter()
                done()
                taken.append(time.perf_counter() - begun)
    return times[0][1:], times[1][1:]  # the first round warms up


def _row(name: str, before: list[float], after: list[float]) -> tuple[str, ...]:
    middles = statistics.median(before), statistics.median(after)
    times = (min(before), middles[0], min(after), middles[1])
    ratio = middles[1] / middles[0]
    told = (f"{seconds * 1000:.2f}" for seconds in times)
    return name, *told, f"{ratio:.2f}", "yes" if ratio <= BAR else "**no**"


def _plans(app: Flask, acts: dict[str, Act]) -> str:
    """How Postgres goes about each act."""
    told = []
    for name, act in acts.items():
        with app.app_context(), explained(analyze=True) as plans:
            act()
        told.append(f"#### {name}\n")
        for plan in plans:
            told += [f"    {line}" for line in (plan.statement[:96], *plan.lines)]
            told.append("")
    return "\n".join(told)


if __name__ == "__main__":
    main()
