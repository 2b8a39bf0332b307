"""The command line of the project: ``python manage.py --help``."""

import os
import sys
from pathlib import Path

from flask import Flask
from flask.cli import AppGroup, ScriptInfo
from flask_migrate import Migrate
from flask_migrate.cli import db as db_commands
from sqlalchemy.exc import ProgrammingError

from app import create_app
from commands.count import count
from commands.purge import purge
from config import ConfigError
from models import DATABASE_AWAY, db, reason

cli = AppGroup(help="Manage Wordcount.")
cli.add_command(db_commands)
cli.add_command(count)
cli.add_command(purge)

#: Postgres' codes for a table and for a column that does not exist.
UNDEFINED = {"42P01", "42703"}


def create_managed_app() -> Flask:
    """The application with its migrations, which neither web nor worker need: they start sooner.

    :raises config.ConfigError: as :func:`app.create_app`.
    """
    app = create_app()
    Migrate(app, db)
    return app


@cli.command(with_appcontext=False)
def dev() -> None:
    """Run everything on this machine: Postgres, Redis, web and worker."""
    from dev.run import run  # its libraries are installed for development only

    sys.exit(run(Path(__file__).parent, os.environ))


if __name__ == "__main__":
    try:
        cli(obj=ScriptInfo(create_app=create_managed_app))
    except ConfigError as error:
        sys.exit(f"Wrong setting: {error}")
    except DATABASE_AWAY as error:
        sys.exit(f"The database cannot be reached: {reason(error)}")
    except ProgrammingError as error:
        if getattr(error.orig, "pgcode", None) not in UNDEFINED:
            raise
        sys.exit("The database lacks a table or a column. Run: python manage.py db upgrade")
