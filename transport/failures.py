"""What the network's errors mean, in the codes of :mod:`wordcount.errors`."""

import http.client
import ssl

import requests
import urllib3

from wordcount.errors import FetchError, in_seconds

#: All that a session raises by itself; an error of `requests` is an OSError.
NETWORK_ERRORS = (OSError, http.client.HTTPException, urllib3.exceptions.HTTPError)


def failure_of(error: BaseException, timeout: float) -> FetchError:  # noqa: PLR0911 -- a table
    """The error of ours for one of the network's.

    `urllib3` and `requests` wrap errors in each other; what happened is found by going from the
    outermost to the innermost until one says something.

    :param timeout: of the whole fetch, in seconds; what a `TimeoutError` is about.
    """
    link: BaseException | None = error
    while link is not None:
        match link:
            case TimeoutError():
                return FetchError("timeout", seconds=in_seconds(timeout))
            case ssl.SSLError():
                return FetchError("tls_failed", reason=_tls_reason(link))
            case http.client.RemoteDisconnected():  # before those that it also is
                return FetchError("no_response")
            case urllib3.exceptions.InvalidChunkLength():
                return _bad("it is cut into chunks of impossible size")
            case urllib3.exceptions.ProtocolError() if isinstance(link.__context__, ValueError):
                return FetchError("truncated")  # at a place where the size of a chunk should be
            case http.client.IncompleteRead():
                return FetchError("truncated")
            case http.client.HTTPException():
                return _bad(_http_reason(link))
            case ConnectionRefusedError():
                return FetchError("connection_refused")
            case ConnectionError():
                return FetchError("connection_reset")
            case requests.RequestException():
                pass  # a wrapper, although it is an OSError
            case OSError():
                return FetchError("connection_failed", reason=link.strerror or "it broke off")
        link = link.__context__
    return _bad("it cannot be understood")


def _tls_reason(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message.rstrip(".")
    return (error.reason or "the connection broke off").replace("_", " ").lower()


def _http_reason(error: http.client.HTTPException) -> str:
    match error:
        case http.client.LineTooLong():
            return "it has a line that is too long"
        case http.client.BadStatusLine() | http.client.UnknownProtocol():
            return "it does not begin like one"
        case _:
            return "it has too many headers"


def _bad(reason: str) -> FetchError:
    return FetchError("bad_response", reason=reason)
