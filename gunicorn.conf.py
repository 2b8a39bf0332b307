"""How gunicorn serves the web; it reads this file by itself."""

import gc
import multiprocessing
import os
import sys
from logging import INFO, LogRecord
from threading import Thread
from typing import Any

from config import ConfigError, settings_from
from logs import access

try:
    settings = settings_from(os.environ)
except ConfigError as error:
    sys.exit(f"The web cannot start: {error}")

bind = f"{settings.WEB_HOST}:{settings.PORT}"
workers = settings.WEB_CONCURRENCY
# Requests wait for Postgres and for slow clients, not for the processor.
worker_class = "gthread"
# Twice as many as there may be streams of events (views/live.py), so that those keep nobody
# waiting.
threads = 32
# Heroku kills what has not stopped 30 seconds after SIGTERM.
graceful_timeout = 20
# The heartbeat file of a worker must not wait for a slow disk.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108
# A way to steer gunicorn from outside, which nobody here uses.
control_socket_disable = True
# views/proxies.py says who is believed. By default gunicorn takes the scheme, and even the path,
# from everybody on this machine.
forwarded_allow_ips = ""
# The longest URL, 2,000 characters of which some are percent-encoded, encoded once more in ?url=
limit_request_line = 8190
accesslog = "-"  # that there is one; how it is written, says logs/access.py
logger_class = type("Lines", (access.Lines,), {"settings": settings})
loglevel = settings.LOG_LEVEL.lower()


def on_starting(_arbiter: Any) -> None:
    """Load all modules before workers are forked: it is done once, and they share the memory.

    The application itself each worker makes: it has a thread, which no fork takes along.
    """
    import app  # noqa: F401
    from workers.resident import keep_little_that_is_free

    multiprocessing.current_process().name = "web"
    keep_little_that_is_free()
    # Who looks for garbage in what is shared gets a copy of all of that; also when it ends.
    gc.freeze()


def _say_shortly(record: LogRecord) -> bool:
    """Say in a line that a client did not read (LONGEST_WRITE in views/live.py): it is no fault."""
    if record.exc_info and isinstance(record.exc_info[1], TimeoutError):
        record.msg, record.args = "A client reads nothing, and is left.", ()
        record.exc_info, record.levelno, record.levelname = None, INFO, "INFO"
    return True


def post_fork(_arbiter: Any, worker: Any) -> None:
    """Let its lines say which process it is."""
    multiprocessing.current_process().name = f"web {worker.age}"


def post_worker_init(worker: Any) -> None:
    """Let the streams of a worker end when it is to stop, or has lost its parent.

    Gunicorn would wait for them, up to `graceful_timeout`.

    And let those who follow events know what this worker could not tell,
    also if it has nothing more to tell.
    """
    streams = worker.wsgi.extensions["streams"]
    streams.end_when(lambda: not worker.alive or worker.ppid != os.getppid())
    worker.log.error_log.addFilter(_say_shortly)
    events = worker.wsgi.extensions["events"]
    Thread(target=events.make_good_for_ever, daemon=True).start()
    gc.freeze()  # nor is there any garbage in the application


def worker_exit(_arbiter: Any, worker: Any) -> None:
    """Write what a worker that ends has added up since the last event."""
    if application := getattr(worker, "wsgi", None):  # it may never have come to have one
        application.extensions["events"].make_good()
