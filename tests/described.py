"""The counts that the description of the API has for examples, stored as it says."""

from flask import current_app
from sqlalchemy import text

import submissions
from callbacks import rows
from callbacks.rows import Wanted
from models import Result, db
from storage import leases
from tests.counts import begin, counted_page
from tests.support import PROJECT
from views.openapi import examples
from workers import presence

OTHER_PAGE = "<html lang=en><title>The rose garden</title><p>The rose garden"


def store_examples() -> None:
    """Store a count of each state, one to compare with, and a list, each under its key; and let
    there seem to be a worker.
    """
    presence.say(current_app.extensions["redis"], "a worker")
    sample = (PROJECT / "static" / "sample.html").read_text(encoding="utf-8")
    _rename(counted_page(sample, url=examples.SAMPLE), examples.FINISHED)
    _rename(counted_page(OTHER_PAGE, url=examples.OTHER_URL), examples.OTHER)
    failed = submissions.submit(examples.FAILED_URL)
    failure = examples.FAILURE
    assert leases.fail(begin(failed), str(failure["code"]), str(failure["detail"]))
    _rename(failed, examples.FAILED)
    _rename(submissions.submit(str(examples.STANDING["url"])), examples.PENDING)
    submissions.submit_list(f"{examples.STANDING['url']}\nftp://example.com")
    db.session.execute(text("UPDATE lists SET list_key = :key"), {"key": examples.LIST})
    _tell_of_a_callback()
    _keep_times()
    db.session.commit()
    db.session.remove()


def _rename(job_key: str, key: str) -> None:
    db.session.execute(
        text("UPDATE results SET job_key = :key WHERE job_key = :was"),
        {"key": key, "was": job_key},
    )
    db.session.commit()
    db.session.remove()


def _keep_times() -> None:
    """Let what is done be so at the times of the examples."""
    db.session.execute(
        text(
            "UPDATE results SET submitted_at = :submitted, started_at = :started"
            " WHERE finished_at IS NOT NULL"
        ),
        {"submitted": examples.SUBMITTED, "started": examples.STARTED},
    )
    db.session.execute(
        text("UPDATE results SET finished_at = :counted WHERE finished_at IS NOT NULL"),
        {"counted": examples.COUNTED},
    )


def _tell_of_a_callback() -> None:
    """Let somebody have been told of the count of the sample page."""
    result = Result.by_key(examples.FINISHED)
    assert result
    rows.add(result, Wanted("https://receiver.example/", "a secret"))
    db.session.flush()
    db.session.execute(
        text(
            "UPDATE callbacks SET delivery_id = :id, state = 'delivered', secret = NULL,"
            " attempts = 1, last_status = 204"
        ),
        {"id": examples.DELIVERY},
    )
