"""Errors reported to Sentry, if the operator has named an address of it: each line of the log that
is an error, with its traceback.

Nothing is sent but that line: no request, no variables, no steps before it, for in all of these may
be URLs and texts that are nobody's business.
"""

import logging
import sys
from typing import TYPE_CHECKING, Any

from structlog import contextvars

from config import Config
from logs.lines import FIELDS
from logs.secrets import Secrets
from wordcount.version import VERSION

if TYPE_CHECKING:
    from sentry_sdk.types import Event, Hint

#: How long a process that ends waits until what it has to report is sent, in seconds.
_PATIENCE = 2.0
#: What is sent of an event, as Sentry calls it: what only we or the library write, and the rest.
_FRAME = {
    *("event_id", "timestamp", "level", "logger", "platform", "release", "environment"),
    *("server_name", "sdk", "contexts"),
}
_TEXTS = {"logentry", "message", "exception"}
_options: dict[str, Any] = {}


def begin(settings: Config) -> None:
    """Report what goes wrong from here on, if the settings say where."""
    if not settings.SENTRY_DSN:
        return
    secrets = Secrets.of(settings)
    _options.update(
        dsn=settings.SENTRY_DSN,
        release=f"wordcount@{VERSION}",
        environment=type(settings).__name__.removesuffix("Config").lower(),
        before_send=lambda event, hint: _without_secrets(secrets, event, hint),
    )
    begin_in_fork()


def begin_in_fork() -> None:
    """The same in a process that was forked: the thread that sends has not come along."""
    if not _options:
        return
    import sentry_sdk  # late, for most have no use for it, and it takes time and memory
    from sentry_sdk.integrations.atexit import AtexitIntegration
    from sentry_sdk.integrations.dedupe import DedupeIntegration
    from sentry_sdk.integrations.logging import LoggingIntegration

    sentry_sdk.init(
        **_options,
        integrations=[
            LoggingIntegration(level=None, event_level=logging.ERROR, sentry_logs_level=None),
            AtexitIntegration(callback=lambda _pending, _timeout: None),  # it would print
            DedupeIntegration(),
        ],
        default_integrations=False,
        auto_enabling_integrations=False,
        include_local_variables=False,
        send_default_pii=False,
        max_breadcrumbs=0,
        max_request_body_size="never",
        auto_session_tracking=False,
        send_client_reports=False,
        shutdown_timeout=_PATIENCE,
    )


def flush() -> None:
    """Wait a little until all is sent, in a process that ends without further ado."""
    if _options:
        sys.modules["sentry_sdk"].flush(_PATIENCE)


def _without_secrets(secrets: Secrets, event: "Event", hint: "Hint") -> "Event":
    """What is sent of an event: with the count that it is about, and without what is secret."""
    record = hint.get("log_record")
    facts = {**contextvars.get_contextvars(), **(vars(record) if record else {})}
    kept: Any = {name: value for name, value in event.items() if name in _FRAME}
    kept |= {name: _hidden(secrets, value) for name, value in event.items() if name in _TEXTS}
    kept["tags"] = {
        name: _hidden(secrets, str(facts[name]))
        for name in FIELDS
        if name != "exception" and facts.get(name) is not None
    }
    if record:
        kept["tags"]["process"] = record.processName
    return kept  # type: ignore[no-any-return]


def _hidden(secrets: Secrets, value: Any) -> Any:
    match value:
        case str():
            return secrets.hide(value)
        case dict():
            return {name: _hidden(secrets, one) for name, one in value.items()}
        case list() | tuple():
            return [_hidden(secrets, one) for one in value]
    return value
