"""Who asks, as far as a browser session tells: a random name, and what it has counted lately.

Both are in the signed cookie of the session, and end with it.
"""

import secrets
from typing import NamedTuple

from flask import Flask, Request, Response, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin

from views.logged import is_about

_NAME = "visitor"
_RECENT = "recent"
#: How many are remembered; a cookie holds no more than 4,000 characters.
MOST_RECENT = 10


class Visit(NamedTuple):
    """What was submitted.

    :ivar kind: ``counts`` or ``lists``.
    """

    kind: str
    key: str


class Sessions(SecureCookieSessionInterface):
    """Flask's own; but nothing is made ready to read a cookie that was not sent, nor to write one
    that nobody has looked at. For programs that would be a tenth of all there is to do.
    """

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """What a visitor's cookie holds."""
        if "HTTP_COOKIE" not in request.environ:  # not even of another name
            return self.session_class()
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write the cookie, if anybody has looked at it."""
        if session.accessed or session.modified:
            super().save_session(app, session, response)


def visitor() -> str:
    """The name of this browser session."""
    if _NAME not in session:
        session[_NAME] = secrets.token_urlsafe(16)
    name: str = session[_NAME]
    return name


def remember(kind: str, key: str) -> None:
    """Put a count or a list in front of what was submitted lately."""
    if kind == "counts":
        is_about(key)
    visit = Visit(kind, key)
    session[_RECENT] = [visit, *(other for other in recent() if other != visit)][:MOST_RECENT]


def recent() -> list[Visit]:
    """What this visitor has submitted lately, the newest first."""
    return [Visit(*visit) for visit in session.get(_RECENT, [])]


def forget() -> None:
    """Forget what was submitted."""
    session.pop(_RECENT, None)
