"""What is believed of the proxies that stand before the web: as much as `TRUSTED_PROXIES` says.

Anybody can write X-Forwarded-For. Only what the operator's own proxies have added to it is true,
and that stands at its end.
"""

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask, request
from werkzeug.middleware.proxy_fix import ProxyFix

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

NOT_TRUSTED = (
    "A request came with X-Forwarded-For, which is not believed, for TRUSTED_PROXIES is 0. If a"
    " proxy stands before this site, all its visitors count as one client: set TRUSTED_PROXIES to"
    " the number of proxies, mostly 1."
)


class TrustedProxies:
    """WSGI middleware: the address and the scheme of a request as its visitor sees them.

    The host, the port and the path are left as they are: proxies that do not write these let
    through what a visitor has written.

    :param number: how many proxies stand before the application, one behind the other.
    """

    def __init__(self, app: "WSGIApplication", number: int) -> None:
        self._app = ProxyFix(app, x_for=number, x_proto=number)

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer one request."""
        for header in ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO"):
            if header in environ:
                # A visitor's single quotation mark would hide the commas behind it, and so all
                # that the proxies have added.
                environ[header] = environ[header].replace('"', "")
        return self._app(environ, start_response)


def trust_proxies(app: Flask) -> None:
    """Believe the proxies of an application's settings, and nobody else."""
    number = app.config["TRUSTED_PROXIES"]
    if number:
        app.wsgi_app = TrustedProxies(app.wsgi_app, number)  # type: ignore[method-assign]
        return
    first = threading.Lock()  # taken once, and never given back

    @app.before_request
    def warn() -> None:
        if "HTTP_X_FORWARDED_FOR" in request.environ and first.acquire(blocking=False):
            app.logger.warning(NOT_TRUSTED)
