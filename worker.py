"""The worker program: workers under one parent, which starts another when one dies.

The parent loads all that a job needs, for a fork then starts in milliseconds, and shares the
memory. Nobody who forks holds a connection of the database: two processes that share one garble
each other's answers.
"""

import logging
import multiprocessing
import os
import signal
import sys
import uuid
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from types import FrameType

import click
from flask import Flask
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from sqlalchemy.exc import SQLAlchemyError

from base_app import create_base_app
from callbacks import steps
from config import ConfigError, settings_from
from logs import lines, sentry
from models import Status, db
from storage import leases, rescues
from storage.states import Claim
from workers import pipeline
from workers.count_worker import CountWorker
from workers.granted import granted, memory_of_a_page
from workers.horse import work_of_a_horse
from workers.huge_pages import use_huge_pages
from workers.keeper import HORSES
from workers.resident import keep_little_that_is_free
from workers.stable import Stable
from workers.supervisor import STOP_SIGNALS, Place, Supervisor, fork
from workers.warm_up import warm_up

logger = logging.getLogger("worker")  # also where it is "__main__"

#: How long the database may work on, or wait with, one statement of a worker, in seconds. Nobody
#: could end it otherwise.
LONGEST_STATEMENT = 30
#: How long a thread may keep the others of its process waiting, in seconds. Each of a job's many
#: short waits, for Redis or Postgres, could otherwise end with one of 5 milliseconds for Python.
SWITCH_INTERVAL = 0.0005


@click.command()
@click.option("--workers", type=click.IntRange(1, 64), help="How many; otherwise WORKERS says it.")
def main(workers: int | None) -> None:
    """Run the queued counts, until told to stop."""
    for number in STOP_SIGNALS:
        signal.signal(number, _stop_before_work)
    multiprocessing.current_process().name = "parent"
    try:
        settings = settings_from(os.environ)
        lines.begin(settings)
        app = create_base_app(settings, longest_statement=LONGEST_STATEMENT)
    except ConfigError as error:
        sys.exit(f"The worker cannot start: {error}")
    if not app.config["CONTACT_URL"]:
        logger.warning("SITE_URL is not set: the sites that are fetched cannot tell whom to ask.")
    warm_up(lambda: _rehearse(app))
    use_huge_pages()

    def start(work: Callable[[Flask, int], None]) -> Callable[[str], BaseProcess]:
        handlers = dict.fromkeys(STOP_SIGNALS, _stop_before_work)
        return lambda name: fork(name, handlers, work, app, os.getpid())

    last = workers or app.config["WORKERS"]
    if not app.config["JOB_MEMORY_BYTES"]:
        app.config["JOB_MEMORY_BYTES"] = _memory_of_a_page(app, last)
    Supervisor(Place(f"worker {place}", start(_work)) for place in range(1, last + 1)).run()


def _memory_of_a_page(app: Flask, workers: int) -> int:
    held = workers * app.config["FETCH_CONCURRENCY"] * app.config["FETCH_MAX_BYTES"]
    memory = memory_of_a_page(granted(), at_once=workers * HORSES, held=held)
    logger.info("Each page may take %d MiB of memory.", memory // 2**20)
    return memory


def _rehearse(app: Flask) -> None:
    """Ask the database once what all processes here will ask, of a count that does not exist: what
    SQLAlchemy makes of it is then there for all of them, and takes memory only once.
    """
    nobodys = Claim(str(uuid.uuid4()), "", 0, Status.RUNNING)
    with app.app_context():
        try:
            leases.claim(nobodys.job_key, worker="")
            rescues.renew("", longest=0)
            rescues.take_back(0)
            rescues.overdue(0)
            leases.finish(nobodys)
            steps.take(0, retries=0, busy=())
        except SQLAlchemyError as error:  # it will be asked again
            logger.debug("the database cannot be asked just now: %s", error)
        finally:
            db.session.remove()
            db.engine.dispose()  # nobody forks with a connection


def _work(app: Flask, parent: int) -> None:
    """Be one worker. Any end but one that was asked for is a failure."""
    sys.setswitchinterval(SWITCH_INTERVAL)
    sentry.begin_in_fork()  # before the stable, which forks without threads
    stable = Stable(work_of_a_horse, pipeline.limits_of(app.config))
    keep_little_that_is_free()
    was_told = False
    try:
        with app.app_context():
            was_told = _work_until_told(app, stable, parent)
    except RedisError as error:  # when it begins, or takes its leave
        logger.warning("Redis cannot be reached: %s", error)
    except Exception:
        logger.exception("nobody foresaw this")
    finally:
        stable.end()
        if not was_told:
            logger.error("This worker ended although nobody told it to; the reason is above.")
        sentry.flush()
        os._exit(0 if was_told else 1)  # threads that still send would be waited for


def _work_until_told(app: Flask, stable: Stable, parent: int) -> bool:
    # A connection of its own: the worker waits on it for longer than the web would, and by itself.
    connection = Redis.from_url(app.config["REDIS_URL"], retry=Retry(NoBackoff(), 0))
    worker = CountWorker(connection, app, stable, parent)
    try:
        worker.work(logging_level="WARNING")
    except RedisError as error:
        if not worker.was_told:
            raise
        logger.warning("Redis cannot be reached: %s", error)
    return worker.was_told


def _stop_before_work(_signal: int, _frame: FrameType | None) -> None:
    """End now. An exception would be lost if the signal comes while Python runs a ``__del__``."""
    for child in multiprocessing.active_children():  # the stable
        child.terminate()
    os._exit(0)


if __name__ == "__main__":
    main()
