"""The migrations lead to the models, and back."""

import os
import subprocess
import sys

import flask_migrate
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

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


def test_an_index_that_was_left_half_made_is_made_anew() -> None:
    """The making of an index that was cut off leaves one that Postgres does not use."""
    db.session.remove()
    flask_migrate.downgrade(MIGRATIONS, revision="0005")
    with db.engine.begin() as connection:
        connection.execute(text("CREATE INDEX ix_results_of_url ON results (title)"))
    flask_migrate.upgrade(MIGRATIONS)
    test_the_migrations_make_the_tables_that_the_models_expect()


def test_two_releases_at_once(environ: dict[str, str]) -> None:
    """One makes indexes while others write, and so waits for all transactions; the other waits for
    the first."""
    db.session.remove()
    flask_migrate.downgrade(MIGRATIONS, revision="base")
    command = [sys.executable, str(PROJECT / "manage.py"), "db", "upgrade"]
    environment = {"PATH": os.environ["PATH"], **environ}
    both = [
        subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    told = [one.communicate(timeout=60)[1] for one in both]
    assert [one.returncode for one in both] == [0, 0], told
    test_the_migrations_make_the_tables_that_the_models_expect()


def test_an_older_release_leaves_a_newer_schema_as_it_is(caplog: pytest.LogCaptureFixture) -> None:
    db.session.remove()
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    try:
        flask_migrate.upgrade(MIGRATIONS)
        assert "a newer release has migrated the database: 9999" in caplog.text
        with pytest.raises(SystemExit):  # back from what it does not know it cannot go
            flask_migrate.downgrade(MIGRATIONS)
        with db.engine.connect() as connection:
            assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "9999"
    finally:
        with db.engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '0006'"))
