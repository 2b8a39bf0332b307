"""Callbacks, as tests ask for them, let their time come, and look at them."""

from sqlalchemy import text

from callbacks import rows, steps
from callbacks.rows import Callback, Wanted
from callbacks.steps import Taken
from models import db
from tests.counts import stored
from tests.support import wait_for

SECRET = "known to two alone"


def promise(key: str, url: str) -> None:
    """Ask for word of the outcome of a count."""
    rows.add(stored(key), Wanted(url, SECRET))
    db.session.commit()


def row() -> Callback:
    """The one callback that there is."""
    db.session.rollback()
    return db.session.query(Callback).one()


def make_due() -> None:
    """Let the time come for the next attempt."""
    db.session.execute(text("UPDATE callbacks SET due_at = now()"))
    db.session.commit()


def take_one() -> Taken:
    """Take the one that there is, as a courier does when its time has come."""
    make_due()
    (taken,) = steps.take(10, retries=10)
    return taken


def attempted(attempts: int) -> None:
    """Let so many attempts have been made."""
    db.session.execute(text("UPDATE callbacks SET attempts = :attempts"), {"attempts": attempts})
    db.session.commit()


def wait_for_state(state: str, seconds: float = 20) -> Callback:
    """The one callback that there is, in this state."""

    def look() -> Callback | None:
        db.session.rollback()
        return db.session.query(Callback).filter_by(state=state).one_or_none()

    return wait_for(f"callback that is {state}", look, seconds)
