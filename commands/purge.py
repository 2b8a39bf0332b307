"""``manage.py purge``: remove the results that are old enough."""

import signal

import click
from flask import current_app
from flask.cli import with_appcontext

from logs import lines
from storage import retention


@click.command()
@with_appcontext
def purge() -> None:
    """Remove results that ended more than RESULT_RETENTION_DAYS ago.

    It can be run at any time, by several at once, and be broken off: what is removed is removed.
    """
    days = current_app.config["RESULT_RETENTION_DAYS"]
    if days is None:
        lines.answer(
            "Results are kept for ever, for RESULT_RETENTION_DAYS is not set."
            " Set it to a number of days to remove those that are older."
        )
        return
    # Ctrl-C ends it at once, without a word; the database takes back the batch at hand. An
    # exception would wait for the database's answer, however long that takes.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    removed = sum(retention.purge(days))
    results = "result" if removed == 1 else "results"
    lines.answer(f"Removed {removed:,} {results} that ended more than {days:g} days ago.")
