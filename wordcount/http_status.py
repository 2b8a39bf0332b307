"""The sentence for a site that answered with another status than 200."""

import http.client

from wordcount.errors import FetchError

REDIRECTS = {301, 302, 303, 307, 308}

_HINTS = {
    401: "it wants a user name and password",
    402: "it wants to be paid",
    403: "it does not let programs read this page",
    404: "there is no page at this address",
    410: "the page was there, but has been removed",
    429: "it was asked too often; try again later",
    451: "the page is blocked for legal reasons",
    **dict.fromkeys(REDIRECTS, "it redirects, but does not say where to"),
}
_SERVER_ERROR = "it has a problem of its own; try again later"


def status_error(status: int, retry_after: str) -> FetchError:
    """The error for a page that is not counted because of its status.

    :param status: any number, for it comes from a stranger.
    :param retry_after: the header of that name; kept among the facts, beside `status`.
    """
    # Not the server's own phrase, which can be any text.
    phrase = f" {http.client.responses[status]}" if status in http.client.responses else ""
    hint = _SERVER_ERROR if 500 <= status < 600 else _HINTS.get(status, "")
    reason = f"{phrase}: {hint}" if hint else phrase
    return FetchError("http_status", status=status, reason=reason, retry_after=retry_after)
