"""How Alembic reaches the database and the models: both come from the running application."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

from alembic import context
from flask import current_app
from sqlalchemy import text

logger = logging.getLogger("alembic.env")
db = current_app.extensions["migrate"].db
options = current_app.extensions["migrate"].configure_args

# Any number that no other use of this database takes.
MIGRATION_LOCK = 7_303_014
# How often to look whether the others are done, in seconds.
LOOK_EVERY = 0.2


def print_sql() -> None:
    """``db upgrade --sql``: print the statements instead of running them."""
    context.configure(
        dialect_name="postgresql", target_metadata=db.metadata, literal_binds=True, **options
    )
    with context.begin_transaction():
        context.run_migrations()


def migrate() -> None:
    """Run each migration in a transaction: all of it, or nothing.

    But for indexes that are made while others write: that cannot be done in a transaction.
    """
    with alone(), db.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            transaction_per_migration=True,
            **options,
        )
        if is_ahead():
            return
        with context.begin_transaction():
            context.run_migrations()


def is_ahead() -> bool:
    """Whether there is nothing to upgrade, for a newer release has migrated already.

    So it is after going back to an older release: its code runs with the newer schema, and what
    runs `db upgrade` at each start, or in Heroku's release phase, must not fail for that.
    """
    migrating = context.get_context()
    known = {script.revision for script in context.script.walk_revisions()}
    unknown = set(migrating.get_current_heads()) - known
    if not unknown or migrating.opts.get("destination_rev") not in {"head", "heads"}:
        return False
    logger.warning("a newer release has migrated the database: %s", ", ".join(sorted(unknown)))
    return True


@contextmanager
def alone() -> Iterator[None]:
    """Wait for others who migrate: two releases at once must not both create the same table.

    Outside of any transaction, and by asking again and again: whoever makes an index while others
    write waits for all transactions, and so for whoever would wait for him in one.
    """
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while not connection.scalar(text(f"SELECT pg_try_advisory_lock({MIGRATION_LOCK})")):
            time.sleep(LOOK_EVERY)
        try:
            yield
        finally:
            connection.execute(text(f"SELECT pg_advisory_unlock({MIGRATION_LOCK})"))


if context.is_offline_mode():
    print_sql()
else:
    migrate()
