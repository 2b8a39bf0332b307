"""Where an answer leads on to."""

from urllib.parse import urljoin

import requests

from wordcount.errors import FetchError, UrlError
from wordcount.http_status import REDIRECTS
from wordcount.url import read_url


def redirect_target(url: str, response: requests.Response) -> str | None:
    """Where a response leads on to (RFC 9110, section 10.2.2), or None if it does not.

    :raises FetchError: `bad_redirect`, if it leads nowhere that could be fetched.
    """
    if response.status_code not in REDIRECTS:
        return None
    # `requests` joins headers of one name by a comma, which can as well be part of a URL.
    locations = {location.strip() for location in response.raw.headers.getlist("Location")}
    if len(locations) > 1:
        raise FetchError("bad_redirect", reason="it named several at once.")
    location = "".join(locations)
    if not location:
        return None
    if location.rstrip("/").lower() in {"http:", "https:"}:  # to urljoin, the page itself
        raise FetchError("bad_redirect", reason="it names no host.")
    try:
        return read_url(urljoin(url, _utf8(location)))
    except UrlError as error:
        raise FetchError("bad_redirect", reason=error.detail) from None
    except ValueError:  # urljoin's word for brackets that do not match
        raise FetchError("bad_redirect", reason="it is not a URL.") from None


def _utf8(header: str) -> str:
    """Python reads headers as Latin-1; sites that do not encode their URLs send UTF-8."""
    try:
        return header.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return header
