"""How Alembic reaches the database and the models: both come from the running application."""

from alembic import context
from flask import current_app
from sqlalchemy import text

db = current_app.extensions["migrate"].db
options = current_app.extensions["migrate"].configure_args

# Any number that no other use of this database takes.
MIGRATION_LOCK = 7_303_014


def print_sql() -> None:
    """``db upgrade --sql``: print the statements instead of running them."""
    context.configure(
        dialect_name="postgresql", target_metadata=db.metadata, literal_binds=True, **options
    )
    with context.begin_transaction():
        context.run_migrations()


def migrate() -> None:
    """Run the migrations in one transaction: all of them, or none."""
    with db.engine.connect() as connection:
        context.configure(connection=connection, target_metadata=db.metadata, **options)
        with context.begin_transaction():
            # Two releases at once must not both create the same table.
            connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
            context.run_migrations()


if context.is_offline_mode():
    print_sql()
else:
    migrate()
