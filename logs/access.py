"""The lines of gunicorn: its own events, and one for each request."""

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from gunicorn.glogging import Logger
from structlog import contextvars

from config import Config
from logs.lines import begin

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


class Lines(Logger):  # type: ignore[misc]  # it has no types
    """Gunicorn's way to log, to be made its own with some settings."""

    settings: Config

    def setup(self, cfg: Any) -> None:
        """Gunicorn calls this when it starts, and when it reads its configuration again."""
        super().setup(cfg)
        begin(self.settings)
        for log in (self.error_log, self.access_log):
            for handler in [one for one in log.handlers if hasattr(one, "_gunicorn")]:
                log.removeHandler(handler)
            log.propagate = True
            log.setLevel(logging.NOTSET)
        if _leave_queries_out not in self.error_log.filters:
            self.error_log.addFilter(_leave_queries_out)

    def access(
        self, resp: Any, req: Any, environ: "WSGIEnvironment", request_time: timedelta
    ) -> None:
        """Log a request, without what stands behind the question mark: it may be private."""
        if self.access_log.isEnabledFor(logging.INFO):
            method, path = environ["REQUEST_METHOD"], environ["RAW_URI"].partition("?")[0]
            status = str(resp.status).partition(" ")[0]
            facts = {
                "method": method,
                "path": path,
                "status": int(status) if status.isdigit() else status,
                "bytes": resp.sent,
                "seconds": round(request_time.total_seconds(), 4),
                "client": environ.get("REMOTE_ADDR", ""),
            }
            self.access_log.info("%s %s %s", method, path, status, extra=facts)
        contextvars.clear_contextvars()  # the thread goes on to another request


def _leave_queries_out(record: logging.LogRecord) -> bool:
    """Name an address without what stands behind the question mark, as lines of requests do."""
    if isinstance(record.args, tuple):
        record.args = tuple(
            one.partition("?")[0] if isinstance(one, str) and "?" in one else one
            for one in record.args
        )
    return True
