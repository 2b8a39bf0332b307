"""Which count a request is about, in all lines that it logs; that of gunicorn too, which comes last
(:mod:`logs.access`)."""

import re

from flask import Flask, request
from structlog.contextvars import bind_contextvars, clear_contextvars

#: As keys are given out. Whatever else stands in an address is nobody's key.
_KEY = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def log_keys(app: Flask) -> None:
    """Let the lines of each request name the count in its address. (RQ's job has the same key.)"""

    @app.before_request
    def begin() -> None:
        clear_contextvars()
        named = request.view_args or {}
        is_about(named.get("job_key") or named.get("job_id") or "")


def is_about(job_key: str) -> None:
    """Let further lines of this request name that count."""
    if _KEY.fullmatch(job_key):
        bind_contextvars(job_key=job_key)
