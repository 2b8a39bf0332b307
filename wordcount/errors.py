"""Everything that can go wrong with a submission or a page, each with a stable code and a sentence.

Programs read the code; people read the sentence. A code is never renamed or reused: clients
depend on it. The sentence says what happened and, where something can be done, what to do.
"""

from collections.abc import Mapping
from types import MappingProxyType

SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        # The URL as it was submitted
        "url_missing": "Enter the address of a page, for example https://example.com/.",
        "url_too_long": "The address is longer than {limit} characters.",
        "url_has_control_characters": "The address contains control characters or line breaks.",
        "url_has_backslash": "The address contains a backslash: write / instead.",
        "url_scheme": "Only http and https addresses can be counted, not {scheme}:.",
        "url_has_credentials": "The address contains a user name or password: leave out what stands"
        " before the @.",
        "url_host": "The address has no valid host name: write it like example.com.",
        "url_port": "The address has an invalid port: a port is a number from 1 to 65535.",
        # A text that was pasted, or a list of URLs
        "text_missing": "Paste the text of the page: there is nothing to count yet.",
        "text_too_long": "The text is longer than {limit} characters: paste a part of it.",
        "list_too_long": "The list has {lines} different lines, but at most {limit} pages can be"
        " submitted at once.",
        "list_without_urls": "No line of the list is the address of a page.",
        # A callback that was asked for
        "callback_url_wrong": "No callback can be sent to that URL: {reason}",
        "callback_secret_missing": "Nothing could sign the callback: send a secret with its URL.",
        "callback_secret_wrong": "The secret of a callback must be {least} to {most} printable"
        " characters.",
        # What a program has put into the inbox
        "item_too_large": "The item is larger than {limit}.",
        "item_not_text": "The item is not text in UTF-8.",
        "item_not_json": "The item begins like a JSON object, but is not valid JSON.",
        "item_without_url": 'The JSON object has no text named "url".',
        "item_bad_ref": "The ref must be a number, or a text of at most {limit} characters.",
        "item_bad_id": "The id must be a UUID, such as 123e4567-e89b-42d3-a456-426614174000.",
        "item_id_reused": "The id was used for another URL: take a new one for each item.",
        "item_crashed": "The item could not be submitted, several times.",
        # The way to the page
        "port_not_allowed": "Port {port} is not allowed: only {allowed} are.",
        "not_public": "This address is not on the public internet.",
        "host_busy": "Many pages of {host} were asked for just now. Try again in {seconds}.",
        "host_not_found": "There is no host named {host}.",
        "dns_failed": "The name {host} cannot be looked up just now. Try again later.",
        "connection_refused": "The site refused the connection: nothing answers there.",
        "connection_reset": "The site broke the connection off.",
        "connection_failed": "The site could not be reached: {reason}.",
        "tls_failed": "The site's certificate or TLS connection is not valid: {reason}.",
        "timeout": "The site did not finish answering within {seconds}.",
        # The site's answer
        "no_response": "The site closed the connection without an answer.",
        "bad_response": "The site's answer is not valid HTTP: {reason}.",
        "truncated": "The site's answer ended before the page was complete.",
        "http_status": "The site answered {status}{reason}.",
        "too_many_redirects": "The site redirected more than {limit} times.",
        "bad_redirect": "The site redirected to an address that cannot be followed: {reason}",
        "content_encoding": "The page is compressed in a way that was not asked for ({encoding}).",
        "bad_compression": "The page's compression ({encoding}) is damaged or incomplete.",
        "content_type": "This is not a page of text: the site calls it {content_type}.",
        "too_large": "The page is larger than {limit}.",
        # The page itself
        "empty_page": "The site answered with an empty page: not a single byte.",
        "not_text": "This is not a page of text, but {kind}.",
        "too_complex": "Reading the page takes too much time or memory.",
        # The job
        "crashed": "Counting this page stopped unexpectedly, several times.",
        "cancelled": "This count was cancelled.",
    }
)


def in_seconds(seconds: float) -> str:
    """``1 second``, ``2.5 seconds``: how a sentence names a time."""
    return f"{seconds:g} second{'' if seconds == 1 else 's'}"


class WordcountError(Exception):
    """A foreseeable failure.

    :param code: a key of :data:`SENTENCES`; stable, for programs.
    :param facts: what the sentence of that code names, such as ``limit`` or ``host``, and what else
        is known.
    :ivar detail: the sentence.
    """

    def __init__(self, code: str, **facts: object) -> None:
        self.code = code
        self.facts = facts
        self.detail = SENTENCES[code].format(**facts)
        super().__init__(f"{code}: {self.detail}")


class InputError(WordcountError):
    """What was submitted cannot be counted; nothing was stored."""


class UrlError(InputError):
    """The submitted text is not a URL that can be counted."""


class TextError(InputError):
    """The pasted text cannot be counted."""


class ListError(InputError):
    """The lines are no list of pages."""


class CallbackError(InputError):
    """The callback that was asked for could not be sent, or not be signed."""


class FetchError(WordcountError):
    """The page could not be fetched."""


class PageError(WordcountError):
    """The page was fetched, but its words cannot be counted."""
