"""The migrations lead to the models, and back."""

import flask_migrate
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from models import db
from tests.support import PROJECT

MIGRATIONS = str(PROJECT / "migrations")

pytestmark = pytest.mark.usefixtures("app")


def test_the_migrations_make_the_tables_that_the_models_expect() -> None:
    with db.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), db.metadata) == []


def test_down_and_up_again() -> None:
    db.session.remove()
    flask_migrate.downgrade(MIGRATIONS, revision="base")
    assert not inspect(db.engine).has_table("results")
    flask_migrate.upgrade(MIGRATIONS)
    assert inspect(db.engine).has_table("results")
