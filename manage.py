"""The command line of the project: ``python manage.py --help``."""

import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import click

#: Postgres' codes for a table and for a column that does not exist.
UNDEFINED = {"42P01", "42703"}


class LateGroup(click.Group):
    """Commands, each loaded when it is called: web, database and parsers take their time.

    :param late: what each loads, by name; it may prepare the context for the command.
    """

    def __init__(
        self, *, help: str, late: Mapping[str, Callable[[click.Context], click.Command]]
    ) -> None:
        super().__init__(help=help)
        self._late = late

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(self._late)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        load = self._late.get(cmd_name)
        return load(ctx) if load else None


@click.command()
def dev() -> None:
    """Run everything on this machine: Postgres, Redis, web and worker."""
    from dev.run import run  # its libraries are installed for development only

    sys.exit(run(Path(__file__).parent, os.environ))


def _count(_ctx: click.Context) -> click.Command:
    from commands.count import count

    return count


def _listen(ctx: click.Context) -> click.Command:
    _give_app(ctx)
    return LateGroup(
        help="Show what happens, as it happens, until Ctrl-C.",
        late={"prodcons": _listen_prodcons, "pubsub": _listen_pubsub},
    )


def _listen_prodcons(_ctx: click.Context) -> click.Command:
    from commands.listen_prodcons import prodcons

    return prodcons


def _listen_pubsub(_ctx: click.Context) -> click.Command:
    from commands.listen_pubsub import pubsub

    return pubsub


def _purge(ctx: click.Context) -> click.Command:
    from commands.purge import purge

    _give_app(ctx)
    return purge


def _db(ctx: click.Context) -> click.Command:
    from flask_migrate.cli import db as commands

    _give_app(ctx)
    return commands  # type: ignore[no-any-return]


def _give_app(ctx: click.Context) -> None:
    """Let a command make an application with migrations, which neither web nor worker need.

    It is made when the command runs, so that there is help also where settings are missing.
    """
    from flask import Flask
    from flask.cli import ScriptInfo
    from flask_migrate import Migrate

    from base_app import create_base_app
    from config import settings_from
    from logs import lines
    from models import db

    def create_managed_app() -> Flask:
        settings = settings_from({**_of_make_run(os.environ), **os.environ})
        lines.begin_in_terminal(settings)
        app = create_base_app(settings)
        Migrate(app, db)
        return app

    ctx.obj = ScriptInfo(create_app=create_managed_app)


def _of_make_run(environ: Mapping[str, str]) -> dict[str, str]:
    """Where the servers of a `make run` in this folder are, if one is running: a command in another
    terminal is about the same counts. Nothing, if the environment names servers or another machine.
    """
    if {"DATABASE_URL", "REDIS_URL", "REDISTOGO_URL", "APP_SETTINGS"} & {*environ}:
        return {}
    try:
        told = (Path(__file__).parent / ".data" / "servers.json").read_text("utf-8")
        urls: dict[str, str] = json.loads(told)
    except (OSError, ValueError):  # the latter while it is being written
        return {}
    return urls


def _sentence_for(error: Exception) -> str | None:
    """What to say of an error that is no fault of ours; None for any other."""
    from sqlalchemy.exc import ProgrammingError

    from config import ConfigError
    from storage.faults import DATABASE_AWAY, reason

    match error:
        case ConfigError():
            return f"Wrong setting: {error}"
        case ProgrammingError() if getattr(error.orig, "pgcode", None) in UNDEFINED:
            return "The database lacks a table or a column. Run: python manage.py db upgrade"
    return (
        f"The database cannot be reached: {reason(error)}"
        if isinstance(error, DATABASE_AWAY)
        else None
    )


cli = LateGroup(
    help="Manage Wordcount.",
    late={"count": _count, "db": _db, "dev": lambda _ctx: dev, "listen": _listen, "purge": _purge},
)


if __name__ == "__main__":
    try:
        cli()
    except Exception as error:
        if sentence := _sentence_for(error):
            from logs import lines

            lines.fail(sentence)
        raise
