"""What must not stand in a log: the secrets of the settings, and what looks like one anywhere."""

import json
import re
from dataclasses import fields
from urllib.parse import unquote, urlsplit

from config import Config

_HIDDEN = "***"
#: A shorter secret is left, or half of each line would be stars; nobody takes one for a secret.
_LEAST = 6
#: User and password before a host; no slash can stand there, nor white space. It begins with what
#: stands there once: looked for from each letter on, a long word would take seconds.
_USERINFO = re.compile(r"://[^\s/?#@]*(?:@[^\s/?#@]*)*@")
#: Headers of requests that open something, and what follows their names.
_HEADERS = re.compile(r"(?i)\b((?:proxy-)?authorization|(?:set-)?cookie)(['\"]?: ?['\"]?)[^\n'\"]+")
_TOKENS = re.compile(r"(?i)\b(bearer) [\w.~+/=-]{6,}")
#: Where an address gives it as a parameter.
_PARAMETERS = re.compile(r"(?i)([?&](?:password|secret|token|api_?key|key)=)[^&\s'\"]+")
#: Postgres repeats a row that it refuses: URLs, texts, secrets of callbacks.
_ROWS = re.compile(r"(?m)^(DETAIL: ).*$")


class Secrets:
    """The secrets of an installation; they are looked for in whatever is to be shown.

    :param values: as they stand in the settings; of one that is a URL, what opens it.
    """

    def __init__(self, *values: str) -> None:
        spelled = {way for value in values for part in _parts(value) for way in _spellings(part)}
        known = sorted((way for way in spelled if len(way) >= _LEAST), key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, known))) if known else None

    @classmethod
    def of(cls, settings: Config) -> "Secrets":
        """Those of the settings: what their repr leaves out."""
        hidden = (one.name for one in fields(settings) if not one.repr)
        return cls(*(str(getattr(settings, name) or "") for name in hidden))

    def hide(self, text: str) -> str:
        """The text without them, and without what is secret in the URLs and headers in it.

        Most texts have nothing of that; to see so is to take no time.
        """
        if self._known:
            text = self._known.sub(_HIDDEN, text)
        if "@" in text:
            text = _USERINFO.sub(f"://{_HIDDEN}@", text)
        if "=" in text:
            text = _PARAMETERS.sub(rf"\1{_HIDDEN}", text)
        if "DETAIL: " in text:
            text = _ROWS.sub(rf"\1{_HIDDEN}", text)
        small = text.lower()
        if "authorization" in small or "cookie" in small:
            text = _HEADERS.sub(rf"\1\2{_HIDDEN}", text)
        return _TOKENS.sub(rf"\1 {_HIDDEN}", text) if "bearer " in small else text


def _parts(value: str) -> set[str]:
    """What is secret in the value of a setting."""
    if "://" not in value:
        return {value}
    address = urlsplit(value)
    # The address of Sentry has a key in the place of a user; users of databases are no secret.
    opens = address.password or (address.username if address.scheme.startswith("http") else None)
    return {opens, unquote(opens)} if opens else set()


def _spellings(secret: str) -> set[str]:
    """How it may be written within something else: in quotation marks, in JSON."""
    return {secret, repr(secret)[1:-1], json.dumps(secret)[1:-1]}
